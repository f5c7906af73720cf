"""Filling and working the fulfilment queue."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.catalog.models import ProductKind
from webshop.core import leases
from webshop.core.actor import Actor
from webshop.core.errors import Conflict, Invalid
from webshop.core.i18n import N_
from webshop.core.states import WrongState
from webshop.fulfilment.errors import AlreadyTaken, NoSuchEntry
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import WORKFLOW, EntryKind, EntryState
from webshop.orders import services as orders
from webshop.orders.models import Order, OrderLine
from webshop.orders.states import OrderState

PAYLOAD_VERSION = 1
PERSON_LEASE_S = 8 * 3600
"""A working day: what a person took in the morning is theirs until the evening."""
MAX_REASON = 1000


def enqueue(session: Session, order: Order, *, now: datetime) -> Sequence[FulfilmentEntry]:
    """One entry per line of an approved order, in the transaction that approves it (R-10)."""
    entries = [
        FulfilmentEntry(
            organisation_id=order.organisation_id,
            order_id=order.id,
            order_number=order.number,
            order_line_id=line.id,
            kind=EntryKind.PROVISION if line.kind == ProductKind.SERVICE else EntryKind.DELIVER,
            payload=payload(order, line),
            created_at=now,
        )
        for line in order.lines
    ]
    session.add_all(entries)
    session.flush()
    return entries


def payload(order: Order, line: OrderLine) -> dict[str, Any]:
    """All that a warehouse or service desk needs to know, as it was approved."""
    return {
        "version": PAYLOAD_VERSION,
        "order": order.number,
        "position": line.position,
        "customer": {"number": order.customer_number, "name": order.customer_name},
        "reference": order.reference,
        "contact": {"name": order.contact_name, "phone": order.contact_phone},
        "desired_date": order.desired_date.isoformat() if order.desired_date else None,
        "promised_date": line.promised_date.isoformat() if line.promised_date else None,
        "article": {
            "number": line.number,
            "title": line.title,
            "kind": line.kind,
            "manufacturer": line.manufacturer,
            "manufacturer_number": line.manufacturer_number,
        },
        "quantity": line.quantity,
        "unit": line.unit_code,
        "from_stock": line.in_stock,
        "parts": [{"number": part.number, "title": part.title, "quantity": part.quantity} for part in line.parts],
        "deliveries": [
            {
                "label": part.label,
                "street": part.street,
                "postcode": part.postcode,
                "city": part.city,
                "note": part.note,
                "quantity": part.quantity,
            }
            for part in line.deliveries
        ],
        "note": line.note,
        "order_note": order.note,
    }


def cancel_entries(session: Session, order: Order, *, actor: Actor, now: datetime, reason: str) -> None:
    """Take all entries of an order out of the queue; Conflict where work on one has begun."""
    cancelled = session.scalars(
        update(FulfilmentEntry)
        .where(FulfilmentEntry.order_id == order.id, FulfilmentEntry.state == WORKFLOW.start)
        .values(state=WORKFLOW.target("cancel", WORKFLOW.start), finished_at=now)
        .returning(FulfilmentEntry.id)
        .execution_options(synchronize_session=False)
    ).all()
    if len(cancelled) < len(order.lines):
        raise Conflict(N_("An dieser Bestellung wird bereits gearbeitet. Sie lässt sich nicht mehr im Ganzen stornieren."))
    for entry_id in cancelled:
        audit.record(
            session,
            "fulfilment.cancelled",
            subject=("fulfilment", entry_id, order.number),
            actor=actor,
            now=now,
            organisation_id=order.organisation_id,
            reason=reason,
        )


# --- working an entry -------------------------------------------------------------------------------------------------


def claim_next(
    session: Session, *, worker: str, seconds: int, now: datetime, kind: EntryKind | None = None
) -> FulfilmentEntry | None:
    """Give a warehouse system the oldest waiting entry, or None where nothing waits."""
    where = [FulfilmentEntry.kind == kind] if kind else []
    return _claim(session, where, worker=worker, seconds=seconds, actor=None, now=now)


def claim_entry(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> FulfilmentEntry:
    """A person takes one entry; AlreadyTaken where somebody else was faster. Taking one's own entry again changes nothing."""
    entry = _claim(
        session, [FulfilmentEntry.id == entry_id], worker=holder(actor), seconds=PERSON_LEASE_S, actor=actor, now=now
    )
    if entry is not None:
        return entry
    entry = _entry(session, entry_id)
    if entry.state == EntryState.CLAIMED and entry.claimed_by == holder(actor):
        return entry
    if entry.state == EntryState.CLAIMED:
        raise AlreadyTaken(N_("Diesen Auftrag hat inzwischen %(name)s übernommen."), name=entry.claimed_by)
    if entry.state == EntryState.QUEUED and entry.not_before is not None and entry.not_before > now:
        raise AlreadyTaken(N_("Dieser Auftrag ruht nach einem Fehlversuch noch. Versuchen Sie es später noch einmal."))
    if entry.state == EntryState.QUEUED:
        raise AlreadyTaken(N_("Diesen Auftrag übernimmt gerade jemand anderes."))
    raise WrongState(N_("Dieser Auftrag wartet nicht mehr."))


def renew(session: Session, entry_id: int, token: str, *, seconds: int) -> FulfilmentEntry:
    """Hold an entry longer; LeaseLost where it is no longer ours."""
    leases.renew(session, FulfilmentEntry, entry_id, token, seconds=seconds)
    return _entry(session, entry_id)


