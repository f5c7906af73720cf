"""From bytes to rows: encoding, delimiter, header, limits. Reads line by line; memory does not grow with the file."""

import codecs
import csv
import hashlib
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path

from webshop.core.formats import file_size, whole
from webshop.core.i18n import N_
from webshop.imports.errors import ImportRefused
from webshop.imports.report import Finding, Remark

MAX_BYTES = 500_000_000
MAX_FIELD = 100_000
MAX_LINE = 1_000_000
MAX_COLUMNS = 200
CHUNK = 1 << 20
DELIMITERS = (",", ";", "\t", "|")
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


@dataclass(frozen=True)
class Source:
    """A file that was looked through once: its hash, how it is written, its header."""

    path: Path
    size: int
    sha256: str
    encoding: str
    delimiter: str
    columns: tuple[str, ...]
    header_lines: int
    """Physical lines up to the end of the header."""


@dataclass(frozen=True, slots=True)
class Row:
    """One record: where it begins, its cells by column, how far the file is read."""

    line: int
    cells: dict[str, str]
    done: float


def inspect(path: Path, known: Collection[str]) -> Source:
    """Look the file through once. `known` are column names: the delimiter is the one that finds most of them."""
    if not path.is_file():
        raise ImportRefused(N_("Die Datei %(name)s gibt es nicht."), name=path.name)
    size = path.stat().st_size
    if size > MAX_BYTES:
        raise ImportRefused(
            N_("Die Datei ist %(size)s groß; möglich sind %(max)s. Teilen Sie sie auf."),
            size=file_size(size),
            max=file_size(MAX_BYTES),
        )
    sha256, encoding = _encoding(path)
    delimiter, columns, header_lines = _header(path, encoding, known)
    return Source(path, size, sha256, encoding, delimiter, columns, header_lines)


def _encoding(path: Path) -> tuple[str, str]:
    """SHA-256 and encoding: a byte order mark decides, else what is valid UTF-8 is UTF-8, the rest Windows-1252."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        head = file.read(CHUNK)
        marked = next((encoding for bom, encoding in BOMS if head.startswith(bom)), None)
        if head.startswith(b"PK\x03\x04") or (marked != "utf-16" and b"\0" in head):
            raise ImportRefused(
                N_("Das ist keine Textdatei. Speichern Sie die Tabelle als CSV (UTF-8), und lesen Sie diese Datei ein.")
            )
        possible = {name: codecs.getincrementaldecoder(name)() for name in ([marked] if marked else ["utf-8", "cp1252"])}
        chunk = head
        while True:
            digest.update(chunk)
            for name in list(possible):
                try:
                    possible[name].decode(chunk, final=not chunk)
                except UnicodeError:
                    del possible[name]
            if not chunk:
                break
            chunk = file.read(CHUNK)
    if not possible:
        raise ImportRefused(N_("Der Zeichensatz der Datei ist nicht zu erkennen. Speichern Sie sie als CSV in UTF-8."))
    return digest.hexdigest(), next(iter(possible))


def _header(path: Path, encoding: str, known: Collection[str]) -> tuple[str, tuple[str, ...], int]:
    best: tuple[int, str, tuple[str, ...], int] | None = None
    for delimiter in DELIMITERS:
        with _text(path, encoding) as (text, _), _field_limit():
            lines = _Lines(text)
            try:
                names = _first_record(lines, delimiter)
            except csv.Error:
                continue
        columns = tuple(" ".join(name.split()).lower() for name in names)
        hits = len(set(columns) & set(known))
        if best is None or hits > best[0]:
            best = (hits, delimiter, columns, lines.count)
    if best is None or not any(best[2]):
        raise ImportRefused(N_("Die Datei ist leer. Die erste Zeile muss die Spalten nennen."))
    columns = best[2]
    while columns and not columns[-1]:
        columns = columns[:-1]
    if len(columns) > MAX_COLUMNS:
        raise ImportRefused(N_("Die Datei hat %(count)s Spalten; möglich sind %(max)s."), count=len(columns), max=MAX_COLUMNS)
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if twice:
        raise ImportRefused(N_("Die Spalte %(name)s kommt mehrmals vor."), name=twice[0] or "ohne Namen")
    return best[1], columns, best[3]


def _first_record(lines: "_Lines", delimiter: str) -> Sequence[str]:
    for record in csv.reader(lines, delimiter=delimiter, strict=True):
        hint = len(record) <= 2 and record and record[0].lower().startswith("sep=")
        if any(record) and not hint:
            return record
    return ()


def rows(source: Source) -> Iterator[Row | Remark]:
    """All records after the header; a record that cannot be read comes as a Remark."""
    width = len(source.columns)
    with _text(source.path, source.encoding) as (text, binary), _field_limit():
        lines = _Lines(text)
        for _ in range(source.header_lines):
            next(lines)
        reader = csv.reader(lines, delimiter=source.delimiter, strict=True)
        while True:
            line = lines.count + 1
            try:
                record = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                yield Remark(line, (_misread(error),))
                continue
            if not any(record):
                continue
            if len(record) != width and (len(record) < width or any(record[width:])):
                message = N_("Die Zeile hat %(found)s Felder, die Kopfzeile %(wanted)s.")
                yield Remark(line, (Finding("", message, {"found": len(record), "wanted": width}),))
                continue
            yield Row(line, dict(zip(source.columns, record, strict=False)), min(binary.tell() / max(source.size, 1), 1.0))


def _misread(error: csv.Error) -> Finding:
    if "field limit" in str(error):
        message = N_("Ein Feld hat mehr als %(max)s Zeichen, oder ein Anführungszeichen ist nicht geschlossen.")
        return Finding("", message, {"max": whole(MAX_FIELD)})
    return Finding("", N_('Die Anführungszeichen der Zeile gehen nicht auf. Ein „"“ im Text wird verdoppelt.'))


class _Lines:
    """Physical lines, counted, none longer than the limit."""

    def __init__(self, text: TextIOWrapper) -> None:
        self.text = text
        self.count = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        line = self.text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        if len(line) == MAX_LINE and not line.endswith(("\n", "\r")):
            raise ImportRefused(
                N_("Zeile %(line)s ist länger als %(max)s Zeichen. Das ist keine Tabelle."),
                line=self.count + 1,
                max=whole(MAX_LINE),
            )
        self.count += 1
        return line


@contextmanager
def _text(path: Path, encoding: str) -> Iterator[tuple[TextIOWrapper, BufferedReader]]:
    with path.open("rb") as binary, TextIOWrapper(binary, encoding=encoding, newline="") as text:
        yield text, binary


@contextmanager
def _field_limit() -> Iterator[None]:
    before = csv.field_size_limit(MAX_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
