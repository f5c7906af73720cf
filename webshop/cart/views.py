"""The web pages of this package. Here: single articles in and out; the other modules have a page each."""

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from webshop.cart import quick_page, saved_pages, services, split_all_page, split_line_page
from webshop.cart.blueprints import bp
from webshop.cart.errors import NotForSale
from webshop.cart.forms import cart_id_of, note_of, quantity_of, uuid_of
from webshop.cart.models import Cart
from webshop.cart.queries import cart_for, product_by_number
from webshop.catalog.models import Product
from webshop.core.actor import Actor, Role
from webshop.core.clock import utcnow
from webshop.core.errors import Invalid, NotFound
from webshop.core.formats import whole
from webshop.core.i18n import N_
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say
from webshop.web.filters import language
from webshop.web.redirects import safe_next

PAGES = (quick_page, saved_pages, split_line_page, split_all_page)

__all__ = ["PAGES", "bp"]


@bp.post("/warenkorb/hinzufuegen")
@needs(Role.BUYER)
def add() -> ResponseReturnValue:
    """An article into the current cart, or the named one; what cannot be added comes back as a small form."""
    actor, now = current_actor(), utcnow()
    product = _product(request.form.get("product", ""))
    try:
        quantity = quantity_of(request.form.get("quantity", "1"))
        note = note_of(request.form.get("note", ""))
        cart = _cart(session(), actor)
        cost_centre_id = uuid_of(request.form.get("cost_centre"))
        services.add(session(), cart, product, quantity, actor=actor, now=now, cost_centre_id=cost_centre_id, note=note)
        name = cart.name
        session().commit()
    except Invalid as error:
        session().rollback()
        return _add_again(error), 422
    flash(
        _(
            "%(quantity)s × %(name)s liegt im Warenkorb „%(cart)s“.",
            quantity=whole(quantity, language()),
            name=product.name,
            cart=name,
        ),
        "success",
    )
    return redirect(safe_next(request.form.get("next")) if request.form.get("next") else url_for("cart.show"), 303)


@bp.post("/warenkorb/zurueckholen")
@needs(Role.BUYER)
def restore() -> ResponseReturnValue:
    """The way back."""
    actor, line_id = current_actor(), _line_id()
    cart = cart_for(session(), actor, cart_id_of(request.form), lock=True)
    services.restore_line(session(), cart, line_id, actor=actor, now=utcnow())
    session().commit()
    flash(_("Die Position ist wieder da."), "success")
    return redirect(url_for("cart.show", _anchor=f"zeile-{line_id}"), 303)


def _cart(database: Session, actor: Actor) -> Cart:
    """The cart the form names, else the current one."""
    if request.form.get("cart"):
        return cart_for(database, actor, cart_id_of(request.form), lock=True)
    return services.current_or_new(database, actor=actor, now=utcnow())


def _product(number: str) -> Product:
    product = product_by_number(session(), number)
    if product is None:
        raise NotFound(N_("Diesen Artikel gibt es nicht."))
    return product


def _line_id() -> UUID:
    found = uuid_of(request.form.get("line"))
    if found is None:
        raise NotFound(N_("Diese Position gibt es nicht."))
    return found


def _add_again(error: Invalid) -> str:
    """The article with the quantity as it was typed, and what is wrong with it."""
    return render_template(
        "cart/add.html",
        product=_product(request.form.get("product", "")),
        typed=request.form,
        problem=say(error),
        field=error.field or "quantity",
        hopeless=isinstance(error, NotForSale),
        back=safe_next(request.form.get("next")) if request.form.get("next") else url_for("cart.show"),
    )
