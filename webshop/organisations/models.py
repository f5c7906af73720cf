"""Organisations, addresses, cost centres."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from webshop.core.db import Base, Versioned, enum_type


class OrganisationKind(StrEnum):
    """The provider sells; customers are tenants."""

    PROVIDER = "provider"
    CUSTOMER = "customer"


class Organisation(Versioned, Base):
    """A municipality, school board or association; or the provider itself (one row)."""

    __tablename__ = "organisations"
    __table_args__ = (
        CheckConstraint("approval_free_up_to >= 0", name="free_limit"),
        CheckConstraint("approval_second_above IS NULL OR approval_second_above >= approval_free_up_to", name="second_limit"),
        CheckConstraint("member_to IS NULL OR member_from IS NULL OR member_to >= member_from", name="membership"),
        Index(
            "uq_organisations_provider",
            "kind",
            unique=True,
            sqlite_where=text("kind = 'provider'"),
            postgresql_where=text("kind = 'provider'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(enum_type(OrganisationKind, "kind"))
    parent_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    type_label: Mapped[str] = mapped_column(String(80), default="")
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="DE")
    official_key: Mapped[str] = mapped_column(String(12), default="")
    """Amtlicher Gemeindeschlüssel."""
    leitweg_id: Mapped[str] = mapped_column(String(46), default="")
    invoice_email: Mapped[str] = mapped_column(String(254), default="")
    invoice_format: Mapped[str] = mapped_column(String(40), default="")
    payment_terms_days: Mapped[int] = mapped_column(default=30)
    member_from: Mapped[date | None]
    member_to: Mapped[date | None]
    """Only members may order inhouse (§ 108 GWB)."""
    approval_free_up_to: Mapped[Decimal] = mapped_column(default=Decimal("1000.00"))
    """Net value up to which an order needs nobody's approval."""
    approval_second_above: Mapped[Decimal | None] = mapped_column(default=Decimal("25000.00"))
    """Net value above which a second approver decides too; None: never."""


class Address(Versioned, Base):
    """A place to deliver to."""

    __tablename__ = "addresses"
    __table_args__ = (UniqueConstraint("organisation_id", "id"), UniqueConstraint("organisation_id", "label"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    label: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(120))
    country: Mapped[str] = mapped_column(String(2), default="DE")
    note: Mapped[str] = mapped_column(String(250), default="")
    active: Mapped[bool] = mapped_column(default=True)


class CostCentre(Versioned, Base):
    """Bears the cost; has its own invoice mailbox and, where it has one, its own Leitweg-ID."""

    __tablename__ = "cost_centres"
    __table_args__ = (UniqueConstraint("organisation_id", "id"), UniqueConstraint("organisation_id", "number"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    product_group: Mapped[str] = mapped_column(String(20), default="")
    invoice_email: Mapped[str] = mapped_column(String(254), default="")
    leitweg_id: Mapped[str] = mapped_column(String(46), default="")
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]


class CostCentreTask(StrEnum):
    """What a person does for a cost centre."""

    ORDER = "order"
    APPROVE = "approve"


class CostCentrePerson(Base):
    """A person may order for, or approve for, a cost centre; an approver up to a limit (net value), None: any amount.

    A buyer without a row may order for every cost centre of the house.
    """

    __tablename__ = "cost_centre_people"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        Index("ix_cost_centre_people_person", "person_id", "task"),
    )

    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    cost_centre_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    task: Mapped[CostCentreTask] = mapped_column(enum_type(CostCentreTask, "task"), primary_key=True)
    limit_net: Mapped[Decimal | None]


class Budget(Base):
    """What a cost centre may spend in a fiscal year, gross; `reserved` and `committed` are moved by commitments only."""

    __tablename__ = "budgets"
    __table_args__ = (
        UniqueConstraint("cost_centre_id", "year"),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        CheckConstraint("reserved >= 0 AND committed >= 0 AND spent >= 0 AND amount >= 0", name="not_negative"),
        CheckConstraint("NOT hard OR spent + reserved + committed <= amount", name="hard_limit"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID]
    cost_centre_id: Mapped[UUID]
    year: Mapped[int]
    amount: Mapped[Decimal]
    spent: Mapped[Decimal] = mapped_column(default=Decimal("0.00"))
    reserved: Mapped[Decimal] = mapped_column(default=Decimal("0.00"))
    committed: Mapped[Decimal] = mapped_column(default=Decimal("0.00"))
    hard: Mapped[bool] = mapped_column(default=False)
    """A hard budget is never overdrawn; a soft one warns."""

    @property
    def bound(self) -> Decimal:
        """Spent, reserved and committed."""
        return self.spent + self.reserved + self.committed

    @property
    def free(self) -> Decimal:
        """What is left; negative where a soft budget is overdrawn."""
        return self.amount - self.bound


class CommitmentState(StrEnum):
    """Reserved by submission, committed by approval, released by refusal, withdrawal or cancellation."""

    RESERVED = "reserved"
    COMMITTED = "committed"
    RELEASED = "released"


class Commitment(Base):
    """Part of a budget that one order binds (Mittelbindung, HÜL); gross, in the fiscal year of the order."""

    __tablename__ = "commitments"
    __table_args__ = (
        UniqueConstraint("reference", "cost_centre_id"),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        CheckConstraint("amount >= 0", name="amount_not_negative"),
        Index("ix_commitments_cost_centre_year", "cost_centre_id", "year"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID]
    cost_centre_id: Mapped[UUID]
    year: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40))
    """The order's number: the chain id of the purchase."""
    amount: Mapped[Decimal]
    state: Mapped[CommitmentState] = mapped_column(enum_type(CommitmentState, "state"), default=CommitmentState.RESERVED)
