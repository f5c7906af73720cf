"""`webshop import FILE`."""

import time
from pathlib import Path
from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn, TimeRemainingColumn
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webshop import schema
from webshop.config import SettingsError, load_settings
from webshop.core.clock import utcnow
from webshop.core.db import is_conflict, is_unavailable
from webshop.core.formats import whole
from webshop.imports.errors import ImportRefused
from webshop.imports.report import OUTCOME_LABELS, ImportReport, Outcome, Remark
from webshop.imports.runner import KINDS, run_import
from webshop.terminal import Command, Failed

SHOWN_NOTES = 20
PATIENCE = 1.0
"""Seconds before a progress line appears."""


class Terminal:
    """Tells bad rows as they are found, on standard error, with a progress line below once it takes longer."""

    def __init__(self) -> None:
        self._console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        self._started = time.monotonic()
        self._progress: Progress | None = None
        self._task = TaskID(0)
        self._notes = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._progress is not None:
            self._progress.stop()

    def progress(self, rows: int, done: float) -> None:
        """Move the line on."""
        if self._progress is None:
            if time.monotonic() - self._started < PATIENCE or not self._console.is_terminal:
                return
            columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            self._progress = Progress(*columns, console=self._console)
            self._task = self._progress.add_task("", total=1.0)
            self._progress.start()
        self._progress.update(self._task, completed=done, description=f"{whole(rows)} Zeilen")

    def bad_row(self, remark: Remark) -> None:
        """One line for the row."""
        self._console.print(str(remark))

    def note(self, remark: Remark) -> None:
        """One line for the remark, for the first few."""
        self._notes += 1
        if self._notes <= SHOWN_NOTES:
            self._console.print(f"Hinweis: {remark}")
        elif self._notes == SHOWN_NOTES + 1:
            self._console.print("Weitere Hinweise werden nur gezählt.")


def _columns() -> str:
    """For the help: what a header must hold, and what it may."""
    lines = ["Erkannt werden diese Listen an ihren Spalten; in Klammern stehen Spalten, die fehlen dürfen."]
    for kind in KINDS:
        lines.append(f"{kind.name}: {', '.join(sorted(kind.required))} ({', '.join(sorted(kind.optional))}).")
    return "\n\n".join(lines)


@click.command("import", cls=Command, context_settings={"help_option_names": ["-h", "--help"]}, epilog=_columns())
@click.argument("file", metavar="DATEI", type=click.Path(path_type=Path))
@click.option("--skip-bad", is_flag=True, help="Lässt fehlerhafte Zeilen aus und liest die übrigen ein.")
@click.option("--dry-run", is_flag=True, help="Prüft nur und speichert nichts.")
def import_command(file: Path, skip_bad: bool, dry_run: bool) -> None:
    """Liest Artikel, Leistungen, Kunden, Kostenstellen, Personen oder Rahmenverträge aus einer CSV-Datei ein.

    Was die Datei enthält, sagt ihre Kopfzeile. Vorhandenes wird an seiner Nummer erkannt und geändert. Enthält eine Zeile
    einen Fehler, wird nichts gespeichert, es sei denn, fehlerhafte Zeilen sollen ausgelassen werden.
    """
    try:
        settings = load_settings()
    except SettingsError as error:
        raise Failed(str(error)) from error
    engine = schema.open_engine(settings)
    try:
        schema.require_usable(engine)
        with Session(engine) as session, Terminal() as terminal:
            report = run_import(session, file, now=utcnow(), skip_bad=skip_bad, dry_run=dry_run, watcher=terminal)
            if report.outcome == Outcome.WRITTEN:
                session.commit()
    except (ImportRefused, schema.UnknownSchema, schema.UnusableDatabase) as error:
        raise Failed(str(error)) from error
    except DBAPIError as error:
        if not (is_conflict(error) or is_unavailable(error)):
            raise
        message = "Die Datenbank ist gerade beschäftigt oder nicht erreichbar. Es wurde nichts gespeichert."
        raise Failed(f"{message} Versuchen Sie es noch einmal.") from error
    finally:
        engine.dispose()
    for line in summary(report):
        click.echo(line)
    if report.outcome == Outcome.REFUSED or (dry_run and report.bad and not skip_bad):
        raise click.exceptions.Exit(1)


def summary(report: ImportReport) -> list[str]:
    """What came of it, for people."""
    counts = [
        f"{whole(count)} {word}"
        for count, word in (
            (report.created, "neu"),
            (report.updated, "geändert"),
            (report.unchanged, "unverändert"),
            (report.bad, "fehlerhaft"),
        )
    ]
    lines = [f"{report.kind} aus {report.file_name}: {', '.join(counts)}."]
    if report.unused_columns:
        lines.append(f"Nicht verwendete Spalten: {', '.join(report.unused_columns)}.")
    if report.notes:
        lines.append(f"{whole(report.notes)} Hinweise.")
    if report.outcome == Outcome.WRITTEN and not report.created + report.updated:
        lines.append("Es gab nichts zu ändern.")
    else:
        lines.append(OUTCOME_LABELS[report.outcome] + (f" Nummer: {report.number}." if report.number else ""))
    return lines
