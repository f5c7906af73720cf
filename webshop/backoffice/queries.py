"""Reading what waits behind the scenes: mails and documents, always for a viewer."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import ColumnElement, exists, false, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session

from webshop.core.actor import Actor, Role
from webshop.core.errors import NotFound
from webshop.core.i18n import N_
from webshop.core.links import PAGES
from webshop.documents.models import Document, DocumentState
from webshop.outbox.models import MailState, OutboxAttachment, OutboxMail

PAGE = 50
HIDDEN = "•••"
SECRET_LINKS: Final = [
    re.compile(re.escape(path).replace(re.escape("{token}"), r"[\w.~%-]+")) for path in PAGES.values() if "{token}" in path
]
"""Addresses that let their holder in: they are for the recipient's eyes only (S-16)."""


class MailView(StrEnum):
    """The tabs of the outbox; their values stand in the URL."""

    ALL = "alle"
    QUEUED = "wartet"
    SENT = "verschickt"
    FAILED = "angehalten"


VIEW_LABELS: Final = {
    MailView.ALL: N_("Alle"),
    MailView.QUEUED: N_("Wartet"),
    MailView.SENT: N_("Verschickt"),
    MailView.FAILED: N_("Angehalten"),
}
STATES: Final = {MailView.QUEUED: MailState.QUEUED, MailView.SENT: MailState.SENT, MailView.FAILED: MailState.FAILED}


@dataclass(frozen=True)
class MailRow:
    """A line of the outbox."""

    mail: OutboxMail
    waits_for_document: bool


class NoSuchMail(NotFound):
    """No mail of that number, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(N_("Diese E-Mail gibt es nicht."))


def mails_visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Mails that the viewer may read: the provider's administration and audit all, a customer's audit those of its house."""
    if not viewer.has(Role.ADMIN, Role.AUDITOR):
        return false()
    return true() if viewer.is_staff else OutboxMail.organisation_id == viewer.organisation_id


def may_retry(viewer: Actor) -> bool:
    """True for those who look after the shop."""
    return viewer.is_staff and viewer.has(Role.ADMIN)


def counts(session: Session, viewer: Actor, text: str) -> dict[MailView, int]:
    """How many mails each tab holds; one statement."""
    columns = [func.count(OutboxMail.id).filter(_in_view(view)) for view in MailView]
    row = session.execute(select(*columns).where(mails_visible_to(viewer), _matching(text))).one()
    return dict(zip(MailView, row, strict=True))


def mails(session: Session, viewer: Actor, view: MailView, text: str, *, offset: int = 0) -> Sequence[MailRow]:
    """One page of a tab, newest first."""
    statement = (
        select(OutboxMail, _waits_for_document())
        .where(mails_visible_to(viewer), _in_view(view), _matching(text))
        .order_by(OutboxMail.id.desc())
        .limit(PAGE)
        .offset(offset)
    )
    return [MailRow(mail, bool(waits)) for mail, waits in session.execute(statement)]


def mail_for(session: Session, viewer: Actor, mail_id: int) -> OutboxMail:
    """One mail; NoSuchMail where there is none or it is not the viewer's to see."""
    mail = session.scalar(select(OutboxMail).where(OutboxMail.id == mail_id, mails_visible_to(viewer)))
    if mail is None:
        raise NoSuchMail
    return mail


def attachments(session: Session, mail: OutboxMail) -> Sequence[Document]:
    """The documents that travel with the mail, without their bytes."""
    return session.scalars(
        select(Document)
        .join(OutboxAttachment, OutboxAttachment.document_id == Document.id)
        .where(OutboxAttachment.mail_id == mail.id)
        .order_by(Document.id)
    ).all()


def parked_documents(session: Session, viewer: Actor) -> Sequence[Document]:
    """Documents that could not be made, for those who look after the shop."""
    if not viewer.is_staff:
        return []
    return session.scalars(select(Document).where(Document.state == DocumentState.FAILED).order_by(Document.id).limit(PAGE)).all()


def readable(mail: OutboxMail, viewer: Actor, *, delivers: bool) -> str:
    """The mail's text. Links that let somebody in are hidden, unless no mail server is set up and administration has to
    hand them over."""
    if may_retry(viewer) and not delivers:
        return mail.text
    text = mail.text
    for link in SECRET_LINKS:
        text = link.sub(lambda found: found.group().rsplit("/", 1)[0] + "/" + HIDDEN, text)
    return text


def _in_view(view: MailView) -> ColumnElement[bool]:
    return OutboxMail.state == STATES[view] if view in STATES else true()


def _matching(text: str) -> ColumnElement[bool]:
    if not text:
        return true()
    columns: tuple[InstrumentedAttribute[str], ...] = (OutboxMail.to_address, OutboxMail.to_name, OutboxMail.subject)
    return or_(*(column.icontains(text, autoescape=True) for column in columns))


def _waits_for_document() -> ColumnElement[bool]:
    return exists().where(
        OutboxAttachment.mail_id == OutboxMail.id,
        Document.id == OutboxAttachment.document_id,
        Document.state != DocumentState.STORED,
    )
