"""When something comes, said in days and weeks."""

from datetime import date

import pytest

from webshop.catalog.availability import Availability, Promise
from webshop.catalog.models import ProductKind
from webshop.catalog.suggesting import distance

WEDNESDAY = date(2026, 11, 25)


def test_what_is_in_stock_comes_in_two_working_days_whatever_its_lead_time():
    promise = Promise(ProductKind.HARDWARE, Availability.NOW, lead_time_days=20, in_stock=5)

    assert promise.symbol == "now"
    assert promise.day(WEDNESDAY) == date(2026, 11, 27)
    assert promise.later(WEDNESDAY) == date(2026, 12, 23)


@pytest.mark.parametrize(("days", "weeks"), [(1, 1), (5, 1), (6, 2), (10, 2), (15, 3), (16, 4)])
def test_weeks_are_rounded_up(days, weeks):
    assert Promise(ProductKind.HARDWARE, Availability.LATER, days).weeks == weeks


def test_a_service_is_never_in_stock():
    assert Promise(ProductKind.SERVICE, Availability.NOW, lead_time_days=1).workdays == 1


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("druker", "drucker", 1),
        ("moniter", "monitor", 1),
        ("muas", "maus", 1),
        ("lenvoo", "lenovo", 1),
        ("", "abc", 3),
        ("a", "a", 0),
    ],
)
def test_the_distance_of_words_counts_letters_and_swaps(one, other, letters):
    assert distance(one, other) == distance(other, one) == letters
