"""`webshop verify`: every promise of the domain, asked of the live database. 0: all hold. 1: the records are named."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice

import click
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webshop import schema
from webshop.config import SettingsError, load_settings
from webshop.core.db import read_only
from webshop.core.formats import whole
from webshop.terminal import Command, Failed
from webshop.verification import amounts, approvals, handover, holdings, records
from webshop.verification.rules import Rule

RULES: tuple[Rule, ...] = (*handover.RULES, *amounts.RULES, *holdings.RULES, *approvals.RULES, *records.RULES)
SHOWN = 20
"""How many records are named per rule, unless all are asked for."""


@click.command(cls=Command)
@click.option("--all", "everything", is_flag=True, help=f"Nennt alle betroffenen Datensätze statt der ersten {SHOWN} je Regel.")
@click.option("--rule", "wanted", multiple=True, type=click.Choice([rule.id for rule in RULES]), help="Prüft nur diese Regel.")
def verify(everything: bool, wanted: tuple[str, ...]) -> None:
    """Prüft, ob alles stimmt, was der Shop verspricht.

    Der Befehl liest nur und darf im laufenden Betrieb laufen. Er nennt jede Regel mit der Zahl der geprüften Datensätze
    und, wo sie verletzt ist, die Datensätze beim Namen. Rückgabewert 1, wenn etwas nicht stimmt.
    """
    rules = [rule for rule in RULES if not wanted or rule.id in wanted]
    begun, looked_at, broken = time.monotonic(), 0, 0
    with _session() as session:
        for number, rule in enumerate(rules, start=1):
            click.echo(f"[{number:2}/{len(rules)}] {rule.sentence}", nl=False)
            count = rule.count(session)
            found = rule.find(session)
            names = list(found) if everything else list(islice(found, SHOWN + 1))
            looked_at += count
            click.echo(f" {whole(count)} geprüft, {'in Ordnung' if not names else 'VERLETZT'}")
            if names:
                broken += 1
                for name in names if everything else names[:SHOWN]:
                    click.echo(f"        {rule.id}: {name}")
                if not everything and len(names) > SHOWN:
                    click.echo(f"        {rule.id}: und weitere; alle nennt --all")
    seconds = time.monotonic() - begun
    click.echo(f"{len(rules)} Regeln, {whole(looked_at)} Datensätze, {whole(round(seconds))} s: ", nl=False)
    if broken:
        click.echo(f"{broken} Regeln sind verletzt." if broken > 1 else "1 Regel ist verletzt.")
        raise SystemExit(1)
    click.echo("alles stimmt.")


@contextmanager
def _session() -> Iterator[Session]:
    """A session that sees one moment throughout, also while people work."""
    try:
        engine = schema.open_engine(load_settings())
    except SettingsError as error:
        raise Failed(f"So kann der Shop nicht starten.\n{error}") from error
    try:
        schema.require_usable(engine)
        with read_only(), Session(_one_moment(engine)) as session:
            yield session
    except (schema.UnknownSchema, schema.UnusableDatabase) as error:
        raise Failed(str(error)) from error
    finally:
        engine.dispose()


def _one_moment(engine: Engine) -> Engine:
    """SQLite's read transactions see one moment anyway."""
    return engine.execution_options(isolation_level="REPEATABLE READ") if engine.dialect.name == "postgresql" else engine
