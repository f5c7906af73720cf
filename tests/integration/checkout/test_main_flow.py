"""From a cart to the queue: what an order leaves behind, and what undoing it gives back."""

from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from tests.integration.checkout.town_hall import PROVIDER, TownHall, make_cart, make_town_hall, notebook
from webshop.approvals.errors import AlreadyDecided, ContentChanged, NotYours, OwnSubmission, ReasonMissing
from webshop.approvals.states import CaseState, Outcome
from webshop.cart.models import Cart
from webshop.catalog.models import Product, Stock
from webshop.checkout import services as checkout
from webshop.checkout.errors import AlreadyOrdered, CartChanged, OfferChanged, SameKeyOtherContent
from webshop.core.errors import ShopError
from webshop.documents.models import Document
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.orders.states import OrderState
from webshop.organisations.models import Budget, Commitment, CommitmentState
from webshop.outbox.models import OutboxMail

BUDGET = {"amount": Decimal("100000.00"), "spent": Decimal("0.00")}


def order_of(session: Session, hall: TownHall, cart: Cart, now: datetime, key: str = "k" * 43) -> Order:
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    return checkout.submit(
        session,
        cart,
        actor=hall.buyer,
        now=now,
        provider=PROVIDER,
        checkout_key=key,
        content_hash=shown.content_hash,
        cart_version=cart.version,
    )


def decide(session: Session, order: Order, actor, now: datetime, outcome=Outcome.GRANTED, comment="", content_hash=None):
    return checkout.decide(
        session,
        order,
        actor=actor,
        now=now,
        provider=PROVIDER,
        outcome=outcome,
        comment=comment,
        content_hash=content_hash or order.content_hash,
    )


def stock_of(session: Session, product: Product) -> int:
    return session.scalar(select(Stock.available).where(Stock.product_id == product.id))


def test_small_order_needs_nobody_and_is_handed_over_at_once(session, now):
    hall = make_town_hall(session, now, **BUDGET)
    cart = make_cart(session, hall, [(notebook(session, "499.00"), 2)], now)

    order = order_of(session, hall, cart, now)
    session.commit()

    assert order.state == OrderState.APPROVED
    assert (order.net_once, order.gross_once) == (Decimal("998.00"), Decimal("1187.62"))
    assert order.confirmation_number == "AB-2026-00001"
    assert session.scalar(select(func.count(FulfilmentEntry.id)).where(FulfilmentEntry.order_id == order.id)) == 1
    assert session.scalar(select(func.count(Document.id)).where(Document.number == order.confirmation_number)) == 1
    mail = session.scalars(select(OutboxMail)).one()
    assert mail.kind == "order_approved"
    assert mail.to_address == hall.buyer.email
    assert session.scalars(select(Commitment.state)).one() == CommitmentState.COMMITTED
    assert session.scalars(select(Budget.committed)).one() == Decimal("1187.62")


def test_larger_order_waits_for_the_cost_centres_approver(session, now):
    hall = make_town_hall(session, now, **BUDGET)
    product = notebook(session, stock=10)
    order = order_of(session, hall, make_cart(session, hall, [(product, 4)], now), now)
    assert order.state == OrderState.SUBMITTED
    assert stock_of(session, product) == 6
    assert session.scalars(select(Budget.reserved)).one() == order.gross_once
    assert sorted(session.scalars(select(OutboxMail.kind))) == ["approval_requested", "approval_requested", "order_submitted"]

    assert decide(session, order, hall.approver, now) == CaseState.GRANTED
    session.commit()

    assert order.state == OrderState.APPROVED
    assert session.scalar(select(func.count(FulfilmentEntry.id))) == 1
    assert session.scalars(select(Budget.reserved)).one() == 0
    assert session.scalars(select(Budget.committed)).one() == order.gross_once


def test_above_the_second_limit_two_people_decide(session, now):
    hall = make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 50)], now), now)

    assert decide(session, order, hall.approver, now) == CaseState.OPEN
    assert order.state == OrderState.SUBMITTED
    with pytest.raises(AlreadyDecided):
        decide(session, order, hall.approver, now)
    assert decide(session, order, hall.second, now) == CaseState.GRANTED
    assert order.state == OrderState.APPROVED


def test_refusal_gives_everything_back_once(session, now):
    hall = make_town_hall(session, now, **BUDGET)
    product = notebook(session, stock=10)
    order = order_of(session, hall, make_cart(session, hall, [(product, 4)], now), now)

    with pytest.raises(ReasonMissing):
        decide(session, order, hall.approver, now, Outcome.REFUSED, "  ")
    decide(session, order, hall.approver, now, Outcome.REFUSED, "Bitte im nächsten Jahr.")

    assert order.state == OrderState.REFUSED
    assert stock_of(session, product) == 10
    assert session.scalars(select(Budget.reserved)).one() == 0
    with pytest.raises(AlreadyDecided):
        decide(session, order, hall.second, now)
    assert stock_of(session, product) == 10


