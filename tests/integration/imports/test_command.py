"""`webshop import` at the terminal."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from tests.databases import Database
from tests.importing import ARTICLE, write
from webshop.audit.models import AuditEvent
from webshop.catalog.models import Product
from webshop.import_command import import_command


def run(database: Database, *arguments: str) -> Result:
    return CliRunner().invoke(import_command, list(arguments), env=database.environment)


def articles(database: Database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count()).select_from(Product)) or 0


def test_the_command_reads_a_file_and_says_what_came_of_it(fresh_database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "artikel.csv", ARTICLE, {**ARTICLE, "sku": "MO-2"})

    first = fresh_database.webshop("import", str(path))
    again = run(fresh_database, str(path))

    assert (first.returncode, first.stderr) == (0, "")
    assert first.stdout.startswith(
        "Artikel aus artikel.csv: 2 neu, 0 geändert, 0 unverändert, 0 fehlerhaft.\nDie Änderungen sind gespeichert. Nummer: EI-"
    )
    assert again.stdout.endswith("2 unverändert, 0 fehlerhaft.\nEs gab nichts zu ändern.\n")
    assert articles(fresh_database) == 2
    with fresh_database.session() as session:
        assert session.scalars(select(AuditEvent.action)).all() == ["import.read"] * 2


def test_bad_rows_go_to_standard_error_and_fail(fresh_database: Database, tmp_path: Path) -> None:
    path = write(tmp_path / "artikel.csv", ARTICLE, {**ARTICLE, "sku": "MO-2", "unit": "[red]Fuder[/red]"})

    done = run(fresh_database, str(path))

    assert done.exit_code == 1
    assert done.stderr.startswith("Zeile 3: Spalte unit: „[red]Fuder[/red]“ ist nicht bekannt;")
    assert "nichts gespeichert" in done.stdout
    assert articles(fresh_database) == 0


@pytest.mark.parametrize(("option", "code", "written"), [("--dry-run", 1, 0), ("--skip-bad", 0, 1)])
def test_bad_rows_are_tried_or_left_out_when_asked(
    fresh_database: Database, tmp_path: Path, option: str, code: int, written: int
) -> None:
    path = write(tmp_path / "artikel.csv", ARTICLE, {**ARTICLE, "sku": ""})

    assert run(fresh_database, option, str(path)).exit_code == code
    assert articles(fresh_database) == written


def test_a_file_that_is_none_is_one_sentence(fresh_database: Database, tmp_path: Path) -> None:
    done = run(fresh_database, str(tmp_path / "fehlt.csv"))

    assert (done.exit_code, done.stderr) == (1, "Fehler: Die Datei fehlt.csv gibt es nicht.\n")
