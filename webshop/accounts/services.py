"""Changing people, their rights, their passwords and their sessions."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webshop.accounts import queries
from webshop.accounts.errors import AlreadyActive, EmailTaken, LinkVoid
from webshop.accounts.models import FailedSignIn, LinkPurpose, OneTimeLink, Person, RoleAssignment, WebSession
from webshop.accounts.tokens import digest, new_secret
from webshop.audit import services as audit
from webshop.core import links
from webshop.core.actor import Actor
from webshop.core.db import check_version
from webshop.core.errors import Conflict
from webshop.core.i18n import N_
from webshop.outbox import services as outbox

ABSOLUTE_LIMIT = timedelta(hours=24)
"""After so long a browser must sign in again, however busy it was (S-11)."""
VALID_FOR = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(minutes=30)}
RESETS_PER_HOUR = 3
"""So many reset mails an hour for one person; further requests are answered alike and send nothing."""
LANGUAGES = ("de", "en")
THEMES = ("auto", "light", "dark")
LINKS_KEPT = timedelta(days=30)
TRIES_KEPT = timedelta(days=1)


# --- sessions ---------------------------------------------------------------------------------------------------------


def start_session(session: Session, actor: Actor, *, user_agent: str, network: str, now: datetime) -> str:
    """Sign a person in for the actor's organisation; returns the secret id for the cookie, which is kept as a hash only."""
    sid = new_secret()
    session.add(
        WebSession(
            token_hash=digest(sid),
            person_id=actor.person_id,
            organisation_id=actor.organisation_id,
            created_at=now,
            last_seen_at=now,
            expires_at=now + ABSOLUTE_LIMIT,
            user_agent=user_agent[:200],
            source=network[:60],
        )
    )
    return sid


def end_session(session: Session, sid: str) -> None:
    """Sign one browser out."""
    session.execute(delete(WebSession).where(WebSession.token_hash == digest(sid)))


def end_own_session(session: Session, session_id: UUID, *, actor: Actor) -> bool:
    """End one of the actor's sessions; False where it is not there, or not theirs."""
    mine = (WebSession.id == session_id) & (WebSession.person_id == actor.person_id)
    return session.scalar(delete(WebSession).where(mine).returning(WebSession.id)) is not None


def end_sessions(session: Session, person_id: UUID, *, but: str | None = None) -> int:
    """Sign a person out everywhere, except for the browser that holds the session `but`; how many ended."""
    statement = delete(WebSession).where(WebSession.person_id == person_id)
    if but is not None:
        statement = statement.where(WebSession.token_hash != digest(but))
    return len(session.scalars(statement.returning(WebSession.id)).all())


def switch_organisation(session: Session, sid: str, organisation_id: UUID, *, actor: Actor) -> str | None:
    """Act for another organisation in this browser; the new secret id, or None where the person holds no role there.

    Rights change, so the id does too (S-11).
    """
    if organisation_id not in {membership.organisation_id for membership in actor.memberships}:
        return None
    renewed = new_secret()
    statement = (
        update(WebSession)
        .where(WebSession.token_hash == digest(sid))
        .values(organisation_id=organisation_id, token_hash=digest(renewed))
        .returning(WebSession.id)
        .execution_options(synchronize_session=False)
    )
    return renewed if session.scalar(statement) is not None else None


# --- passwords and links ----------------------------------------------------------------------------------------------


def invite(session: Session, person: Person, *, actor: Actor | None, now: datetime) -> str:
    """Mail a person the link with which they choose their first password; returns its secret. Older links are void."""
    if person.password_hash is not None:
        raise AlreadyActive(N_("%(name)s hat schon ein Passwort und setzt es über „Passwort vergessen“ neu."), name=person.name)
    if not person.active:
        raise Conflict(N_("%(name)s ist deaktiviert. Aktivieren Sie das Konto zuerst."), name=person.name)
    token = _new_link(session, person, LinkPurpose.INVITATION, now=now)
    _mail_link(session, person, LinkPurpose.INVITATION, token, now=now)
    _record(session, "person.invited", person, actor=actor, now=now)
    return token


def request_reset(session: Session, email: str, *, now: datetime) -> Person | None:
    """Mail a reset link to whoever signs in with this address; the person, or None where there is nobody to mail to.

    Nobody learns from the outside which it was: both ways render and write a mail, and one takes it back (S-15).
    """
    person = session.scalar(select(Person).where(Person.email == email, Person.active))
    recent = session.scalar(
        select(func.count(OneTimeLink.id)).where(
            OneTimeLink.person_id == (person.id if person else None),
            OneTimeLink.purpose == LinkPurpose.RESET,
            OneTimeLink.created_at > now - timedelta(hours=1),
        )
    )
    if person is not None and (recent or 0) < RESETS_PER_HOUR:
        token = _new_link(session, person, LinkPurpose.RESET, now=now)
        _mail_link(session, person, LinkPurpose.RESET, token, now=now)
        return person
    with session.begin_nested() as aside:
        nobody = Person(first_name="Erika", last_name="Mustermann", email="nobody@localhost.invalid", language="de")
        _mail_link(session, nobody, LinkPurpose.RESET, new_secret(), now=now)
        session.flush()
        aside.rollback()
    return None


