"""Tables to take home: CSV as a German Excel opens it, and XLSX. Text stays text, numbers stay numbers (S-30).

Rows are written one by one to a file that lives in memory while it is small, so that a large export costs no more
memory than a small one (R-31) and no database transaction waits for a slow reader (R-23).
"""

import csv
import io
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from flask import Response, send_file
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from webshop.core.clock import berlin
from webshop.core.sheets import guarded

Cell = str | int | Decimal | date | datetime | None
Row = Sequence[Cell]

MAX_ROWS = 50_000
IN_MEMORY = 1024 * 1024
MAX_CELL = 32_767
"""What a cell of a sheet holds at most."""
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_FORMATS = {Decimal: "#,##0.00", datetime: "DD.MM.YYYY HH:MM", date: "DD.MM.YYYY"}


def table_response(kind: str, name: str, header: Sequence[str], rows: Iterable[Row]) -> Response:
    """The table as a download; `kind` is `csv` or `xlsx`, `name` the file's name without its ending."""
    write: Callable[[IO[bytes], Sequence[str], Iterable[Row]], None] = {"csv": write_csv, "xlsx": write_xlsx}[kind]
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed by the response
    write(file, header, rows)
    file.seek(0)
    return send_file(file, mimetype=MEDIA_TYPES[kind], as_attachment=True, download_name=f"{name}.{kind}", max_age=0)


def write_csv(file: IO[bytes], header: Sequence[str], rows: Iterable[Row]) -> None:
    """Semicolons, decimal commas, UTF-8 with a byte order mark: a double click in a German office opens it right."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(label) for label in header])
    for row in rows:
        writer.writerow([_plain(value) for value in row])
    text.flush()
    text.detach()


def write_xlsx(file: IO[bytes], header: Sequence[str], rows: Iterable[Row]) -> None:
    """One sheet with a bold head that stays in sight; numbers and dates are real ones."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Tabelle")
    sheet.freeze_panes = "A2"
    for index, label in enumerate(header):
        sheet.column_dimensions[_letter(index)].width = max(14, min(len(label) + 4, 40))
    sheet.append([_cell(sheet, label, bold=True) for label in header])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    book.save(file)


def _plain(value: Cell) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _harmless(_clean(value))
    if isinstance(value, datetime):
        return berlin(value).strftime("%d.%m.%Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d.%m.%Y")
    return format(value, "f").replace(".", ",") if isinstance(value, Decimal) else str(value)


def _harmless(text: str) -> str:
    """No program takes the cell for a formula, not even one that trims; the apostrophe is the spreadsheets' own mark for text."""
    trimmed = text.lstrip(" \u00a0")
    return text if guarded(trimmed) == trimmed else f"'{text}"


def _cell(sheet: Any, value: Cell, *, bold: bool = False) -> Any:
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, _clean(value))
        cell.data_type = "s"  # never a formula, whatever it begins with
    else:
        shown: Any = berlin(value).replace(tzinfo=None) if isinstance(value, datetime) else value
        cell = WriteOnlyCell(sheet, shown)
        cell.number_format = _FORMATS.get(type(value), "General")
    if bold:
        cell.font = Font(bold=True)
    return cell


def _clean(text: str) -> str:
    """Without the control characters that neither format can carry."""
    return "".join(char for char in text if char in "\t\r\n" or unicodedata.category(char) not in ("Cc", "Cs"))[:MAX_CELL]


def _letter(index: int) -> str:
    head, tail = divmod(index, 26)
    return (_letter(head - 1) if head else "") + chr(ord("A") + tail)
