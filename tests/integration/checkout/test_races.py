"""What holds when many people act in the same second; each proof runs on both databases with real commits."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from sqlalchemy import func, select

from tests.factories import make_contract
from tests.integration.checkout.racing import kinds, race
from tests.integration.checkout.test_main_flow import decide, order_of
from tests.integration.checkout.town_hall import PROVIDER, make_cart, make_cost_centre, make_town_hall, notebook
from webshop.approvals.models import ApprovalDecision
from webshop.approvals.states import Outcome
from webshop.audit.models import AuditEvent
from webshop.cart.models import Cart
from webshop.catalog.contract_models import FrameworkContract
from webshop.catalog.models import Product, Stock, StockReservation
from webshop.checkout import services as checkout
from webshop.documents.models import Document
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order
from webshop.organisations.models import Budget
from webshop.outbox.models import OutboxMail

pytestmark = pytest.mark.stress


@pytest.fixture
def database(fresh_database):
    return fresh_database


def prepare(database, now, build):
    """Build rows in a committed transaction; `build` returns what the test needs, as plain values."""
    with database.session() as session:
        made = build(session)
        session.commit()
    return made


def form_of(session, hall, cart, now, key):
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    return {
        "actor": hall.buyer,
        "now": now,
        "provider": PROVIDER,
        "checkout_key": key,
        "content_hash": shown.content_hash,
        "cart_version": cart.version,
    }


def count(database, column, *where):
    with database.session() as session:
        return session.scalar(select(func.count(column)).where(*where))


def test_r2_twenty_identical_posts_make_one_order(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        cart = make_cart(session, hall, [(notebook(session, "400.00"), 2)], now)
        return SimpleNamespace(cart=cart.id, form=form_of(session, hall, cart, now, "k" * 43))

    made = prepare(database, now, build)

    def post(session):
        return checkout.submit(session, session.get_one(Cart, made.cart), **made.form).number

    results = race(database, [post] * 20)
    again = race(database, [post])

    assert set(results + again) == {"BE-2026-00001"}
    assert count(database, Order.id) == 1
    assert count(database, FulfilmentEntry.id) == 1
    assert count(database, OutboxMail.id) == 1


def test_r3_two_tabs_with_different_keys_make_one_order(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        cart = make_cart(session, hall, [(notebook(session), 2)], now)
        return SimpleNamespace(cart=cart.id, forms=[form_of(session, hall, cart, now, f"{n:043d}") for n in range(8)])

    made = prepare(database, now, build)

    def post(form):
        return lambda session: checkout.submit(session, session.get_one(Cart, made.cart), **form).number

    results = race(database, [post(form) for form in made.forms])

    assert kinds(results) == {"str": 1, "AlreadyOrdered": 7}
    assert count(database, Order.id) == 1


def test_r5_thirty_buyers_share_ten_pieces(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        first, second = notebook(session, "1.00", stock=10), notebook(session, "1.00", stock=10)
        forms = []
        for index in range(30):
            wanted = [(first, 1), (second, 1)] if index % 2 else [(second, 1), (first, 1)]
            cart = make_cart(session, hall, wanted, now)
            forms.append((cart.id, form_of(session, hall, cart, now, f"{index:043d}")))
        return SimpleNamespace(forms=forms, products=[first.id, second.id])

    made = prepare(database, now, build)

    def post(cart_id, form):
        return lambda session: checkout.submit(session, session.get_one(Cart, cart_id), **form).number

    results = race(database, [post(*entry) for entry in made.forms])

    assert kinds(results) == {"str": 10, "OfferChanged": 20}
    with database.session() as session:
        assert session.scalars(select(Stock.available)).all() == [0, 0]
        held = session.execute(
            select(StockReservation.product_id, func.sum(StockReservation.quantity)).group_by("product_id")
        ).all()
    assert dict(map(tuple, held)) == dict.fromkeys(made.products, 10)


def test_r6_a_contract_is_never_called_off_beyond_its_maximum(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        product = notebook(session, "100.00", stock=1000)
        contract = make_contract(session, prices={product: "90.00"}, max_value=Decimal("900.00"))
        forms = []
        for index in range(30):
            cart = make_cart(session, hall, [(product, 1)], now)
            forms.append((cart.id, form_of(session, hall, cart, now, f"{index:043d}")))
        return SimpleNamespace(forms=forms, contract=contract.id)

    made = prepare(database, now, build)

    def post(cart_id, form):
        return lambda session: checkout.submit(session, session.get_one(Cart, cart_id), **form).number

    results = race(database, [post(*entry) for entry in made.forms])

    assert kinds(results)["str"] == 10
    with database.session() as session:
        assert session.get_one(FrameworkContract, made.contract).used_value == Decimal("900.00")


def test_r6_a_hard_budget_is_never_overdrawn(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        hall.cost_centre = make_cost_centre(session, hall.organisation, amount=Decimal("1190.00"), hard=True)
        product = notebook(session, "100.00", stock=1000)
        forms = []
        for index in range(20):
            cart = make_cart(session, hall, [(product, 1)], now)
            forms.append((cart.id, form_of(session, hall, cart, now, f"{index:043d}")))
        return SimpleNamespace(forms=forms, budget=hall.cost_centre.id)

    made = prepare(database, now, build)

    def post(cart_id, form):
        return lambda session: checkout.submit(session, session.get_one(Cart, cart_id), **form).number

    results = race(database, [post(*entry) for entry in made.forms])

    assert kinds(results)["str"] == 10
    with database.session() as session:
        budget = session.scalars(select(Budget).where(Budget.cost_centre_id == made.budget)).one()
        assert (budget.committed, budget.reserved) == (Decimal("1190.00"), 0)


def test_r6_cancelling_twice_at_once_frees_once(database, now):
    def build(session):
        hall = make_town_hall(session, now, amount=Decimal("5000.00"))
        product = notebook(session, "400.00", stock=10)
        order = order_of(session, hall, make_cart(session, hall, [(product, 2)], now), now)
        return SimpleNamespace(order=order.id, product=product.id, actor=hall.approver)

    made = prepare(database, now, build)

    def undo(session):
        order = session.get_one(Order, made.order)
        return checkout.cancel(session, order, actor=made.actor, now=now, reason="Nicht mehr nötig")

    results = race(database, [undo] * 6)

    assert kinds(results) == {"NoneType": 1, "WrongState": 5}
    with database.session() as session:
        assert session.get_one(Stock, made.product).available == 10
        assert session.scalars(select(Budget.committed)).one() == 0


def test_r9_grant_refuse_and_withdraw_at_once_have_one_effect(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        product = notebook(session, stock=10)
        order = order_of(session, hall, make_cart(session, hall, [(product, 4)], now), now)
        return SimpleNamespace(hall=hall, order=order.id, mails=session.scalar(select(func.count(OutboxMail.id))))

    made = prepare(database, now, build)
    hall = made.hall

    def granting(actor):
        return lambda session: decide(session, session.get_one(Order, made.order), actor, now)

    def refusing(actor):
        return lambda session: decide(session, session.get_one(Order, made.order), actor, now, Outcome.REFUSED, "Nein.")

    def withdrawing(session):
        return checkout.withdraw(session, session.get_one(Order, made.order), actor=hall.buyer, now=now, reason="Irrtum")

    race(database, [granting(hall.approver), refusing(hall.second), withdrawing] * 4)

    with database.session() as session:
        order = session.get_one(Order, made.order)
        assert order.state in ("approved", "refused", "withdrawn")
        moves = session.scalars(
            select(AuditEvent.action).where(AuditEvent.action.in_(["order.approved", "order.refused", "order.withdrawn"]))
        ).all()
        assert moves == [f"order.{order.state}"]
        entries = session.scalar(select(func.count(FulfilmentEntry.id)))
        documents = session.scalar(select(func.count(Document.id)))
        assert (entries, documents) == ((1, 1) if order.state == "approved" else (0, 0))
        assert session.scalar(select(func.count(ApprovalDecision.id))) == (0 if order.state == "withdrawn" else 1)
        more = session.scalar(select(func.count(OutboxMail.id))) - made.mails
        assert more == (2 if order.state == "withdrawn" else 1)


def test_r17_parallel_orders_are_numbered_without_gap(database, now):
    def build(session):
        hall = make_town_hall(session, now)
        product = notebook(session, "10.00", stock=1000)
        forms = []
        for index in range(24):
            cart = make_cart(session, hall, [(product, 1)], now)
            forms.append((cart.id, form_of(session, hall, cart, now, f"{index:043d}")))
        return SimpleNamespace(forms=forms)

    made = prepare(database, now, build)

    def post(index, cart_id, form):
        def work(session):
            order = checkout.submit(session, session.get_one(Cart, cart_id), **form)
            if index % 2:
                raise RuntimeError("failed after the number was drawn")
            return order.number

        return work

    race(database, [post(index, *entry) for index, entry in enumerate(made.forms)])

    with database.session() as session:
        numbers = sorted(session.scalars(select(Order.number)))
    assert numbers == [f"BE-2026-{n:05d}" for n in range(1, 13)]


def test_r4_checkout_is_all_or_nothing_whatever_statement_fails(database, now):
    """Fail after each statement of the checkout in turn: afterwards nothing of it exists."""
    from sqlalchemy import Engine, event

    def build(session):
        hall = make_town_hall(session, now, amount=Decimal("5000.00"))
        product = notebook(session, "400.00", stock=10)
        cart = make_cart(session, hall, [(product, 2)], now)
        return SimpleNamespace(cart=cart.id, product=product.id, form=form_of(session, hall, cart, now, "k" * 43))

    made = prepare(database, now, build)
    state = SimpleNamespace(left=0, active=False)

    def fail(_connection, _cursor, _statement, *_rest):
        if state.active:
            state.left -= 1
            if state.left < 0:
                raise RuntimeError("pulled the plug")

    event.listen(Engine, "after_cursor_execute", fail)
    try:
        for step in range(200):
            with database.session() as session:
                cart = session.get_one(Cart, made.cart)
                state.left, state.active = step, True
                try:
                    checkout.submit(session, cart, **made.form)
                    session.commit()
                    state.active = False
                    break
                except RuntimeError:
                    state.active = False
                    session.rollback()
            with database.session() as session:
                for table in (Order, FulfilmentEntry, OutboxMail, Document, StockReservation, AuditEvent):
                    assert session.scalar(select(func.count()).select_from(table)) == 0, (step, table)
                assert session.get_one(Stock, made.product).available == 10
                assert session.get_one(Cart, made.cart).state == "open"
                assert session.scalars(select(Budget.reserved + Budget.committed)).one() == 0
    finally:
        event.remove(Engine, "after_cursor_execute", fail)

    assert step > 25
    assert count(database, Order.id) == 1


def test_r20_a_price_that_changed_after_the_review_is_not_ordered(database, now):
    from webshop.catalog.models import Price

    def build(session):
        hall = make_town_hall(session, now)
        product = notebook(session, "400.00")
        cart = make_cart(session, hall, [(product, 1)], now)
        return SimpleNamespace(cart=cart.id, product=product.id, form=form_of(session, hall, cart, now, "k" * 43))

    made = prepare(database, now, build)
    with database.session() as session:
        session.scalars(select(Price).where(Price.product_id == made.product)).one().unit_net = Decimal("410.0000")
        session.commit()

    results = race(database, [lambda session: checkout.submit(session, session.get_one(Cart, made.cart), **made.form)])

    assert kinds(results) == {"OfferChanged": 1}


def test_r20_an_order_keeps_its_price_when_the_catalogue_changes(database, now):
    from webshop.catalog.models import Price

    def build(session):
        hall = make_town_hall(session, now)
        product = notebook(session, "400.00")
        order = order_of(session, hall, make_cart(session, hall, [(product, 2)], now), now)
        return SimpleNamespace(order=order.id, product=product.id)

    made = prepare(database, now, build)
    with database.session() as session:
        session.scalars(select(Price).where(Price.product_id == made.product)).one().unit_net = Decimal("999.0000")
        session.get_one(Product, made.product).name = "Umbenannt"
        session.commit()

    with database.session() as session:
        order = checkout.load(session, made.order)
        assert order.lines[0].unit_net == Decimal("400.0000")
        assert order.lines[0].title == "Nordbook 14 G3"
        assert order.once.net == order.net_once == Decimal("800.00")
