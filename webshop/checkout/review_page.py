"""Step 3 of 3: everything once more, then sent, once (R-2, R-3, R-20). And the page that says thank you."""

import secrets
from uuid import UUID

from flask import current_app, g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from webshop.cart.errors import NoSuchCart
from webshop.cart.models import Cart
from webshop.cart.queries import current_cart
from webshop.cart.queries import visible_to as cart_visible_to
from webshop.checkout import services as checkout
from webshop.checkout.blueprints import bp
from webshop.checkout.errors import AlreadyOrdered, SameKeyOtherContent
from webshop.checkout.forms import SubmitForm
from webshop.checkout.progress import waiting_for
from webshop.checkout.route import route_sentences
from webshop.checkout.sums import sum_rows
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.core.errors import NotFound, ShopError
from webshop.extensions import session
from webshop.orders.models import Order
from webshop.orders.queries import order_for, visible_to
from webshop.web.access import current_actor, needs
from webshop.web.errors import say

KEY_BYTES = 32


@bp.get("/bestellen/pruefen")
@needs(Role.BUYER)
def review() -> ResponseReturnValue:
    """Lines, sums, addresses, cost centres, budgets and who will decide; nothing is promised yet."""
    cart = current_cart(session(), current_actor())
    if cart is None:
        return redirect(url_for("cart.show"), 303)
    return _page(cart, current=True)


@bp.post("/bestellen/pruefen")
@needs(Role.BUYER)
def submit() -> ResponseReturnValue:
    """The order, if it is what the page showed; else the page again, with what changed."""
    actor, form = current_actor(), SubmitForm()
    if not form.valid():
        cart = current_cart(session(), actor)
        sentence = _("Das Formular kam unvollständig an, es wurde nichts bestellt. Senden Sie es noch einmal ab.")
        return redirect(url_for("cart.show"), 303) if cart is None else (_page(cart, sentence), 422)
    cart = _cart(UUID(form.cart_id.data))
    try:
        order = checkout.submit(
            session(),
            cart,
            actor=actor,
            now=utcnow(),
            provider=current_app.extensions["webshop_settings"].provider,
            checkout_key=form.checkout_key.data or "",
            content_hash=form.content_hash.data or "",
            cart_version=form.cart_version.data or 0,
        )
        number = order.number
        session().commit()
    except (SameKeyOtherContent, AlreadyOrdered) as error:
        session().rollback()
        return _already(error, error.order_number)
    except NotFound:
        raise
    except ShopError as error:
        session().rollback()
        return _page(_cart(UUID(form.cart_id.data)), say(error)), error.status
    return redirect(url_for(".thanks", number=number), 303)


@bp.get("/bestellen/danke/<number>")
@needs(Role.BUYER)
def thanks(number: str) -> ResponseReturnValue:
    """The order is in; what happens next."""
    order = order_for(session(), current_actor(), number)
    return render_template("checkout/thanks.html", order=order, waiting=waiting_for(session(), order))


def _cart(cart_id: UUID) -> Cart:
    """A cart of the viewer, ordered or not; NoSuchCart for any other."""
    cart = session().scalar(select(Cart).where(Cart.id == cart_id, cart_visible_to(current_actor())))
    if cart is None:
        raise NoSuchCart
    return cart


def _page(cart: Cart, sentence: str = "", *, current: bool = False) -> str:
    draft = checkout.review(session(), cart, now=utcnow(), requester_id=current_actor().person_id)
    if current:
        g.cart_lines = len(draft.lines)  # the frame need not count them again
    return render_template(
        "checkout/review.html",
        cart=cart,
        draft=draft,
        once_lines=[line for line in draft.lines if line.net or not line.monthly_net],
        monthly_lines=[line for line in draft.lines if line.monthly_net],
        once_sums=sum_rows(draft.once),
        monthly_sums=sum_rows(draft.monthly, monthly=True),
        problems=[(say(problem), _mend_url(problem)) for problem in draft.problems],
        route=route_sentences(draft),
        sentence=sentence,
        checkout_key=secrets.token_urlsafe(KEY_BYTES),
    )


def _mend_url(problem: ShopError) -> str | None:
    """Where the person can do something about it."""
    if problem.field in ("address", "desired_date"):
        return url_for("checkout.delivery")
    return url_for("cart.show") if (problem.field or "").startswith("line-") else None


def _already(error: ShopError, number: str) -> ResponseReturnValue:
    """The form or its cart became an order before: nothing new is made, and the page says which order it is."""
    mine = session().scalar(select(Order.number).where(Order.number == number, visible_to(current_actor())))
    return render_template("checkout/already.html", sentence=say(error), number=mine), error.status
