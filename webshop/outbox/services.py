"""Promising mails; the worker delivers them after the commit."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from typing import Any, Protocol
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from webshop.core import links
from webshop.core.i18n import N_
from webshop.outbox.errors import UnsafeMail
from webshop.outbox.models import OutboxAttachment, OutboxMail
from webshop.outbox.rendering import texts

LINE_BREAKERS = {"Cc", "Cf", "Zl", "Zp", "Cs"}
JOINERS = {"\u00ad", "\u200c", "\u200d"}
"""Soft hyphen and joiners occur in real names."""


class Attachable(Protocol):
    """A promised document: the mail waits until its bytes are stored."""

    id: Any


def promise(
    session: Session,
    *,
    kind: str,
    to: tuple[str, str],
    language: str,
    data: Mapping[str, Any],
    now: datetime,
    organisation_id: UUID | None = None,
    attachments: Sequence[Attachable] = (),
    priority: int = 5,
) -> OutboxMail:
    """Put a mail into the outbox, in the transaction whose outcome it reports (R-15).

    `kind` names the three templates `mail/<kind>.subject.txt`, `.txt` and `.html`, which are rendered now in the
    recipient's `language` and frozen. `to` is name and address of one person. Links in `data` are absolute and made by
    `core.links.link(session, "order", number=…)`, whatever the request called its host (S-18); templates call them `url`.
    `data` is escaped in HTML and stands in plain text as it is. A mail with `attachments` leaves when all of them are stored.
    UnsafeMail where name, address or subject could break a header.
    """
    name, address = to
    written = texts(kind, language, data)
    for value in (name, address, written.subject):
        _refuse_controls(value)
    _refuse_many(address)
    if attachments:
        session.flush()
    mail = OutboxMail(
        organisation_id=organisation_id,
        message_id=f"<{uuid4()}@{links.host(session)}>",
        kind=kind,
        to_address=address,
        to_name=name[:200],
        subject=written.subject,
        text=written.text,
        html=written.html,
        created_at=now,
        priority=priority,
        attachments=[OutboxAttachment(document_id=document.id) for document in attachments],
    )
    session.add(mail)
    return mail


def _refuse_controls(value: str) -> None:
    if any(unicodedata.category(char) in LINE_BREAKERS and char not in JOINERS for char in value):
        raise UnsafeMail(N_("Name, Adresse oder Betreff einer E-Mail enthalten ein Steuerzeichen."))


def _refuse_many(address: str) -> None:
    try:
        parsed = Address(addr_spec=address)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise UnsafeMail(N_("Das ist keine E-Mail-Adresse.")) from error
    if not parsed.domain or not parsed.username or "," in address:
        raise UnsafeMail(N_("Das ist keine E-Mail-Adresse."))
