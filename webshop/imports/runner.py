"""Reading one file from beginning to end."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.exc import DataError, IntegrityError, StatementError
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.core import numbers
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.db import is_conflict, is_unavailable
from webshop.core.i18n import N_
from webshop.imports.articles import ARTICLES
from webshop.imports.cells import Cells
from webshop.imports.contract_positions import POSITIONS
from webshop.imports.contracts import CONTRACTS
from webshop.imports.cost_centres import COST_CENTRES
from webshop.imports.customers import CUSTOMERS
from webshop.imports.duplicates import Seen
from webshop.imports.errors import ImportRefused
from webshop.imports.kind import Batch, Item, Kind, Run
from webshop.imports.people import PEOPLE
from webshop.imports.reading import Source, inspect, rows
from webshop.imports.report import Finding, ImportReport, Nobody, Outcome, Remark, Watcher
from webshop.imports.service_articles import SERVICES

KINDS: tuple[Kind[Any], ...] = (ARTICLES, SERVICES, CUSTOMERS, COST_CENTRES, PEOPLE, CONTRACTS, POSITIONS)
BATCH = 500
SERIES = "EI"
"""Imports are numbered: the counter's row also makes two imports wait for each other."""


def run_import(
    session: Session,
    path: Path,
    *,
    now: datetime,
    actor: Actor | None = None,
    skip_bad: bool = False,
    dry_run: bool = False,
    watcher: Watcher | None = None,
) -> ImportReport:
    """Read a file into the session's transaction; the caller commits.

    With bad rows nothing is left behind unless `skip_bad` says so; a dry run leaves nothing behind in any case. ImportRefused
    where the file as a whole cannot be read.
    """
    source = inspect(path, {column for kind in KINDS for column in kind.columns})
    kind = recognise(source.columns)
    unused = tuple(name for name in source.columns if name not in kind.required | kind.optional)
    report = ImportReport(path.name, source.sha256, kind.name, source.encoding, source.delimiter, unused)
    with session.begin_nested() as savepoint:
        number = numbers.draw(session, SERIES, now=now)
        run = Run(session, now, berlin_date(now), path.name)
        _read(run, source, kind, report, watcher or Nobody())
        if dry_run:
            report.outcome = Outcome.TRIED
        elif report.bad and not skip_bad:
            report.outcome = Outcome.REFUSED
        if report.outcome != Outcome.WRITTEN:
            savepoint.rollback()
    if report.outcome == Outcome.WRITTEN:
        report.number = number
        _record(session, source, report, actor=actor, now=now)
    return report


def recognise(columns: tuple[str, ...]) -> Kind[Any]:
    """The kind of file that a header belongs to; ImportRefused names what is missing for the nearest."""
    given = set(columns)
    fitting = [kind for kind in KINDS if kind.required <= given]
    if fitting:
        return max(fitting, key=lambda kind: (len(kind.required), len(kind.columns & given)))
    nearest = max(KINDS, key=lambda kind: len(kind.required & given) / len(kind.required))
    if len(nearest.required & given) * 2 < len(nearest.required):
        raise ImportRefused(
            N_("Die Kopfzeile gehört zu keiner bekannten Liste. Bekannt sind: %(kinds)s."),
            kinds=", ".join(kind.name for kind in KINDS),
        )
    raise ImportRefused(
        N_("Für eine Liste „%(kind)s“ fehlen Spalten: %(columns)s."),
        kind=nearest.name,
        columns=", ".join(sorted(nearest.required - given)),
    )


def _read(run: Run, source: Source, kind: Kind[Any], report: ImportReport, watcher: Watcher) -> None:
    items: list[Item[Any]] = []
    with Seen() as seen:
        for found in rows(source):
            if isinstance(found, Remark):
                _bad(report, watcher, found)
                continue
            cells = Cells(found.cells)
            record = kind.read(cells)
            if not cells.findings and (first := seen.first_line(kind.key(record), found.line)):
                cells.wrong(kind.key_column, N_("Diese Angabe steht schon in Zeile %(line)s."), line=first)
            if cells.findings:
                _bad(report, watcher, Remark(found.line, tuple(cells.findings)))
                continue
            items.append(Item(found.line, record, tuple(cells.notes)))
            if len(items) >= BATCH:
                _write(run, kind, items, report, watcher)
                items = []
                watcher.progress(report.rows, found.done)
    if items:
        _write(run, kind, items, report, watcher)
    watcher.progress(report.rows, 1.0)


def _write(run: Run, kind: Kind[Any], items: list[Item[Any]], report: ImportReport, watcher: Watcher) -> None:
    """Write a batch; where the database refuses it, each row by itself, to tell the one that is meant."""
    for batch in _stored(run, kind, items):
        report.created += batch.created
        report.updated += batch.updated
        report.unchanged += batch.unchanged
    for item in items:
        if item.findings:
            _bad(report, watcher, Remark(item.line, tuple(item.findings)))
        elif notes := (*item.read_notes, *item.notes):
            remark = Remark(item.line, notes)
            report.add_note(remark)
            watcher.note(remark)


def _stored(run: Run, kind: Kind[Any], items: list[Item[Any]]) -> Iterator[Batch[Any]]:
    try:
        yield _store(run, kind, items)
    except (IntegrityError, DataError, StatementError) as error:
        if is_conflict(error) or is_unavailable(error) or not _about_data(error):
            raise
        run.forget()
        if len(items) > 1:
            for item in items:
                item.begin_again()
                yield from _stored(run, kind, [item])
        else:
            items[0].begin_again()
            items[0].findings.append(Finding("", N_("Die Datenbank nimmt die Zeile nicht an.")))


def _about_data(error: StatementError) -> bool:
    """True where a value was refused; anything else is a fault of the shop and must show."""
    return isinstance(error, IntegrityError | DataError) or isinstance(error.orig, ValueError | OverflowError)


def _store(run: Run, kind: Kind[Any], items: list[Item[Any]]) -> Batch[Any]:
    batch = Batch(run, items)
    with run.session.begin_nested():
        kind.store(batch)
    return batch


def _bad(report: ImportReport, watcher: Watcher, remark: Remark) -> None:
    report.add_bad(remark)
    watcher.bad_row(remark)


def _record(session: Session, source: Source, report: ImportReport, *, actor: Actor | None, now: datetime) -> None:
    audit.record(
        session,
        "import.read",
        subject=("import", report.number, report.number),
        actor=actor,
        now=now,
        organisation_id=None,
        after={
            "file": report.file_name,
            "sha256": source.sha256,
            "bytes": source.size,
            "kind": report.kind,
            "created": report.created,
            "updated": report.updated,
            "unchanged": report.unchanged,
            "bad": report.bad,
        },
    )
