"""Filling and working the fulfilment queue."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.catalog.models import ProductKind
from webshop.core.actor import Actor
from webshop.core.errors import Conflict
from webshop.core.i18n import N_
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import WORKFLOW, EntryKind
from webshop.orders.models import Order, OrderLine

PAYLOAD_VERSION = 1


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
