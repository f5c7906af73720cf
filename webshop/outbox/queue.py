"""The outbox as a queue: claiming mails, and what became of them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.core import leases
from webshop.core.actor import Actor
from webshop.core.i18n import N_
from webshop.core.states import WrongState
from webshop.documents.models import Document, DocumentState
from webshop.outbox.models import MailState, OutboxAttachment, OutboxMail

LEASE_S = 300
"""Longer than the longest talk with a mail server: each of its steps may take ten seconds."""
MAX_ATTEMPTS = 60
"""With pauses of up to an hour about two days, as mail servers are used to."""

COMPLETE = ~exists(
    select(OutboxAttachment.mail_id)
    .join(Document, Document.id == OutboxAttachment.document_id)
    .where(OutboxAttachment.mail_id == OutboxMail.id, Document.state != DocumentState.STORED)
    .correlate(OutboxMail)
)
"""Mails whose attached documents are all stored."""


def claim(session: Session, *, worker: str) -> OutboxMail | None:
    """Take the oldest mail that can go out now; the caller commits."""
    return leases.claim(session, OutboxMail, states=[MailState.QUEUED], worker=worker, seconds=LEASE_S, where=[COMPLETE])


def attachments(session: Session, mail: OutboxMail) -> Sequence[Document]:
    """The documents that travel with a mail."""
    return session.scalars(
        select(Document)
        .join(OutboxAttachment, OutboxAttachment.document_id == Document.id)
        .where(OutboxAttachment.mail_id == mail.id)
        .order_by(Document.id)
    ).all()


def sent(session: Session, mail: OutboxMail, token: str, answer: str, *, now: datetime) -> None:
    """The mail server has taken it; LeaseLost where another worker has the mail meanwhile."""
    leases.finish(session, OutboxMail, mail.id, token, state=MailState.SENT, sent_at=now, server_answer=answer)
    _record(session, mail, "mail.sent", now=now)


def failed(session: Session, mail: OutboxMail, token: str, error: str, *, now: datetime, final: bool) -> MailState:
    """Not taken: it comes back after a growing pause, or is parked for people with the server's words."""
    state: MailState = leases.fail(
        session,
        OutboxMail,
        mail,
        token,
        error=error,
        retry=MailState.QUEUED,
        parked=MailState.FAILED,
        now=now,
        final=final,
        max_attempts=MAX_ATTEMPTS,
    )
    session.execute(
        update(OutboxMail)
        .where(OutboxMail.id == mail.id)
        .values(server_answer=error)
        .execution_options(synchronize_session=False)
    )
    if state == MailState.FAILED:
        _record(session, mail, "mail.failed", now=now, reason=error[:3] if error[:3].isdigit() else "")
    return state


def retry(session: Session, mail_id: int, *, actor: Actor, now: datetime) -> OutboxMail:
    """Put a parked mail back; WrongState where it is not parked (any more)."""
    statement = (
        update(OutboxMail)
        .where(OutboxMail.id == mail_id, OutboxMail.state == MailState.FAILED)
        .values(state=MailState.QUEUED, attempts=0, not_before=None)
        .returning(OutboxMail)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    mail = session.scalar(statement)
    if mail is None:
        raise WrongState(N_("Diese E-Mail ist nicht mehr angehalten."))
    _record(session, mail, "mail.retried", now=now, actor=actor)
    return mail


def _record(
    session: Session, mail: OutboxMail, action: str, *, now: datetime, actor: Actor | None = None, reason: str = ""
) -> None:
    """The address stays in the outbox; the trail, which is for ever, knows the mail by its number and kind (P-8)."""
    audit.record(
        session,
        action,
        subject=("mail", mail.id, mail.kind),
        actor=actor,
        now=now,
        organisation_id=mail.organisation_id,
        reason=reason,
    )
