"""A town whose people order over and over by HTTP, and what must be true of its shop when all is quiet again."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text

from tests.databases import Database, Server
from tests.integration.checkout.town_hall import PROVIDER, TownHall, make_cart, make_person, make_town_hall, notebook
from tests.visitors import Reply, Visitor, signed_in
from webshop.checkout import services as checkout
from webshop.core.actor import Actor, Role
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.models import Order, OrderLine
from webshop.orders.states import OrderState
from webshop.verify import RULES

_CSRF = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
SMALL, LARGE = "10.00", "400.00"
"""Three of the small ones need nobody's approval, three of the large ones do."""


@dataclass
class Buyer:
    """Somebody who orders the same again and again, and remembers every number that a page has shown."""

    visitor: Visitor
    last: str
    """The order that is ordered again next."""
    placed: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    _form: dict[str, str] = field(default_factory=dict)
    """A form that was sent and not answered: it is sent again, as people do after a broken line."""

    def turn(self) -> None:
        """Order the last order again; counted as placed only when the page of thanks has named it."""
        if not self._form:
            page = self.visitor.get(f"/bestellungen/{self.last}")
            if self._later(page):
                return
            again = self.visitor.post(f"/bestellungen/{self.last}/erneut", {"csrf_token": csrf(page)})
            if self._later(again):
                return
            assert again.status == 303, (again.status, again.text[-2000:])
            review = self.visitor.get("/bestellen/pruefen")
            if self._later(review):
                return
            self._form = review.form("/bestellen/pruefen")
        answer = self.visitor.post("/bestellen/pruefen", self._form)
        if self._later(answer):
            return
        assert answer.status == 303, (answer.status, answer.text[-2000:])
        self._form = {}
        thanks = self.visitor.get(answer.location)
        if thanks.status == 503:
            self.last = answer.location.rpartition("/")[2]
            self.placed.append(self.last)
            return
        found = re.search(r"BE-\d{4}-\d{5,}", thanks.text)
        assert thanks.status == 200, thanks.status
        assert found is not None
        self.last = found[0]
        self.placed.append(self.last)

    def _later(self, reply: Reply) -> bool:
        assert reply.status < 400 or reply.status == 503, (reply.status, reply.path, reply.text[-2000:])
        assert reply.status != 503 or reply.headers["Retry-After"]
        return reply.status == 503

    def move_to(self, server: Server) -> None:
        self.visitor.address = server.address


def csrf(reply: Reply) -> str:
    found = _CSRF.search(reply.text)
    assert found is not None, f"no token on {reply.path}: {reply.status}"
    return found[1]


@dataclass
class Town:
    """Ids and names of what was made, usable without a session."""

    organisation_id: UUID
    product_id: int
    buyers: list[Actor]
    approver: Actor
    second: Actor
    staff: Actor
    first_orders: list[str]


def make_town(
    database: Database, now: datetime, *, buyers: int, net: str = SMALL, pieces: int = 3, nets: Mapping[int, str] | None = None
) -> Town:
    """A town hall whose buyers have placed one order each, of one article at `net` or, for the buyer of an index, at `nets`."""
    with database.session() as session:
        hall = make_town_hall(session, now)
        products = {price: notebook(session, price, stock=1_000_000) for price in {net, *(nets or {}).values()}}
        people = [hall.buyer, *(make_person(session, hall.organisation, Role.BUYER, now) for _ in range(buyers - 1))]
        numbers = []
        for index, buyer in enumerate(people):
            hall.buyer = buyer
            product = products[(nets or {}).get(index, net)]
            numbers.append(_order(session, hall, [(product, pieces)], now, f"first{index:038d}"))
        staff = _staff(session, now)
        town = Town(hall.organisation.id, products[net].id, people, hall.approver, hall.second, staff, numbers)
        session.commit()
    return town


def _order(session: Any, hall: TownHall, wanted: Any, now: datetime, key: str) -> str:
    cart = make_cart(session, hall, wanted, now)
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
    ).number


def _staff(session: Any, now: datetime) -> Actor:
    from tests.factories import make_provider

    return make_person(session, make_provider(session), Role.FULFILMENT, now)


def buyers_at(server: Server, database: Database, town: Town, *, timeout: float = 30) -> list[Buyer]:
    """The town's buyers in front of a server, each signed in."""
    return [
        Buyer(signed_in(server, database, person, timeout=timeout), number)
        for person, number in zip(town.buyers, town.first_orders, strict=True)
    ]


# --- when all is quiet again ------------------------------------------------------------------------------------------


def require_placed(database: Database, numbers: list[str]) -> None:
    """Every order that a page has shown as placed exists exactly once, with all that belongs to it (R-1, R-4, R-10)."""
    assert len(set(numbers)) == len(numbers), "a number was given twice"
    with database.session() as session:
        rows = session.execute(
            select(Order.number, Order.state, func.count(OrderLine.id)).join(OrderLine).group_by(Order.number, Order.state)
        ).all()
        found = {number: (state, lines) for number, state, lines in rows}
        missing = [number for number in numbers if number not in found]
        assert not missing, f"shown as placed and gone: {missing}"
        queued = dict(
            session.execute(
                select(FulfilmentEntry.order_number, func.count(FulfilmentEntry.id)).group_by(FulfilmentEntry.order_number)
            ).all()
        )
        keys = session.execute(select(Order.cart_id, func.count()).group_by(Order.cart_id).having(func.count() > 1)).all()
        assert keys == []
    for number, (state, lines) in found.items():
        wanted = lines if state in (OrderState.APPROVED, OrderState.COMPLETED) else 0
        assert queued.get(number, 0) == wanted, f"{number} is {state} with {lines} lines and {queued.get(number, 0)} entries"


def require_consistent(database: Database) -> None:
    """`webshop verify` finds nothing (R-10, R-34)."""
    told = database.webshop("verify")
    assert told.returncode == 0, told.stdout + told.stderr


def require_rules_hold(database: Database) -> None:
    """What `webshop verify` asks, asked from within this process: quicker where nothing else runs beside."""
    with database.session() as session:
        broken = {rule.id: list(found) for rule in RULES if (found := list(rule.find(session)))}
    assert broken == {}


def work_off(database: Database, seconds: float = 120) -> None:
    """A worker does all that waits."""
    done = database.webshop("worker", "--until-idle", timeout=seconds)
    assert done.returncode == 0, done.stderr[-3000:]


@contextmanager
def locked_from_outside(database: Database) -> Iterator[None]:
    """Somebody else holds the write lock: the whole file on SQLite, the tables people write to on PostgreSQL."""
    with database.session() as session:
        if database.kind == "sqlite":
            session.execute(text("SELECT 1"))  # every transaction of ours begins IMMEDIATE
        else:
            session.execute(text("LOCK TABLE orders, carts, web_sessions, audit_head IN ROW EXCLUSIVE MODE"))
        yield
        session.rollback()


def rows(database: Database, statement: Any) -> list[Any]:
    with database.session() as session:
        return list(session.execute(statement).all())
