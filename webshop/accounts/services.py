"""Changing people and their rights. What lets them in stands in `keys`."""

from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webshop.accounts import keys, queries
from webshop.accounts.errors import AlreadyActive, EmailTaken, OwnRights, RoleElsewhere
from webshop.accounts.models import LinkPurpose, Person, RoleAssignment
from webshop.accounts.trail import record
from webshop.core.actor import Actor, Role
from webshop.core.clock import berlin_date
from webshop.core.db import check_version
from webshop.core.errors import Conflict, Invalid
from webshop.core.i18n import N_

CUSTOMER_ROLES = frozenset({Role.BUYER, Role.APPROVER, Role.ORG_ADMIN, Role.AUDITOR})
PROVIDER_ROLES = frozenset(Role) - {Role.BUYER, Role.APPROVER, Role.ORG_ADMIN}
LANGUAGES = ("de", "en")
THEMES = ("auto", "light", "dark")


def create_person(
    session: Session,
    *,
    email: str,
    first_name: str,
    last_name: str,
    actor: Actor | None,
    now: datetime,
    phone: str = "",
    department: str = "",
    language: str = "de",
) -> Person:
    """A new person without roles and without a password; EmailTaken where somebody has the address."""
    person = Person(
        email=email.strip().lower(),
        first_name=first_name,
        last_name=last_name,
        phone=phone,
        department=department,
        language=language,
        created_at=now,
    )
    try:
        with session.begin_nested():
            session.add(person)
    except IntegrityError as error:
        raise EmailTaken(
            N_("Zu dieser E-Mail-Adresse gibt es schon ein Konto. Öffnen Sie es und geben Sie ihm eine Rolle."), field="email"
        ) from error
    record(session, "person.created", person, actor=actor, now=now, after={"email": person.email, "name": person.name})
    return person


def change_person(
    session: Session,
    person: Person,
    *,
    seen_version: int | None,
    first_name: str,
    last_name: str,
    phone: str,
    department: str,
    actor: Actor,
    now: datetime,
) -> None:
    """Correct a person's business contact data; Conflict where somebody else changed it since."""
    check_version(person, seen_version)
    values = {"first_name": first_name, "last_name": last_name, "phone": phone, "department": department}
    before = {name: getattr(person, name) for name in values}
    person.first_name, person.last_name, person.phone, person.department = first_name, last_name, phone, department
    changed = {name for name, value in values.items() if before[name] != value}
    record(
        session,
        "person.changed",
        person,
        actor=actor,
        now=now,
        before={name: before[name] for name in sorted(changed)},
        after={name: values[name] for name in sorted(changed)},
    )


def assign_role(
    session: Session,
    person: Person,
    role: Role,
    organisation_id: UUID | None,
    *,
    actor: Actor | None,
    now: datetime,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RoleAssignment:
    """Give a person a role in an organisation, from today on unless told otherwise; nothing changes where they hold it."""
    house = queries.house(session, organisation_id) if organisation_id else None
    if organisation_id is None or house is None:
        raise Invalid(N_("Wählen Sie eine Organisation aus."), field="organisation_id")
    if role not in (PROVIDER_ROLES if house.kind == queries.PROVIDER else CUSTOMER_ROLES):
        raise RoleElsewhere(N_("Diese Rolle gibt es in dieser Organisation nicht."), field="roles")
    start = valid_from or berlin_date(now)
    if valid_to is not None and valid_to < start:
        raise Invalid(N_("Das Ende liegt vor dem Beginn. Wählen Sie einen späteren Tag."), field="valid_to")
    same = (RoleAssignment.person_id == person.id) & (RoleAssignment.organisation_id == organisation_id)
    same &= RoleAssignment.role == role
    held = session.scalar(select(RoleAssignment).where(same, queries.valid_on(start)).with_for_update())
    if held is not None and held.valid_to == valid_to:
        return held
    values = {"role": role, "from": start.isoformat(), "to": valid_to.isoformat() if valid_to else None}
    if held is None:
        held = RoleAssignment(
            person_id=person.id, organisation_id=organisation_id, role=role, valid_from=start, valid_to=valid_to
        )
        session.add(held)
    else:
        held.valid_to = valid_to
    person.version += 1
    record(session, "person.role_given", person, actor=actor, now=now, organisation_id=organisation_id, after=values)
    return held


def end_role(session: Session, assignment: RoleAssignment, person: Person, *, actor: Actor, now: datetime) -> None:
    """Take a role away, at once: yesterday was its last day, and one that began today never was (S-6)."""
    if person.id == actor.person_id and assignment.role is Role.ADMIN:
        raise OwnRights(N_("Die eigene Administration kann nur eine zweite Person beenden."))
    today = berlin_date(now)
    if assignment.valid_from >= today:
        session.delete(assignment)
    else:
        assignment.valid_to = today - timedelta(days=1)
    person.version += 1
    record(
        session,
        "person.role_ended",
        person,
        actor=actor,
        now=now,
        organisation_id=assignment.organisation_id,
        before={"role": assignment.role, "from": assignment.valid_from.isoformat()},
    )


def deactivate(session: Session, person: Person, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Shut a person out: all their sessions end with this commit, no link lets them in again (S-11)."""
    if person.id == actor.person_id:
        raise OwnRights(N_("Das eigene Konto kann nur eine zweite Person deaktivieren."))
    check_version(person, seen_version)
    person.active = False
    keys.end_sessions(session, person.id)
    keys.void_links(session, person.id, now)
    record(session, "person.deactivated", person, actor=actor, now=now, before={"active": True}, after={"active": False})


def activate(session: Session, person: Person, *, seen_version: int | None, actor: Actor, now: datetime) -> None:
    """Let a person in again, with the roles they hold and the password they had."""
    check_version(person, seen_version)
    person.active = True
    record(session, "person.activated", person, actor=actor, now=now, before={"active": False}, after={"active": True})


def invite(session: Session, person: Person, *, actor: Actor | None, now: datetime) -> str:
    """Mail a person the link with which they choose their first password; returns its secret. Older links are void."""
    if person.password_hash is not None:
        raise AlreadyActive(N_("%(name)s hat schon ein Passwort und setzt es über „Passwort vergessen“ neu."), name=person.name)
    if not person.active:
        raise Conflict(N_("%(name)s ist deaktiviert. Aktivieren Sie das Konto zuerst."), name=person.name)
    token = keys.new_link(session, person, LinkPurpose.INVITATION, now=now)
    keys.mail_link(session, person, LinkPurpose.INVITATION, token, now=now)
    record(session, "person.invited", person, actor=actor, now=now)
    return token


def set_language(session: Session, person_id: UUID, language: str) -> None:
    """The language in which a person reads pages and mails."""
    _set_display(session, person_id, language=language if language in LANGUAGES else "de")


def set_theme(session: Session, person_id: UUID, theme: str) -> None:
    """Light, dark, or as the person's system has it."""
    _set_display(session, person_id, theme=theme if theme in THEMES else "auto")


def _set_display(session: Session, person_id: UUID, **values: str) -> None:
    """How pages look to somebody is no right and no data of theirs that others edit: no version, no audit event."""
    session.execute(update(Person).where(Person.id == person_id).values(**values).execution_options(synchronize_session=False))
