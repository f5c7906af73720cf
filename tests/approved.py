"""Approved orders with everything that comes with them, made through checkout as people make them."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.integration.checkout.town_hall import PROVIDER, TownHall, make_cart, make_town_hall, notebook
from webshop.catalog.models import Product
from webshop.checkout import services as checkout
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order

_keys = count(1)


def approved_order(
    session: Session, now: datetime, *, lines: int = 1, hall: TownHall | None = None, products: Sequence[Product] = ()
) -> Order:
    """An order so small that the rules ask nobody: approved at once, with confirmation, queue entries and mail promised."""
    hall = hall or make_town_hall(session, now)
    wanted = [(product, 1) for product in products or [notebook(session, net="10.00") for _ in range(lines)]]
    cart = make_cart(session, hall, wanted, now)
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    return checkout.submit(
        session,
        cart,
        actor=hall.buyer,
        now=now,
        provider=PROVIDER,
        checkout_key=f"key-{next(_keys):039d}",
        content_hash=shown.content_hash,
        cart_version=cart.version,
    )


def entries_of(session: Session, order: Order) -> Sequence[FulfilmentEntry]:
    return session.scalars(select(FulfilmentEntry).where(FulfilmentEntry.order_id == order.id).order_by(FulfilmentEntry.id)).all()
