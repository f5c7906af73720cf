"""One article with all that its page shows; at most seven statements, however much hangs on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased, joinedload

from webshop.catalog import pricing
from webshop.catalog.addresses import addressed, possible_numbers
from webshop.catalog.availability import Availability, Promise, availability
from webshop.catalog.contract_models import ContractPosition, FrameworkContract
from webshop.catalog.errors import NoSuchArticle
from webshop.catalog.models import Attribute, AttributeKind, Product, ProductAttribute, ProductStatus, ServicePlan, Stock
from webshop.catalog.pricing import ArticlePrice
from webshop.catalog.related import Related, related_to
from webshop.catalog.shown_prices import contract_organisation, prices_shown
from webshop.core.actor import Actor
from webshop.core.money import line_net
from webshop.organisations.models import Organisation

TENTH: Final = Decimal("0.1")
HUNDRED: Final = Decimal(100)
_Successor = aliased(Product)


@dataclass(frozen=True)
class Value:
    """A property of an article; the number where it is one."""

    label: str
    unit: str
    kind: AttributeKind
    text: str
    number: Decimal | None


@dataclass(frozen=True)
class Step:
    """A line of the table of tiers: from how many, at what price, how much less than the first; the one that counts now."""

    min_quantity: int
    unit_net: Decimal
    monthly_net: Decimal
    saving: Decimal
    active: bool


@dataclass(frozen=True)
class Contract:
    """The framework contract that an article can be called off from."""

    number: str
    title: str
    supplier: str
    valid_to: date
    max_quantity_per_order: int | None


@dataclass(frozen=True)
class Article:
    """An article as its page shows it to one viewer."""

    product: Product
    plan: ServicePlan | None
    promise: Promise
    successor: Product | None
    attributes: Sequence[Value]
    payment_terms_days: int
    approval_free_up_to: Decimal

    @property
    def on_sale(self) -> bool:
        """False for a withdrawn article: it keeps its page, but cannot be ordered."""
        return self.product.status is ProductStatus.ACTIVE


@dataclass(frozen=True)
class Terms:
    """What an article costs this viewer at a quantity, and by which contract; the articles that go with it, priced."""

    quantity: int
    price: ArticlePrice
    steps: Sequence[Step]
    net: Decimal
    monthly_net: Decimal
    contract: Contract | None
    contract_price: ArticlePrice | None
    """For staff, who see list prices: what customers of the contract pay."""
    related: Related
    prices: Mapping[int, ArticlePrice]


def article_at(session: Session, viewer: Actor, address: str) -> Article:
    """The article that an address means; NoSuchArticle where there is none."""
    rows = session.execute(
        select(
            Product,
            ServicePlan,
            _Successor,
            Stock.available,
            availability().label("availability"),
            Organisation.payment_terms_days,
            Organisation.approval_free_up_to,
        )
        .outerjoin(ServicePlan, ServicePlan.product_id == Product.id)
        .outerjoin(_Successor, _Successor.id == Product.successor_id)
        .outerjoin(Stock, Stock.product_id == Product.id)
        .join(Organisation, Organisation.id == viewer.organisation_id)
        .where(Product.number.in_(possible_numbers(address)))
        .options(joinedload(Product.category), joinedload(Product.manufacturer))
    ).all()
    product = addressed(address, [row.Product for row in rows])
    if product is None:
        raise NoSuchArticle
    row = next(row for row in rows if row.Product is product)
    return Article(
        product=product,
        plan=row.ServicePlan,
        promise=Promise(product.kind, Availability(row.availability), product.lead_time_days, row.available or 0),
        successor=row[2],
        attributes=_attributes(session, product),
        payment_terms_days=row.payment_terms_days,
        approval_free_up_to=row.approval_free_up_to,
    )


def _attributes(session: Session, product: Product) -> list[Value]:
    rows = session.execute(
        select(Attribute.label, Attribute.unit, Attribute.kind, ProductAttribute.text, ProductAttribute.number)
        .join(ProductAttribute, ProductAttribute.attribute_id == Attribute.id)
        .where(ProductAttribute.product_id == product.id)
        .order_by(Attribute.position, Attribute.label, Attribute.id)
    )
    return [
        Value(label, unit, kind, text, None if number is None else Decimal(str(number)))
        for label, unit, kind, text, number in rows
    ]


def terms_of(session: Session, viewer: Actor, article: Article, quantity: int, *, day: date) -> Terms:
    """What the article costs at the quantity, with the prices of what goes with it."""
    product = article.product
    related = related_to(session, viewer, product, day=day)
    wanted = {product.id: quantity} | {item.id: 1 for item in related.priced if item.id != product.id}
    prices = prices_shown(session, viewer, wanted, day=day)
    price = prices[product.id]
    return Terms(
        quantity=quantity,
        price=price,
        steps=_steps(price, quantity),
        net=line_net(price.unit_net, quantity, product.price_base_quantity),
        monthly_net=line_net(price.monthly_net, quantity, product.price_base_quantity),
        contract=_contract(session, viewer, product, price, day),
        contract_price=pricing.prices_for(session, None, {product.id: quantity}, day=day)[product.id]
        if viewer.is_staff
        else None,
        related=related,
        prices=prices,
    )


def _steps(price: ArticlePrice, quantity: int) -> list[Step]:
    """The tiers, where there is more than one."""
    if len(price.tiers) < 2:
        return []
    reached = max((tier.min_quantity for tier in price.tiers if tier.min_quantity <= quantity), default=0)
    first = price.tiers[0].monthly_net or price.tiers[0].unit_net
    return [
        Step(
            tier.min_quantity,
            tier.unit_net,
            tier.monthly_net,
            _saving(first, tier.monthly_net or tier.unit_net),
            tier.min_quantity == reached,
        )
        for tier in price.tiers
    ]


def _saving(first: Decimal, now: Decimal) -> Decimal:
    """Percent less than the first tier."""
    return ((first - now) * HUNDRED / first).quantize(TENTH, rounding=ROUND_HALF_UP) if first else Decimal(0)


def _contract(session: Session, viewer: Actor, product: Product, price: ArticlePrice, day: date) -> Contract | None:
    """The contract behind the price; for staff the first that is for all."""
    if not viewer.is_staff and price.contract_id is None:
        return None
    usable = pricing.contract_clause(contract_organisation(viewer), day)
    chosen = usable if price.contract_id is None else FrameworkContract.id == price.contract_id
    row = session.execute(
        select(
            FrameworkContract.number,
            FrameworkContract.title,
            FrameworkContract.supplier,
            FrameworkContract.valid_to,
            ContractPosition.max_quantity_per_order,
        )
        .join(ContractPosition, ContractPosition.contract_id == FrameworkContract.id)
        .where(ContractPosition.product_id == product.id, chosen)
        .order_by(FrameworkContract.number)
        .limit(1)
    ).first()
    return Contract(*row) if row else None
