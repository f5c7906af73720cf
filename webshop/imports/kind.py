"""What a kind of file is, and what its rows meet while they are written."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar, cast

from sqlalchemy.orm import Session

from webshop.imports.cells import Cells
from webshop.imports.report import Finding

R = TypeVar("R")
C = TypeVar("C")


@dataclass
class Run:
    """One import under way."""

    session: Session
    now: datetime
    day: date
    """Today in Berlin: from when new prices and roles count."""
    file_name: str
    _cached: dict[type[Any], Any] = field(default_factory=dict)

    def cached(self, kind: type[C]) -> C:
        """Something that is read once and kept for the rows to come: `kind(session)`."""
        if kind not in self._cached:
            self._cached[kind] = cast(Any, kind)(self.session)
        return cast(C, self._cached[kind])

    def forget(self) -> None:
        """Drop what is cached: a rollback may have taken it back."""
        self._cached.clear()


@dataclass
class Item(Generic[R]):
    """A row that was read, on its way into the database; `read_notes` are the remarks of reading."""

    line: int
    record: R
    read_notes: tuple[Finding, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    notes: list[Finding] = field(default_factory=list)

    def begin_again(self) -> None:
        """Forget what was found while writing."""
        self.findings.clear()
        self.notes.clear()


class Batch(Generic[R]):
    """Some rows that are written together. `store` functions refuse rows before they write, and count what they wrote."""

    def __init__(self, run: Run, items: list[Item[R]]) -> None:
        self.run = run
        self.items = items
        self.created = 0
        self.updated = 0
        self.unchanged = 0

    @property
    def session(self) -> Session:
        """Where to write."""
        return self.run.session

    def refuse(self, item: Item[R], column: str, message: str, **params: object) -> None:
        """This row cannot be written."""
        item.findings.append(Finding(column, message, params))

    def note(self, item: Item[R], column: str, message: str, **params: object) -> None:
        """This row is written, with a remark."""
        item.notes.append(Finding(column, message, params))

    def good(self) -> Iterator[Item[R]]:
        """The rows that nothing is wrong with so far."""
        return (item for item in self.items if not item.findings)

    def records(self) -> list[R]:
        """What the good rows say."""
        return [item.record for item in self.good()]

    def count(self, *, new: bool, changed: bool) -> None:
        """One row is done."""
        if new:
            self.created += 1
        elif changed:
            self.updated += 1
        else:
            self.unchanged += 1


@dataclass(frozen=True)
class Kind(Generic[R]):
    """A kind of file: how it is recognised, how a row is read, how rows are written."""

    name: str
    required: frozenset[str]
    """The columns that make a file one of this kind."""
    optional: frozenset[str]
    unused: frozenset[str]
    """Columns that such files carry and the shop has no use for."""
    key_column: str
    key: Callable[[R], str]
    """What tells one record from another; twice in a file is an error."""
    read: Callable[[Cells], R]
    store: Callable[[Batch[R]], None]

    @property
    def columns(self) -> frozenset[str]:
        """All that such a file may hold."""
        return self.required | self.optional | self.unused
