"""Files from other people's programs: encodings, delimiters, broken quotes, limits."""

from pathlib import Path

import pytest

from tests.importing import ARTICLE, csv_text
from webshop.imports import reading
from webshop.imports.errors import ImportRefused
from webshop.imports.reading import Row, inspect, rows
from webshop.imports.report import Remark
from webshop.imports.runner import recognise

KNOWN = set(ARTICLE)


def read(path: Path, content: bytes) -> list[Row | Remark]:
    path.write_bytes(content)
    return list(rows(inspect(path, KNOWN)))


@pytest.mark.parametrize(
    ("encoding", "told"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("cp1252", "cp1252"), ("utf-16", "utf-16"), ("ascii", "utf-8")],
)
def test_umlauts_survive_every_usual_encoding(tmp_path: Path, encoding: str, told: str) -> None:
    name = "Monitor" if encoding == "ascii" else "Gehäuse für 5 €"
    path = tmp_path / "liste.csv"
    path.write_bytes(csv_text([{**ARTICLE, "name": name}]).encode(encoding))

    source = inspect(path, KNOWN)
    (row,) = rows(source)

    assert source.encoding == told
    assert isinstance(row, Row)
    assert row.cells["sku"] == "MO-1"
    assert row.cells["name"] == name


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_one_that_finds_the_columns(tmp_path: Path, delimiter: str) -> None:
    (row,) = read(tmp_path / "liste.csv", csv_text([ARTICLE], delimiter=delimiter).encode())

    assert isinstance(row, Row)
    assert row.cells == dict(ARTICLE)


def test_a_hint_of_a_spreadsheet_program_is_passed_over(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "liste.csv", b"sep=;\r\n" + csv_text([ARTICLE], delimiter=";").encode())

    assert isinstance(row, Row)
    assert (row.line, row.cells["sku"]) == (3, "MO-1")


def test_column_names_may_differ_in_case_and_blanks(tmp_path: Path) -> None:
    (row,) = read(tmp_path / "liste.csv", b" SKU , Name,,\r\nA-1,Maus,,\r\n")

    assert isinstance(row, Row)
    assert row.cells == {"sku": "A-1", "name": "Maus"}


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    """Quoted line breaks belong to a cell; the row is where it begins."""
    found = read(tmp_path / "liste.csv", b'sku,name\r\nA-1,"eins\r\nzwei"\r\n\r\nA-2,drei\r\n')

    assert [row.line for row in found] == [2, 5]
    assert isinstance(found[0], Row)
    assert found[0].cells["name"] == "eins\r\nzwei"


def test_old_line_ends_are_understood(tmp_path: Path) -> None:
    assert [row.line for row in read(tmp_path / "liste.csv", b"sku,name\rA-1,eins\rA-2,zwei\r")] == [2, 3]


def test_rows_of_the_wrong_width_are_told(tmp_path: Path) -> None:
    found = read(tmp_path / "liste.csv", b"sku,name\nA-1\nA-2,zwei,drei\nA-3,drei,\n")

    assert [str(row) for row in found[:2]] == [
        "Zeile 2: Die Zeile hat 1 Felder, die Kopfzeile 2.",
        "Zeile 3: Die Zeile hat 3 Felder, die Kopfzeile 2.",
    ]
    assert isinstance(found[2], Row)


def test_a_stray_quote_costs_one_row_only(tmp_path: Path) -> None:
    found = read(tmp_path / "liste.csv", b'sku,name\nA-1,"19" Monitor\nA-2,gut\n')

    assert str(found[0]).startswith("Zeile 2: Die Anführungszeichen")
    assert isinstance(found[1], Row)


def test_a_quote_that_is_never_closed_does_not_swallow_the_file(tmp_path: Path) -> None:
    body = "".join(f"A-{number},{'x' * 90}\n" for number in range(5_000))
    found = read(tmp_path / "liste.csv", f'sku,name\nA-0,"offen\n{body}'.encode())

    bad = [row for row in found if isinstance(row, Remark)]
    assert len(bad) == 1
    assert bad[0].line == 2
    assert "100.000" in str(bad[0])
    assert len(found) > 3_000


def test_a_quote_open_at_the_end_is_told(tmp_path: Path) -> None:
    (found,) = read(tmp_path / "liste.csv", b'sku,name\nA-0,"offen\n')

    assert isinstance(found, Remark)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "leer"),
        (b"\r\n\r\n", "leer"),
        (b"PK\x03\x04rest", "keine Textdatei"),
        (b"sku,name\nA\0B,x\n", "keine Textdatei"),
        (b"sku,name\n\xff\x81\x8d,x\n", "Zeichensatz"),
        (b"sku,sku\n1,2\n", "mehrmals"),
        (b"x," * 300 + b"\n", "300 Spalten"),
        (b"sku,name\n" + b"x" * 1_100_000, "Zeile 2 ist länger"),
    ],
)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        read(tmp_path / "liste.csv", content)


def test_a_file_that_is_too_large_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MAX_BYTES", 10)
    with pytest.raises(ImportRefused, match="Teilen Sie sie auf"):
        read(tmp_path / "liste.csv", csv_text([ARTICLE]).encode())


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ImportRefused, match="gibt es nicht"):
        inspect(tmp_path, KNOWN)


@pytest.mark.parametrize(
    ("columns", "reason"),
    [
        (("sku", "name", "category_path"), "Liste „Artikel“ fehlen Spalten: list_price_net_eur_cents"),
        (("titel", "preis"), "zu keiner bekannten Liste"),
    ],
)
def test_an_unknown_header_says_what_is_missing(columns: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ImportRefused, match=reason):
        recognise(columns)
