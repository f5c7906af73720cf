"""The only clock. Views, commands and the worker ask it once and pass `now` on.

Time is stored in UTC; legal dates (validity, fiscal year, document dates) are dates in Berlin.
"""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

BERLIN = ZoneInfo("Europe/Berlin")


def utcnow() -> datetime:
    """The moment, aware, in UTC."""
    return datetime.now(UTC)


def berlin(moment: datetime) -> datetime:
    """The same moment on a clock in Berlin; refuses naive times."""
    if moment.tzinfo is None:
        raise ValueError("naive datetime")
    return moment.astimezone(BERLIN)


def berlin_date(moment: datetime) -> date:
    """The date a person in Berlin would write on a letter at this moment."""
    return berlin(moment).date()


def fiscal_year(moment: datetime) -> int:
    """The fiscal year of the municipalities is the calendar year (KomHVO)."""
    return berlin_date(moment).year


def start_of_day(day: date) -> datetime:
    """Midnight in Berlin at which the day begins, in UTC."""
    return datetime.combine(day, time.min, tzinfo=BERLIN).astimezone(UTC)
