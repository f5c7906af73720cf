"""A page of articles: one statement for the counts, one for the rows, two for the prices, however many articles there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import ColumnElement, UnaryExpression, case, func, select
from sqlalchemy.orm import Session

from webshop.catalog.availability import Availability, Promise
from webshop.catalog.counting import Counts, count
from webshop.catalog.matching import name_key, number_key, relevance
from webshop.catalog.models import Category, Manufacturer, Product, ProductKind, Stock
from webshop.catalog.pricing import ArticlePrice
from webshop.catalog.selection import Selection, Sort
from webshop.catalog.shown_prices import prices_shown
from webshop.catalog.source import Scope, Source, source
from webshop.core.actor import Actor
from webshop.core.money import MAX_AMOUNT

PAGE_SIZE: Final = 24
Order = ColumnElement[Any] | UnaryExpression[Any]


@dataclass(frozen=True)
class Card:
    """An article as lists show it."""

    id: int
    number: str
    name: str
    short_description: str
    kind: ProductKind
    manufacturer: str
    picture: str
    unit_label: str
    vat_rate: int
    price_base_quantity: int
    promise: Promise
    in_contract: bool
    price: ArticlePrice


@dataclass(frozen=True)
class Listing:
    """A page of cards and the counts around it; `page` is the one shown, at most the last there is."""

    counts: Counts
    cards: list[Card]
    page: int


def listing(session: Session, viewer: Actor, selection: Selection, scope: Scope, *, day: date) -> Listing:
    """The articles asked for; a page beyond the last one shows the last one."""
    found = source(viewer, selection, scope, day=day, dialect=session.get_bind().dialect.name)
    counts = count(session, found)
    page = min(selection.page, max(-(-counts.hits // PAGE_SIZE), 1))
    rows = _rows(session, found, (page - 1) * PAGE_SIZE) if counts.hits else []
    prices = prices_shown(session, viewer, {row.id: 1 for row in rows}, day=day)
    return Listing(counts, [_card(row, prices[row.id]) for row in rows], page)


def _rows(session: Session, found: Source, offset: int) -> Sequence[Any]:
    """The page's ids first, then what the cards show of them: sorting moves as little as possible."""
    ids = (
        select(Product.id)
        .select_from(found.articles)
        .where(found.in_scope, *found.own_filters())
        .order_by(*_order(found))
        .limit(PAGE_SIZE)
        .offset(offset)
    )
    statement = (
        select(
            Product.id,
            Product.number,
            Product.name,
            Product.short_description,
            Product.kind,
            Product.unit_label,
            Product.vat_rate,
            Product.price_base_quantity,
            Product.lead_time_days,
            Manufacturer.name.label("manufacturer"),
            Category.picture,
            Stock.available,
            found.availability.label("availability"),
            found.in_contract.label("in_contract"),
        )
        .select_from(found.articles)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(Product.id.in_(ids))
        .order_by(*_order(found))
    )
    return session.execute(statement).all()


def _order(found: Source) -> list[Order]:
    """The same order on both databases, down to the last tie; what has no price comes last."""
    by_name: list[Order] = [name_key(), number_key()]
    contract_first = case((found.in_contract, 0), else_=1)
    match found.selection.sort:
        case Sort.CHEAPEST:
            return [func.coalesce(found.price, MAX_AMOUNT), *by_name]
        case Sort.DEAREST:
            return [func.coalesce(found.price, -MAX_AMOUNT).desc(), *by_name]
        case Sort.NAME:
            return by_name
        case Sort.NEWEST:
            return [Product.created_at.desc(), *by_name]
        case Sort.RECOMMENDED:
            best = [relevance(found.selection.query)] if found.selection.query else []
            return [*best, contract_first, found.availability, *by_name]


def _card(row: Any, price: ArticlePrice) -> Card:
    return Card(
        id=row.id,
        number=row.number,
        name=row.name,
        short_description=row.short_description,
        kind=row.kind,
        manufacturer=row.manufacturer or "",
        picture=row.picture,
        unit_label=row.unit_label,
        vat_rate=row.vat_rate,
        price_base_quantity=row.price_base_quantity,
        promise=Promise(row.kind, Availability(row.availability), row.lead_time_days, row.available or 0),
        in_contract=row.in_contract,
        price=price,
    )
