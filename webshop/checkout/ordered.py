"""What a page of a cart does when the cart has become an order meanwhile."""

from uuid import UUID

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from webshop.cart.errors import NoSuchCart
from webshop.extensions import session
from webshop.orders.models import Order
from webshop.web.access import current_actor


def to_the_order(cart_id: UUID) -> ResponseReturnValue:
    """On to the order that the cart became; NoSuchCart where that is not this house's."""
    number = session().scalar(
        select(Order.number).where(Order.cart_id == cart_id, Order.organisation_id == current_actor().organisation_id)
    )
    if number is None:
        raise NoSuchCart
    flash(_("Dieser Warenkorb ist bereits bestellt, als Bestellung %(number)s.", number=number), "info")
    return redirect(url_for("orders.show", number=number), 303)
