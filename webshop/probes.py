"""What health asks: the database, its schema, its disk, and whether work waits longer than it should (R-32).

A row waits too long when nobody works on it although somebody could: rows in a pause after a failed try, mails whose
document is still being made, and parked rows do not count. So one full mailbox elsewhere does not make the shop unready,
and a worker that has died does.
"""

import shutil
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from sqlalchemy import ColumnElement, func, make_url, select, text

from webshop import __version__, schema
from webshop.config import Settings
from webshop.core.clock import utcnow
from webshop.core.leases import claimable
from webshop.documents.models import Document, DocumentState
from webshop.extensions import session
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.outbox.models import MailState, OutboxMail
from webshop.outbox.queue import COMPLETE
from webshop.web.health import Finding, Probe

MIB = 1024 * 1024
LINES: dict[str, tuple[Any, list[Any], list[ColumnElement[bool]]]] = {
    "mails": (OutboxMail, [MailState.QUEUED], [COMPLETE]),
    "documents": (Document, [DocumentState.PROMISED], []),
    "queue": (FulfilmentEntry, [EntryState.QUEUED, EntryState.CLAIMED], []),
}
"""The lines in which work waits: rows, states in which they wait, further conditions."""


def probes(settings: Settings) -> dict[str, Probe]:
    """The shop's probes by name, the database first."""
    limits = settings.health

    def mails() -> Finding:
        return _in_time("mails", timedelta(minutes=limits.mail_minutes)) if settings.smtp_url else Finding(True)

    return {
        "database": _database,
        "schema": _schema,
        "disk": lambda: _disk(settings),
        "mails": mails,
        "documents": lambda: _in_time("documents", timedelta(minutes=limits.document_minutes)),
        "queue": lambda: _in_time("queue", timedelta(days=limits.queue_days)),
    }


def _database() -> Finding:
    return Finding(session().scalar(text("SELECT 1")) == 1)


def _schema() -> Finding:
    return Finding(schema.current(session().connection()) == schema.head())


def _disk(settings: Settings) -> Finding:
    """Room on the disk of a SQLite database; a database server watches its own."""
    url = make_url(settings.database_url)
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return Finding(True)
    free = shutil.disk_usage(Path(str(url.database)).parent).free // MIB
    return Finding(free >= settings.health.free_disk_mb, {"free_mb": free})


def _in_time(line: str, limit: timedelta) -> Finding:
    waited = _oldest_seconds(line)
    return Finding(waited <= limit.total_seconds(), {"oldest_seconds": waited, "limit_seconds": int(limit.total_seconds())})


def _oldest_seconds(line: str) -> int:
    """How long the oldest row has been waiting that somebody could work on; 0 where there is none."""
    model, states, where = LINES[line]
    since = session().scalar(
        select(func.min(func.coalesce(model.not_before, model.created_at), type_=model.created_at.type)).where(
            claimable(model, states), *where
        )
    )
    return 0 if since is None else max(int((utcnow() - since).total_seconds()), 0)


def gauges() -> Iterable[Metric]:
    """Depth by state and age of every line, and the version."""
    depth = GaugeMetricFamily("webshop_rows", "Rows by line and state.", labels=["line", "state"])
    oldest = GaugeMetricFamily("webshop_oldest_seconds", "Wait of the oldest row that could be worked on.", labels=["line"])
    for line, (model, _states, _where) in LINES.items():
        for state, count in session().execute(select(model.state, func.count()).group_by(model.state)):
            depth.add_metric([line, state], count)
        oldest.add_metric([line], _oldest_seconds(line))
    version = GaugeMetricFamily("webshop_info", "The running version.", labels=["version"])
    version.add_metric([__version__], 1)
    return [depth, oldest, version]
