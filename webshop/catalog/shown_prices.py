"""The prices that a viewer sees: an organisation's own, or the list prices for the provider's staff.

Beside the figures for a page of articles there is the same price as SQL, for sorting and filtering: that of one piece,
the monthly one where there is one, else the one-off one. It is the large figure on the card.
"""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, select
from sqlalchemy.orm import Session

from webshop.catalog import pricing
from webshop.catalog.contract_models import ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import Charge, Price, Product
from webshop.catalog.pricing import ArticlePrice
from webshop.core.actor import Actor

T = TypeVar("T")
ONE = 1


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


def price_of_one(viewer: Actor, day: date) -> ColumnElement[Decimal]:
    """The viewer's price for one piece of an article; NULL where there is none.

    A lookup by index for each article: what a join over all prices saves with good statistics it costs many times over
    without, and right after a large import there are none.
    """
    return _of_price(viewer, day, lambda price: price)


def price_within(viewer: Actor, day: date, lowest: Decimal | None, highest: Decimal | None) -> ColumnElement[bool]:
    """The viewer's price for one piece is in the range; compared where it is looked up, so that it is looked up once."""

    def compared(price: ColumnElement[Decimal]) -> ColumnElement[bool]:
        if lowest is not None and highest is not None:
            return price.between(lowest, highest)
        return price <= highest if lowest is None else price >= lowest

    return func.coalesce(_of_price(viewer, day, compared), False)


def _of_price(viewer: Actor, day: date, made: Callable[[ColumnElement[Decimal]], ColumnElement[T]]) -> ColumnElement[T]:
    """What is made of the price that counts."""
    if viewer.is_staff:
        return _of_list_price(day, made)
    return case((in_contract(viewer, day), _of_contract_price(viewer, day, made)), else_=_of_list_price(day, made))


def _of_list_price(day: date, made: Callable[[ColumnElement[Decimal]], ColumnElement[T]]) -> ColumnElement[T]:
    once = func.max(case((Price.charge == Charge.ONCE, Price.unit_net)))
    monthly = func.max(case((Price.charge == Charge.MONTHLY, Price.unit_net)))
    return (
        select(made(func.coalesce(func.nullif(monthly, 0), once)))
        .where(Price.product_id == Product.id, Price.min_quantity == ONE, pricing.list_price_clause(day))
        .correlate(Product)
        .scalar_subquery()
    )


def _of_contract_price(viewer: Actor, day: date, made: Callable[[ColumnElement[Decimal]], ColumnElement[T]]) -> ColumnElement[T]:
    """The same choice as in `pricing.prices_for`: the cheapest contract, then the first by number."""
    once = func.sum(case((ContractPrice.charge == Charge.ONCE, ContractPrice.unit_net)))
    monthly = func.sum(case((ContractPrice.charge == Charge.MONTHLY, ContractPrice.unit_net)))
    return (
        _offered(viewer, day)
        .with_only_columns(made(func.coalesce(func.nullif(monthly, 0), once, 0)))
        .where(ContractPosition.product_id == Product.id)
        .group_by(FrameworkContract.id, FrameworkContract.number)
        .order_by(func.coalesce(once, 0) + func.coalesce(monthly, 0), FrameworkContract.number)
        .limit(1)
        .correlate(Product)
        .scalar_subquery()
    )


def _offered(viewer: Actor, day: date) -> Select[int]:
    return (
        select(ContractPosition.product_id)
        .join(FrameworkContract, FrameworkContract.id == ContractPosition.contract_id)
        .join(ContractPrice, ContractPrice.position_id == ContractPosition.id)
        .where(pricing.contract_clause(contract_organisation(viewer), day), ContractPrice.min_quantity == ONE)
    )
