"""The worker: what was promised in the database is done here, after the commit that promised it.

One table of job kinds and one loop. A unit of work is claimed in a short transaction, done outside of any (R-23), and
finished in one transaction with its effect, which only the holder of the lease can do (R-12). Any number of workers may
run beside each other; one that dies loses nothing (R-13). On SIGTERM the unit at hand is finished, then it ends (R-27).
"""

import logging
import os
import random
import secrets
import signal
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import Engine, delete
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from webshop import printing, schema
from webshop.accounts.keys import sweep
from webshop.config import Settings
from webshop.core import leases
from webshop.core.clock import berlin_date, utcnow
from webshop.core.db import is_conflict, is_unavailable, read_only
from webshop.core.leases import LeaseLost
from webshop.core.schedule import ScheduledRun, begin_once
from webshop.core.stopping import Stop
from webshop.documents import services as documents
from webshop.documents.models import Document, DocumentState
from webshop.documents.queries import Damaged, content_of
from webshop.documents.rendering import Interrupted, Renderer, RenderingFailed, Runaway
from webshop.outbox import delivery
from webshop.outbox import queue as outbox
from webshop.outbox.models import MailState, OutboxMail

log = logging.getLogger(__name__)
T = TypeVar("T")

IDLE_S = 1.0
LAST_UNIT_S = 3
"""How long a document may still take once the worker was asked to end; then it is put back unharmed."""
RENEW_EVERY_S = 45
PATIENCE_S = 60
"""How long a finished unit waits for a database that went away, before its effect is given up."""
LONGEST_MAIL_PAUSE_S = 300
LONGEST_FAULT_PAUSE_S = 60


