"""Audit events about people."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.orm import Session

from webshop.accounts import queries
from webshop.accounts.models import Person
from webshop.audit import services as audit
from webshop.core.actor import Actor


def record(
    session: Session,
    action: str,
    person: Person,
    *,
    actor: Actor | None,
    now: datetime,
    organisation_id: UUID | None = None,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
) -> None:
    """An audit event about a person; it belongs to the organisation named, or to theirs where they have exactly one."""
    session.flush()
    houses = [organisation_id] if organisation_id else queries.houses_of(session, person.id)
    audit.record(
        session,
        action,
        subject=("person", person.id, person.email),
        actor=actor,
        now=now,
        organisation_id=houses[0] if len(houses) == 1 else None,
        before=dict(before or {}),
        after=dict(after or {}),
    )
