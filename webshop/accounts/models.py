"""People and what lets them in."""

from datetime import date, datetime
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.core.actor import Role
from webshop.core.db import Base, Serial, Versioned, enum_type


class Person(Versioned, Base):
    """Somebody who may sign in; business contact data only (P-8)."""

    __tablename__ = "people"
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_lower"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    phone: Mapped[str] = mapped_column(String(60), default="")
    department: Mapped[str] = mapped_column(String(120), default="")
    password_hash: Mapped[str | None] = mapped_column(String(200))
    """Argon2id; None until the invitation was used."""
    active: Mapped[bool] = mapped_column(default=True)
    language: Mapped[str] = mapped_column(String(2), default="de")
    theme: Mapped[str] = mapped_column(String(5), default="auto")
    created_at: Mapped[datetime]
    roles: Mapped[list["RoleAssignment"]] = relationship(back_populates="person", lazy="raise_on_sql")

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


class RoleAssignment(Base):
    """A person's role in one organisation, from a day to a day (both included)."""

    __tablename__ = "role_assignments"
    __table_args__ = (
        UniqueConstraint("person_id", "organisation_id", "role", "valid_from"),
        CheckConstraint("valid_to IS NULL OR valid_to >= valid_from", name="period"),
        Index("ix_role_assignments_organisation", "organisation_id", "role"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    role: Mapped[Role] = mapped_column(enum_type(Role, "role"))
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]
    person: Mapped[Person] = relationship(back_populates="roles", lazy="raise_on_sql")


class WebSession(Base):
    """A signed-in browser; ended by deleting the row."""

    __tablename__ = "web_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    """The organisation for which the person acts in this browser."""
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    user_agent: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(60))
    """The network the browser came from, shortened (P-8)."""


class LinkPurpose(StrEnum):
    """What a one-time link lets its holder do."""

    INVITATION = "invitation"
    RESET = "reset"


class OneTimeLink(Base):
    """A mailed link: hashed at rest, used once, void after a newer one (S-16)."""

    __tablename__ = "one_time_links"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), index=True)
    purpose: Mapped[LinkPurpose] = mapped_column(enum_type(LinkPurpose, "purpose"))
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class FailedSignIn(Base):
    """A wrong guess, by hashed account and hashed source; read to slow guessing down (S-14)."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (
        Index("ix_failed_sign_ins_account", "account_hash", "at"),
        Index("ix_failed_sign_ins_source", "source_hash", "at"),
    )

    id: Mapped[Serial]
    account_hash: Mapped[str] = mapped_column(String(64))
    source_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]
