"""Mails about an order, promised in the transaction whose outcome they report."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from webshop.accounts.models import Person
from webshop.approvals.routes import Approver
from webshop.core.links import link
from webshop.documents.models import Document
from webshop.orders import mails
from webshop.orders.mails import MailContent
from webshop.orders.models import Order
from webshop.outbox import services as outbox


def tell_person(
    session: Session,
    order: Order,
    person: Person,
    content: MailContent,
    *,
    now: datetime,
    attachments: Sequence[Document] = (),
) -> None:
    """Write to the buyer; the link leads to the order."""
    outbox.promise(
        session,
        kind=content.kind,
        to=(person.name, person.email),
        language=person.language,
        data={**content.data, "url": link(session, "order", number=order.number)},
        now=now,
        organisation_id=order.organisation_id,
        attachments=attachments,
    )


def ask_approvers(session: Session, order: Order, approvers: Iterable[Approver], *, now: datetime) -> None:
    """Write to everybody who may decide now, each once; the link opens the page, it decides nothing."""
    for approver in {approver.person_id: approver for approver in approvers}.values():
        content = mails.approval_requested(order, approver.name)
        _tell_approver(session, order, (approver.name, approver.email), approver.language, content, now)


def tell_approver(session: Session, order: Order, person: Person, content: MailContent, *, now: datetime) -> None:
    """Write to somebody who has to do with the decision; the link leads to the case."""
    _tell_approver(session, order, (person.name, person.email), person.language, content, now)


def _tell_approver(
    session: Session, order: Order, to: tuple[str, str], language: str, content: MailContent, now: datetime
) -> None:
    outbox.promise(
        session,
        kind=content.kind,
        to=to,
        language=language,
        data={**content.data, "url": link(session, "approval", number=order.number)},
        now=now,
        organisation_id=order.organisation_id,
    )
