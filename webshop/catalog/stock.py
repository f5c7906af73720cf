"""Stock: promised by conditional updates, in ascending article order, so that nobody is promised a piece twice (R-5)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import holidays
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webshop.catalog.models import ReservationState, Stock, StockMovement, StockReservation
from webshop.core.db import upsert

WEEKEND = 5
Wanted = tuple[UUID, int, int]
"""Order line, article, pieces."""


def reserve(session: Session, wanted: Sequence[Wanted]) -> dict[tuple[UUID, int], int]:
    """Hold for each line as many pieces as there are, at most what it wants; returns how many were held.

    Articles are taken in ascending id, so that two orders cannot wait for each other crosswise.
    """
    held: defaultdict[tuple[UUID, int], int] = defaultdict(int)
    for line_id, product_id, quantity in sorted(wanted, key=lambda item: (item[1], str(item[0]))):
        taken = _take(session, product_id, quantity)
        if taken:
            held[line_id, product_id] += taken
    for (line_id, product_id), quantity in held.items():
        session.add(StockReservation(order_line_id=line_id, product_id=product_id, quantity=quantity))
    session.flush()
    return dict(held)


def _take(session: Session, product_id: int, quantity: int) -> int:
    """One conditional update; where there is less than wanted, the rest of it, if nobody was faster."""
    wanted = quantity
    while wanted > 0:
        statement = (
            update(Stock)
            .where(Stock.product_id == product_id, Stock.available >= wanted)
            .values(available=Stock.available - wanted)
            .returning(Stock.product_id)
            .execution_options(synchronize_session=False)
        )
        if session.scalar(statement) is not None:
            return wanted
        wanted = min(wanted, session.scalar(select(Stock.available).where(Stock.product_id == product_id)) or 0)
    return 0


def release(session: Session, order_line_ids: Collection[UUID]) -> None:
    """Give back what is held for these lines; a second call finds nothing to give back (R-6)."""
    freed = session.execute(
        update(StockReservation)
        .where(StockReservation.order_line_id.in_(order_line_ids), StockReservation.state == ReservationState.HELD)
        .values(state=ReservationState.RELEASED)
        .returning(StockReservation.product_id, StockReservation.quantity)
        .execution_options(synchronize_session=False)
    ).all()
    for product_id, quantity in sorted((row.product_id, row.quantity) for row in freed):
        _add(session, product_id, quantity)


def receive(session: Session, product_id: int, quantity: int, *, reason: str, now: datetime) -> None:
    """Book pieces in (or, negative, out); IntegrityError where more goes out than is available."""
    session.add(StockMovement(product_id=product_id, quantity=quantity, reason=reason, at=now))
    session.flush()
    session.execute(upsert(session, Stock).values(product_id=product_id, available=0).on_conflict_do_nothing())
    _add(session, product_id, quantity)


def _add(session: Session, product_id: int, quantity: int) -> None:
    session.execute(
        update(Stock)
        .where(Stock.product_id == product_id)
        .values(available=Stock.available + quantity)
        .execution_options(synchronize_session=False)
    )


@lru_cache(maxsize=16)
def _free_days(year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays("DE", subdiv="ST", years=year))


def is_working_day(day: date) -> bool:
    """Monday to Friday, no public holiday of Saxony-Anhalt."""
    return day.weekday() < WEEKEND and day not in _free_days(day.year)


def promise_date(day: date, workdays: int) -> date:
    """The working day that comes so many working days after the day."""
    while workdays > 0:
        day += timedelta(days=1)
        workdays -= is_working_day(day)
    return day


IN_STOCK_WORKDAYS = 2
"""What is in stock is there after so many working days."""