def finish(
    session: Session, entry_id: int, token: str, *, result: Mapping[str, Any], actor: Actor | None, now: datetime
) -> FulfilmentEntry:
    """The line is delivered or set up. The last entry of an order completes it, in the same transaction."""
    order = _locked_order(session, entry_id)
    state = WORKFLOW.target("finish", EntryState.CLAIMED)
    leases.finish(session, FulfilmentEntry, entry_id, token, state=state, finished_at=now, result=dict(result))
    entry = _entry(session, entry_id)
    _record(session, entry, "done", actor=actor, now=now, after={"result": dict(result)})
    _complete_if_last(session, order, actor=actor, now=now)
    return entry


def fail(
    session: Session,
    entry_id: int,
    token: str,
    *,
    reason: str,
    actor: Actor | None,
    now: datetime,
    temporary: bool = False,
) -> FulfilmentEntry:
    """The line cannot be delivered or set up: the entry is parked with its reason until people put it back.

    `temporary`: it comes back by itself after a growing pause, and is parked only after several tries (R-14).
    """
    reason = reason.strip()[:MAX_REASON]
    if not reason:
        raise Invalid(N_("Geben Sie an, woran es liegt."), field="reason")
    state = leases.fail(
        session,
        FulfilmentEntry,
        _entry(session, entry_id),
        token,
        error=reason,
        retry=WORKFLOW.target("release", EntryState.CLAIMED),
        parked=WORKFLOW.target("fail", EntryState.CLAIMED),
        now=now,
        final=not temporary,
    )
    entry = _entry(session, entry_id)
    _record(session, entry, "failed" if state == EntryState.FAILED else "postponed", actor=actor, now=now, reason=reason)
    return entry


def release(session: Session, entry_id: int, *, actor: Actor, now: datetime) -> FulfilmentEntry:
    """Lay an entry back into the queue, one's own or that of a colleague who is away; the attempt does not count."""
    entry = _entry(session, entry_id)
    target = WORKFLOW.target("release", entry.state)
    taken_by = entry.claimed_by
    leases.release(session, FulfilmentEntry, entry_id, entry.lease_token or "", state=target)
    entry = _entry(session, entry_id)
    _record(session, entry, "released", actor=actor, now=now, before={"claimed_by": taken_by})
    return entry


def retry(session: Session, entry_id: int, *, actor: Actor | None, now: datetime) -> FulfilmentEntry:
    """Put a parked entry back into the queue; WrongState where it is not parked (any more)."""
    target = WORKFLOW.target("retry", _entry(session, entry_id).state)
    changed = session.scalar(
        update(FulfilmentEntry)
        .where(FulfilmentEntry.id == entry_id, FulfilmentEntry.state == EntryState.FAILED)
        .values(state=target, attempts=0, not_before=None, claimed_by=None)
        .returning(FulfilmentEntry.id)
        .execution_options(synchronize_session=False)
    )
    if changed is None:
        raise WrongState(N_("Dieser Auftrag ist nicht mehr angehalten."))
    entry = _entry(session, entry_id)
    _record(session, entry, "retried", actor=actor, now=now)
    return entry


def holder(actor: Actor) -> str:
    """What stands as `claimed_by` where a person works an entry."""
    return f"{actor.name} <{actor.email}>"[:120]


def _claim(
    session: Session,
    where: Sequence[ColumnElement[bool]],
    *,
    worker: str,
    seconds: int,
    actor: Actor | None,
    now: datetime,
) -> FulfilmentEntry | None:
    entry = leases.claim(
        session,
        FulfilmentEntry,
        states=[EntryState.QUEUED, EntryState.CLAIMED],
        worker=worker,
        seconds=seconds,
        where=where,
        becomes=WORKFLOW.target("claim", EntryState.QUEUED),
    )
    if entry is not None:
        _record(session, entry, "claimed", actor=actor, now=now, after={"attempt": entry.attempts})
    return entry


def _entry(session: Session, entry_id: int) -> FulfilmentEntry:
    """The entry as the database has it now; NoSuchEntry."""
    entry = session.get(FulfilmentEntry, entry_id, populate_existing=True)
    if entry is None:
        raise NoSuchEntry
    return entry


def _locked_order(session: Session, entry_id: int) -> Order:
    """The entry's order, held until the transaction ends: of two that finish the last two entries, one comes second."""
    order = session.scalar(
        select(Order)
        .where(Order.id == select(FulfilmentEntry.order_id).where(FulfilmentEntry.id == entry_id).scalar_subquery())
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if order is None:
        raise NoSuchEntry
    return order


def _complete_if_last(session: Session, order: Order, *, actor: Actor | None, now: datetime) -> None:
    open_entries = select(FulfilmentEntry.id).where(
        FulfilmentEntry.order_id == order.id, FulfilmentEntry.state.not_in([EntryState.DONE, EntryState.CANCELLED])
    )
    if order.state == OrderState.APPROVED and session.scalar(open_entries.limit(1)) is None:
        orders.move(session, order, "complete", actor=actor, now=now)


def _record(
    session: Session,
    entry: FulfilmentEntry,
    what: str,
    *,
    actor: Actor | None,
    now: datetime,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    audit.record(
        session,
        f"fulfilment.{what}",
        subject=("fulfilment", entry.id, entry.order_number),
        actor=actor,
        now=now,
        organisation_id=entry.organisation_id,
        reason=reason,
        before=before,
        after={"state": entry.state, "by": entry.claimed_by, **(after or {})},
    )
