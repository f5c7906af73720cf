"""Categories, articles, attributes, list prices, stock."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Numeric, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webshop.core.db import Base, Serial, UnitPrice, Versioned, enum_type


class Category(Base):
    """A node of the category tree. `path` is the slugs from the root, joined by `/`: unique and good for prefixes."""

    __tablename__ = "categories"

    id: Mapped[Serial]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("categories.id"), index=True)
    slug: Mapped[str] = mapped_column(String(120), unique=True)
    path: Mapped[str] = mapped_column(String(400), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(default="")
    picture: Mapped[str] = mapped_column(String(40), default="generic")
    """The drawing that stands in for photos (id in the sprite)."""
    position: Mapped[int] = mapped_column(default=0)


class Manufacturer(Base):
    """A maker."""

    __tablename__ = "manufacturers"

    id: Mapped[Serial]
    name: Mapped[str] = mapped_column(String(120), unique=True)


class ProductKind(StrEnum):
    """Hardware has stock, a service has a plan, a bundle has parts."""

    HARDWARE = "hardware"
    SERVICE = "service"
    BUNDLE = "bundle"


class ProductStatus(StrEnum):
    """Withdrawn articles keep their page for those who ordered them, but cannot be ordered."""

    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


class Product(Versioned, Base):
    """An article: anything that can be ordered."""

    __tablename__ = "products"
    __table_args__ = (
        CheckConstraint("vat_rate BETWEEN 0 AND 100", name="vat_rate"),
        CheckConstraint("price_base_quantity > 0", name="price_base_quantity"),
        CheckConstraint("max_quantity BETWEEN 1 AND 100000", name="max_quantity"),
        # All that a listing counts by, so that counting 100,000 articles reads no article.
        Index("ix_products_listing", "category_id", "status", "manufacturer_id", "kind", "lead_time_days", "id"),
        Index("ix_products_manufacturer", "manufacturer_id"),
        Index("ix_products_manufacturer_number", "manufacturer_number"),
        Index("ix_products_gtin", "gtin"),
    )

    id: Mapped[Serial]
    number: Mapped[str] = mapped_column(String(40), unique=True)
    kind: Mapped[ProductKind] = mapped_column(enum_type(ProductKind, "kind"))
    status: Mapped[ProductStatus] = mapped_column(enum_type(ProductStatus, "status"), default=ProductStatus.ACTIVE)
    name: Mapped[str] = mapped_column(String(250))
    short_description: Mapped[str] = mapped_column(String(500), default="")
    description: Mapped[str] = mapped_column(default="")
    category_id: Mapped[int] = mapped_column(ForeignKey("categories.id"))
    manufacturer_id: Mapped[int | None] = mapped_column(ForeignKey("manufacturers.id"))
    manufacturer_number: Mapped[str] = mapped_column(String(120), default="")
    gtin: Mapped[str] = mapped_column(String(14), default="")
    unit_code: Mapped[str] = mapped_column(String(3), default="C62")
    """UN/ECE Recommendation 20."""
    unit_label: Mapped[str] = mapped_column(String(40), default="Stück")
    vat_rate: Mapped[int] = mapped_column(default=19)
    """Percent; the law's rates change, so it stands at the article and is copied into every order."""
    price_base_quantity: Mapped[int] = mapped_column(default=1)
    """The quantity that a price is for (EN 16931 BT-149)."""
    max_quantity: Mapped[int] = mapped_column(default=10_000)
    """Most pieces in one line."""
    lead_time_days: Mapped[int] = mapped_column(default=10)
    """Working days until delivery of what is not in stock; for services until they are set up."""
    promise_source: Mapped[str] = mapped_column(String(80), default="")
    promised_at: Mapped[datetime | None]
    """Who gave the delivery promise, and when."""
    successor_id: Mapped[int | None] = mapped_column(ForeignKey("products.id"))
    search_text: Mapped[str]
    created_at: Mapped[datetime]
    category: Mapped[Category] = relationship(lazy="raise_on_sql")
    manufacturer: Mapped[Manufacturer | None] = relationship(lazy="raise_on_sql")


class Charge(StrEnum):
    """How a price is charged."""

    ONCE = "once"
    MONTHLY = "monthly"


