"""The loop: documents are stored, mails go out, timed work runs once, and one bad unit stops nothing."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select, update

from tests import ill_printer
from tests.approved import approved_order
from tests.factories import make_organisation, make_person
from tests.integration.worker.promises import no_pauses, promise, promise_mail
from webshop import worker
from webshop.accounts.models import FailedSignIn, WebSession
from webshop.audit.models import AuditEvent
from webshop.core.db import read_only
from webshop.core.leases import MAX_ATTEMPTS
from webshop.core.schedule import ScheduledRun, begin_once
from webshop.documents.models import Document, DocumentState, fingerprint
from webshop.documents.queries import content_of
from webshop.documents.rendering import Renderer
from webshop.organisations.models import Organisation
from webshop.outbox import delivery
from webshop.outbox.models import MailState, OutboxMail
from webshop.worker import Worker


def run(database, **settings):
    """One worker until there is nothing to do."""
    database.overrides.update(settings)
    Worker(database.settings, renderer=Renderer(ill_printer.COMMAND, timeout_s=2)).run(until_idle=True)


def test_an_approved_order_becomes_a_stored_pdf_and_a_mail_with_it(fresh_database, smtp_sink, now):
    with fresh_database.session() as session:
        order = approved_order(session, now)
        number = order.confirmation_number
        session.commit()
    fresh_database.overrides["smtp_url"] = smtp_sink.url

    done = fresh_database.webshop("worker", "--until-idle")

    assert done.returncode == 0, done.stderr
    with fresh_database.session() as session:
        document = session.scalars(select(Document)).one()
        content = content_of(session, document)
        assert (document.state, document.number, document.sha256) == (DocumentState.STORED, number, fingerprint(content))
        assert content.startswith(b"%PDF-")
        mail = session.scalars(select(OutboxMail)).one()
        assert (mail.state, mail.server_answer[:3]) == (MailState.SENT, "250")
    (message,) = smtp_sink.messages
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == f"Auftragsbestaetigung-{number}.pdf"
    assert attachment.get_content() == content


def test_r14_a_poisonous_document_does_not_stop_the_line(fresh_database, now):
    with fresh_database.session() as session:
        for index in range(101):
            promise(session, now, snapshot={"ill": "raises"} if index == 10 else {})
        session.commit()

    for _ in range(MAX_ATTEMPTS + 1):
        run(fresh_database)
        no_pauses(fresh_database)

    with fresh_database.session() as session:
        states = dict(session.execute(select(Document.state, func.count()).group_by(Document.state)).all())
        bad = session.scalars(select(Document).where(Document.state == DocumentState.FAILED)).one()
    assert states == {DocumentState.STORED: 100, DocumentState.FAILED: 1}
    assert (bad.attempts, bad.last_error[:40]) == (MAX_ATTEMPTS, "ValueError: this document cannot be made")


def test_r31_a_runaway_document_is_parked_at_once(fresh_database, now):
    with fresh_database.session() as session:
        promise(session, now, snapshot={"ill": "sleeps"})
        promise(session, now)
        session.commit()

    run(fresh_database)

    with fresh_database.session() as session:
        states = list(session.execute(select(Document.state, Document.last_error).order_by(Document.id)))
    assert states == [(DocumentState.FAILED, "nach 2 s abgebrochen"), (DocumentState.STORED, None)]


def test_a_unit_that_breaks_lets_the_other_kinds_go_on(fresh_database, smtp_sink, now, monkeypatch):
    def broken(_context):
        raise RuntimeError("a bug in one kind of work")

    monkeypatch.setattr(worker, "JOBS", (worker.Job("broken", broken), *worker.JOBS))
    with fresh_database.session() as session:
        promise(session, now)
        promise_mail(session, now)
        session.commit()

    run(fresh_database, smtp_url=smtp_sink.url)

    assert len(smtp_sink.messages) == 1
    with fresh_database.session() as session:
        assert session.scalar(select(Document.state)) == DocumentState.STORED


def test_without_a_mail_server_mails_stay_readable_in_the_outbox(fresh_database, now):
    with fresh_database.session() as session:
        promise_mail(session, now)
        session.commit()

    run(fresh_database)

    with fresh_database.session() as session:
        mail = session.scalars(select(OutboxMail)).one()
    assert (mail.state, mail.attempts) == (MailState.QUEUED, 0)
    assert "Ihre Bestellung ist bestätigt" in mail.text


def test_every_step_of_a_document_is_on_record(fresh_database, now):
    with fresh_database.session() as session:
        promise(session, now)
        session.commit()

    run(fresh_database)

    with fresh_database.session() as session:
        events = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_kind == "document")).all()
    assert events == ["document.stored"]


# --- long steps -------------------------------------------------------------------------------------------------------


def test_a_long_document_keeps_its_lease(fresh_database, now, monkeypatch):
    monkeypatch.setattr(worker, "RENEW_EVERY_S", 0.3)
    with fresh_database.session() as session:
        promise(session, now, snapshot={"ill": "dawdles"})
        session.commit()
    one = Worker(fresh_database.settings, renderer=Renderer(ill_printer.COMMAND, timeout_s=30))
    thread = Thread(target=one.run, kwargs={"until_idle": True})
    thread.start()

    leases = {until for until in watched(fresh_database, thread) if until is not None}

    assert len(leases) >= 3
    with fresh_database.session() as session:
        assert session.execute(select(Document.state, Document.attempts)).one() == (DocumentState.STORED, 1)


def watched(database, thread):
    """The lease as others see it, until the worker is done."""
    while thread.is_alive():
        with read_only(), database.session() as session:
            yield session.scalar(select(Document.lease_until))
        thread.join(0.1)


@pytest.mark.parametrize("slow", ["document", "mail"])
def test_r23_no_transaction_is_open_while_a_document_is_made_or_a_mail_server_makes_us_wait(
    fresh_database, smtp_sink, now, monkeypatch, slow
):
    monkeypatch.setattr(delivery, "TIMEOUT_S", 2)
    smtp_sink.mode = "hang"
    fresh_database.overrides["smtp_url"] = smtp_sink.url
    with fresh_database.session() as session:
        if slow == "document":
            promise(session, now, snapshot={"ill": "dawdles"})
        else:
            promise_mail(session, now)
        session.commit()
    one = Worker(fresh_database.settings, renderer=Renderer(ill_printer.COMMAND, timeout_s=30))
    thread = Thread(target=one.run, kwargs={"until_idle": True})
    thread.start()

    waits = []
    while thread.is_alive():
        begun = time.monotonic()
        with fresh_database.session() as session:
            session.execute(update(Organisation).values(version=Organisation.version + 1))
            session.commit()
        waits.append(time.monotonic() - begun)
        thread.join(0.1)

    assert len(waits) > 5
    assert max(waits) < 1.5


# --- R-33 -------------------------------------------------------------------------------------------------------------


def test_r33_four_workers_at_once_run_a_timed_job_once(fresh_database, monkeypatch):
    runs = []
    monkeypatch.setattr(worker, "TIMED", (worker.Timed("test.job", worker.daily, lambda _session, now: runs.append(now)),))
    workers = [Worker(fresh_database.settings) for _ in range(4)]
    barrier = Barrier(4)

    def start(one):
        barrier.wait(30)
        worker.run_timed(one.context)

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(start, workers))

    assert len(runs) == 1
    for one in workers:
        one.context.engine.dispose()


def test_r33_a_clock_that_jumps_runs_nothing_twice(session, now):
    days = [now, now + timedelta(days=1), now - timedelta(days=1), now, now + timedelta(days=1)]

    begun = [begin_once(session, "test.job", worker.daily(day), now=day) for day in days]

    assert begun == [True, True, True, False, False]


def test_a_timed_job_that_fails_is_tried_again(fresh_database, monkeypatch):
    tries = []

    def fails_once(_session, _now):
        tries.append(1)
        if len(tries) == 1:
            raise RuntimeError("not yet")

    monkeypatch.setattr(worker, "TIMED", (worker.Timed("test.job", worker.daily, fails_once),))
    one = Worker(fresh_database.settings)
    with pytest.raises(RuntimeError):
        worker.run_timed(one.context)

    worker.run_timed(one.context)
    worker.run_timed(one.context)

    assert len(tries) == 2
    one.context.engine.dispose()


def test_what_ran_out_is_swept_away_and_what_counts_stays(fresh_database):
    now = datetime.now(UTC)
    with fresh_database.session() as session:
        person, house = make_person(session), make_organisation(session)
        before = now - timedelta(days=9)
        times = {"created_at": before, "last_seen_at": before, "expires_at": now - timedelta(days=8)}
        session.add(
            WebSession(
                token_hash="c" * 64, person_id=person.id, organisation_id=house.id, user_agent="", source="127.0.0.0/24", **times
            )
        )
        session.add(FailedSignIn(account_hash="a" * 64, source_hash="b" * 64, at=now - timedelta(days=400)))
        session.add(FailedSignIn(account_hash="a" * 64, source_hash="b" * 64, at=now))
        session.add(ScheduledRun(job="old", period="2020", started_at=now - timedelta(days=400)))
        session.commit()

    run(fresh_database)

    with fresh_database.session() as session:
        assert session.scalar(select(func.count(FailedSignIn.id))) == 1
        assert session.scalar(select(func.count()).select_from(ScheduledRun).where(ScheduledRun.job == "old")) == 0
        assert session.scalar(select(func.count(WebSession.id))) == 0


def test_a_document_whose_workers_keep_dying_is_parked(fresh_database, now):
    with fresh_database.session() as session:
        promise(session, now)
        session.execute(update(Document).values(attempts=MAX_ATTEMPTS))
        session.commit()

    run(fresh_database)

    with fresh_database.session() as session:
        assert session.execute(select(Document.state, Document.last_error)).one() == (
            DocumentState.FAILED,
            "mehrmals ohne Ergebnis abgebrochen",
        )
