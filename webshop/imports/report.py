"""What came of reading a file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from webshop.core.i18n import N_

KEPT_REMARKS = 1_000
"""So many bad rows are kept in the report; all of them are told to the watcher as they are found."""


@dataclass(frozen=True)
class Finding:
    """What is wrong in one cell: the column and a sentence, marked for translation."""

    column: str
    message: str
    params: Mapping[str, object] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """The sentence in German."""
        return self.message % self.params if self.params else self.message


@dataclass(frozen=True)
class Remark:
    """All findings of one row. `line` is where the row begins in the file, counted from 1."""

    line: int
    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        found = "; ".join(f"Spalte {f.column}: {f.reason}" if f.column else f.reason for f in self.findings)
        return f"Zeile {self.line}: {found}"


class Outcome(StrEnum):
    """Written, tried out only, or refused because of bad rows."""

    WRITTEN = "written"
    TRIED = "tried"
    REFUSED = "refused"


OUTCOME_LABELS = {
    Outcome.WRITTEN: N_("Die Änderungen sind gespeichert."),
    Outcome.TRIED: N_("Probelauf: Es wurde nichts gespeichert."),
    Outcome.REFUSED: N_("Es wurde nichts gespeichert. Berichtigen Sie die Zeilen, oder lassen Sie sie mit --skip-bad aus."),
}


@dataclass
class ImportReport:
    """Counts, and the first bad rows."""

    file_name: str
    sha256: str
    kind: str
    encoding: str
    delimiter: str
    unused_columns: tuple[str, ...] = ()
    number: str = ""
    """The number of this import, such as EI-2026-00001; empty where nothing was written."""
    outcome: Outcome = Outcome.WRITTEN
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    bad: int = 0
    bad_rows: list[Remark] = field(default_factory=list)
    notes: int = 0
    note_rows: list[Remark] = field(default_factory=list)

    @property
    def rows(self) -> int:
        """All rows of the file."""
        return self.created + self.updated + self.unchanged + self.bad

    def add_bad(self, remark: Remark) -> None:
        """Count a bad row and keep it while there is room."""
        self.bad += 1
        if len(self.bad_rows) < KEPT_REMARKS:
            self.bad_rows.append(remark)

    def add_note(self, remark: Remark) -> None:
        """Count a remark on a row that is read all the same."""
        self.notes += 1
        if len(self.note_rows) < KEPT_REMARKS:
            self.note_rows.append(remark)


class Watcher(Protocol):
    """Whoever wants to see the import go on."""

    def progress(self, rows: int, done: float) -> None:
        """So many rows are read; `done` is the part of the file, from 0 to 1."""

    def bad_row(self, remark: Remark) -> None:
        """A row cannot be read."""

    def note(self, remark: Remark) -> None:
        """A row is read, with this remark."""


class Nobody:
    """A watcher that looks away."""

    def progress(self, rows: int, done: float) -> None:
        """Not looked at."""

    def bad_row(self, remark: Remark) -> None:
        """Not looked at."""

    def note(self, remark: Remark) -> None:
        """Not looked at."""
