"""Recording events and sealing them into the chain."""

import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import event, insert, select, update
from sqlalchemy.orm import Session, SessionTransaction

from webshop.audit.models import AuditEvent, AuditHead
from webshop.core.actor import Actor

_PENDING = "webshop_audit"
GENESIS = "0" * 64


def record(
    session: Session,
    action: str,
    *,
    subject: tuple[str, object, str],
    actor: Actor | None,
    now: datetime,
    organisation_id: UUID | None,
    reason: str = "",
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    acting_for_id: UUID | None = None,
) -> None:
    """Remember one change for this transaction's commit.

    `subject` is kind, id and the number a person knows it by. `actor` None means the shop itself. Values in `before`
    and `after` must be plain JSON.
    """
    session.info.setdefault(_PENDING, []).append(
        {
            "at": now,
            "organisation_id": organisation_id,
            "actor_id": actor.person_id if actor else None,
            "actor_name": actor.name if actor else "System",
            "acting_for_id": acting_for_id,
            "action": action,
            "subject_kind": subject[0],
            "subject_id": str(subject[1]),
            "subject_number": subject[2],
            "reason": reason,
            "before": before or {},
            "after": after or {},
        }
    )


def digest(previous: str, values: dict[str, Any]) -> str:
    """SHA-256 over the previous hash and the event's values in canonical JSON."""
    text = json.dumps(values, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def chain(session: Session) -> Iterator[tuple[int, str]]:
    """Walk the chain from its start; yields sequence number and problem for each event that does not fit."""
    previous, expected = GENESIS, 1
    rows = session.execute(select(AuditEvent.__table__).order_by(AuditEvent.seq).execution_options(yield_per=1000))
    for row in rows.mappings():
        values = {key: value for key, value in row.items() if key not in ("previous_hash", "hash")}
        if row["seq"] != expected:
            yield row["seq"], f"expected number {expected}"
        elif row["previous_hash"] != previous:
            yield row["seq"], "previous hash differs"
        elif row["hash"] != digest(previous, values):
            yield row["seq"], "content was changed"
        previous, expected = row["hash"], row["seq"] + 1
    head = session.get(AuditHead, 1)
    if head is not None and (head.seq, head.hash) != (expected - 1, previous):
        yield head.seq, "the chain's end is missing"


def _plain(value: object) -> str:
    return value.isoformat() if isinstance(value, datetime) else str(value)


@event.listens_for(Session, "before_commit")
def _seal(session: Session) -> None:
    """Write the collected events at the end of the chain, as the last thing before the commit."""
    pending = session.info.get(_PENDING)
    if not pending or session.in_nested_transaction():
        return
    session.flush()
    session.info[_PENDING] = []
    head = session.execute(
        update(AuditHead)
        .where(AuditHead.id == 1)
        .values(seq=AuditHead.seq + len(pending))
        .returning(AuditHead.seq, AuditHead.hash)
    ).one()
    rows, previous = [], head.hash
    for seq, values in enumerate(pending, start=head.seq - len(pending) + 1):
        sealed = {"seq": seq, **values}
        current = digest(previous, sealed)
        rows.append({**sealed, "previous_hash": previous, "hash": current})
        previous = current
    session.connection().execute(insert(AuditEvent), rows)
    session.execute(update(AuditHead).where(AuditHead.id == 1).values(hash=previous))


@event.listens_for(Session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    if not previous.nested or previous.parent is None:
        session.info.pop(_PENDING, None)
