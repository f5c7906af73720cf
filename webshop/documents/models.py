"""Documents as rows: promised, then stored for ever."""

import hashlib
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, deferred, mapped_column

from webshop.core.db import Base, enum_type
from webshop.core.leases import Leased


class DocumentState(StrEnum):
    """Promised: to be rendered. Stored: bytes are here for ever. Failed: parked for people."""

    PROMISED = "promised"
    STORED = "stored"
    FAILED = "failed"


class DocumentKind(StrEnum):
    """What a document is; the retention class follows from it (P-5)."""

    ORDER_CONFIRMATION = "order_confirmation"


class Document(Leased, Base):
    """One document and the bytes that were sent."""

    __tablename__ = "documents"
    __table_args__ = (
        UniqueConstraint("kind", "number"),
        UniqueConstraint("organisation_id", "id"),
        Index("ix_documents_subject", "subject_kind", "subject_id"),
        Index("ix_documents_claim", "state", "priority", "id"),
        CheckConstraint("(state = 'stored') = (content IS NOT NULL AND sha256 IS NOT NULL)", name="stored_has_content"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    kind: Mapped[DocumentKind] = mapped_column(enum_type(DocumentKind, "kind"))
    number: Mapped[str] = mapped_column(String(40))
    state: Mapped[DocumentState] = mapped_column(enum_type(DocumentState, "state"), default=DocumentState.PROMISED)
    subject_kind: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[str] = mapped_column(String(60))
    filename: Mapped[str] = mapped_column(String(120))
    media_type: Mapped[str] = mapped_column(String(80))
    snapshot: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    stored_at: Mapped[datetime | None]
    content: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    sha256: Mapped[str | None] = mapped_column(String(64))
    size: Mapped[int | None]


def fingerprint(content: bytes) -> str:
    """The SHA-256 that stands beside the bytes."""
    return hashlib.sha256(content).hexdigest()
