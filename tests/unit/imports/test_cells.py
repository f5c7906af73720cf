"""From cells to values: what is refused, and what the person at the terminal reads then."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from webshop.imports.articles import read_gtin
from webshop.imports.cells import Cells
from webshop.imports.leitweg import is_leitweg_id


def cell(value: str) -> Cells:
    return Cells({"x": value})


@pytest.mark.parametrize(
    ("value", "euros"), [("12999", "129.99"), (" 0 ", "0.00"), ("+5", "0.05"), ("1000000000", "10000000.00")]
)
def test_amounts_are_whole_cents(value: str, euros: str) -> None:
    cells = cell(value)
    assert cells.cents("x") == Decimal(euros)
    assert cells.findings == []


@pytest.mark.parametrize(
    "value", ["", "12,99", "12.99", "1e5", "-1", "1_000", "١٢٣", "²", "9" * 20, "1000000001", "=1+1", "NaN", "0x10", "１２"]
)
def test_what_is_no_amount_is_refused(value: str) -> None:
    cells = cell(value)
    cells.cents("x")
    assert len(cells.findings) == 1


@pytest.mark.parametrize(
    ("value", "day"),
    [("2026-11-23", date(2026, 11, 23)), ("23.11.2026", date(2026, 11, 23)), ("1.2.2026", date(2026, 2, 1)), ("", None)],
)
def test_dates_are_read_as_iso_and_german(value: str, day: date | None) -> None:
    cells = cell(value)
    assert cells.day("x") == day
    assert cells.findings == []


@pytest.mark.parametrize("value", ["2026-02-30", "30.02.2026", "0000-00-00", "11/23/2026", "9999-01-01", "gestern"])
def test_impossible_dates_are_refused(value: str) -> None:
    cells = cell(value)
    assert cells.day("x") is None
    assert len(cells.findings) == 1


@pytest.mark.parametrize("value", ["a\0b", "a\x1bb", "a\ud800b", "a\u202eb", "a\x7fb"])
def test_characters_that_no_database_or_eye_should_meet_are_refused(value: str) -> None:
    cells = cell(value)
    cells.text("x", 100)
    assert "nicht erlaubt" in cells.findings[0].reason


def test_line_breaks_in_a_name_become_blanks() -> None:
    assert cell("Maus\r\n  mit  Kabel ").text("x", 100) == "Maus mit Kabel"


def test_a_formula_is_text() -> None:
    assert cell("=HYPERLINK(1)").text("x", 100) == "=HYPERLINK(1)"


def test_a_text_that_is_too_long_names_the_limit() -> None:
    cells = cell("x" * 1_500)
    cells.text("x", 1_000)
    assert cells.findings[0].reason == "Der Text hat 1.500 Zeichen; möglich sind 1.000."


@pytest.mark.parametrize("value", ["a", "a@", "@b.de", "a@b", "a b@c.de", "a@b.de\0", "a@-b.de", "a@b.de, c@d.de"])
def test_what_is_no_address_is_refused(value: str) -> None:
    cells = cell(value)
    assert cells.email("x") == ""
    assert len(cells.findings) == 1


def test_addresses_are_kept_in_lower_case() -> None:
    assert cell(" Erika.Muster@Example.ORG ").email("x") == "erika.muster@example.org"


@pytest.mark.parametrize(
    "value",
    ["{", "[1", "nul", '{"a": NaN}', "[" * 30_000, '{"a": ' + "9" * 6_000 + "}", '["\\u0000"]', '["\\ud800"]', '"text"', "[1]"],
)
def test_broken_json_is_a_finding_and_never_a_crash(value: str) -> None:
    cells = cell(value)
    assert cells.json("x", dict, default={}) == {}
    assert len(cells.findings) == 1


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda cells: cells.whole("x", 1, 100), "101"),
        (lambda cells: cells.whole("x", 1, 100), ""),
        (lambda cells: cells.choice("x", {"ja": 1}, default=0), "vielleicht"),
        (lambda cells: cells.objects("x", 2), "[1]"),
        (lambda cells: cells.objects("x", 2), "[{}, {}, {}]"),
    ],
)
def test_out_of_bounds_is_refused(read: Callable[[Cells], Any], wrong: str) -> None:
    cells = cell(wrong)
    read(cells)
    assert len(cells.findings) == 1


@pytest.mark.parametrize(
    ("text", "right"),
    [
        ("04011000-12345-03", True),
        ("04011000-12345-04", False),
        ("15003000-DEMO0001-67", True),
        ("15089-DEMO0039-46", True),
        ("991-03730-19", True),
        ("15003000DEMO000167", False),
        ("-67", False),
        ("", False),
    ],
)
def test_leitweg_ids_are_checked_by_their_digits(text: str, right: bool) -> None:
    assert is_leitweg_id(text) is right


@pytest.mark.parametrize(("text", "kept"), [("4006381333931", "4006381333931"), ("0 36000 29145 2", "036000291452"), ("", "")])
def test_a_gtin_with_the_right_check_digit_is_kept(text: str, kept: str) -> None:
    cells = Cells({"gtin": text})
    assert read_gtin(cells) == kept
    assert cells.findings == []


@pytest.mark.parametrize("text", ["4006381333932", "123", "٤٠٠٦٣٨١٣٣٣٩٣١", "400638133393X"])
def test_a_wrong_gtin_is_refused(text: str) -> None:
    cells = Cells({"gtin": text})
    read_gtin(cells)
    assert len(cells.findings) == 1
