"""Reading a cart with all that belongs to it: one statement per kind of row, however many lines."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from webshop.cart.models import Cart, CartLine, CartLineDelivery, CartLineShare
from webshop.catalog.models import BundleItem, Category, Manufacturer, Product, ProductKind, ServicePlan, Stock
from webshop.checkout.draft import ReviewDelivery
from webshop.organisations.models import Address, Budget, CostCentre


def rows_of(session: Session, cart: Cart) -> Sequence[Any]:
    return session.execute(
        select(CartLine, Product, Category.picture, Manufacturer.name, ServicePlan.minimum_term_months, Stock.available)
        .join(Product, Product.id == CartLine.product_id)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .outerjoin(ServicePlan, ServicePlan.product_id == Product.id)
        .outerjoin(Stock, Stock.product_id == Product.id)
        .where(CartLine.cart_id == cart.id, CartLine.organisation_id == cart.organisation_id)
        .order_by(CartLine.position, CartLine.id)
    ).all()


def deliveries_of(session: Session, cart: Cart) -> Mapping[UUID, list[ReviewDelivery]]:
    found: defaultdict[UUID, list[ReviewDelivery]] = defaultdict(list)
    rows = session.execute(
        select(CartLineDelivery, Address)
        .join(Address, Address.id == CartLineDelivery.address_id)
        .join(CartLine, CartLine.id == CartLineDelivery.line_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLineDelivery.position)
    )
    for part, address in rows:
        found[part.line_id].append(ReviewDelivery(address, part.quantity))
    return found


def shares_of(session: Session, cart: Cart) -> Mapping[UUID, list[CartLineShare]]:
    found: defaultdict[UUID, list[CartLineShare]] = defaultdict(list)
    rows = session.scalars(
        select(CartLineShare)
        .join(CartLine, CartLine.id == CartLineShare.line_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLineShare.position)
    )
    for share in rows:
        found[share.line_id].append(share)
    return found


CostCentres = Mapping[UUID, tuple[CostCentre, Budget | None]]


def cost_centres_of(
    session: Session, organisation_id: UUID, rows: Iterable[Any], shares: Mapping[UUID, list[CartLineShare]], year: int
) -> CostCentres:
    ids = {row.CartLine.cost_centre_id for row in rows if row.CartLine.cost_centre_id}
    ids |= {share.cost_centre_id for parts in shares.values() for share in parts}
    found = session.execute(
        select(CostCentre, Budget)
        .outerjoin(Budget, and_(Budget.cost_centre_id == CostCentre.id, Budget.year == year))
        .where(CostCentre.organisation_id == organisation_id, CostCentre.id.in_(ids))
        .order_by(CostCentre.number)
    )
    return {cost_centre.id: (cost_centre, budget) for cost_centre, budget in found}


@dataclass(frozen=True)
class BundlePart:
    product_id: int
    number: str
    name: str
    quantity: int
    available: int


def parts_of(session: Session, products: Iterable[Product]) -> Mapping[int, list[BundlePart]]:
    found: defaultdict[int, list[BundlePart]] = defaultdict(list)
    bundles = [product.id for product in products if product.kind == ProductKind.BUNDLE]
    if bundles:
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
