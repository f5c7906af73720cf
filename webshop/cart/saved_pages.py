"""The list of carts, the page on which one is managed, and its export."""

import re
from collections.abc import Iterator
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from webshop.cart import services
from webshop.cart.blueprints import bp
from webshop.cart.errors import CartChanged, NoSuchCart
from webshop.cart.forms import NameForm, number_of, uuid_of
from webshop.cart.models import Cart, CartLineShare, ShareKind
from webshop.cart.offers import offers
from webshop.cart.queries import (
    PAGE,
    addresses_by_id,
    cart_for,
    cost_centres_by_id,
    count_carts,
    current_cart,
    lines_of,
    saved_cart,
    saved_carts,
)
from webshop.cart.quicklist import HEAD, joined_parts
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.errors import Invalid
from webshop.core.formats import decimal
from webshop.extensions import session
from webshop.web.access import current_actor, needs
from webshop.web.errors import say
from webshop.web.exports import Row, table_response
from webshop.web.paging import Page, page_number

LINES_SHOWN = 100
SPELLED_OUT = {ord("ä"): "ae", ord("ö"): "oe", ord("ü"): "ue", ord("ß"): "ss"}


@bp.get("/warenkorb/gespeichert")
@needs(Role.BUYER)
def saved() -> ResponseReturnValue:
    """Own carts and those that colleagues share."""
    return _list(NameForm())


@bp.post("/warenkorb/gespeichert")
@needs(Role.BUYER)
def create() -> ResponseReturnValue:
    """A new cart, which is the current one from now on."""
    form = NameForm()
    if not form.valid():
        return _list(form), 422
    try:
        cart = services.create_cart(session(), str(form.name.data), actor=current_actor(), now=utcnow())
        name = cart.name
        session().commit()
    except Invalid as error:
        session().rollback()
        form.blame(error.field, say(error))
        return _list(form), 422
    flash(_("Sie arbeiten jetzt im Warenkorb „%(name)s“.", name=name), "success")
    return redirect(url_for("cart.show"), 303)


@bp.get("/warenkorb/gespeichert/<uuid:cart_id>")
@needs(Role.BUYER)
def manage(cart_id: UUID) -> ResponseReturnValue:
    """One cart: what is in it, and what can be done with it as a whole."""
    return _manage(cart_id)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/oeffnen")
@needs(Role.BUYER)
def choose(cart_id: UUID) -> ResponseReturnValue:
    """Work with this cart from now on."""
    actor = current_actor()
    cart = cart_for(session(), actor, cart_id)
    services.choose(session(), cart, actor=actor)
    name = cart.name
    session().commit()
    flash(_("Sie arbeiten jetzt im Warenkorb „%(name)s“.", name=name), "success")
    return redirect(url_for("cart.show"), 303)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/umbenennen")
@needs(Role.BUYER)
def rename(cart_id: UUID) -> ResponseReturnValue:
    """Another name."""
    actor, form = current_actor(), NameForm(prefix="neu")
    cart = cart_for(session(), actor, cart_id, lock=True)
    if not form.valid():
        return _manage(cart_id, rename_form=form), 422
    try:
        services.rename(session(), cart, str(form.name.data), actor=actor, now=utcnow())
        session().commit()
    except Invalid as error:
        session().rollback()
        form.blame(error.field, say(error))
        return _manage(cart_id, rename_form=form), 422
    flash(_("Der Warenkorb heißt jetzt „%(name)s“.", name=form.name.data), "success")
    return redirect(url_for("cart.manage", cart_id=cart_id), 303)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/teilen")
@needs(Role.BUYER)
def share(cart_id: UUID) -> ResponseReturnValue:
    """Open the cart to the house, or close it again."""
    actor, now = current_actor(), utcnow()
    cart = cart_for(session(), actor, cart_id, lock=True)
    if request.form.get("shared") == "1":
        services.share(session(), cart, actor=actor, now=now)
        message = _("Alle bestellenden Personen Ihrer Organisation sehen jetzt den Warenkorb „%(name)s“.", name=cart.name)
    else:
        services.unshare(session(), cart, actor=actor, now=now)
        message = _("Den Warenkorb „%(name)s“ sehen jetzt nur noch Sie.", name=cart.name)
    session().commit()
    flash(message, "success")
    return redirect(url_for("cart.manage", cart_id=cart_id), 303)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/kopieren")
@needs(Role.BUYER)
def copy(cart_id: UUID) -> ResponseReturnValue:
    """The same lines under another name; the current cart stays the current one."""
    actor, form = current_actor(), NameForm(prefix="kopie")
    cart = cart_for(session(), actor, cart_id)
    if not form.valid():
        return _manage(cart_id, copy_form=form), 422
    try:
        services.copy(session(), cart, str(form.name.data), actor=actor, now=utcnow())
        session().commit()
    except Invalid as error:
        session().rollback()
        form.blame(error.field, say(error))
        return _manage(cart_id, copy_form=form), 422
    flash(_("Die Kopie „%(name)s“ ist gespeichert.", name=form.name.data), "success")
    return redirect(url_for("cart.saved"), 303)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/uebernehmen")
