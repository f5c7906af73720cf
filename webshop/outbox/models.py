"""The outbox; `outbox_mail` is a stable interface."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.core.db import Base, enum_type
from webshop.core.leases import Leased


class MailState(StrEnum):
    """Queued until the mail server has taken it; failed is parked for people."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"


class OutboxMail(Leased, Base):
    """One mail to one address, its texts frozen when it was promised."""

    __tablename__ = "outbox_mail"
    __table_args__ = (Index("ix_outbox_mail_claim", "state", "priority", "id"),)

    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    message_id: Mapped[str] = mapped_column(String(120), unique=True)
    """Stable, so that a repeat after a crash is recognisable."""
    kind: Mapped[str] = mapped_column(String(60))
    state: Mapped[MailState] = mapped_column(enum_type(MailState, "state"), default=MailState.QUEUED)
    to_address: Mapped[str] = mapped_column(String(254))
    to_name: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(250))
    text: Mapped[str]
    html: Mapped[str]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    server_answer: Mapped[str | None]
    attachments: Mapped[list["OutboxAttachment"]] = relationship(lazy="raise_on_sql", order_by="OutboxAttachment.document_id")


class OutboxAttachment(Base):
    """A document that travels with a mail; the mail waits until it is stored."""

    __tablename__ = "outbox_attachments"

    mail_id: Mapped[int] = mapped_column(ForeignKey("outbox_mail.id"), primary_key=True)
    document_id: Mapped[int] = mapped_column(ForeignKey("documents.id"), primary_key=True)
