"""Reading the fulfilment queue, always for a viewer: the provider's staff see all of it, a customer's audit its own house."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from webshop.core.actor import Actor, Role
from webshop.core.db import db_now
from webshop.core.i18n import N_
from webshop.fulfilment.errors import NoSuchEntry
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryKind, EntryState
from webshop.orders.models import Order, OrderLine
from webshop.organisations.models import Organisation

PAGE = 50
STAFF: Final = (Role.FULFILMENT, Role.ADMIN, Role.SALES, Role.SALES_LEAD, Role.AUDITOR)


class View(StrEnum):
    """The tabs of the queue; their values stand in the URL."""

    WAITING = "wartet"
    MINE = "meine"
    WORKING = "arbeit"
    PARKED = "angehalten"
    DONE = "erledigt"
    CANCELLED = "storniert"
    ALL = "alle"


VIEW_LABELS: Final = {
    View.WAITING: N_("Wartet"),
    View.MINE: N_("Von mir übernommen"),
    View.WORKING: N_("In Arbeit"),
    View.PARKED: N_("Angehalten"),
    View.DONE: N_("Erledigt"),
    View.CANCELLED: N_("Storniert"),
    View.ALL: N_("Alle"),
}


class Sort(StrEnum):
    """What the list is sorted by."""

    AGE = "alter"
    DUE = "termin"


@dataclass(frozen=True)
class QueueFilter:
    """What the list is narrowed to. `holder` is how the viewer stands in `claimed_by`."""

    view: View = View.WAITING
    kind: EntryKind | None = None
    customer: str = ""
    text: str = ""
    sort: Sort = Sort.AGE
    holder: str = ""


@dataclass(frozen=True)
class QueueRow:
    """A line of the list."""

    entry: FulfilmentEntry
    customer: str
    due: date | None
    """The promised day, else the desired one."""


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Entries that the viewer may read (S-2)."""
    if viewer.is_staff and viewer.has(*STAFF):
        return true()
    if not viewer.is_staff and viewer.has(Role.AUDITOR):
        return FulfilmentEntry.organisation_id == viewer.organisation_id
    return false()


def works_on(viewer: Actor) -> bool:
    """True for those who may work the queue: the others only read."""
    return viewer.is_staff and viewer.has(Role.FULFILMENT)


_RAN_OUT = and_(FulfilmentEntry.state == EntryState.CLAIMED, FulfilmentEntry.lease_until < db_now())


def _in_view(view: View, holder: str) -> ColumnElement[bool]:
    """A claim that ran out waits again, though its state still says claimed."""
    working = and_(FulfilmentEntry.state == EntryState.CLAIMED, FulfilmentEntry.lease_until >= db_now())
    conditions: Mapping[View, ColumnElement[bool]] = {
        View.WAITING: or_(FulfilmentEntry.state == EntryState.QUEUED, _RAN_OUT),
        View.MINE: and_(working, FulfilmentEntry.claimed_by == holder),
        View.WORKING: working,
        View.PARKED: FulfilmentEntry.state == EntryState.FAILED,
        View.DONE: FulfilmentEntry.state == EntryState.DONE,
        View.CANCELLED: FulfilmentEntry.state == EntryState.CANCELLED,
        View.ALL: true(),
    }
    return conditions[view]


def counts(session: Session, viewer: Actor, wanted: QueueFilter) -> dict[View, int]:
    """How many entries each tab holds under the other filters; one statement."""
    columns = [func.count(FulfilmentEntry.id).filter(_in_view(view, wanted.holder)) for view in View]
    row = session.execute(_narrowed(select(*columns), viewer, wanted)).one()
    return dict(zip(View, row, strict=True))


def entries(session: Session, viewer: Actor, wanted: QueueFilter, *, offset: int = 0, limit: int = PAGE) -> Sequence[QueueRow]:
    """One page of a tab: what waits longest first, or what is due first; what is done, newest first."""
    due = func.coalesce(OrderLine.promised_date, Order.desired_date)
    statement = _narrowed(
        select(FulfilmentEntry, Order.customer_name, OrderLine.promised_date, Order.desired_date), viewer, wanted
    ).where(_in_view(wanted.view, wanted.holder))
    if wanted.sort == Sort.DUE:
        statement = statement.order_by(due.is_(None), due, FulfilmentEntry.id)
    elif wanted.view in (View.DONE, View.CANCELLED):
        statement = statement.order_by(FulfilmentEntry.finished_at.desc(), FulfilmentEntry.id.desc())
    else:
        statement = statement.order_by(FulfilmentEntry.priority, FulfilmentEntry.id)
    return [
        QueueRow(entry, customer, promised or desired)
        for entry, customer, promised, desired in session.execute(statement.offset(offset).limit(limit))
    ]


def customers(session: Session, viewer: Actor) -> Sequence[tuple[str, str]]:
    """Number and name of the customers that have entries."""
    rows = session.execute(
        select(Organisation.number, Organisation.name)
        .where(exists().where(FulfilmentEntry.organisation_id == Organisation.id, visible_to(viewer)))
        .order_by(Organisation.name)
    )
    return [(number, name) for number, name in rows]


def entry_for(session: Session, viewer: Actor, entry_id: int) -> FulfilmentEntry:
    """One entry; NoSuchEntry where there is none or it is not the viewer's to see."""
    entry = session.scalar(select(FulfilmentEntry).where(FulfilmentEntry.id == entry_id, visible_to(viewer)))
    if entry is None:
        raise NoSuchEntry
    return entry


def shown_state(entry: FulfilmentEntry, now: datetime) -> EntryState:
    """The state as people mean it: a claim that ran out waits again."""
    if entry.state == EntryState.CLAIMED and entry.lease_until is not None and entry.lease_until < now:
        return EntryState.QUEUED
    return entry.state


def _narrowed(statement: Select[*tuple[Any, ...]], viewer: Actor, wanted: QueueFilter) -> Select[*tuple[Any, ...]]:
    statement = (
        statement.select_from(FulfilmentEntry)
        .join(OrderLine, OrderLine.id == FulfilmentEntry.order_line_id)
        .join(Order, Order.id == FulfilmentEntry.order_id)
        .where(visible_to(viewer))
    )
    if wanted.kind is not None:
        statement = statement.where(FulfilmentEntry.kind == wanted.kind)
    if wanted.customer:
        statement = statement.where(Order.customer_number == wanted.customer)
    if wanted.text:
        columns = (Order.number, Order.customer_name, Order.reference, OrderLine.number, OrderLine.title)
        statement = statement.where(or_(*(_contains(column, wanted.text) for column in columns)))
    return statement


def _contains(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    """The column holds the text, whatever the case; SQLite folds only A to Z, so other letters are tried both ways."""
    spellings = {text} if text.isascii() else {text, text.lower(), text.upper(), text.capitalize()}
    return or_(*(column.icontains(spelling, autoescape=True) for spelling in sorted(spellings)))
