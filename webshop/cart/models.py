"""Carts and their lines."""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.catalog.models import Product
from webshop.core.db import Base, ScaledDecimal, Versioned, enum_type

MAX_LINES = 2_000


def stamp(*values: object) -> str:
    """A short fingerprint of values, for forms that want to know whether somebody else changed them (R-7)."""
    return sha256(repr([str(value) for value in values]).encode()).hexdigest()[:16]


def line_stamp(quantity: int, cost_centre_id: UUID | None, note: str) -> str:
    """The fingerprint of a line with these values."""
    return stamp(quantity, cost_centre_id, note)


class CartState(StrEnum):
    """Open until it became an order."""

    OPEN = "open"
    ORDERED = "ordered"


class Cart(Versioned, Base):
    """A named cart, and what the order will say beside its lines."""

    __tablename__ = "carts"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        Index("ix_carts_owner", "owner_id", "state"),
        ForeignKeyConstraint(["organisation_id", "address_id"], ["addresses.organisation_id", "addresses.id"]),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    owner_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"))
    name: Mapped[str] = mapped_column(String(80))
    shared: Mapped[bool] = mapped_column(default=False)
    state: Mapped[CartState] = mapped_column(enum_type(CartState, "state"), default=CartState.OPEN)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    updated_by_id: Mapped[UUID | None] = mapped_column(ForeignKey("people.id"))
    removed: Mapped[list[Any]] = mapped_column(default=list)
    """The lines that were removed last, as plain data: what "Rückgängig" brings back."""
    # the delivery step
    address_id: Mapped[UUID | None]
    desired_date: Mapped[date | None]
    reference: Mapped[str] = mapped_column(String(60), default="")
    """The municipality's own order number (Bestellnummer, BT-13)."""
    subject: Mapped[str] = mapped_column(String(120), default="")
    contact_name: Mapped[str] = mapped_column(String(120), default="")
    contact_phone: Mapped[str] = mapped_column(String(60), default="")
    note: Mapped[str] = mapped_column(String(1000), default="")
    lines: Mapped[list["CartLine"]] = relationship(
        back_populates="cart", lazy="raise_on_sql", order_by="CartLine.position", cascade="all, delete-orphan"
    )

    @property
    def delivery_stamp(self) -> str:
        """Changes with what the delivery step says: a form that carries another one is stale."""
        return stamp(
            self.address_id, self.desired_date, self.reference, self.subject, self.contact_name, self.contact_phone, self.note
        )


class CartChoice(Base):
    """The cart a person works with now, per organisation."""

    __tablename__ = "cart_choices"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "cart_id"], ["carts.organisation_id", "carts.id"], ondelete="CASCADE"),
    )

    person_id: Mapped[UUID] = mapped_column(ForeignKey("people.id"), primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(primary_key=True)
    cart_id: Mapped[UUID]


class CartLine(Base):
    """An article in a cart. `seen_*` is what the person was last shown, to tell them what changed since."""

    __tablename__ = "cart_lines"
    __table_args__ = (
        UniqueConstraint("organisation_id", "id"),
        ForeignKeyConstraint(["organisation_id", "cart_id"], ["carts.organisation_id", "carts.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        CheckConstraint("quantity > 0 AND quantity <= 100000", name="quantity_bounds"),
        Index("ix_cart_lines_cart", "cart_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid4)
    organisation_id: Mapped[UUID]
    cart_id: Mapped[UUID]
    position: Mapped[int]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    quantity: Mapped[int]
    cost_centre_id: Mapped[UUID | None]
    """Bears the line, unless `shares` say otherwise."""
    note: Mapped[str] = mapped_column(String(250), default="")
    seen_unit_net: Mapped[Decimal | None] = mapped_column(ScaledDecimal(4))
    seen_monthly_net: Mapped[Decimal | None] = mapped_column(ScaledDecimal(4))
    seen_in_stock: Mapped[bool | None]
    cart: Mapped[Cart] = relationship(back_populates="lines", lazy="raise_on_sql")
    product: Mapped[Product] = relationship(lazy="raise_on_sql")
    deliveries: Mapped[list["CartLineDelivery"]] = relationship(
        lazy="raise_on_sql", order_by="CartLineDelivery.position", cascade="all, delete-orphan"
    )
    shares: Mapped[list["CartLineShare"]] = relationship(
        lazy="raise_on_sql", order_by="CartLineShare.position", cascade="all, delete-orphan"
    )

    @property
    def stamp(self) -> str:
        """Changes with what the cart's page lets people change: quantity, cost centre, note."""
        return line_stamp(self.quantity, self.cost_centre_id, self.note)

    @property
    def split_stamp(self) -> str:
        """Changes with the quantity and the splits; `deliveries` and `shares` must be loaded."""
        return stamp(
            self.quantity,
            [(part.address_id, part.quantity) for part in self.deliveries],
            [(share.cost_centre_id, share.kind, share.weight) for share in self.shares],
        )


class CartLineDelivery(Base):
    """Part of a line's quantity for one address; no rows: all goes to the cart's address."""

    __tablename__ = "cart_line_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "line_id"], ["cart_lines.organisation_id", "cart_lines.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["organisation_id", "address_id"], ["addresses.organisation_id", "addresses.id"]),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    address_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(default=0)
    quantity: Mapped[int]


class ShareKind(StrEnum):
    """How a line is shared over cost centres: by pieces or by percent (one kind per line)."""

    QUANTITY = "quantity"
    PERCENT = "percent"


class CartLineShare(Base):
    """Part of a line's cost for one cost centre; no rows: all is borne by the line's cost centre."""

    __tablename__ = "cart_line_shares"
    __table_args__ = (
        ForeignKeyConstraint(["organisation_id", "line_id"], ["cart_lines.organisation_id", "cart_lines.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["organisation_id", "cost_centre_id"], ["cost_centres.organisation_id", "cost_centres.id"]),
        CheckConstraint("weight > 0", name="weight_positive"),
    )

    line_id: Mapped[UUID] = mapped_column(primary_key=True)
    cost_centre_id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID]
    position: Mapped[int] = mapped_column(default=0)
    kind: Mapped[ShareKind] = mapped_column(enum_type(ShareKind, "kind"))
    weight: Mapped[Decimal]
    """Pieces or percent."""
