"""S-30: what is exported is read back as what it was, and nothing runs."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest

from webshop.web.exports import Cell, write_csv, write_xlsx

FORMULAS = [
    '=HYPERLINK("http://127.0.0.1/","hier")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1",
    "－1",
    "＠a",
    "  =1+1",
    "\u00a0=1+1",
]


def as_csv(rows: Sequence[Sequence[Cell]], header: Sequence[str] = ("A",)) -> list[list[str]]:
    file = io.BytesIO()
    write_csv(file, header, rows)
    assert file.getvalue().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""), delimiter=";"))


def as_xlsx(rows: Sequence[Sequence[Cell]], header: Sequence[str] = ("A",)) -> Any:
    file = io.BytesIO()
    write_xlsx(file, header, rows)
    file.seek(0)
    return openpyxl.load_workbook(file).active


@pytest.mark.parametrize("text", FORMULAS)
def test_texts_are_no_formulas_in_csv(text: str) -> None:
    assert as_csv([[text]]) == [["A"], [f"'{text}"]]


@pytest.mark.parametrize("text", FORMULAS)
def test_texts_are_no_formulas_in_xlsx(text: str) -> None:
    cell = as_xlsx([[text]])["A2"]

    assert cell.data_type == "s"
    assert cell.value.replace("\r", "\n").strip("\n") == text.replace("\r", "\n").strip("\n")


def test_a_head_that_looks_like_a_formula_is_text_too() -> None:
    assert as_csv([], ["=1+1"]) == [["'=1+1"]]
    assert as_xlsx([], ["=1+1"])["A1"].data_type == "s"


def test_numbers_and_dates_stay_what_they_are() -> None:
    row: list[Cell] = [Decimal("-1234.50"), 7, date(2026, 11, 23), datetime(2026, 11, 23, 9, 42, tzinfo=UTC), None, "Müller; „A“"]

    assert as_csv([row], "ABCDEF")[1] == ["-1234,50", "7", "23.11.2026", "23.11.2026 10:42", "", "Müller; „A“"]
    cells = as_xlsx([row], "ABCDEF")[2]
    assert [cell.value for cell in cells] == [
        -1234.5,
        7,
        datetime(2026, 11, 23),  # noqa: DTZ001 - a sheet knows no zones
        datetime(2026, 11, 23, 10, 42),  # noqa: DTZ001
        None,
        "Müller; „A“",
    ]
    assert cells[0].number_format == "#,##0.00"


def test_control_characters_break_no_file() -> None:
    assert as_csv([["a\x00b\x0bc\ud800d"]])[1] == ["abcd"]
    assert as_xlsx([["a\x00b\x0bc\ud800d"]])["A2"].value == "abcd"


def test_line_breaks_and_quotes_stay_in_their_cell() -> None:
    assert as_csv([['Zeile 1\nZeile "2"; Ende', "x"]], "AB")[1] == ['Zeile 1\nZeile "2"; Ende', "x"]
