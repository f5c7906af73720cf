"""`webshop queue`: the fulfilment queue for warehouse systems. JSON in, JSON out, errors as JSON on standard error.

Exit codes: 0 done (a claim may also print `null`), 1 failed, 2 wrong call or wrong JSON, 3 somebody else has the entry
or it is in another state, 4 there is no such entry.
"""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, NoReturn

import click
from sqlalchemy import Engine, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webshop import schema
from webshop.config import SettingsError, load_settings
from webshop.core.clock import utcnow
from webshop.core.db import is_conflict, read_only
from webshop.core.errors import Conflict, NotFound, ShopError
from webshop.core.leases import LeaseLost
from webshop.fulfilment import services
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryKind, EntryState
from webshop.terminal import Group

FAILED, MISUSED, CONFLICT, MISSING = 1, 2, 3, 4
TRIES = 5
DEFAULT_LEASE_S, LONGEST_LEASE_S = 900, 86_400
MAX_RESULT = 20_000
"""Characters of a result: what a person at the page should still be able to read."""


@click.group(cls=Group)
def queue() -> None:
    """Die Warteschlange der Abwicklung für Lager- und Servicesysteme: JSON hinein, JSON heraus.

    Ein System holt mit „claim“ den ältesten Auftrag, erledigt ihn und meldet „finish“ oder „fail“. Der Schlüssel
    (lease_token), den „claim“ ausgibt, gehört dazu. Läuft die Zeit ab, wartet der Auftrag von selbst wieder; wer länger
    braucht, verlängert mit „renew“. Fehler stehen als JSON auf der Fehlerausgabe. Rückgabewerte: 0 in Ordnung,
    1 gescheitert, 2 falsch aufgerufen, 3 von anderen übernommen, 4 nicht vorhanden.
    """


worker_option = click.option("--worker", required=True, metavar="NAME", help="Wie sich das System nennt, etwa lager-1.")
kind_option = click.option("--kind", type=click.Choice([str(kind) for kind in EntryKind]), help="Nur Aufträge dieser Art.")
seconds_option = click.option(
    "--seconds",
    type=click.IntRange(1, LONGEST_LEASE_S),
    default=DEFAULT_LEASE_S,
    show_default=True,
    help="Für wie lange der Auftrag dem System gehört.",
)
entry_argument = click.argument("entry_id", metavar="ID", type=click.IntRange(1, 2**53))
token_argument = click.argument("token", metavar="SCHLÜSSEL")


@queue.command("list")
@click.option(
    "--state",
    type=click.Choice([str(state) for state in EntryState]),
    default=str(EntryState.QUEUED),
    show_default=True,
    help="Nur Aufträge in diesem Stand.",
)
@kind_option
@click.option("--after", type=click.IntRange(0, 2**53), default=0, help="Nur Aufträge mit größerer ID, zum Blättern.")
@click.option("--limit", type=click.IntRange(1, 1000), default=100, show_default=True, help="Höchstens so viele.")
def list_entries(state: str, kind: str | None, after: int, limit: int) -> None:
    """Gibt Aufträge als JSON-Liste aus, die ältesten zuerst."""
    statement = (
        select(FulfilmentEntry)
        .where(FulfilmentEntry.state == EntryState(state), FulfilmentEntry.id > after)
        .order_by(FulfilmentEntry.id)
        .limit(limit)
    )
    if kind:
        statement = statement.where(FulfilmentEntry.kind == EntryKind(kind))
    with read_only():
        _print(_transaction(lambda session: [_plain(entry) for entry in session.scalars(statement)]))


@queue.command()
@worker_option
@kind_option
@seconds_option
def claim(worker: str, kind: str | None, seconds: int) -> None:
    """Holt den ältesten wartenden Auftrag; gibt ihn mit seinem Schlüssel aus, oder null, wenn nichts wartet."""

    def work(session: Session) -> Any:
        entry = services.claim_next(
            session, worker=worker[:120], seconds=seconds, now=utcnow(), kind=EntryKind(kind) if kind else None
        )
        return None if entry is None else _plain(entry) | {"lease_token": entry.lease_token}

    _print(_transaction(work))


@queue.command()
@entry_argument
@token_argument
@seconds_option
def renew(entry_id: int, token: str, seconds: int) -> None:
    """Verlängert die Zeit, für die ein Auftrag dem System gehört."""
    _print(_transaction(lambda session: _plain(services.renew(session, entry_id, token, seconds=seconds))))


