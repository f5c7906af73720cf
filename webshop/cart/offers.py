"""What the lines of a cart are worth at this moment: article, price, availability, promised date.

One reading for the cart, the review and the order, so that all three say the same. It costs four statements, however
many lines (three without bundles).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from webshop.cart.models import Cart, CartLine
from webshop.catalog import pricing
from webshop.catalog.models import BundleItem, Category, Manufacturer, Product, ProductKind, ProductStatus, ServicePlan, Stock
from webshop.catalog.pricing import ArticlePrice
from webshop.catalog.stock import IN_STOCK_WORKDAYS, promise_date
from webshop.core.money import line_net


@dataclass(frozen=True)
class BundlePart:
    """An article in a bundle, and what of it can be promised."""

    product_id: int
    number: str
    name: str
    quantity: int
    """Pieces in one bundle."""
    available: int


@dataclass(frozen=True)
class Drift:
    """What changed since the person was last shown the line; None: that did not change."""

    old_unit_net: Decimal | None
    old_monthly_net: Decimal | None
    out_of_stock: bool


@dataclass(frozen=True)
class Offer:
    """A line, and what the shop offers for it now."""

    line: CartLine
    product: Product
    picture: str
    manufacturer: str
    minimum_term_months: int
    successor: Product | None
    """The article that replaces it, if that can be ordered."""
    price: ArticlePrice
    in_stock: bool
    """All pieces are there, after the earlier lines of the cart have taken theirs."""
    promised_date: date
    parts: tuple[BundlePart, ...]

    @cached_property
    def net(self) -> Decimal:
        """One-off net of the line."""
        return line_net(self.price.unit_net, self.line.quantity, self.product.price_base_quantity)

    @cached_property
    def monthly_net(self) -> Decimal:
        """Monthly net of the line."""
        return line_net(self.price.monthly_net, self.line.quantity, self.product.price_base_quantity)

    @property
    def orderable(self) -> bool:
        """False where the article was withdrawn or has no price."""
        return self.product.status == ProductStatus.ACTIVE and self.price.has_price

    @property
    def shown(self) -> tuple[Decimal, Decimal, bool]:
        """What a person sees of the line: unit price, monthly price, in stock."""
        return self.price.unit_net, self.price.monthly_net, self.in_stock

    @property
    def drift(self) -> Drift | None:
        """What the person must confirm before ordering (domain.md rule 3); None where all is as last shown."""
        line = self.line
        if not self.orderable or line.seen_unit_net is None or line.seen_monthly_net is None:
            return None
        unit = line.seen_unit_net if line.seen_unit_net != self.price.unit_net else None
        monthly = line.seen_monthly_net if line.seen_monthly_net != self.price.monthly_net else None
        gone = bool(line.seen_in_stock) and not self.in_stock
        return Drift(unit, monthly, gone) if gone or unit is not None or monthly is not None else None


def offers(session: Session, cart: Cart, *, day: date) -> list[Offer]:
    """All lines of the cart in their order, as they would be ordered on the day."""
    rows = _rows(session, cart)
    parts = parts_of(session, [row.Product for row in rows])
    prices = pricing.prices_for(session, cart.organisation_id, pieces(row.CartLine for row in rows), day=day)
    left: dict[int, int] = {}
    return [_offer(row, prices, parts.get(row.Product.id, ()), left, day) for row in rows]


def pieces(lines: Iterable[CartLine]) -> dict[int, int]:
    """Pieces by article: tiers count over all lines of the cart."""
    found: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        found[line.product_id] += line.quantity
    return dict(found)


def parts_of(session: Session, products: Iterable[Product]) -> Mapping[int, Sequence[BundlePart]]:
    """What is in the bundles among the articles; no statement where there is none."""
    bundles = {product.id for product in products if product.kind == ProductKind.BUNDLE}
    if not bundles:
        return {}
    found: defaultdict[int, list[BundlePart]] = defaultdict(list)
    rows = session.execute(
        select(BundleItem.bundle_id, Product.id, Product.number, Product.name, BundleItem.quantity, Stock.available)
        .join(Product, Product.id == BundleItem.product_id)
        .outerjoin(Stock, Stock.product_id == Product.id)
        .where(BundleItem.bundle_id.in_(bundles))
        .order_by(BundleItem.bundle_id, Product.number)
    )
    for bundle_id, product_id, number, name, quantity, available in rows:
        found[bundle_id].append(BundlePart(product_id, number, name, quantity, available or 0))
    return found


def _rows(session: Session, cart: Cart) -> Sequence[Any]:
    successor = aliased(Product, name="successor")
    return session.execute(
        select(
            CartLine,
            Product,
            Category.picture,
            Manufacturer.name.label("manufacturer"),
            ServicePlan.minimum_term_months,
            Stock.available,
            successor,
        )
        .join(Product, Product.id == CartLine.product_id)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .outerjoin(ServicePlan, ServicePlan.product_id == Product.id)
        .outerjoin(Stock, Stock.product_id == Product.id)
        .outerjoin(successor, (successor.id == Product.successor_id) & (successor.status == ProductStatus.ACTIVE))
        .where(CartLine.cart_id == cart.id, CartLine.organisation_id == cart.organisation_id)
        .order_by(CartLine.position, CartLine.id)
    ).all()


def _offer(row: Any, prices: Mapping[int, ArticlePrice], parts: Sequence[BundlePart], left: dict[int, int], day: date) -> Offer:
    line, product = row.CartLine, row.Product
    stocks = {product.id: row.available or 0} | {part.product_id: part.available for part in parts}
    needs = {part.product_id: part.quantity * line.quantity for part in parts} or {product.id: line.quantity}
    in_stock = product.kind != ProductKind.SERVICE and _take(needs, stocks, left)
    return Offer(
        line=line,
        product=product,
        picture=row.picture,
        manufacturer=row.manufacturer or "",
        minimum_term_months=row.minimum_term_months or 0,
        successor=row.successor,
        price=prices[product.id],
        in_stock=in_stock,
        promised_date=promise_date(day, IN_STOCK_WORKDAYS if in_stock else product.lead_time_days),
        parts=tuple(parts),
    )


def _take(needs: Mapping[int, int], stocks: Mapping[int, int], left: dict[int, int]) -> bool:
    """True where all parts are in stock; earlier lines of the same cart have taken theirs."""
    for product_id in needs:
        left.setdefault(product_id, stocks.get(product_id, 0))
    enough = all(left[product_id] >= quantity for product_id, quantity in needs.items())
    for product_id, quantity in needs.items():
        left[product_id] -= min(quantity, left[product_id])
    return enough