@dataclass
class Context:
    """What a job has at hand."""

    settings: Settings
    engine: Engine
    renderer: Renderer
    name: str
    stopping: Stop = field(default_factory=Stop)
    mails_from: float = 0.0
    """Monotonic time before which no mail is tried: the server was in trouble."""
    mail_troubles: int = 0
    done_periods: dict[str, str] = field(default_factory=dict)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that only reads."""
        with read_only(), Session(self.engine) as session:
            yield session

    def write(self, work: Callable[[Session], T]) -> T:
        """Do the work in one transaction; again after a conflict, and for a while when the database is away (R-24, R-26)."""
        give_up = time.monotonic() + PATIENCE_S
        while True:
            try:
                with Session(self.engine, expire_on_commit=False) as session:
                    done = work(session)
                    session.commit()
                return done
            except DBAPIError as error:
                if not (is_conflict(error) or is_unavailable(error)) or time.monotonic() > give_up:
                    raise
                log.warning("database busy or away, trying again", extra={"kind": type(error).__name__})
                time.sleep(random.uniform(0.05, 0.2) if is_conflict(error) else 1.0)  # noqa: S311 - jitter, no secret


class Keeping:
    """Renews a lease now and then while a long step runs; LeaseLost ends the step."""

    def __init__(self, renew: Callable[[], None]) -> None:
        self._renew = renew
        self._renewed = time.monotonic()

    def __call__(self) -> None:
        if time.monotonic() - self._renewed > RENEW_EVERY_S:
            self._renew()
            self._renewed = time.monotonic()


# --- documents --------------------------------------------------------------------------------------------------------


def render_document(context: Context) -> bool:
    """Render the oldest promised document and store its bytes."""
    with context.reading() as session:
        if not leases.waiting(session, Document, states=[DocumentState.PROMISED]):
            return False
    document = context.write(lambda session: documents.claim(session, worker=context.name))
    if document is None:
        return False
    token = document.lease_token or ""
    try:
        if document.attempts > leases.MAX_ATTEMPTS:
            raise Runaway("mehrmals ohne Ergebnis abgebrochen")
        keep = Keeping(lambda: context.write(lambda session: documents.renew(session, document, token)))
        content = context.renderer.render(document.kind, document.snapshot, meanwhile=keep)
    except Interrupted:
        context.write(lambda session: documents.put_back(session, document, token))
    except (RenderingFailed, Runaway) as error:
        final, words = isinstance(error, Runaway), str(error)
        log.error("document failed", extra={"document": document.id, "number": document.number, "error": words})
        context.write(lambda session: documents.fail(session, document, token, words, now=utcnow(), final=final))
    else:
        context.write(lambda session: documents.store(session, document, token, content, now=utcnow()))
        log.info("document stored", extra={"document": document.id, "number": document.number, "bytes": len(content)})
    return True


# --- mails ------------------------------------------------------------------------------------------------------------


def deliver_mail(context: Context) -> bool:
    """Hand the oldest complete mail to the mail server; without one, mails stay in the outbox, readable."""
    if not context.settings.smtp_url or time.monotonic() < context.mails_from:
        return False
    with context.reading() as session:
        if not leases.waiting(session, OutboxMail, states=[MailState.QUEUED], where=[outbox.COMPLETE]):
            return False
    mail = context.write(lambda session: outbox.claim(session, worker=context.name))
    if mail is None:
        return False
    token = mail.lease_token or ""
    server = delivery.MailServer.from_settings(context.settings)
    try:
        with context.reading() as session:
            attached = [(document, content_of(session, document)) for document in outbox.attachments(session, mail)]
            message = delivery.compose(mail, attached, settings=context.settings)
        answer = delivery.send(message, mail.to_address, server=server, sender=context.settings.mail_from)
    except (delivery.TryLater, delivery.Refused, Damaged) as error:
        final, words = not isinstance(error, delivery.TryLater), str(error)
        if isinstance(error, delivery.ServerTrouble):
            _pause_mails(context)
        log.warning("mail not taken", extra={"mail": mail.id, "kind": mail.kind, "final": final})
        context.write(lambda session: outbox.failed(session, mail, token, words, now=utcnow(), final=final))
    else:
        context.mail_troubles = 0
        context.write(lambda session: outbox.sent(session, mail, token, answer, now=utcnow()))
        log.info("mail sent", extra={"mail": mail.id, "kind": mail.kind})
    return True


def _pause_mails(context: Context) -> None:
    """The server is ill: leave it, and the other mails, in peace for a growing while (R-16)."""
    context.mail_troubles += 1
    context.mails_from = time.monotonic() + min(2.0**context.mail_troubles, LONGEST_MAIL_PAUSE_S)


# --- timed work -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Timed:
    """Work that is due once per period, whoever comes first."""

    name: str
    period: Callable[[datetime], str]
    run: Callable[[Session, datetime], object]


def hourly(now: datetime) -> str:
    """The hour in UTC."""
    return f"{now:%Y-%m-%dT%H}"


def daily(now: datetime) -> str:
    """The date in Berlin."""
    return berlin_date(now).isoformat()


def sweep_accounts(session: Session, now: datetime) -> None:
    """Sessions, links and wrong guesses that ran out."""
    sweep(session, now=now)


def forget_runs(session: Session, now: datetime) -> None:
    """Timed runs of long ago are of no use any more."""
    session.execute(delete(ScheduledRun).where(ScheduledRun.started_at < now - timedelta(days=90)))


TIMED = (
    Timed("accounts.sweep", hourly, sweep_accounts),
    Timed("schedule.forget", daily, forget_runs),
)


def run_timed(context: Context) -> bool:
    """Run what is due and was not run by anybody in this period: begun and done in one transaction (R-33)."""
    now = utcnow()
    for timed in TIMED:
        period = timed.period(now)
        if context.done_periods.get(timed.name) == period:
            continue

        def begin_and_run(session: Session, timed: Timed = timed, period: str = period) -> None:
            if begin_once(session, timed.name, period, now=now):
                timed.run(session, now)
                log.info("timed job done", extra={"job": timed.name, "period": period})

        context.write(begin_and_run)
        context.done_periods[timed.name] = period
    return False


# --- the table and the loop -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """A kind of work: does one unit and says whether there was any."""

    name: str
    unit: Callable[[Context], bool]


JOBS = (Job("documents", render_document), Job("mails", deliver_mail), Job("timed", run_timed))


class Worker:
    """Does units of every kind in turn until it is asked to stop."""

    def __init__(self, settings: Settings, *, renderer: Renderer | None = None) -> None:
        name = f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(2)}"
        self.context = Context(settings, schema.open_engine(settings), renderer or Renderer(printing.COMMAND), name)
        self._resting: dict[str, tuple[float, int]] = {}

    def stop(self) -> None:
        """Finish the unit at hand, begin no other."""
        self.context.stopping.set()
        self.context.renderer.hurry(LAST_UNIT_S)

    def stop_on_signals(self) -> None:
        """SIGTERM and SIGINT end the worker in good order."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: self.stop())

    def run(self, *, until_idle: bool = False) -> None:
        """Work until stopped, or until there is nothing to do now."""
        log.info("worker started", extra={"worker": self.context.name})
        self.context.renderer.start()
        try:
            while not self.context.stopping.is_set():
                if not self.round():
                    if until_idle:
                        break
                    self.context.stopping.wait(IDLE_S)
        finally:
            self.context.renderer.close()
            self.context.engine.dispose()
        log.info("worker ended", extra={"worker": self.context.name})

    def round(self) -> bool:
        """One unit of each kind; True if there was anything to do."""
        done = [self._unit(job) for job in JOBS if not self.context.stopping.is_set()]
        return any(done)

    def _unit(self, job: Job) -> bool:
        """A job kind that fails rests for a growing while; the others go on (R-14)."""
        until, faults = self._resting.get(job.name, (0.0, 0))
        if time.monotonic() < until:
            return False
        try:
            done = job.unit(self.context)
        except LeaseLost:
            log.warning("lease lost, work thrown away", extra={"job": job.name})
            return True
        except Exception as error:
            away = is_conflict(error) or is_unavailable(error)
            log.log(
                logging.WARNING if away else logging.ERROR,
                "job failed",
                exc_info=None if away else error,
                extra={"job": job.name, "kind": type(error).__name__},
            )
            self._resting[job.name] = (time.monotonic() + min(2.0**faults, LONGEST_FAULT_PAUSE_S), faults + 1)
            return False
        self._resting.pop(job.name, None)
        return done
