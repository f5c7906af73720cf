"""Promising documents, rendering them once, keeping the bytes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.core import leases
from webshop.core.actor import Actor
from webshop.core.i18n import N_
from webshop.core.states import WrongState
from webshop.documents.models import Document, DocumentKind, DocumentState, fingerprint

LEASE_S = 180
"""Renewed while a long document is being rendered."""


def promise_document(
    session: Session,
    *,
    kind: DocumentKind,
    number: str,
    organisation_id: UUID,
    subject: tuple[str, object],
    filename: str,
    snapshot: dict[str, Any],
    now: datetime,
    media_type: str = "application/pdf",
    priority: int = 5,
) -> Document:
    """Promise a document in the transaction that makes it; a worker renders the snapshot after the commit (R-18).

    `subject` is kind and id of the record that it belongs to, such as `("order", order.id)`. The snapshot is plain JSON
    and holds everything that the document says.
    """
    document = Document(
        kind=kind,
        number=number,
        organisation_id=organisation_id,
        subject_kind=subject[0],
        subject_id=str(subject[1]),
        filename=filename,
        media_type=media_type,
        snapshot=snapshot,
        created_at=now,
        priority=priority,
    )
    session.add(document)
    session.flush()
    return document


def claim(session: Session, *, worker: str) -> Document | None:
    """Take the oldest promised document to render; the caller commits."""
    return leases.claim(session, Document, states=[DocumentState.PROMISED], worker=worker, seconds=LEASE_S)


def renew(session: Session, document: Document, token: str) -> None:
    """Hold a long document longer; LeaseLost where another worker has it meanwhile."""
    leases.renew(session, Document, document.id, token, seconds=LEASE_S)


def put_back(session: Session, document: Document, token: str) -> None:
    """Leave the document to the next worker, unrendered."""
    leases.release(session, Document, document.id, token, state=DocumentState.PROMISED)


def store(session: Session, document: Document, token: str, content: bytes, *, now: datetime) -> None:
    """Keep the bytes for ever; LeaseLost where another worker has the document meanwhile (R-12)."""
    leases.finish(
        session,
        Document,
        document.id,
        token,
        state=DocumentState.STORED,
        content=content,
        sha256=fingerprint(content),
        size=len(content),
        stored_at=now,
    )
    _record(session, document, "document.stored", now=now)


def fail(session: Session, document: Document, token: str, error: str, *, now: datetime, final: bool = False) -> DocumentState:
    """Note why it could not be rendered; it comes back after a pause, or is parked for people (R-14)."""
    state: DocumentState = leases.fail(
        session,
        Document,
        document,
        token,
        error=error,
        retry=DocumentState.PROMISED,
        parked=DocumentState.FAILED,
        now=now,
        final=final,
    )
    if state == DocumentState.FAILED:
        _record(session, document, "document.failed", now=now, reason=error[:500])
    return state


def retry(session: Session, document_id: int, *, actor: Actor | None, now: datetime) -> None:
    """Put a parked document back; WrongState where it is not parked (any more)."""
    statement = (
        update(Document)
        .where(Document.id == document_id, Document.state == DocumentState.FAILED)
        .values(state=DocumentState.PROMISED, attempts=0, not_before=None)
        .returning(Document)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    document = session.scalar(statement)
    if document is None:
        raise WrongState(N_("Dieses Dokument ist nicht mehr angehalten."))
    _record(session, document, "document.retried", now=now, actor=actor)


def _record(
    session: Session, document: Document, action: str, *, now: datetime, actor: Actor | None = None, reason: str = ""
) -> None:
    audit.record(
        session,
        action,
        subject=("document", document.id, document.number),
        actor=actor,
        now=now,
        organisation_id=document.organisation_id,
        reason=reason,
    )
