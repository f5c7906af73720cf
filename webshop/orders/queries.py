"""Reading orders, always for a viewer: own ones, those of the house, or, for the provider's staff, all."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from webshop.accounts.models import Person
from webshop.core.actor import Actor, Role
from webshop.core.clock import start_of_day
from webshop.core.i18n import N_
from webshop.core.money import ZERO
from webshop.orders.errors import NoSuchOrder
from webshop.orders.models import Order, OrderLine
from webshop.orders.states import OrderState

Rows = Select[*tuple[Any, ...]]
PAGE = 25
_NUMBER = re.compile(r"[A-Z]{2}-[0-9]{4}-[0-9]{5,9}")
EXPORT_STEP = 500
STAFF: Final = (Role.SALES, Role.SALES_LEAD, Role.FULFILMENT, Role.ACCOUNTING, Role.ADMIN, Role.AUDITOR)
HOUSE: Final = (Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR)


def sees_all(viewer: Actor) -> bool:
    """True for the provider's staff, who look after every customer."""
    return viewer.is_staff and viewer.has(*STAFF)


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Orders that the viewer may read (S-2): staff all, approvers, administration and audit the house's, buyers their own."""
    if sees_all(viewer):
        return true()
    own_house = Order.organisation_id == viewer.organisation_id
    if viewer.has(*HOUSE) and not viewer.is_staff:
        return own_house
    if viewer.has(Role.BUYER):
        return and_(own_house, Order.buyer_id == viewer.person_id)
    return false()


def order_for(session: Session, viewer: Actor, number: str) -> Order:
    """One order without its lines; NoSuchOrder where there is none or it is not the viewer's to see."""
    return _one(session, viewer, number)


def whole_order_for(session: Session, viewer: Actor, number: str) -> Order:
    """One order with buyer, lines, deliveries, shares and parts; NoSuchOrder as above."""
    lines = selectinload(Order.lines)
    return _one(
        session,
        viewer,
        number,
        joinedload(Order.buyer),
        lines.selectinload(OrderLine.deliveries),
        lines.selectinload(OrderLine.shares),
        lines.selectinload(OrderLine.parts),
    )


def _one(session: Session, viewer: Actor, number: str, *loading: ExecutableOption) -> Order:
    statement = select(Order).where(Order.number == number, visible_to(viewer)).options(*loading)
    order = session.scalar(statement) if _NUMBER.fullmatch(number) else None
    if order is None:
        raise NoSuchOrder
    return order


# --- the list ---------------------------------------------------------------------------------------------------------


class Sort(StrEnum):
    """What the list can be sorted by; the values stand in the URL."""

    DATE = "datum"
    NUMBER = "nummer"
    STATE = "stand"
    BUYER = "person"
    CUSTOMER = "kunde"
    NET = "summe"


SORTS: Final[Mapping[Sort, Sequence[InstrumentedAttribute[Any]]]] = {
    Sort.DATE: (Order.submitted_at,),
    Sort.NUMBER: (Order.number,),
    Sort.STATE: (Order.state,),
    Sort.BUYER: (Person.last_name, Person.first_name),
    Sort.CUSTOMER: (Order.customer_name,),
    Sort.NET: (Order.net_once, Order.net_monthly),
}
SORT_LABELS: Final = {
    Sort.DATE: N_("Eingereicht"),
    Sort.NUMBER: N_("Bestellung"),
    Sort.STATE: N_("Stand"),
    Sort.BUYER: N_("Bestellt von"),
    Sort.CUSTOMER: N_("Kunde"),
    Sort.NET: N_("Summe netto"),
}


@dataclass(frozen=True)
class OrderFilter:
    """What the list is narrowed to, and its order."""

    state: OrderState | None = None
    text: str = ""
    customer: str = ""
    since: date | None = None
    until: date | None = None
    sort: Sort = Sort.DATE
    descending: bool = True


@dataclass(frozen=True)
class OrderRow:
    """A line of the list."""

    order: Order
    buyer_name: str
    lines: int


@dataclass(frozen=True)
class Figures:
    """What the filtered list adds up to, over all its pages."""

    count: int = 0
    net_once: Decimal = ZERO
    gross_once: Decimal = ZERO
    net_monthly: Decimal = ZERO
    gross_monthly: Decimal = ZERO


def figures(session: Session, viewer: Actor, wanted: OrderFilter) -> Figures:
    """Count and sums of all orders that match."""
    columns = (Order.net_once, Order.gross_once, Order.net_monthly, Order.gross_monthly)
    sums = [func.coalesce(func.sum(column), ZERO, type_=column.type) for column in columns]
    statement = select(func.count(Order.id), *sums)
    return Figures(*session.execute(_matching(statement, viewer, wanted)).one())


def orders(session: Session, viewer: Actor, wanted: OrderFilter, *, offset: int = 0, limit: int = PAGE) -> Sequence[OrderRow]:
    """One page of the list."""
    return [_row(row) for row in session.execute(_listed(viewer, wanted).offset(offset).limit(limit))]


def all_orders(session: Session, viewer: Actor, wanted: OrderFilter, *, limit: int) -> Iterator[OrderRow]:
    """The whole list for an export, read in steps so that memory stays flat."""
    statement = _listed(viewer, wanted).limit(limit).execution_options(yield_per=EXPORT_STEP)
    for row in session.execute(statement):
        yield _row(row)


def _row(row: Any) -> OrderRow:
    return OrderRow(row.Order, f"{row.first_name} {row.last_name}".strip(), row.lines)


def _listed(viewer: Actor, wanted: OrderFilter) -> Rows:
    lines = select(func.count(OrderLine.id)).where(OrderLine.order_id == Order.id).correlate(Order).scalar_subquery()
    columns = [column.desc() if wanted.descending else column.asc() for column in SORTS[wanted.sort]]
    statement = select(Order, Person.first_name, Person.last_name, lines.label("lines")).join(Person, Person.id == Order.buyer_id)
    return _matching(statement, viewer, wanted).order_by(*columns, Order.number.desc() if wanted.descending else Order.number)


def _matching(statement: Rows, viewer: Actor, wanted: OrderFilter) -> Rows:
    statement = statement.where(visible_to(viewer))
    if wanted.state is not None:
        statement = statement.where(Order.state == wanted.state)
    if wanted.since is not None:
        statement = statement.where(Order.submitted_at >= start_of_day(wanted.since))
    if wanted.until is not None:
        statement = statement.where(Order.submitted_at < start_of_day(wanted.until + timedelta(days=1)))
    if wanted.customer and sees_all(viewer):
        statement = statement.where(_contains((Order.customer_name, Order.customer_number), wanted.customer))
    if wanted.text:
        line = exists().where(
            OrderLine.order_id == Order.id,
            OrderLine.organisation_id == Order.organisation_id,
            _contains((OrderLine.number, OrderLine.title, OrderLine.manufacturer_number), wanted.text),
        )
        statement = statement.where(or_(_contains((Order.number, Order.subject, Order.reference), wanted.text), line))
    return statement


def _contains(columns: Sequence[InstrumentedAttribute[str]], text: str) -> ColumnElement[bool]:
    """Any column holds the text, whatever the case; SQLite folds only A to Z, so other letters are tried both ways."""
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.capitalize()}
    return or_(*(column.icontains(spelling, autoescape=True) for column in columns for spelling in sorted(spellings)))
