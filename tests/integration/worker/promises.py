"""Promised documents and mails for the worker's tests."""

from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import func, select, update

from tests.factories import make_organisation
from webshop.documents import services as documents
from webshop.documents.models import Document, DocumentKind
from webshop.outbox.models import OutboxAttachment, OutboxMail

PAST = datetime(2020, 1, 1, tzinfo=UTC)


def promise(session, now, count=1, **values):
    organisation = make_organisation(session)
    made = []
    for _ in range(count):
        number = f"AB-2026-{(session.scalar(select(func.count(Document.id))) or 0) + 1:05d}"
        given = {"kind": DocumentKind.ORDER_CONFIRMATION, "snapshot": {}, "filename": "ab.pdf", **values}
        made.append(
            documents.promise_document(
                session, number=number, organisation_id=organisation.id, subject=("order", uuid4()), now=now, **given
            )
        )
    return made


def run_out(session, document):
    """Let the lease run out."""
    session.execute(update(Document).where(Document.id == document.id).values(lease_until=PAST))


def promise_mail(session, now, *, attachments=(), **values):
    number = (session.scalar(select(func.count(OutboxMail.id))) or 0) + 1
    given = {
        "message_id": f"<mail-{number}@shop.example.org>",
        "kind": "order_approved",
        "to_address": "erika@kunde.example.org",
        "to_name": "Erika Beispiel",
        "subject": f"BE-2026-{number:05d}: Bestellung bestätigt",
        "text": "Guten Tag Erika Beispiel,\n\nIhre Bestellung ist bestätigt.\n",
        "html": "<p>Guten Tag Erika Beispiel,</p><p>Ihre Bestellung ist bestätigt.</p>\n",
        "created_at": now,
        **values,
    }
    mail = OutboxMail(**given, attachments=[OutboxAttachment(document_id=document.id) for document in attachments])
    session.add(mail)
    session.flush()
    return mail


def no_pauses(database, *models):
    """Let time pass: whatever rests after a failure may be tried again."""
    with database.session() as session:
        for model in models or (Document, OutboxMail):
            state = "stored" if model is Document else "sent"
            session.execute(update(model).where(model.state != state).values(not_before=None))
        session.commit()
