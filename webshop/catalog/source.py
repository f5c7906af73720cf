"""The articles that a listing is about, as parts of SQL: what is joined, what is in scope, what each filter asks.

Counting and showing use the same parts, so that counts always match the hits.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from sqlalchemy import ColumnElement, FromClause, and_, func, outerjoin, select, true

from webshop.catalog.availability import availability
from webshop.catalog.matching import matches
from webshop.catalog.models import Manufacturer, Product, ProductStatus, Stock
from webshop.catalog.selection import Selection
from webshop.catalog.shown_prices import in_contract, price_of_one, price_within
from webshop.core.actor import Actor


class Facet(StrEnum):
    """What can be filtered by."""

    AVAILABILITY = "availability"
    CONTRACT = "contract"
    KIND = "kind"
    MAKER = "maker"
    PRICE = "price"


@dataclass(frozen=True)
class Scope:
    """Where to look: the categories in scope (None: all), and those behind the chosen kinds."""

    category_ids: Collection[int] | None = None
    kind_ids: Collection[int] = ()


@dataclass(frozen=True)
class Source:
    """The joined articles, and columns and conditions over them."""

    selection: Selection
    scope: Scope
    articles: FromClause
    in_scope: ColumnElement[bool]
    availability: ColumnElement[int]
    in_contract: ColumnElement[bool]
    maker_fits: ColumnElement[bool]
    price: ColumnElement[Decimal]
    price_fits: ColumnElement[bool]

    def filters(
        self,
        *,
        availability: ColumnElement[int],
        in_contract: ColumnElement[bool],
        category_id: ColumnElement[int],
        maker_fits: ColumnElement[bool],
        price_fits: ColumnElement[bool],
    ) -> dict[Facet, ColumnElement[bool]]:
        """What each active filter asks of these columns."""
        asked = self.selection
        found: dict[Facet, ColumnElement[bool]] = {}
        if asked.availabilities:
            found[Facet.AVAILABILITY] = availability.in_([int(one) for one in asked.availabilities])
        if asked.contract:
            found[Facet.CONTRACT] = in_contract
        if asked.kinds:
            found[Facet.KIND] = category_id.in_(self.scope.kind_ids)
        if asked.makers:
            found[Facet.MAKER] = maker_fits
        if asked.priced:
            found[Facet.PRICE] = price_fits
        return found

    def own_filters(self) -> list[ColumnElement[bool]]:
        """What all active filters ask of the articles themselves."""
        own = self.filters(
            availability=self.availability,
            in_contract=self.in_contract,
            category_id=Product.__table__.c.category_id,
            maker_fits=self.maker_fits,
            price_fits=self.price_fits,
        )
        return list(own.values())


def source(viewer: Actor, selection: Selection, scope: Scope, *, day: date, dialect: str) -> Source:
    """The articles in scope as this viewer sees them that day."""
    named = select(Manufacturer.id).where(Manufacturer.name.in_(selection.makers))
    return Source(
        selection=selection,
        scope=scope,
        articles=outerjoin(Product, Stock, Stock.product_id == Product.id),
        in_scope=and_(*_in_scope(selection, scope, dialect)),
        availability=availability(),
        in_contract=in_contract(viewer, day),
        maker_fits=func.coalesce(Product.manufacturer_id.in_(named), False),
        price=price_of_one(viewer, day),
        price_fits=price_within(viewer, day, selection.lowest, selection.highest) if selection.priced else true(),
    )


def _in_scope(selection: Selection, scope: Scope, dialect: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Product.status == ProductStatus.ACTIVE]
    if scope.category_ids is not None:
        conditions.append(Product.category_id.in_(scope.category_ids))
    if selection.query:
        conditions.append(matches(selection.query.words, dialect))
    return conditions