def redeem(session: Session, token: str, purpose: LinkPurpose, *, password_hash: str, now: datetime) -> Person:
    """Use a link: the person's password is the new one, all their sessions end; LinkVoid where it cannot be used (S-16)."""
    statement = (
        update(OneTimeLink)
        .where(
            OneTimeLink.token_hash == digest(token),
            OneTimeLink.purpose == purpose,
            OneTimeLink.used_at.is_(None),
            OneTimeLink.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeLink.person_id)
        .execution_options(synchronize_session=False)
    )
    person_id = session.scalar(statement)
    person = session.get(Person, person_id) if person_id else None
    if person is None or not person.active:
        raise LinkVoid(N_("Dieser Link gilt nicht mehr. Fordern Sie einen neuen an."))
    actor = queries.actor_for(session, person.id, now=now)
    end_sessions(session, person.id)
    _set_password(session, person, password_hash, actor=actor, now=now, notice=purpose is LinkPurpose.RESET)
    return person


def change_password(
    session: Session, person: Person, *, proven_hash: str, password_hash: str, sid: str, actor: Actor, now: datetime
) -> None:
    """A new password in place of the proven one; all other sessions of the person end (S-11).

    Hashes are made and compared by the caller, outside of any transaction (R-23); Conflict where the password changed since.
    """
    session.refresh(person, ["password_hash"], with_for_update=True)
    if person.password_hash != proven_hash:
        raise Conflict(N_("Das Passwort wurde inzwischen geändert."))
    end_sessions(session, person.id, but=sid)
    _set_password(session, person, password_hash, actor=actor, now=now, notice=True)


def renew_hash(session: Session, person_id: UUID, *, proven_hash: str, password_hash: str) -> None:
    """The same password under today's hash settings."""
    statement = update(Person).where(Person.id == person_id, Person.password_hash == proven_hash)
    session.execute(statement.values(password_hash=password_hash).execution_options(synchronize_session=False))


def sweep(session: Session, *, now: datetime) -> int:
    """Forget what has run out: sessions, links and tries; how many rows. For the worker's daily round."""
    idle = WebSession.last_seen_at < now - queries.IDLE_LIMIT
    gone = session.scalars(delete(WebSession).where((WebSession.expires_at < now) | idle).returning(WebSession.id)).all()
    old = OneTimeLink.created_at < now - LINKS_KEPT
    links_gone = session.scalars(delete(OneTimeLink).where(old).returning(OneTimeLink.id)).all()
    tries = session.scalars(delete(FailedSignIn).where(FailedSignIn.at < now - TRIES_KEPT).returning(FailedSignIn.id)).all()
    return len(gone) + len(links_gone) + len(tries)


def _set_password(
    session: Session, person: Person, password_hash: str, *, actor: Actor | None, now: datetime, notice: bool
) -> None:
    person.password_hash = password_hash
    person.version += 1
    _void_links(session, person.id, now)
    _record(session, "person.password_changed", person, actor=actor, now=now)
    if notice:
        _mail(session, person, "password_changed", now=now, at=now, url=links.link(session, "forgotten"))


def _new_link(session: Session, person: Person, purpose: LinkPurpose, *, now: datetime) -> str:
    _void_links(session, person.id, now)
    token = new_secret()
    session.add(
        OneTimeLink(
            token_hash=digest(token),
            person_id=person.id,
            purpose=purpose,
            created_at=now,
            expires_at=now + VALID_FOR[purpose],
        )
    )
    return token


def _void_links(session: Session, person_id: UUID, now: datetime) -> None:
    statement = update(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))
    statement = statement.where(OneTimeLink.expires_at > now).values(expires_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def _mail_link(session: Session, person: Person, purpose: LinkPurpose, token: str, *, now: datetime) -> None:
    kind = "invitation" if purpose is LinkPurpose.INVITATION else "password_reset"
    page = "invitation" if purpose is LinkPurpose.INVITATION else "reset"
    _mail(session, person, kind, now=now, url=links.link(session, page, token=token), until=now + VALID_FOR[purpose])


def _mail(session: Session, person: Person, kind: str, *, now: datetime, **data: object) -> None:
    to = (person.name, person.email)
    outbox.promise(session, kind=kind, to=to, language=person.language, data={"name": person.name, **data}, now=now, priority=2)


# --- people and roles -------------------------------------------------------------------------------------------------


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
    _record(session, "person.created", person, actor=actor, now=now, after={"email": person.email, "name": person.name})
    return person


def change_person(
    session: Session,
    person: Person,
    *,
    seen_version: int,
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
    _record(
        session,
        "person.changed",
        person,
        actor=actor,
        now=now,
        before={name: before[name] for name in sorted(changed)},
        after={name: values[name] for name in sorted(changed)},
    )


def set_language(session: Session, person_id: UUID, language: str) -> None:
    """The language in which a person reads pages and mails."""
    _set_display(session, person_id, language=language if language in LANGUAGES else "de")


def set_theme(session: Session, person_id: UUID, theme: str) -> None:
    """Light, dark, or as the person's system has it."""
    _set_display(session, person_id, theme=theme if theme in THEMES else "auto")


def _set_display(session: Session, person_id: UUID, **values: str) -> None:
    """How pages look to somebody is no right and no data of theirs that others edit: no version, no audit event."""
    session.execute(update(Person).where(Person.id == person_id).values(**values).execution_options(synchronize_session=False))


def _record(
    session: Session,
    action: str,
    person: Person,
    *,
    actor: Actor | None,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """An audit event about a person; it belongs to their organisation where they have exactly one."""
    session.flush()
    houses = session.scalars(select(RoleAssignment.organisation_id).where(RoleAssignment.person_id == person.id).distinct()).all()
    audit.record(
        session,
        action,
        subject=("person", person.id, person.email),
        actor=actor,
        now=now,
        organisation_id=houses[0] if len(houses) == 1 else None,
        before=before,
        after=after,
    )