@needs(Role.BUYER)
def merge(cart_id: UUID) -> ResponseReturnValue:
    """The lines of this cart into the current one."""
    actor, now = current_actor(), utcnow()
    source = cart_for(session(), actor, cart_id)
    target = services.current_or_new(session(), actor=actor, now=now)
    if source.id == target.id:
        flash(_("In diesem Warenkorb arbeiten Sie bereits."), "info")
        return redirect(url_for("cart.show"), 303)
    try:
        taken, left = services.merge(session(), source, target, actor=actor, now=now)
        name = target.name
        session().commit()
    except Invalid as error:
        session().rollback()
        flash(say(error), "error")
        return redirect(url_for("cart.manage", cart_id=cart_id), 303)
    flash(
        ngettext(
            "%(num)d Position liegt jetzt auch im Warenkorb „%(name)s“.",
            "%(num)d Positionen liegen jetzt auch im Warenkorb „%(name)s“.",
            taken,
            name=name,
        ),
        "success",
    )
    if left:
        flash(
            ngettext(
                "%(num)d Position wird nicht mehr angeboten und kam nicht mit.",
                "%(num)d Positionen werden nicht mehr angeboten und kamen nicht mit.",
                left,
            ),
            "warning",
        )
    return redirect(url_for("cart.show"), 303)


@bp.post("/warenkorb/gespeichert/<uuid:cart_id>/loeschen")
@needs(Role.BUYER)
def delete(cart_id: UUID) -> ResponseReturnValue:
    """The cart is gone, unless somebody changed it since the page was shown."""
    actor = current_actor()
    cart = cart_for(session(), actor, cart_id, lock=True)
    name = cart.name
    try:
        services.delete(session(), cart, actor=actor, now=utcnow(), seen=number_of(request.form.get("version")))
        session().commit()
    except CartChanged as error:
        session().rollback()
        flash(say(error), "warning")
        return _manage(cart_id), 409
    flash(_("Der Warenkorb „%(name)s“ ist gelöscht.", name=name), "success")
    return redirect(url_for("cart.saved"), 303)


@bp.get("/warenkorb/export.csv")
@needs(Role.BUYER)
def export() -> ResponseReturnValue:
    """The current cart, or the one that is asked for, as a file that the quick order reads again."""
    actor = current_actor()
    wanted = request.args.get("warenkorb")
    cart_id = uuid_of(wanted)
    cart = cart_for(session(), actor, cart_id) if cart_id else None if wanted else current_cart(session(), actor)
    if cart is None:
        raise NoSuchCart
    head = [*HEAD, _("Bezeichnung"), _("Einzelpreis netto"), _("Summe netto"), _("Monatlich netto")]
    slug = re.sub(r"[^a-z0-9]+", "-", cart.name.lower().translate(SPELLED_OUT)).strip("-")
    name = f"Warenkorb-{slug}" if slug not in ("", "warenkorb") else "Warenkorb"
    return table_response("csv", name, head, _export_rows(cart))


def _export_rows(cart: Cart) -> Iterator[Row]:
    lines = lines_of(session(), cart, splits=True)
    numbers, labels = cost_centres_by_id(session(), cart), addresses_by_id(session(), cart)
    worth = {offer.line.id: offer for offer in offers(session(), cart, day=berlin_date(utcnow()))}
    for line in lines:
        offer = worth[line.id]
        yield (
            line.product.number,
            line.quantity,
            numbers.get(line.cost_centre_id, "") if line.cost_centre_id else "",
            line.note,
            joined_parts((labels[part.address_id], str(part.quantity)) for part in line.deliveries),
            joined_parts((numbers[share.cost_centre_id], _weight(share)) for share in line.shares),
            line.product.name,
            offer.price.unit_net,
            offer.net,
            offer.monthly_net,
        )


def _weight(share: CartLineShare) -> str:
    return f"{decimal(share.weight)} %" if share.kind == ShareKind.PERCENT else decimal(share.weight)


def _list(form: NameForm) -> str:
    actor = current_actor()
    page = Page(
        page_number(request.args.get("seite")),
        PAGE,
        count_carts(session(), actor),
        lambda number: url_for("cart.saved", seite=number if number > 1 else None),
    )
    return render_template("cart/saved.html", form=form, carts=saved_carts(session(), actor, page=page.number), page=page)


def _manage(cart_id: UUID, *, rename_form: NameForm | None = None, copy_form: NameForm | None = None) -> str:
    actor = current_actor()
    entry = saved_cart(session(), actor, cart_id)
    lines = lines_of(session(), entry.cart)
    form = rename_form or copy_form
    return render_template(
        "cart/manage.html",
        entry=entry,
        cart=entry.cart,
        lines=lines[:LINES_SHOWN],
        more=max(0, len(lines) - LINES_SHOWN),
        numbers=cost_centres_by_id(session(), entry.cart),
        form=form,
        rename_form=rename_form or NameForm(prefix="neu", formdata=None, data={"name": entry.cart.name}),
        copy_form=copy_form
        or NameForm(prefix="kopie", formdata=None, data={"name": _("%(name)s (Kopie)", name=entry.cart.name)[:80]}),
    )