def test_withdrawing_ends_the_case(session, now):
    hall = make_town_hall(session, now)
    product = notebook(session, stock=10)
    order = order_of(session, hall, make_cart(session, hall, [(product, 4)], now), now)

    checkout.withdraw(session, order, actor=hall.buyer, now=now, reason="Doppelt bestellt")

    assert order.state == OrderState.WITHDRAWN
    assert stock_of(session, product) == 10
    with pytest.raises(AlreadyDecided):
        decide(session, order, hall.approver, now)


def test_cancelling_an_untouched_order_frees_its_stock(session, now):
    hall = make_town_hall(session, now, **BUDGET)
    product = notebook(session, "400.00", stock=10)
    order = order_of(session, hall, make_cart(session, hall, [(product, 2)], now), now)

    checkout.cancel(session, order, actor=hall.approver, now=now, reason="Vom Kunden gewünscht")

    assert order.state == OrderState.CANCELLED
    assert stock_of(session, product) == 10
    assert session.scalars(select(Budget.committed)).one() == 0
    with pytest.raises(ShopError):
        checkout.cancel(session, order, actor=hall.approver, now=now, reason="noch einmal")
    assert stock_of(session, product) == 10


def test_nobody_decides_on_their_own_order(session, now):
    hall = make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)

    with pytest.raises(OwnSubmission):
        decide(session, order, hall.buyer, now)


def test_an_approver_of_another_house_cannot_decide(session, now):
    hall, other = make_town_hall(session, now), make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)

    with pytest.raises(NotYours):
        decide(session, order, other.approver, now)


def test_a_decision_about_other_content_is_refused(session, now):
    hall = make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)

    with pytest.raises(ContentChanged):
        decide(session, order, hall.approver, now, content_hash="0" * 64)


def test_the_same_form_again_is_the_same_order(session, now):
    hall = make_town_hall(session, now)
    cart = make_cart(session, hall, [(notebook(session), 1)], now)
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    form = {
        "actor": hall.buyer,
        "now": now,
        "provider": PROVIDER,
        "content_hash": shown.content_hash,
        "cart_version": cart.version,
    }

    first = checkout.submit(session, cart, checkout_key="a" * 43, **form)
    again = checkout.submit(session, cart, checkout_key="a" * 43, **form)

    assert again.id == first.id
    with pytest.raises(AlreadyOrdered):
        checkout.submit(session, cart, checkout_key="b" * 43, **form)
    with pytest.raises(SameKeyOtherContent):
        checkout.submit(session, cart, checkout_key="a" * 43, **{**form, "content_hash": "f" * 64})


def test_a_changed_cart_or_price_is_reviewed_again(session, now):
    hall = make_town_hall(session, now)
    product = notebook(session)
    cart = make_cart(session, hall, [(product, 1)], now)
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    form = {"actor": hall.buyer, "now": now, "provider": PROVIDER, "checkout_key": "a" * 43}

    with pytest.raises(CartChanged):
        checkout.submit(session, cart, content_hash=shown.content_hash, cart_version=cart.version + 1, **form)
    session.execute(Stock.__table__.update().where(Stock.product_id == product.id).values(available=0))
    with pytest.raises(OfferChanged):
        checkout.submit(session, cart, content_hash=shown.content_hash, cart_version=cart.version, **form)


def test_what_is_not_in_stock_is_ordered_with_its_promised_date(session, now):
    hall = make_town_hall(session, now)
    product = notebook(session, stock=3, lead_time_days=10)

    order = order_of(session, hall, make_cart(session, hall, [(product, 5)], now), now)

    line = checkout.load(session, order.id).lines[0]
    assert line.in_stock == 3
    assert line.promised_date.isoformat() == "2026-12-09"
    assert stock_of(session, product) == 0


def test_a_hard_budget_stops_the_order(session, now):
    hall = make_town_hall(session, now, amount=Decimal("100.00"), spent=Decimal("0.00"), hard=True)

    with pytest.raises(ShopError, match="Budget"):
        order_of(session, hall, make_cart(session, hall, [(notebook(session), 1)], now), now)


def test_r10_approved_means_handed_over_and_nothing_else_is(session, now):
    hall = make_town_hall(session, now)
    wanted = [(notebook(session), 2), (notebook(session), 1)]
    order = order_of(session, hall, make_cart(session, hall, wanted, now), now)
    entries = select(FulfilmentEntry.order_line_id).where(FulfilmentEntry.order_id == order.id)
    assert session.scalars(entries).all() == []

    decide(session, order, hall.approver, now)

    lines = checkout.load(session, order.id).lines
    assert sorted(session.scalars(entries), key=str) == sorted((line.id for line in lines), key=str)
    session.add(
        FulfilmentEntry(
            organisation_id=order.organisation_id,
            order_id=order.id,
            order_number=order.number,
            order_line_id=lines[0].id,
            kind="deliver",
            payload={},
            created_at=now,
        )
    )
    with pytest.raises(IntegrityError):
        session.flush()
