"""Sessions live in the database; the signed cookie holds only a secret id (S-11)."""

import logging
from datetime import datetime, timedelta
from uuid import UUID

import flask
from flask_login import login_user
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webshop.accounts import queries
from webshop.accounts.models import WebSession
from webshop.accounts.tokens import digest
from webshop.core.actor import Actor
from webshop.core.clock import utcnow
from webshop.core.db import bind_tenant, impatient, read_only, reading
from webshop.extensions import db
from webshop.web.access import SignedIn

log = logging.getLogger(__name__)

NOTED_EVERY = timedelta(minutes=5)
"""How exactly `last_seen_at` is kept."""


def load_signed_in(sid: str) -> SignedIn | None:
    """The person behind a session's secret id, with the rights of this moment; one statement.

    Before a request that writes, the question is asked in a read-only transaction of its own, so that the write lock is
    taken by the view and not by the door (R-23).
    """
    session, now = db.session(), utcnow()
    if reading() or session.in_transaction():
        found = queries.signed_in(session, digest(sid), now=now)
    else:
        with read_only():
            found = queries.signed_in(session, digest(sid), now=now)
            session.rollback()
    if found is None:
        return None
    actor, session_id, last_seen_at = found
    if now - last_seen_at > NOTED_EVERY:
        note_seen(session_id, now)
    bind_tenant(session, None if actor.is_staff else actor.organisation_id)
    return SignedIn(sid, actor)


def note_seen(session_id: UUID, now: datetime) -> None:
    """Keep the session alive: in a transaction of its own that waits for nobody, and no harm where it fails."""
    free = select(WebSession.id).where(WebSession.id == session_id).with_for_update(skip_locked=True).scalar_subquery()
    try:
        with (
            read_only(False),
            impatient(),
            Session(db.engine, join_transaction_mode="create_savepoint") as own,
        ):
            own.execute(update(WebSession).where(WebSession.id == free).values(last_seen_at=now))
            own.commit()
    except SQLAlchemyError:
        log.info("session not noted as seen")


def establish(sid: str, actor: Actor) -> None:
    """Give the browser its new session: nothing of the guest's cookie stays but the language, no CSRF seed either."""
    forget()
    login_user(SignedIn(sid, actor))


def kept_id() -> str | None:
    """The secret id in this browser's cookie, whether it still leads anywhere or not."""
    return flask.session.get("_user_id")


def forget() -> None:
    """Empty the browser's cookie, except for the language it was shown."""
    language = flask.session.get("language")
    flask.session.clear()
    if language:
        flask.session["language"] = language
