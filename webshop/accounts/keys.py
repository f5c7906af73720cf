"""What lets people in: sessions, passwords and one-time links (S-11, S-13, S-16)."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from webshop.accounts import queries
from webshop.accounts.errors import LinkVoid
from webshop.accounts.models import FailedSignIn, LinkPurpose, OneTimeLink, Person, WebSession
from webshop.accounts.tokens import digest, new_secret
from webshop.accounts.trail import record
from webshop.core import links
from webshop.core.actor import Actor
from webshop.core.errors import Conflict
from webshop.core.i18n import N_
from webshop.outbox import services as outbox

ABSOLUTE_LIMIT = timedelta(hours=24)
"""After so long a browser must sign in again, however busy it was (S-11)."""
VALID_FOR = {LinkPurpose.INVITATION: timedelta(days=7), LinkPurpose.RESET: timedelta(minutes=30)}
RESETS_PER_HOUR = 3
"""So many reset mails an hour for one person; further requests are answered alike and send nothing."""
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
    return _renewed(session, sid, organisation_id)


def _renewed(session: Session, sid: str, organisation_id: UUID) -> str:
    """Another secret id for the same session; where it ended meanwhile, the new id leads nowhere either."""
    renewed = new_secret()
    values = {"token_hash": digest(renewed), "organisation_id": organisation_id}
    statement = update(WebSession).where(WebSession.token_hash == digest(sid)).values(values)
    session.execute(statement.execution_options(synchronize_session=False))
    return renewed


# --- passwords and links ----------------------------------------------------------------------------------------------


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
        token = new_link(session, person, LinkPurpose.RESET, now=now)
        mail_link(session, person, LinkPurpose.RESET, token, now=now)
        return person
    with session.begin_nested() as aside:
        nobody = Person(first_name="Erika", last_name="Mustermann", email="nobody@localhost.invalid", language="de")
        mail_link(session, nobody, LinkPurpose.RESET, new_secret(), now=now)
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
    person = session.get(Person, person_id, with_for_update=True) if person_id else None
    if person is None or not person.active:
        raise LinkVoid(N_("Dieser Link gilt nicht mehr. Fordern Sie einen neuen an."))
    actor = queries.actor_for(session, person.id, now=now)
    end_sessions(session, person.id)
    _set_password(session, person, password_hash, actor=actor, now=now, notice=purpose is LinkPurpose.RESET)
    return person


def change_password(
    session: Session, person: Person, *, proven_hash: str, password_hash: str, sid: str, actor: Actor, now: datetime
) -> str:
    """A new password in place of the proven one; the new secret id of this session, all others end (S-11).

    Hashes are made and compared by the caller, outside of any transaction (R-23); Conflict where the password changed since.
    """
    session.refresh(person, ["password_hash"], with_for_update=True)
    if person.password_hash != proven_hash:
        raise Conflict(N_("Das Passwort wurde inzwischen geändert."))
    end_sessions(session, person.id, but=sid)
    _set_password(session, person, password_hash, actor=actor, now=now, notice=True)
    return _renewed(session, sid, actor.organisation_id)


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
    void_links(session, person.id, now)
    record(session, "person.password_changed", person, actor=actor, now=now)
    if notice:
        _mail(session, person, "password_changed", now=now, at=now, url=links.link(session, "forgotten"))


def new_link(session: Session, person: Person, purpose: LinkPurpose, *, now: datetime) -> str:
    void_links(session, person.id, now)
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


def void_links(session: Session, person_id: UUID, now: datetime) -> None:
    statement = update(OneTimeLink).where(OneTimeLink.person_id == person_id, OneTimeLink.used_at.is_(None))
    statement = statement.where(OneTimeLink.expires_at > now).values(expires_at=now)
    session.execute(statement.execution_options(synchronize_session=False))


def mail_link(session: Session, person: Person, purpose: LinkPurpose, token: str, *, now: datetime) -> None:
    kind = "invitation" if purpose is LinkPurpose.INVITATION else "password_reset"
    page = "invitation" if purpose is LinkPurpose.INVITATION else "reset"
    _mail(session, person, kind, now=now, url=links.link(session, page, token=token), until=now + VALID_FOR[purpose])


def _mail(session: Session, person: Person, kind: str, *, now: datetime, **data: object) -> None:
    to = (person.name, person.email)
    outbox.promise(session, kind=kind, to=to, language=person.language, data={"name": person.name, **data}, now=now, priority=2)
