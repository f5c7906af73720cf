"""R-21: time is unambiguous; legal dates are Berlin's."""

from datetime import UTC, date, datetime

import pytest

from webshop.catalog.stock import is_working_day, promise_date
from webshop.core import formats
from webshop.core.clock import berlin_date, fiscal_year, start_of_day


def test_r21_new_year_comes_at_midnight_in_berlin():
    half_past_midnight = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)

    assert berlin_date(half_past_midnight) == date(2027, 1, 1)
    assert fiscal_year(half_past_midnight) == 2027


def test_r21_clock_changes_do_not_move_dates():
    assert start_of_day(date(2026, 3, 29)) == datetime(2026, 3, 28, 23, tzinfo=UTC)
    assert start_of_day(date(2026, 3, 30)) == datetime(2026, 3, 29, 22, tzinfo=UTC)
    assert start_of_day(date(2026, 10, 26)) == datetime(2026, 10, 25, 23, tzinfo=UTC)
    assert formats.moment(datetime(2026, 10, 25, 1, 30, tzinfo=UTC)) == "25.10.2026, 02:30\u00a0Uhr"


def test_r21_leap_days_exist():
    assert berlin_date(datetime(2028, 2, 28, 23, 30, tzinfo=UTC)) == date(2028, 2, 29)


def test_r21_naive_times_are_refused():
    with pytest.raises(ValueError, match="naive"):
        berlin_date(datetime(2026, 1, 1))  # noqa: DTZ001 - that is the point


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        (date(2026, 11, 25), 2, date(2026, 11, 27)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 12, 23), 1, date(2026, 12, 24)),
        (date(2026, 12, 24), 1, date(2026, 12, 28)),
        (date(2027, 1, 5), 1, date(2027, 1, 7)),
        (date(2026, 11, 25), 0, date(2026, 11, 25)),
    ],
)
def test_promises_count_working_days_of_saxony_anhalt(start, days, end):
    assert promise_date(start, days) == end


def test_epiphany_and_reformation_day_are_free_in_saxony_anhalt():
    assert not is_working_day(date(2027, 1, 6))
    assert not is_working_day(date(2028, 10, 31))
