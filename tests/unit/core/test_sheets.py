"""Files come back as they went out, and hostile ones are refused before they hurt."""

import io
import time
import tracemalloc
import zipfile
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from webshop.core.sheets import (
    MAX_BYTES,
    SheetTooLarge,
    TooManyRows,
    UnreadableSheet,
    guarded,
    read_table,
    unguarded,
)
from webshop.web.exports import write_csv

RISKY = ["=1+1", "+49 391", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＋1", "－1", "＠x", "'=1", "''=1"]


def xlsx(*rows: list[object]) -> bytes:
    book, out = Workbook(), io.BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def archive(parts: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return out.getvalue()


def read(content: bytes, rows: int = 100) -> list[list[str]]:
    return read_table(io.BytesIO(content), max_rows=rows)


@pytest.mark.parametrize("text", RISKY)
def test_risky_cells_are_no_formulas_and_come_back(text: str) -> None:
    assert guarded(text).startswith("'")
    assert unguarded(guarded(text)) == text


@given(st.text())
def test_every_text_survives_guarding(text: str) -> None:
    assert unguarded(guarded(text)) == text


def test_harmless_cells_stay_as_they_are() -> None:
    assert [guarded(text) for text in ("NB-1", "'Zitat'", "1110", "")] == ["NB-1", "'Zitat'", "1110", ""]


def test_a_csv_file_comes_back() -> None:
    out = io.BytesIO()
    rows = [["NB-1", 4], ["=cmd|' /C calc'!A0", 1], ['Zoll "27"; groß', 2], ["'=x", 3]]

    write_csv(out, ["Artikelnummer", "Menge"], rows)

    assert read(out.getvalue()) == [["Artikelnummer", "Menge"], *([str(text), str(number)] for text, number in rows)]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_files_of_all_spreadsheets_are_read(encoding: str) -> None:
    assert read("Nr;Name\r\nNB-1;Gerät für Möbel\r\n".encode(encoding)) == [["Nr", "Name"], ["NB-1", "Gerät für Möbel"]]


@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_the_separator_is_found(separator: str) -> None:
    assert read(f"NB-1{separator}4\nNB-2{separator}5\n".encode()) == [["NB-1", "4"], ["NB-2", "5"]]


def test_an_xlsx_file_is_read_as_a_person_would_type_it() -> None:
    content = xlsx(
        ["Artikelnummer", "Menge", "Kostenstelle"], ["NB-1", 4.0, 1110], [None, None, None], [4012345678901, 2.5, "'=1"]
    )

    assert read(content) == [["Artikelnummer", "Menge", "Kostenstelle"], ["NB-1", "4", "1110"], ["4012345678901", "2,5", "=1"]]


def test_too_many_rows_are_told() -> None:
    with pytest.raises(TooManyRows):
        read(b"NB-1;1\n" * 101)
    with pytest.raises(TooManyRows):
        read(xlsx(*[["NB-1", 1]] * 101))


def test_a_file_over_the_limit_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        def read(self, size: int = -1) -> bytes:
            assert 0 < size <= MAX_BYTES + 1
            return b"x" * size

    with pytest.raises(SheetTooLarge):
        read_table(Endless(), max_rows=10)  # type: ignore[arg-type]


SHEET = b"<worksheet xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><sheetData>%s</sheetData></worksheet>"


def hostile(name: str) -> bytes:
    """A workbook with one part exchanged."""
    with zipfile.ZipFile(io.BytesIO(xlsx(["NB-1", 1]))) as good:
        parts = {entry.filename: good.read(entry) for entry in good.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    changes: dict[str, Callable[[], dict[str, bytes]]] = {
        "bomb": lambda: {sheet: SHEET % (b"<row>" + b" " * 200_000_000 + b"</row>")},
        "flat bomb": lambda: {f"xl/media/{n}.bin": bytes(500_000) for n in range(60)},
        "entries": lambda: {f"x/{n}": b"" for n in range(20_000)},
        "entities": lambda: {sheet: b"<!DOCTYPE x [<!ENTITY a 'aaaa'>]>" + SHEET % b"<row><c><v>&a;</v></c></row>"},
        "utf-16 entities": lambda: {sheet: '<?xml version="1.0" encoding="utf-16"?><!DOCTYPE x []><x/>'.encode("utf-16")},
        "far row": lambda: {sheet: SHEET % b"<row r='1048576'><c r='A1048576'><v>1</v></c></row>"},
        "wide row": lambda: {sheet: SHEET % (b"<row r='1'>" + b"<c><v>1</v></c>" * 16_000 + b"</row>")},
        "climbing": lambda: {"../../../etc/passwd": b"root"},
        "no sheet": lambda: {"xl/workbook.xml": b"<workbook/>"},
        "not xml": lambda: {sheet: b"\x00\xff" * 100},
    }
    return archive(parts | changes[name]())


@pytest.mark.parametrize(
    "name", ["bomb", "flat bomb", "entries", "entities", "utf-16 entities", "far row", "no sheet", "not xml"]
)
def test_hostile_workbooks_are_refused_quickly_and_in_little_memory(name: str) -> None:
    content = hostile(name)
    tracemalloc.start()
    begun = time.process_time()

    with pytest.raises(UnreadableSheet):
        read(content)

    assert time.process_time() - begun < 5
    assert tracemalloc.get_traced_memory()[1] < 60_000_000
    tracemalloc.stop()


@pytest.mark.parametrize("name", ["wide row", "climbing"])
def test_odd_workbooks_do_no_harm(name: str) -> None:
    assert len(read(hostile(name))[0]) <= 50


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 1000, b"\x00\x01\x02", b"\xff\xfe\x00", xlsx(["x"])[:-200]]
)
def test_broken_files_are_the_files_fault(content: bytes) -> None:
    with pytest.raises(UnreadableSheet):
        read(content)
