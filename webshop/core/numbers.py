"""Document numbers: per series and year, without gaps, drawn in the transaction that makes the document (R-17).

Never a sequence and never `max() + 1`: a rolled back transaction gives its number back, and two that draw at once
wait for each other at the counter's row.
"""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, Session, mapped_column

from webshop.core.clock import berlin_date
from webshop.core.db import Base, upsert


class NumberSeries(Base):
    """The last number drawn of a series in a year."""

    __tablename__ = "number_series"

    series: Mapped[str] = mapped_column(String(8), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True)
    last: Mapped[int]


def draw(session: Session, series: str, *, now: datetime) -> str:
    """The next number of the series, such as `BE-2026-00001`; the year is Berlin's (R-21)."""
    year = berlin_date(now).year
    statement = (
        upsert(session, NumberSeries)
        .values(series=series, year=year, last=1)
        .on_conflict_do_update(index_elements=["series", "year"], set_={"last": NumberSeries.last + 1})
        .returning(NumberSeries.last)
    )
    return f"{series}-{year}-{session.scalars(statement).one():05d}"
