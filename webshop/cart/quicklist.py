"""Order lists as people paste or upload them: number; quantity[; cost centre][; note], one article a line.

Separators are tab, semicolon, comma or blanks. A first line with column names may put the columns in any order; the
export of a cart has one, with two more columns for its splits. Nothing here knows the catalogue.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO

from webshop.core.errors import Invalid
from webshop.core.i18n import N_
from webshop.core.sheets import TooManyRows, guarded, read_table, unguarded
from webshop.core.typed import one_line

MAX_ENTRIES = 2_000
LONGEST_LINE = 2_000

COLUMNS = ("number", "quantity", "cost_centre", "note", "deliveries", "shares")
HEADINGS: Mapping[str, frozenset[str]] = {
    "number": frozenset(
        {"artikelnummer", "artikelnr", "artikel-nr", "artikel", "nummer", "bestellnummer", "materialnummer", "herstellernummer"}
        | {"sku", "gtin", "ean", "article number", "item number", "part number"}
    ),
    "quantity": frozenset(["menge", "anzahl", "stück", "stückzahl", "quantity", "qty"]),
    "cost_centre": frozenset(["kostenstelle", "kst", "cost centre", "cost center"]),
    "note": frozenset(["notiz", "bemerkung", "hinweis", "note"]),
    "deliveries": frozenset(["lieferadressen"]),
    "shares": frozenset(["kostenanteile"]),
}
"""What people call the columns, in lower case."""
HEAD = ("Artikelnummer", "Menge", "Kostenstelle", "Notiz", "Lieferadressen", "Kostenanteile")
"""The columns of an exported cart that are read again; more may follow."""

_SEPARATORS = ("\t", ";", ",")
_QUANTITY = re.compile(r"[0-9][0-9. ]*")
_BLANKS = re.compile(r"\s*[^\s,;]+ +[0-9]+( |$)")
"""Number and quantity with a blank between: what comes after may hold any sign."""
_PART = re.compile(r"(.+): *([^:]+)")


@dataclass(frozen=True)
class Entry:
    """One line of a list: where it stood, and its columns as texts."""

    position: int
    number: str
    quantity: str = ""
    cost_centre: str = ""
    note: str = ""
    deliveries: str = ""
    shares: str = ""

    @property
    def text(self) -> str:
        """The entry on one line, as it can be edited and read again."""
        cells = [self.number, self.quantity, self.cost_centre, self.note, self.deliveries, self.shares]
        while len(cells) > 1 and not cells[-1]:
            cells.pop()
        out = io.StringIO()
        csv.writer(out, delimiter=";", lineterminator="").writerow([guarded(cell) for cell in cells])
        return out.getvalue()


def entries_of_text(text: str) -> list[Entry]:
    """A pasted list."""
    lines = [line for line in re.split(r"\r\n|[\n\r\v\f\x85\u2028\u2029]", text) if line.strip()]
    return entries_of_rows(_cells(line[:LONGEST_LINE]) for line in lines)


def entries_of_file(stream: IO[bytes]) -> list[Entry]:
    """An uploaded CSV or XLSX file; UnreadableSheet where it is neither, or too large."""
    return entries_of_rows(read_table(stream, max_rows=MAX_ENTRIES, heads=1))


def entry_of_line(position: int, text: str) -> Entry:
    """One line that was edited by hand."""
    return _entry(position, _cells(text[:LONGEST_LINE]), COLUMNS)


def entries_of_rows(rows: Iterable[Sequence[str]]) -> list[Entry]:
    """Rows of cells; a first row of column names says which column is which."""
    found: list[Entry] = []
    columns: Sequence[str | None] = COLUMNS
    for index, cells in enumerate(rows):
        if index == 0 and (named := _columns(cells)):
            columns = named
            continue
        if any(cells):
            found.append(_entry(len(found) + 1, cells, columns))
        if len(found) > MAX_ENTRIES:
            raise TooManyRows(MAX_ENTRIES)
    return found


def _cells(line: str) -> list[str]:
    """The cells of a line: by the sign behind which the quantity stands, else by blanks, else by the first sign there is."""
    found = [_separated(line, mark) for mark in _SEPARATORS if mark in line]
    counted = next((cells for cells in found if len(cells) > 1 and _QUANTITY.fullmatch(cells[1])), None)
    if counted is None and (not found or _BLANKS.match(line)):
        return line.split(None, 3)
    return counted or found[0]


def _separated(line: str, mark: str) -> list[str]:
    return [unguarded(one_line(cell)) for cell in next(csv.reader([line], delimiter=mark), [])]


def _columns(cells: Sequence[str]) -> list[str | None] | None:
    """The columns that a head names; None where the row is no head."""
    named = [next((column for column, names in HEADINGS.items() if _bare(cell) in names), None) for cell in cells]
    return named if "number" in named else None


def _bare(heading: str) -> str:
    return heading.casefold().strip(" .:*")


def _entry(position: int, cells: Sequence[str], columns: Sequence[str | None]) -> Entry:
    values: dict[str, str] = {}
    for column, cell in zip(columns, cells, strict=False):
        if column is not None and not values.get(column):
            values[column] = one_line(cell)
    return Entry(position, values.pop("number", ""), **values)


# --- splits in one cell: "Rathaus: 150 | Grundschule: 100", "1110: 60 % | 2110: 40 %" ----------------------------------


def joined_parts(parts: Iterable[tuple[str, str]]) -> str:
    """Labels with their pieces or percents, in one cell."""
    return " | ".join(f"{label.replace('|', '/')}: {amount}" for label, amount in parts)


def parts_of(cell: str) -> list[tuple[str, str]]:
    """The labels and amounts of such a cell; Invalid where it is none."""
    found = []
    for part in cell.split("|"):
        match = _PART.fullmatch(part.strip())
        if match is None:
            raise Invalid(
                N_("Die Aufteilung „%(part)s“ ist nicht lesbar. Schreiben Sie etwa „Rathaus: 3 | Bauhof: 2“."),
                part=part.strip()[:60],
            )
        found.append((match[1].strip(), match[2].strip()))
    return found
