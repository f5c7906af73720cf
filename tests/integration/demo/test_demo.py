"""The demo: a whole shop from nothing, the same from the same moment, and everything in it keeps the shop's promises."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.databases import Database, EngineKind, Run
from webshop.accounts import passwords
from webshop.accounts.models import Person, RoleAssignment
from webshop.accounts.queries import actor_for
from webshop.approvals.models import ApprovalCase, ApprovalQuestion
from webshop.cart.models import Cart, CartState
from webshop.cart.offers import offers
from webshop.catalog.models import BundleItem, Category, Price, Product, ProductKind, ProductStatus, Stock
from webshop.core.actor import Role
from webshop.demo import make_demo
from webshop.demo.people import DEMO_PEOPLE, PASSWORD
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order, OrderLine, OrderLineDelivery
from webshop.orders.states import OrderState
from webshop.organisations.models import Budget, Organisation
from webshop.verify import RULES

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
ADDRESSES = [
    "bestellung@magdeburg.example.org",
    "freigabe@magdeburg.example.org",
    "verwaltung@magdeburg.example.org",
    "bestellung@stendal.example.org",
    "freigabe@stendal.example.org",
    "vertrieb@shop.example.org",
    "vertriebsleitung@shop.example.org",
    "abwicklung@shop.example.org",
    "buchhaltung@shop.example.org",
    "admin@shop.example.org",
    "revision@shop.example.org",
]
pytestmark = pytest.mark.slow


@dataclass
class Made:
    """A demo, and what was told while it was made."""

    session: Session
    progress: list[tuple[float, str]]


@pytest.fixture(scope="module")
def made(run: Run, engine_kind: EngineKind) -> Iterator[Made]:
    """A demo database, made once; the tests only read it."""
    database = run.database(engine_kind)
    progress: list[tuple[float, str]] = []
    make_demo(database.engine, now=NOW, progress=lambda part, words: progress.append((part, words)))
    with database.session() as session:
        yield Made(session, progress)
    database.close()


@pytest.fixture
def shop(made: Made) -> Session:
    return made.session


def test_everything_in_it_keeps_the_promises(shop: Session) -> None:
    assert {rule.id: list(rule.find(shop)) for rule in RULES} == {rule.id: [] for rule in RULES}


def test_the_demo_people_are_those_that_are_promised(shop: Session) -> None:
    assert [person.email for person in DEMO_PEOPLE] == ADDRESSES
    people = shop.scalars(select(Person).where(Person.email.in_(ADDRESSES))).all()
    assert len(people) == len(ADDRESSES)
    assert len({person.password_hash for person in people}) == 1
    assert passwords.matches(people[0].password_hash, PASSWORD)


def test_nobody_else_has_a_password(shop: Session) -> None:
    others = select(Person.password_hash).where(Person.email.not_in(ADDRESSES))
    found = shop.scalars(others).all()
    assert len(found) == 288
    assert set(found) == {None}


def test_roles_fit_what_the_people_are_called(shop: Session) -> None:
    def roles(email: str, house: str) -> set[Role]:
        key = shop.scalars(select(Organisation.id).where(Organisation.number == house)).one()
        person = shop.scalars(select(Person.id).where(Person.email == email)).one()
        actor = actor_for(shop, person, key, now=NOW)
        assert actor is not None
        assert actor.organisation_id == key
        return set(actor.roles)

    assert roles("bestellung@magdeburg.example.org", "K10001") == {Role.BUYER}
    assert roles("freigabe@magdeburg.example.org", "K10001") == {Role.APPROVER}
    assert roles("verwaltung@magdeburg.example.org", "K10001") == {Role.ORG_ADMIN, Role.APPROVER}
    assert roles("bestellung@stendal.example.org", "K10006") == {Role.BUYER}
    assert roles("bestellung@stendal.example.org", "K10023") == {Role.BUYER}
    assert roles("freigabe@stendal.example.org", "K10006") == {Role.APPROVER}
    staff = {
        "vertrieb": Role.SALES,
        "vertriebsleitung": Role.SALES_LEAD,
        "abwicklung": Role.FULFILMENT,
        "buchhaltung": Role.ACCOUNTING,
        "admin": Role.ADMIN,
        "revision": Role.AUDITOR,
    }
    assert {name: roles(f"{name}@shop.example.org", "MLIT") for name in staff} == {name: {role} for name, role in staff.items()}


def test_the_catalogue_is_complete(shop: Session) -> None:
    kinds = dict(shop.execute(select(Product.kind, func.count()).group_by(Product.kind)).all())
    assert kinds == {ProductKind.HARDWARE: 4408, ProductKind.SERVICE: 66, ProductKind.BUNDLE: 5}
    without = select(Category.path).where(Category.description == "")
    assert shop.scalars(without).all() == []
    pictures = set(shop.scalars(select(Category.picture)))
    assert "generic" not in pictures
    in_stock = shop.scalar(select(func.count()).where(Stock.available > 0)) or 0
    assert 0.6 < in_stock / 4408 < 0.9
    assert shop.scalar(select(func.count()).select_from(BundleItem)) == 17
    withdrawn = shop.scalars(select(Product).where(Product.status == ProductStatus.WITHDRAWN)).all()
    assert len(withdrawn) == 12
    assert all(product.successor_id for product in withdrawn)
    tiers = shop.scalar(select(func.count()).where(Price.min_quantity > 1)) or 0
    assert tiers > 1_000


def test_orders_stand_in_every_state(shop: Session) -> None:
    states = dict(shop.execute(select(Order.state, func.count()).group_by(Order.state)).all())
    assert set(states) == set(OrderState)
    assert sum(states.values()) >= 25
    queue = set(shop.scalars(select(FulfilmentEntry.state)))
    assert queue == set(EntryState)
    assert shop.scalar(select(func.count()).where(ApprovalQuestion.answered_at.is_(None))) == 1
    assert (shop.scalar(select(func.count()).where(ApprovalCase.closed_at.is_(None))) or 0) >= 4
    assert shop.scalar(select(func.count(Order.organisation_id.distinct()))) >= 6
    assert shop.scalar(select(func.max(Order.submitted_at))) < NOW


def test_one_order_sends_250_notebooks_to_five_schools(shop: Session) -> None:
    line = shop.scalars(select(OrderLine).where(OrderLine.quantity == 250)).one()
    places = shop.scalars(select(OrderLineDelivery.quantity).where(OrderLineDelivery.line_id == line.id)).all()
    assert (len(places), sum(places)) == (5, 250)


def test_some_budgets_are_hard_and_none_is_overdrawn(shop: Session) -> None:
    budgets = shop.scalars(select(Budget)).all()
    assert sum(budget.hard for budget in budgets) == 9
    assert [budget for budget in budgets if budget.bound > budget.amount] == []


def test_an_open_cart_shows_a_price_that_changed(shop: Session) -> None:
    person = select(Person.id).where(Person.email == "bestellung@magdeburg.example.org").scalar_subquery()
    carts = shop.scalars(select(Cart).where(Cart.owner_id == person, Cart.state == CartState.OPEN)).all()
    assert {cart.shared for cart in carts} == {True, False}
    drifted = [offer for cart in carts for offer in offers(shop, cart, day=NOW.date()) if offer.drift]
    assert len(drifted) >= 1


def test_roles_began_before_the_orders(shop: Session) -> None:
    latest = shop.scalar(select(func.max(RoleAssignment.valid_from)))
    first = shop.scalar(select(func.min(Order.submitted_at)))
    assert latest is not None
    assert first is not None
    assert latest < first.date()


def test_progress_runs_from_nothing_to_everything(made: Made) -> None:
    parts = [part for part, _ in made.progress]
    assert parts == sorted(parts)
    assert (parts[0], parts[-1]) == (0.0, 1.0)
    assert all(words for _, words in made.progress)
    assert len(parts) > 20


def content(session: Session) -> str:
    columns = (Order.number, Order.state, Order.submitted_at, Order.gross_once, Order.confirmation_number)
    orders = session.execute(select(*columns).order_by(Order.number)).all()
    articles = session.execute(
        select(Product.number, Product.search_text, Stock.available).outerjoin(Stock).order_by(Product.id)
    ).all()
    return hashlib.sha256(repr((orders, articles)).encode()).hexdigest()


def test_the_same_moment_makes_the_same_demo(shop: Session, fresh_database: Database) -> None:
    make_demo(fresh_database.engine, now=NOW)

    with fresh_database.session() as session:
        assert content(session) == content(shop)


@pytest.mark.parametrize("now", ["2027-01-02T23:30:00+00:00", "2028-02-29T05:00:00+00:00"])
def test_the_demo_can_be_made_on_any_day(fresh_database: Database, now: str) -> None:
    """Across New Year, at night, on a leap day years later."""
    moment = datetime.fromisoformat(now)

    make_demo(fresh_database.engine, now=moment)

    with fresh_database.session() as session:
        assert [name for rule in RULES for name in rule.find(session)] == []
        assert moment.year in set(session.scalars(select(Budget.year)))


def test_a_demo_that_fails_leaves_nothing_behind(fresh_database: Database) -> None:
    def give_up(part: float, words: str) -> None:
        if words == "Bestellungen":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make_demo(fresh_database.engine, now=NOW, progress=give_up)

    with fresh_database.session() as session:
        assert session.scalar(select(func.count()).select_from(Organisation)) == 0
