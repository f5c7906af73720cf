"""Orders as people make them: a cart, submitted and, where asked for, decided."""

from collections.abc import Sequence
from datetime import datetime
from itertools import count

from sqlalchemy.orm import Session

from tests.integration.checkout.town_hall import PROVIDER, TownHall, make_cart, notebook
from webshop.approvals.states import Outcome
from webshop.catalog.models import Product
from webshop.checkout import services as checkout
from webshop.orders.models import Order

_keys = count(1)


def make_order(
    session: Session, hall: TownHall, now: datetime, wanted: Sequence[tuple[Product, int]] | None = None, **head: object
) -> Order:
    """An order of the hall's buyer: one notebook for 499 euros goes straight through, more waits for approval."""
    cart = make_cart(session, hall, wanted or [(notebook(session, "499.00"), 1)], now)
    for name, value in head.items():
        setattr(cart, name, value)
    session.flush()
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    order = checkout.submit(
        session,
        cart,
        actor=hall.buyer,
        now=now,
        provider=PROVIDER,
        checkout_key=f"{next(_keys):043d}",
        content_hash=shown.content_hash,
        cart_version=cart.version,
    )
    session.commit()
    return order


def waiting_order(session: Session, hall: TownHall, now: datetime, **head: object) -> Order:
    """An order that one approver must decide."""
    return make_order(session, hall, now, [(notebook(session, "899.00"), 3)], **head)


def grant(session: Session, hall: TownHall, order: Order, now: datetime) -> None:
    """The approver says yes."""
    checkout.decide(
        session,
        order,
        actor=hall.approver,
        now=now,
        provider=PROVIDER,
        outcome=Outcome.GRANTED,
        comment="",
        content_hash=order.content_hash,
    )
    session.commit()