class Price(Base):
    """A list price from a quantity on, valid in a half-open period of Berlin dates [valid_from, valid_to)."""

    __tablename__ = "prices"
    __table_args__ = (
        UniqueConstraint("product_id", "charge", "min_quantity", "valid_from"),
        CheckConstraint("unit_net >= 0", name="unit_net_not_negative"),
        CheckConstraint("min_quantity > 0", name="min_quantity_positive"),
        CheckConstraint("valid_to IS NULL OR valid_to > valid_from", name="period"),
    )

    id: Mapped[Serial]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"))
    charge: Mapped[Charge] = mapped_column(enum_type(Charge, "charge"), default=Charge.ONCE)
    min_quantity: Mapped[int] = mapped_column(default=1)
    unit_net: Mapped[UnitPrice]
    valid_from: Mapped[date]
    valid_to: Mapped[date | None]


class ServicePlan(Base):
    """How a service runs: minimum term and notice; `form` describes what is asked for each recipient."""

    __tablename__ = "service_plans"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    minimum_term_months: Mapped[int] = mapped_column(default=0)
    notice_period: Mapped[str] = mapped_column(String(120), default="")
    form: Mapped[list[Any]]


class AttributeKind(StrEnum):
    """What an attribute's values are."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"


class Attribute(Base):
    """A property that articles have, with its German label and unit."""

    __tablename__ = "attributes"

    id: Mapped[Serial]
    key: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    unit: Mapped[str] = mapped_column(String(20), default="")
    kind: Mapped[AttributeKind] = mapped_column(enum_type(AttributeKind, "kind"))
    position: Mapped[int] = mapped_column(default=100)


class ProductAttribute(Base):
    """One value of one article: text always, the number too where it is one (flags: 1 and 0)."""

    __tablename__ = "product_attributes"

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    attribute_id: Mapped[int] = mapped_column(ForeignKey("attributes.id"), primary_key=True)
    text: Mapped[str] = mapped_column(String(500))
    number: Mapped[float | None] = mapped_column(Numeric(18, 4, asdecimal=False))
    attribute: Mapped[Attribute] = relationship(lazy="raise_on_sql")


class BundleItem(Base):
    """A part of a bundle."""

    __tablename__ = "bundle_items"
    __table_args__ = (CheckConstraint("quantity > 0", name="quantity_positive"),)

    bundle_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    quantity: Mapped[int] = mapped_column(default=1)


class RelationKind(StrEnum):
    """Accessory or alternative; the successor is a column of the article."""

    ACCESSORY = "accessory"
    ALTERNATIVE = "alternative"


class ProductRelation(Base):
    """An article that goes with another."""

    __tablename__ = "product_relations"
    __table_args__ = (CheckConstraint("product_id <> related_id", name="not_itself"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    related_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    kind: Mapped[RelationKind] = mapped_column(enum_type(RelationKind, "kind"), primary_key=True)


class Stock(Base):
    """Pieces that can still be promised. Only conditional updates move it (R-5)."""

    __tablename__ = "stock"
    __table_args__ = (CheckConstraint("available >= 0", name="available_not_negative"),)

    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), primary_key=True)
    available: Mapped[int] = mapped_column(default=0)


class StockMovement(Base):
    """What came in or was corrected; received minus held and shipped reservations is what is available."""

    __tablename__ = "stock_movements"

    id: Mapped[Serial]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    reason: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime]


class ReservationState(StrEnum):
    """Held for an order, or given back."""

    HELD = "held"
    RELEASED = "released"


class StockReservation(Base):
    """Pieces of stock held for one order line."""

    __tablename__ = "stock_reservations"
    __table_args__ = (
        UniqueConstraint("order_line_id", "product_id"),
        CheckConstraint("quantity > 0", name="quantity_positive"),
    )

    id: Mapped[Serial]
    order_line_id: Mapped[UUID]
    product_id: Mapped[int] = mapped_column(ForeignKey("products.id"), index=True)
    quantity: Mapped[int]
    state: Mapped[ReservationState] = mapped_column(enum_type(ReservationState, "state"), default=ReservationState.HELD)