@queue.command()
@entry_argument
@token_argument
@click.argument("result", metavar="[ERGEBNIS]", default="{}")
def finish(entry_id: int, token: str, result: str) -> None:
    """Meldet einen Auftrag als erledigt.

    ERGEBNIS ist ein JSON-Objekt, etwa {"tracking": "0034…", "note": "2 Pakete"}; mit „-“ kommt es von der Eingabe.
    """
    values = _object(result)
    _print(
        _transaction(
            lambda session: _plain(services.finish(session, entry_id, token, result=values, actor=None, now=utcnow()))
        )
    )


@queue.command()
@entry_argument
@token_argument
@click.argument("reason", metavar="GRUND")
@click.option("--temporary", is_flag=True, help="Kommt nach einer Pause von selbst wieder, bis es zu oft scheitert.")
def fail(entry_id: int, token: str, reason: str, temporary: bool) -> None:
    """Meldet, dass ein Auftrag nicht auszuführen ist; er ruht, bis ihn jemand erneut einreiht."""
    _print(
        _transaction(
            lambda session: _plain(
                services.fail(session, entry_id, token, reason=reason, actor=None, now=utcnow(), temporary=temporary)
            )
        )
    )


@queue.command()
@entry_argument
def retry(entry_id: int) -> None:
    """Reiht einen angehaltenen Auftrag erneut ein."""
    _print(_transaction(lambda session: _plain(services.retry(session, entry_id, actor=None, now=utcnow()))))


# --- how ---------------------------------------------------------------------------------------------------------------


def _transaction(work: Callable[[Session], Any]) -> Any:
    """Do the work in one transaction, again after a conflict; everything that goes wrong ends the command as JSON."""
    with _engine() as engine:
        for attempt in range(1, TRIES + 1):
            try:
                with Session(engine, expire_on_commit=False) as session:
                    done = work(session)
                    session.commit()
                return done
            except LeaseLost as error:
                _end(CONFLICT, "lease_lost", str(error))
            except Conflict as error:
                _end(CONFLICT, "conflict", str(error))
            except NotFound as error:
                _end(MISSING, "not_found", str(error))
            except ShopError as error:
                _end(MISUSED, "invalid", str(error))
            except DBAPIError as error:
                if not is_conflict(error) or attempt == TRIES:
                    _end(FAILED, "database", str(error.orig).strip())
    return None


@contextmanager
def _engine() -> Iterator[Engine]:
    try:
        engine = schema.open_engine(load_settings())
    except SettingsError as error:
        _end(FAILED, "settings", str(error))
    try:
        schema.require_usable(engine)
        yield engine
    except (schema.UnknownSchema, schema.UnusableDatabase) as error:
        _end(FAILED, "database", str(error))
    finally:
        engine.dispose()


def _object(text: str) -> dict[str, Any]:
    try:
        value = json.loads(sys.stdin.read() if text == "-" else text)
    except (ValueError, UnicodeDecodeError) as error:
        _end(MISUSED, "invalid", f"ERGEBNIS ist kein JSON: {error}")
    if not isinstance(value, dict):
        _end(MISUSED, "invalid", "ERGEBNIS muss ein JSON-Objekt sein")
    if len(json.dumps(value)) > MAX_RESULT or "\\u0000" in json.dumps(value):
        _end(MISUSED, "invalid", f"ERGEBNIS ist länger als {MAX_RESULT} Zeichen oder enthält ein Nullzeichen")
    return value


def _plain(entry: FulfilmentEntry) -> dict[str, Any]:
    """An entry as JSON; its token is told to whoever claims it, and to nobody else."""
    return {
        "id": entry.id,
        "order_number": entry.order_number,
        "order_line_id": str(entry.order_line_id),
        "kind": entry.kind,
        "state": entry.state,
        "priority": entry.priority,
        "attempts": entry.attempts,
        "created_at": entry.created_at.isoformat(),
        "not_before": entry.not_before and entry.not_before.isoformat(),
        "claimed_by": entry.claimed_by,
        "lease_until": entry.lease_until and entry.lease_until.isoformat(),
        "finished_at": entry.finished_at and entry.finished_at.isoformat(),
        "last_error": entry.last_error,
        "payload": entry.payload,
        "result": entry.result,
    }


def _print(value: Any) -> None:
    click.echo(json.dumps(value, ensure_ascii=False))


def _end(code: int, kind: str, words: str) -> NoReturn:
    click.echo(json.dumps({"error": kind, "message": words}, ensure_ascii=False), err=True)
    sys.exit(code)
