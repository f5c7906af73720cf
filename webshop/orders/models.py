"""Orders and their lines: snapshots."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.accounts.models import Person
from webshop.catalog.models import ProductKind
from webshop.core.db import Base, ScaledDecimal, UnitPrice, Versioned, enum_type
from webshop.core.money import Amount, Totals, totals
from webshop.orders.states import OrderState


class Order(Versioned, Base):
    """A submitted order. `net_once` and the like are sums of the lines as they were shown and agreed."""

    __tablename__ = "orders"
    __table_args__ = (
        UniqueConstraint("organisation_id", "checkout_key"),
        UniqueConstraint("organisation_id", "id"),
        Index("ix_orders_list", "organisation_id", "submitted_at"),
        Index("ix_orders_buyer", "buyer_id", "submitted_at"),
        Index("ix_orders_state", "state", "submitted_at"),
        CheckConstraint(
            "state NOT IN ('approved', 'completed', 'cancelled') OR confirmation_number IS NOT NULL", name="confirmed"
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    number: Mapped[str] = mapped_column(String(20), unique=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    buyer_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    cart_id: Mapped[UUID] = mapped_column(unique=True)
    """The cart it was made from: one cart makes one order (R-3)."""
    checkout_key: Mapped[str] = mapped_column(String(43))
    """The random key of the form that was sent: one form makes one order (R-2)."""
    checkout_hash: Mapped[str] = mapped_column(String(64))
    """What that form showed: the same key with other content is refused."""
    content_hash: Mapped[str] = mapped_column(String(64))
    """Hash of lines, prices, addresses and cost centres: what an approval is bound to."""
    state: Mapped[OrderState] = mapped_column(enum_type(OrderState, "state"), default=OrderState.SUBMITTED)
    submitted_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]
    subject: Mapped[str] = mapped_column(String(120))
    reference: Mapped[str] = mapped_column(String(60))
    desired_date: Mapped[date | None]
    contact_name: Mapped[str] = mapped_column(String(120))
    contact_phone: Mapped[str] = mapped_column(String(60))
    note: Mapped[str] = mapped_column(String(1000))
    # the customer as it stood
    customer_number: Mapped[str] = mapped_column(String(20))
    customer_name: Mapped[str] = mapped_column(String(200))
    customer_street: Mapped[str] = mapped_column(String(120))
    customer_postcode: Mapped[str] = mapped_column(String(10))
    customer_city: Mapped[str] = mapped_column(String(120))
    # sums as agreed
    net_once: Mapped[Decimal]
    gross_once: Mapped[Decimal]
    net_monthly: Mapped[Decimal]
    gross_monthly: Mapped[Decimal]
    value_net: Mapped[Decimal]
    """One-off net plus monthly net times minimum term: what approval rules look at."""
    confirmation_number: Mapped[str | None] = mapped_column(String(20), unique=True)
    buyer: Mapped[Person] = relationship(lazy="raise_on_sql")
    lines: Mapped[list["OrderLine"]] = relationship(back_populates="order", lazy="raise_on_sql", order_by="OrderLine.position")

    @property
    def once(self) -> Totals:
        """Totals of all one-off amounts, from the lines."""
        return totals_once(self.lines)

    @property
    def monthly(self) -> Totals:
        """Totals of all monthly amounts, from the lines."""
        return totals_monthly(self.lines)


class OrderLine(Base):
    """One position as it stood at submission; never recalculated."""

    __tablename__ = "order_lines"
    __table_args__ = (
        UniqueConstraint("order_id", "position"),
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "order_id"], ["orders.organisation_id", "orders.id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
        CheckConstraint("net >= 0 AND monthly_net >= 0", name="net_not_negative"),
        Index("ix_order_lines_product", "product_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID]
    order_id: Mapped[UUID]
    position: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(250))
    manufacturer: Mapped[str] = mapped_column(String(120))
    manufacturer_number: Mapped[str] = mapped_column(String(120))
    kind: Mapped[ProductKind] = mapped_column(enum_type(ProductKind, "kind"))
    picture: Mapped[str] = mapped_column(String(40), default="generic")
    unit_code: Mapped[str] = mapped_column(String(3))
    unit_label: Mapped[str] = mapped_column(String(40))
    quantity: Mapped[int]
    unit_net: Mapped[UnitPrice]
    price_base_quantity: Mapped[int] = mapped_column(default=1)
    net: Mapped[Decimal]
    monthly_unit_net: Mapped[Decimal] = mapped_column(ScaledDecimal(4))
    monthly_net: Mapped[Decimal]
    minimum_term_months: Mapped[int] = mapped_column(default=0)
    vat_rate: Mapped[int]
    contract_number: Mapped[str] = mapped_column(String(40), default="")
    """The framework contract that this line calls off; empty: list price."""
    in_stock: Mapped[int] = mapped_column(default=0)
    """Pieces reserved from stock at submission; the rest comes at the promised date."""
    promised_date: Mapped[date | None]
    """When all of it is promised to be there."""
    note: Mapped[str] = mapped_column(String(250))
    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise_on_sql")
    deliveries: Mapped[list["OrderLineDelivery"]] = relationship(lazy="raise_on_sql", order_by="OrderLineDelivery.position")
    shares: Mapped[list["OrderLineShare"]] = relationship(lazy="raise_on_sql", order_by="OrderLineShare.position")
    parts: Mapped[list["OrderLinePart"]] = relationship(lazy="raise_on_sql", order_by="OrderLinePart.position")


class OrderLineDelivery(Base):
    """Where part of a line goes; address as it stood. The quantities of a line add up to its own."""

    __tablename__ = "order_line_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "line_id"], ["order_lines.organisation_id", "order_lines.id"]),
        ForeignKeyConstraint(["organisation_id", "address_id"], ["addresses.organisation_id", "addresses.id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    address_id: Mapped[UUID]
    label: Mapped[str] = mapped_column(String(120))
    street: Mapped[str] = mapped_column(String(120))
    postcode: Mapped[str] = mapped_column(String(10))
    city: Mapped[str] = mapped_column(String(120))
    note: Mapped[str] = mapped_column(String(250))
    quantity: Mapped[int]


class OrderLineShare(Base):
    """What a cost centre bears of a line; the shares of a line add up to its net, to the cent."""

    __tablename__ = "order_line_shares"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "line_id"], ["order_lines.organisation_id", "order_lines.id"]),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        UniqueConstraint("line_id", "cost_centre_id"),
    )

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    cost_centre_id: Mapped[UUID]
    number: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(120))
    weight_label: Mapped[str] = mapped_column(String(40))
    """How the share was given: `150 Stück`, `60 %`; empty where one cost centre bears all."""
    net: Mapped[Decimal]
    monthly_net: Mapped[Decimal]


class OrderLinePart(Base):
    """A part of a bundle, as the bundle stood at submission."""

    __tablename__ = "order_line_parts"
    __table_args__ = (ForeignKeyConstraint(["organisation_id", "line_id"], ["order_lines.organisation_id", "order_lines.id"]),)

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    number: Mapped[str] = mapped_column(String(40))
    title: Mapped[str] = mapped_column(String(250))
    quantity: Mapped[int]
    """Pieces for the whole line."""


def totals_once(lines: Iterable[OrderLine]) -> Totals:
    """One-off totals of lines."""
    return totals(Amount(line.net, line.vat_rate) for line in lines)


def totals_monthly(lines: Iterable[OrderLine]) -> Totals:
    """Monthly totals of lines."""
    return totals(Amount(line.monthly_net, line.vat_rate) for line in lines if line.monthly_net)
