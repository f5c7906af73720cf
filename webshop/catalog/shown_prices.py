"""The prices that a viewer sees: an organisation's own, or the list prices for the provider's staff.

Beside the figures for a page of articles there is the same price as SQL, for sorting and filtering: that of one piece,
the monthly one where there is one, else the one-off one. It is the large figure on the card.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import CTE, ColumnElement, FromClause, Select, case, func, select
from sqlalchemy.orm import Session

from webshop.catalog import pricing
from webshop.catalog.contract_models import ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import Charge, Price, Product
from webshop.catalog.pricing import ArticlePrice
from webshop.core.actor import Actor

ONE = 1


@dataclass(frozen=True)
class Priced:
    """Articles joined with a price: NULL where there is none."""

    articles: FromClause
    price: ColumnElement[Decimal]


def prices_shown(session: Session, viewer: Actor, quantities: Mapping[int, int], *, day: date) -> dict[int, ArticlePrice]:
    """The price of each article at its quantity, as this viewer sees it; at most two statements."""
    if viewer.is_staff:
        return pricing.list_prices_for(session, quantities, day=day)
    return pricing.prices_for(session, viewer.organisation_id, quantities, day=day)


def contract_organisation(viewer: Actor) -> UUID | None:
    """Whose framework contracts a viewer sees; staff those that are for all."""
    return None if viewer.is_staff else viewer.organisation_id


def in_contract(viewer: Actor, day: date) -> ColumnElement[bool]:
    """Articles that the viewer's organisation may call off from a framework contract that day."""
    return Product.id.in_(_offered(viewer, day))


def with_price(articles: FromClause, viewer: Actor, day: date, narrowed: ColumnElement[bool] | None) -> Priced:
    """The articles joined with the viewer's price for one piece.

    Prices are worked out for all articles at once, which beats a lookup per article by far; `narrowed` says which
    articles will do where that is not all of them.
    """
    listed, offers = _list_prices(day, narrowed), _contract_prices(viewer, day)
    joined = articles.outerjoin(listed, listed.c.product_id == Product.id)
    if viewer.is_staff:
        return Priced(joined, listed.c.net)
    price = case((offers.c.product_id.is_(None), listed.c.net), else_=offers.c.net)
    return Priced(joined.outerjoin(offers, offers.c.product_id == Product.id), price)


def _list_prices(day: date, narrowed: ColumnElement[bool] | None) -> CTE:
    once = func.max(case((Price.charge == Charge.ONCE, Price.unit_net)))
    monthly = func.max(case((Price.charge == Charge.MONTHLY, Price.unit_net)))
    prices = (
        select(Price.product_id, func.coalesce(func.nullif(monthly, 0), once).label("net"))
        .where(Price.min_quantity == ONE, pricing.list_price_clause(day))
        .group_by(Price.product_id)
    )
    if narrowed is not None:
        prices = prices.where(Price.product_id.in_(select(Product.id).where(narrowed)))
    return prices.cte("listed")


def _contract_prices(viewer: Actor, day: date) -> CTE:
    """The same choice as in `pricing.prices_for`: the cheapest contract, then the first by number."""
    once = func.sum(case((ContractPrice.charge == Charge.ONCE, ContractPrice.unit_net)))
    monthly = func.sum(case((ContractPrice.charge == Charge.MONTHLY, ContractPrice.unit_net)))
    place = func.row_number().over(
        partition_by=ContractPosition.product_id,
        order_by=(func.coalesce(once, 0) + func.coalesce(monthly, 0), FrameworkContract.number),
    )
    offers = (
        _offered(viewer, day)
        .add_columns(func.coalesce(func.nullif(monthly, 0), once, 0).label("net"), place.label("place"))
        .group_by(ContractPosition.product_id, FrameworkContract.id, FrameworkContract.number)
        .subquery()
    )
    # One row per article already; grouping tells SQLite that an index on them pays.
    best = select(offers.c.product_id, func.max(offers.c.net).label("net")).where(offers.c.place == 1)
    return best.group_by(offers.c.product_id).cte("best_offers")


def _offered(viewer: Actor, day: date) -> Select[Any]:
    return (
        select(ContractPosition.product_id)
        .join(FrameworkContract, FrameworkContract.id == ContractPosition.contract_id)
        .join(ContractPrice, ContractPrice.position_id == ContractPosition.id)
        .where(pricing.contract_clause(contract_organisation(viewer), day), ContractPrice.min_quantity == ONE)
    )
