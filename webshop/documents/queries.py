"""Reading documents. Who may see a document follows from its subject: the package that owns the subject checks it.

A buyer sees the confirmations of the orders that he or she may see, an auditor those of the house; `orders` knows that.
So the caller loads the subject for the viewer first and then asks here by subject, never by a document's id alone (S-3).
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.core.errors import NotFound
from webshop.core.i18n import N_
from webshop.documents.models import Document, DocumentState, fingerprint

Subject = tuple[str, object]
"""Kind and id of a record that the viewer may see."""


class Damaged(Exception):
    """The bytes are not those that were stored."""


def documents_of(session: Session, subject: Subject) -> Sequence[Document]:
    """The documents of a record, oldest first, without their bytes. The caller has checked that the viewer sees the record."""
    return session.scalars(
        select(Document).where(Document.subject_kind == subject[0], Document.subject_id == str(subject[1])).order_by(Document.id)
    ).all()


def document_of(session: Session, subject: Subject, number: str) -> Document:
    """One document of a record by its number; NotFound where the record has no such document."""
    document = session.scalar(
        select(Document).where(
            Document.subject_kind == subject[0], Document.subject_id == str(subject[1]), Document.number == number
        )
    )
    if document is None:
        raise NotFound(N_("Dieses Dokument gibt es nicht."))
    return document


def content_of(session: Session, document: Document) -> bytes:
    """The very bytes that were stored; NotFound while they are still to be made, Damaged where they changed (P-2)."""
    content = session.scalar(select(Document.content).where(Document.id == document.id, Document.state == DocumentState.STORED))
    if content is None:
        raise NotFound(N_("Dieses Dokument wird gerade erstellt. Versuchen Sie es in einigen Minuten noch einmal."))
    if fingerprint(content) != document.sha256:
        raise Damaged(f"document {document.id} does not match its SHA-256")
    return content
