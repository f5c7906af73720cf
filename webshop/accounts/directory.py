"""The list of people, for a viewer: staff see everybody, a house's auditor sees the people of the house."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, true
from sqlalchemy.orm import Session

from webshop.accounts.models import Person, RoleAssignment
from webshop.accounts.queries import HOUSES
from webshop.core.actor import ROLE_LABELS, Actor
from webshop.core.clock import berlin_date
from webshop.core.errors import NotFound
from webshop.core.i18n import N_

PAGE_SIZE = 50
MAX_WORDS = 6


class PersonState(StrEnum):
    """Whether somebody can get in."""

    ACTIVE = "active"
    INVITED = "invited"
    INACTIVE = "inactive"


STATE_LABELS = {
    PersonState.ACTIVE: (N_("Aktiv"), "success"),
    PersonState.INVITED: (N_("Noch ohne Passwort"), "warning"),
    PersonState.INACTIVE: (N_("Deaktiviert"), "neutral"),
}
_CONDITIONS: dict[PersonState, ColumnElement[bool]] = {
    PersonState.ACTIVE: Person.active & Person.password_hash.is_not(None),
    PersonState.INVITED: Person.active & Person.password_hash.is_(None),
    PersonState.INACTIVE: ~Person.active,
}


def state_of(person: Person) -> PersonState:
    """Deactivated, or waiting for the first password, or neither."""
    if not person.active:
        return PersonState.INACTIVE
    return PersonState.ACTIVE if person.password_hash else PersonState.INVITED


@dataclass(frozen=True)
class HeldRole:
    """A role of a person in an organisation, as a page shows it."""

    id: UUID
    label: str
    organisation: str
    valid_from: date
    valid_to: date | None
    current: bool
    past: bool


@dataclass(frozen=True)
class Entry:
    """A line of the list."""

    person: Person
    state: PersonState
    houses: tuple[tuple[str, tuple[str, ...]], ...]
    """Organisations with the labels of the roles that hold today."""


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """People whom this viewer may see (S-2)."""
    if viewer.is_staff:
        return true()
    return exists().where(
        RoleAssignment.person_id == Person.id, RoleAssignment.organisation_id == viewer.organisation_id
    )


def person_for(session: Session, viewer: Actor, person_id: UUID) -> Person:
    """One person; NotFound where there is none or the viewer may not see them."""
    person = session.scalar(select(Person).where(Person.id == person_id, visible_to(viewer)))
    if person is None:
        raise NotFound(N_("Diese Person gibt es nicht."))
    return person


def count_people(session: Session, viewer: Actor, *, words: str = "", state: PersonState | None = None) -> int:
    """How many people the list has."""
    return session.scalar(_listed(select(func.count(Person.id)), viewer, words, state)) or 0


def people(
    session: Session, viewer: Actor, *, now: datetime, words: str = "", state: PersonState | None = None, offset: int = 0
) -> list[Entry]:
    """A page of the list by name: two statements, however long it is."""
    by_name = _listed(select(Person), viewer, words, state).order_by(Person.last_name, Person.first_name, Person.id)
    rows = session.scalars(by_name.offset(offset).limit(PAGE_SIZE)).all()
    held = _roles(session, _in_scope(viewer), [row.id for row in rows], now)
    return [Entry(row, state_of(row), by_house([role for role in held.get(row.id, ()) if role.current])) for row in rows]


def roles_of(session: Session, viewer: Actor, person_id: UUID, *, now: datetime) -> Sequence[HeldRole]:
    """All roles of a person that the viewer may see, those of today first."""
    return sorted(_roles(session, _in_scope(viewer), [person_id], now).get(person_id, []), key=lambda role: not role.current)


def own_roles(session: Session, actor: Actor, *, now: datetime) -> Sequence[HeldRole]:
    """The actor's roles of today, in all their organisations."""
    return [role for role in _roles(session, true(), [actor.person_id], now).get(actor.person_id, []) if role.current]


def role_for(session: Session, viewer: Actor, person_id: UUID, role_id: UUID) -> RoleAssignment:
    """One role of a person; NotFound where it is none of theirs, or none that the viewer may see."""
    mine = (RoleAssignment.id == role_id) & (RoleAssignment.person_id == person_id)
    row = session.scalar(select(RoleAssignment).where(mine, _in_scope(viewer)))
    if row is None:
        raise NotFound(N_("Diese Rolle gibt es nicht."))
    return row


def houses(session: Session) -> list[tuple[str, str]]:
    """All organisations as choices: id and name."""
    rows = session.execute(select(HOUSES.c.id, HOUSES.c.name).order_by(HOUSES.c.kind.desc(), HOUSES.c.name))
    return [(str(row.id), row.name) for row in rows]


def _listed(statement: Select[Any], viewer: Actor, words: str, state: PersonState | None) -> Select[Any]:
    statement = statement.where(visible_to(viewer))
    if state is not None:
        statement = statement.where(_CONDITIONS[state])
    for word in words.split()[:MAX_WORDS]:
        columns = (Person.first_name, Person.last_name, Person.email, Person.department)
        spellings = {word, word.lower(), word.capitalize()}
        statement = statement.where(or_(*(c.icontains(w, autoescape=True) for c in columns for w in spellings)))
    return statement


def _in_scope(viewer: Actor) -> ColumnElement[bool]:
    return true() if viewer.is_staff else RoleAssignment.organisation_id == viewer.organisation_id


def _roles(session: Session, scope: ColumnElement[bool], person_ids: Sequence[UUID], now: datetime) -> dict[UUID, list[HeldRole]]:
    today, found = berlin_date(now), dict[UUID, list[HeldRole]]()
    statement = (
        select(RoleAssignment, HOUSES.c.name)
        .join(HOUSES, HOUSES.c.id == RoleAssignment.organisation_id)
        .where(RoleAssignment.person_id.in_(person_ids), scope)
        .order_by(HOUSES.c.name, RoleAssignment.role, RoleAssignment.valid_from.desc())
    )
    for row, name in session.execute(statement):
        past = row.valid_to is not None and row.valid_to < today
        current = row.valid_from <= today and not past
        label = ROLE_LABELS[row.role]
        found.setdefault(row.person_id, []).append(HeldRole(row.id, label, name, row.valid_from, row.valid_to, current, past))
    return found


def by_house(roles: Sequence[HeldRole]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Organisations with the labels of the roles there, each once."""
    found: dict[str, list[str]] = {}
    for role in roles:
        labels = found.setdefault(role.organisation, [])
        if role.label not in labels:
            labels.append(role.label)
    return tuple((house, tuple(labels)) for house, labels in found.items())
