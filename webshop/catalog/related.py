"""What goes with an article: its parts, accessories, alternatives; where nobody named any, its neighbours in the category."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Final

from sqlalchemy import CompoundSelect, String, case, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session

from webshop.catalog.availability import availability
from webshop.catalog.matching import name_key, number_key
from webshop.catalog.models import (
    BundleItem,
    Category,
    Product,
    ProductKind,
    ProductRelation,
    ProductStatus,
    Stock,
)
from webshop.catalog.shown_prices import in_contract
from webshop.core.actor import Actor

MOST: Final = 12
"""Accessories, and alternatives, shown at most."""
NEIGHBOURS: Final = 3
READ_AT_MOST: Final = 200


class Link(StrEnum):
    """How an article belongs to another."""

    PART = "part"
    ACCESSORY = "accessory"
    ALTERNATIVE = "alternative"
    NEIGHBOUR = "neighbour"


@dataclass(frozen=True)
class Item:
    """An article that belongs to another, as short as lists beside it show it."""

    id: int
    number: str
    name: str
    picture: str
    kind: ProductKind
    unit_label: str
    price_base_quantity: int
    on_sale: bool
    quantity: int
    """Pieces in one bundle."""


@dataclass(frozen=True)
class Related:
    """All that belongs to an article."""

    parts: list[Item] = field(default_factory=list)
    accessories: list[Item] = field(default_factory=list)
    alternatives: list[Item] = field(default_factory=list)
    neighbours: list[Item] = field(default_factory=list)

    @property
    def priced(self) -> list[Item]:
        """What is shown with a price."""
        return [*self.accessories, *self.alternatives, *self.neighbours]


def related_to(session: Session, viewer: Actor, product: Product, *, day: date) -> Related:
    """What belongs to the article, as the viewer would be advised; one statement."""
    links = _links(viewer, product, day).subquery()
    rows = session.execute(
        select(
            links.c.link,
            Product.id,
            Product.number,
            Product.name,
            Category.picture,
            Product.kind,
            Product.unit_label,
            Product.price_base_quantity,
            Product.status,
            links.c.quantity,
        )
        .join(links, links.c.product_id == Product.id)
        .join(Category, Category.id == Product.category_id)
        .where(or_(links.c.link == Link.PART.value, Product.status == ProductStatus.ACTIVE))
        .order_by(links.c.link, name_key(), number_key())
        .limit(READ_AT_MOST)
    ).all()
    items: dict[Link, list[Item]] = {link: [] for link in Link}
    for row in rows:
        item = Item(
            id=row.id,
            number=row.number,
            name=row.name,
            picture=row.picture,
            kind=row.kind,
            unit_label=row.unit_label,
            price_base_quantity=row.price_base_quantity,
            on_sale=row.status is ProductStatus.ACTIVE,
            quantity=row.quantity,
        )
        items[Link(row.link)].append(item)
    advised = items[Link.ACCESSORY] or items[Link.ALTERNATIVE]
    return Related(
        parts=items[Link.PART],
        accessories=items[Link.ACCESSORY][:MOST],
        alternatives=items[Link.ALTERNATIVE][:MOST],
        neighbours=[] if advised else items[Link.NEIGHBOUR],
    )


def _links(viewer: Actor, product: Product, day: date) -> CompoundSelect[int, str, int]:
    parts = select(
        BundleItem.product_id.label("product_id"),
        literal(Link.PART.value).label("link"),
        BundleItem.quantity.label("quantity"),
    ).where(BundleItem.bundle_id == product.id)
    named = select(ProductRelation.related_id, type_coerce(ProductRelation.kind, String), literal(1))
    neighbours = (
        select(Product.id, literal(Link.NEIGHBOUR.value).label("link"), literal(1).label("quantity"))
        .outerjoin(Stock, Stock.product_id == Product.id)
        .where(Product.category_id == product.category_id, Product.status == ProductStatus.ACTIVE, Product.id != product.id)
        .order_by(case((in_contract(viewer, day), 0), else_=1), availability(), name_key(), number_key())
        .limit(NEIGHBOURS)
        .subquery()
    )
    return union_all(parts, named.where(ProductRelation.product_id == product.id), select(neighbours))
