"""Reading people and what they may do today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, String, Uuid, column, or_, select, table
from sqlalchemy.orm import Session

from webshop.accounts.models import LinkPurpose, OneTimeLink, Person, RoleAssignment, WebSession
from webshop.core.actor import Actor, Membership, Role
from webshop.core.clock import berlin_date

HOUSES = table(
    "organisations", column("id", Uuid()), column("number", String()), column("name", String()), column("kind", String())
)
"""What this package knows of the organisations; their rows belong to the package above."""
PROVIDER = "provider"
IDLE_LIMIT = timedelta(hours=4)
"""A browser in which nobody did anything for so long is signed out (S-11)."""


def valid_on(day: date) -> ColumnElement[bool]:
    """Role assignments that hold on this day (in Berlin)."""
    return (RoleAssignment.valid_from <= day) & or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= day)


def house(session: Session, organisation_id: UUID) -> Row[Any] | None:
    """Id, number, name and kind of an organisation."""
    return session.execute(select(HOUSES).where(HOUSES.c.id == organisation_id)).one_or_none()


def houses_of(session: Session, person_id: UUID) -> list[UUID]:
    """The organisations in which a person has, had or will have a role."""
    statement = select(RoleAssignment.organisation_id).where(RoleAssignment.person_id == person_id)
    return list(session.scalars(statement.distinct()))


def _standing(day: date, *columns: Any) -> Select[Any]:
    """Active people, one row per role that holds today; at least one row each."""
    return (
        select(
            Person.id,
            Person.first_name,
            Person.last_name,
            Person.email,
            Person.department,
            Person.language,
            Person.theme,
            RoleAssignment.role,
            HOUSES.c.id.label("organisation_id"),
            HOUSES.c.name.label("organisation_name"),
            HOUSES.c.kind.label("organisation_kind"),
            *columns,
        )
        .select_from(Person)
        .outerjoin(RoleAssignment, (RoleAssignment.person_id == Person.id) & valid_on(day))
        .outerjoin(HOUSES, HOUSES.c.id == RoleAssignment.organisation_id)
        .where(Person.active)
        .order_by(HOUSES.c.name, HOUSES.c.id)
    )


def credentials(session: Session, email: str, *, lock: bool = False) -> tuple[UUID | None, str | None]:
    """Id and password hash of the active person who signs in with this address; None twice where there is none.

    With `lock` the answer stays true until the transaction ends.
    """
    statement = select(Person.id, Person.password_hash).where(Person.email == email, Person.active)
    row = session.execute(statement.with_for_update() if lock else statement).one_or_none()
    return (row.id, row.password_hash) if row else (None, None)


@dataclass(frozen=True)
class LinkHolder:
    """Whom a one-time link was mailed to, and the names that must not make up their password."""

    person_id: UUID
    name: str
    email: str
    names: tuple[str, ...]


def link_holder(session: Session, token_hash: str, purpose: LinkPurpose, *, now: datetime) -> LinkHolder | None:
    """The person who may use this link now; looking changes nothing (S-16)."""
    person = session.scalar(
        select(Person)
        .join(OneTimeLink, OneTimeLink.person_id == Person.id)
        .where(
            OneTimeLink.token_hash == token_hash,
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
            Person.active,
        )
    )
    return None if person is None else LinkHolder(person.id, person.name, person.email, names_about(session, person))


def names_about(session: Session, person: Person) -> tuple[str, ...]:
    """Names that others connect with a person: their own, their address, their organisations'."""
    statement = select(HOUSES.c.name).join(RoleAssignment, RoleAssignment.organisation_id == HOUSES.c.id)
    houses = session.scalars(statement.where(RoleAssignment.person_id == person.id).distinct())
    return (person.first_name, person.last_name, person.email, *houses)


def actor_for(session: Session, person_id: UUID, organisation_id: UUID | None = None, *, now: datetime) -> Actor | None:
    """The person as actor in an organisation, or in the first of theirs; None without a role today, or when inactive."""
    rows = session.execute(_standing(berlin_date(now)).where(Person.id == person_id)).all()
    return _actor(rows, organisation_id)


def signed_in(session: Session, token_hash: str, *, now: datetime) -> tuple[Actor, UUID, datetime] | None:
    """Who a session belongs to: actor, the session's row id and when it was last seen. One statement (S-6)."""
    statement = (
        _standing(
            berlin_date(now),
            WebSession.id.label("session_id"),
            WebSession.last_seen_at,
            WebSession.organisation_id.label("chosen_id"),
        )
        .join(WebSession, WebSession.person_id == Person.id)
        .where(WebSession.token_hash == token_hash, WebSession.expires_at > now, WebSession.last_seen_at > now - IDLE_LIMIT)
    )
    rows = session.execute(statement).all()
    actor = _actor(rows, rows[0].chosen_id) if rows else None
    return None if actor is None else (actor, rows[0].session_id, rows[0].last_seen_at)


def _actor(rows: Iterable[Row[Any]], wanted: UUID | None) -> Actor | None:
    """The rows of one person as an actor: in the wanted organisation where they hold a role there, else in the first."""
    held = [row for row in rows if row.organisation_id is not None]
    if not held:
        return None
    chosen = next((row for row in held if row.organisation_id == wanted), held[0])
    houses = {row.organisation_id: row.organisation_name for row in held}
    return Actor(
        person_id=chosen.id,
        name=f"{chosen.first_name} {chosen.last_name}".strip(),
        email=chosen.email,
        organisation_id=chosen.organisation_id,
        organisation_name=chosen.organisation_name,
        is_staff=chosen.organisation_kind == PROVIDER,
        roles=frozenset(Role(row.role) for row in held if row.organisation_id == chosen.organisation_id),
        memberships=tuple(Membership(key, name) for key, name in houses.items()),
        department=chosen.department,
        language=chosen.language,
        theme=chosen.theme,
    )


def sessions_of(session: Session, person_id: UUID, *, now: datetime) -> Sequence[WebSession]:
    """The browsers in which a person is signed in, last used first."""
    return session.scalars(
        select(WebSession)
        .where(WebSession.person_id == person_id, WebSession.expires_at > now, WebSession.last_seen_at > now - IDLE_LIMIT)
        .order_by(WebSession.last_seen_at.desc(), WebSession.id)
        .limit(100)
    ).all()
