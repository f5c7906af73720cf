"""Tables as CSV and XLSX files: written so that no cell is a formula, read so that no file does harm.

Writing (S-30): a text that a spreadsheet would take for a formula gets an apostrophe in front in CSV; reading takes it
away again, so that an exported file says the same when it comes back. Reading (S-27): the packed size, the unpacked
size, the ratio, the number of entries, rows and columns are limited, and counted before anything is interpreted.
"""

import codecs
import csv
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import IO

from openpyxl import load_workbook

from webshop.core.errors import Invalid
from webshop.core.formats import Worded, whole
from webshop.core.i18n import N_
from webshop.core.typed import one_line

KIB = 1024
MAX_BYTES = 1024 * KIB
MAX_UNPACKED = 16 * 1024 * KIB
MAX_RATIO = 100
RATIO_FROM = 512 * KIB
"""Small parts may compress as well as they like."""
MAX_ENTRIES = 200
MAX_COLUMNS = 50
MAX_CELL = 2_000
_CHUNK = 64 * KIB
_DOCTYPES = tuple("<!DOCTYPE".encode(name) for name in ("ascii", "utf-16-le", "utf-16-be"))
_RISKY = re.compile(r"'*[=+\-@\t\r\n\uff1d\uff0b\uff0d\uff20]")
_XLSX_START = b"PK\x03\x04"


class UnreadableSheet(Invalid):
    """The file is no table that we read."""


class SheetTooLarge(UnreadableSheet):
    """The file is larger than allowed, packed or unpacked."""

    def __init__(self) -> None:
        super().__init__(N_("Die Datei ist zu groß. Erlaubt sind 1 MB und je Zeile höchstens 50 Spalten."), field="file")


class TooManyRows(UnreadableSheet):
    """The file has more rows than allowed."""

    def __init__(self, limit: int) -> None:
        super().__init__(
            N_("Die Datei hat mehr als %(limit)s Zeilen. Teilen Sie sie auf."), field="file", limit=Worded(whole, limit)
        )


# --- writing ----------------------------------------------------------------------------------------------------------


def guarded(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if _RISKY.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _RISKY.match(text) else text


# --- reading ----------------------------------------------------------------------------------------------------------


def read_table(stream: IO[bytes], *, max_rows: int, heads: int = 0) -> list[list[str]]:
    """The rows of a CSV or XLSX file as texts; its content says which it is. Empty rows are left out.

    `heads` rows more than `max_rows` may come: the names of the columns.
    """
    content = stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise SheetTooLarge
    rows = _xlsx_rows(content, max_rows) if content.startswith(_XLSX_START) else csv_rows(_decoded(content))
    found: list[list[str]] = []
    for row in rows:
        if any(row):
            found.append(row)
        if len(found) > max_rows + heads:
            raise TooManyRows(max_rows)
    return found


def csv_rows(text: str) -> Iterator[list[str]]:
    """The rows of a CSV text; the separator is the first of tab, semicolon and comma that its first line holds."""
    first = next((line for line in text.splitlines() if line.strip()), "")
    separator = next((mark for mark in "\t;," if mark in first), ";")
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=False):
            yield _bounded([unguarded(one_line(cell)) for cell in row])
    except csv.Error as error:
        raise _unreadable() from error


def _decoded(content: bytes) -> str:
    """UTF-8, UTF-16 with its mark (Excel's "Unicode text"), else Windows-1252."""
    if b"\0" in content and not content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        raise _unreadable()
    for encoding in ("utf-16",) if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ("utf-8-sig", "cp1252"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise _unreadable()


def _unreadable() -> UnreadableSheet:
    return UnreadableSheet(
        N_("Die Datei lässt sich nicht lesen. Speichern Sie sie als CSV oder XLSX und laden Sie sie erneut hoch."), field="file"
    )


def _bounded(row: list[str]) -> list[str]:
    while row and not row[-1]:
        row.pop()
    if len(row) > MAX_COLUMNS:
        raise SheetTooLarge
    return [cell[:MAX_CELL] for cell in row]


def _xlsx_rows(content: bytes, max_rows: int) -> Iterator[list[str]]:
    """The first sheet, row by row; the archive is measured first."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _measure(archive)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheet = book.worksheets[0]
            for number, row in enumerate(sheet.iter_rows(max_col=MAX_COLUMNS, values_only=True)):
                # One row that claims number 1,048,576 would make a million empty ones.
                if number > 5 * max_rows:
                    raise TooManyRows(max_rows)
                yield _bounded([_text(value) for value in row])
        finally:
            book.close()
    except UnreadableSheet:
        raise
    except Exception as error:  # whatever a broken or hostile file makes of the parser is the file's fault
        raise _unreadable() from error


def _measure(archive: zipfile.ZipFile) -> None:
    """Unpack everything once without keeping it: real sizes, and no document type anywhere (entities)."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise SheetTooLarge
    total = 0
    for entry in entries:
        size, tail = 0, b""
        with archive.open(entry) as part:
            while chunk := part.read(_CHUNK):
                size += len(chunk)
                if total + size > MAX_UNPACKED or (size > RATIO_FROM and size > MAX_RATIO * entry.compress_size):
                    raise SheetTooLarge
                if any(mark in tail + chunk for mark in _DOCTYPES):
                    raise _unreadable()
                tail = chunk[-20:]
        total += size


def _text(value: object) -> str:
    """A cell as a person would type it: whole numbers without a point, days as days."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else str(value).replace(".", ",")
    if isinstance(value, datetime | date):
        return value.strftime("%d.%m.%Y")
    return unguarded(one_line(str(value)))
