"""Sample data for `webshop demo`: an empty database becomes a shop that has been used for some weeks.

Everything is made through the importer and the services, in one transaction: a demo is whole or it is not there. The same
moment makes the same demo.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from webshop import paths
from webshop.config import Provider
from webshop.core.clock import utcnow
from webshop.demo import assortment, carts, houses, orders, people
from webshop.imports.report import ImportReport, Nobody
from webshop.imports.runner import run_import

Progress = Callable[[float, str], None]
"""Told how much is done, from 0 to 1, and what is being done, in German."""

HISTORY = timedelta(days=120)
"""So long ago the shop was filled: prices and roles are older than the orders."""


@dataclass(frozen=True)
class Step:
    """A file to read, in words, and how much of the whole it is."""

    file: str
    words: str
    share: float


FILES = (
    Step("articles.csv", "Artikel", 0.50),
    Step("services.csv", "Leistungen", 0.02),
    Step("customers.csv", "Kommunen", 0.02),
    Step("cost_centres.csv", "Kostenstellen", 0.02),
    Step("people.csv", "Personen", 0.04),
    Step("framework_contracts.csv", "Rahmenverträge", 0.01),
    Step("framework_contract_positions.csv", "Rahmenverträge", 0.04),
)


def make_demo(
    engine: Engine,
    *,
    progress: Progress = lambda part, words: None,
    now: datetime | None = None,
    provider: Provider | None = None,
) -> None:
    """Fill an empty, migrated database."""
    moment = now or utcnow()
    opening = moment - HISTORY
    house = provider or Provider()
    with Session(engine) as session:
        progress(0.0, "Anbieter")
        people.make_provider(session, house, now=opening)
        done = _read_files(session, progress, now=opening)
        progress(done, "Sortiment")
        assortment.arrange(session, now=opening)
        progress(done + 0.08, "Zugänge")
        people.make_demo_people(session, now=opening)
        houses.prepare(session, now=moment)
        carts.change_prices(session, now=moment)
        orders.tell(session, house, now=moment, progress=lambda part: progress(done + 0.12 + 0.17 * part, "Bestellungen"))
        carts.fill(session, now=moment)
        progress(0.97, "Speichern")
        session.commit()
    progress(1.0, "Beispieldaten")


def _read_files(session: Session, progress: Progress, *, now: datetime) -> float:
    done = 0.02
    for step in FILES:
        report = run_import(session, paths.DEMO_DATA / step.file, now=now, watcher=_Watch(progress, done, step))
        _require_clean(report)
        done += step.share
        progress(done, step.words)
    return done


def _require_clean(report: ImportReport) -> None:
    if report.bad:
        raise RuntimeError(f"{report.file_name}: {report.bad_rows[0]}")


class _Watch(Nobody):
    """Turns the progress of one file into that of the whole."""

    def __init__(self, progress: Progress, begun: float, step: Step) -> None:
        self._progress, self._begun, self._step = progress, begun, step

    def progress(self, rows: int, done: float) -> None:
        self._progress(self._begun + done * self._step.share, self._step.words)
