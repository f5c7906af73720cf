"""What people type is read generously, and never guessed."""

import contextlib
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webshop.core.typed import day, decimal_number, one_line, percentage, whole_number

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("text", "number"),
    [("4", 4), (" 12 ", 12), ("007", 7), ("1.200", 1200), ("1 200", 1200), ("1\u00a0200", 1200), ("12.345.678", 12345678)],
)
def test_whole_numbers_are_read_as_they_are_written(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "+1",
        "1,5",
        "1.5",
        "1e3",
        "0x10",
        "1_000",
        "٤",
        "４",
        "²",
        "1.20",
        "1.2000",
        "12345678901234567890",
        "4 Stück",
        "1,200",
    ],
)
def test_what_is_no_whole_number_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        whole_number(text)


@pytest.mark.parametrize(
    ("text", "number"),
    [("33,5", "33.5"), ("33.5", "33.5"), ("33.33", "33.33"), ("1234.50", "1234.50"), ("1.234,50", "1234.50"), ("60", "60")],
)
def test_decimals_are_read_with_either_sign(text: str, number: str) -> None:
    assert decimal_number(text) == Decimal(number)


def test_a_point_before_three_digits_is_never_a_decimal_point() -> None:
    assert decimal_number("1.234") == Decimal(1234)


@pytest.mark.parametrize("text", ["", "-1", "1e3", "1,2,3", "1.2.3", "٤", "NaN", "Infinity", "1,23456"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        decimal_number(text)


@pytest.mark.parametrize("text", ["0", "0,00", "100,01", "33,333", "-5", "1.000"])
def test_a_percentage_is_more_than_nothing_and_at_most_all(text: str) -> None:
    with pytest.raises(ValueError):
        percentage(text)
    assert percentage("33,5") == Decimal("33.50")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30.11.2026", date(2026, 11, 30)),
        ("30.11.26", date(2026, 11, 30)),
        ("30. 11. 2026", date(2026, 11, 30)),
        ("30.11.", date(2026, 11, 30)),
        ("30.11", date(2026, 11, 30)),
        ("1.2.", date(2027, 2, 1)),
        ("30/11/2026", date(2026, 11, 30)),
        ("30-11-2026", date(2026, 11, 30)),
        ("2026-11-30", date(2026, 11, 30)),
        ("30. November 2026", date(2026, 11, 30)),
        ("3. März", date(2027, 3, 3)),
        ("30 November 2026", date(2026, 11, 30)),
        ("29.2.", date(2028, 2, 29)),
    ],
)
def test_days_are_read_in_many_spellings(text: str, expected: date) -> None:
    assert day(text, TODAY) == expected


@pytest.mark.parametrize(
    "text", ["", "morgen", "31.11.2026", "0.1.2026", "32.1.", "2026", "30.13.2026", "29.02.2027", "٣٠.11.2026"]
)
def test_impossible_days_are_refused(text: str) -> None:
    with pytest.raises(ValueError):
        day(text, TODAY)


def test_one_line_keeps_words_and_drops_controls() -> None:
    assert one_line(" Raum\t12\r\n\x00 links \ud800") == "Raum 12 links"


@given(st.text())
def test_no_text_breaks_the_readers(text: str) -> None:
    for read in (whole_number, decimal_number, lambda value: day(value, TODAY)):
        with contextlib.suppress(ValueError):
            read(text)
