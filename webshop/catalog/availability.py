"""When an article comes: from stock, within two weeks, or later. In SQL for lists and facets, in words for people.

Hardware is there at once while pieces are available, a bundle while all its parts are, a service when it is set up
within `IN_STOCK_WORKDAYS`. Everything else comes after its lead time.
"""

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import aliased

from webshop.catalog.models import BundleItem, Product, ProductKind, Stock
from webshop.catalog.stock import IN_STOCK_WORKDAYS, promise_date

TWO_WEEKS = 10
"""Working days."""
DAYS_A_WEEK = 5
_PartStock = aliased(Stock)


class Availability(IntEnum):
    """How soon an article comes."""

    NOW = 0
    SOON = 1
    LATER = 2


def availability() -> ColumnElement[int]:
    """An article's `Availability` as a number; the article must be joined with its stock."""
    short = func.sum(case((func.coalesce(_PartStock.available, 0) < BundleItem.quantity, 1), else_=0))
    complete = (
        select(BundleItem.bundle_id)
        .outerjoin(_PartStock, _PartStock.product_id == BundleItem.product_id)
        .group_by(BundleItem.bundle_id)
        .having(short == 0)
    )
    at_once = or_(
        and_(Product.kind == ProductKind.HARDWARE, Stock.available > 0),
        and_(Product.kind == ProductKind.BUNDLE, Product.id.in_(complete)),
        and_(Product.kind == ProductKind.SERVICE, Product.lead_time_days <= IN_STOCK_WORKDAYS),
    )
    return case(
        (at_once, int(Availability.NOW)),
        (Product.lead_time_days <= TWO_WEEKS, int(Availability.SOON)),
        else_=int(Availability.LATER),
    )


@dataclass(frozen=True)
class Promise:
    """What the shop says about an article's delivery."""

    kind: ProductKind
    availability: Availability
    lead_time_days: int
    in_stock: int = 0

    @property
    def symbol(self) -> str:
        """The kind of stock line that shows it."""
        return {Availability.NOW: "now", Availability.SOON: "soon", Availability.LATER: "late"}[self.availability]

    @property
    def workdays(self) -> int:
        """Working days until it is there."""
        at_once = self.availability is Availability.NOW and self.kind is not ProductKind.SERVICE
        return IN_STOCK_WORKDAYS if at_once else self.lead_time_days

    @property
    def weeks(self) -> int:
        """The same in full weeks, rounded up."""
        return -(-self.workdays // DAYS_A_WEEK)

    def day(self, today: date) -> date:
        """The day on which it is promised for an order placed today."""
        return promise_date(today, self.workdays)

    def later(self, today: date) -> date:
        """The day for more than what is in stock."""
        return promise_date(today, self.lead_time_days)
