"""Framework contracts: who may call off what, at which price, up to which value (VgV § 21)."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.catalog.models import Charge, ReservationState
from webshop.core.db import Base, Serial, UnitPrice, Versioned, enum_type


class FrameworkContract(Versioned, Base):
    """Fixed prices for named articles and organisations, in a period, up to a maximum value.

    Once the maximum is used up the contract is without effect (CJEU C-23/20). `used_value` is what was called off
    before this shop plus all reservations that are held; a CHECK keeps it below the maximum.
    """

    __tablename__ = "framework_contracts"
    __table_args__ = (
        CheckConstraint("valid_to >= valid_from", name="period"),
        CheckConstraint("used_value >= 0 AND used_value <= max_value", name="within_maximum"),
    )

    id: Mapped[Serial]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    title: Mapped[str] = mapped_column(String(200))
    supplier: Mapped[str] = mapped_column(String(200), default="")
    award_reference: Mapped[str] = mapped_column(String(120), default="")
    valid_from: Mapped[date]
    valid_to: Mapped[date]
    """The last day on which it may be used."""
    for_all: Mapped[bool] = mapped_column(default=False)
    """Every member is named; else those in `contract_organisations`."""
    max_value: Mapped[Decimal]
    opening_value: Mapped[Decimal] = mapped_column(default=Decimal("0.00"))
    """Called off before this shop."""
    used_value: Mapped[Decimal] = mapped_column(default=Decimal("0.00"))
    notice_period: Mapped[str] = mapped_column(String(200), default="")


class ContractOrganisation(Base):
    """An organisation named in a contract."""

    __tablename__ = "contract_organisations"

    contract_id: Mapped[int] = mapped_column(ForeignKey("framework_contracts.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"), primary_key=True)


class ContractPosition(Base):
    """An article in a contract."""

    __tablename__ = "contract_positions"
    __table_args__ = (UniqueConstraint("contract_id", "product_id"), Index("ix_contract_positions_product", "product_id"))

    id: Mapped[Serial]
    contract_id: Mapped[int] = mapped_column(ForeignKey("framework_contracts.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    position: Mapped[int]
    min_quantity: Mapped[int] = mapped_column(default=1)
    max_quantity_per_order: Mapped[int | None]
    contract: Mapped[FrameworkContract] = relationship(lazy="raise_on_sql")


class ContractPrice(Base):
    """The contract's price from a quantity on."""

    __tablename__ = "contract_prices"
    __table_args__ = (UniqueConstraint("position_id", "charge", "min_quantity"),)

    id: Mapped[Serial]
    position_id: Mapped[int] = mapped_column(ForeignKey("contract_positions.id"))
    charge: Mapped[Charge] = mapped_column(enum_type(Charge, "charge"), default=Charge.ONCE)
    min_quantity: Mapped[int] = mapped_column(default=1)
    unit_net: Mapped[UnitPrice]


class ContractReservation(Base):
    """The value of a contract that one order line calls off."""

    __tablename__ = "contract_reservations"
    __table_args__ = (CheckConstraint("value >= 0", name="value_not_negative"),)

    id: Mapped[Serial]
    order_line_id: Mapped[UUID] = mapped_column(unique=True)
    contract_id: Mapped[int] = mapped_column(ForeignKey("framework_contracts.id"), index=True)
    quantity: Mapped[int]
    value: Mapped[Decimal]
    state: Mapped[ReservationState] = mapped_column(enum_type(ReservationState, "state"), default=ReservationState.HELD)
