"""R-12, R-13, R-15, R-27 for real: workers are frozen, killed and stopped while they work."""

import random
import time
from collections import Counter

import pytest
from sqlalchemy import func, select, update

from tests.approved import approved_order
from tests.integration.checkout.town_hall import make_town_hall, notebook
from tests.integration.worker.promises import PAST, promise_mail
from webshop.audit.models import AuditEvent
from webshop.documents.models import Document, DocumentState
from webshop.outbox.models import MailState, OutboxMail

pytestmark = pytest.mark.stress
SECONDS, FEWEST_KILLS = 30, 5


def let_leases_run_out(database, process) -> None:
    """What minutes of waiting would do: the leases of this worker are over."""
    with database.session() as session:
        for model in (Document, OutboxMail):
            held = model.claimed_by.contains(f"-{process.popen.pid}-") & model.lease_until.is_not(None)
            session.execute(update(model).where(held).values(lease_until=PAST))
        session.commit()


def count(database, model, state) -> int:
    with database.session() as session:
        return session.scalar(select(func.count(model.id)).where(model.state == state)) or 0


@pytest.mark.timeout(240)
def test_r13_r15_workers_killed_at_random_lose_nothing_and_repeat_no_more_than_the_kills(fresh_database, smtp_sink, now):
    fresh_database.overrides["smtp_url"] = smtp_sink.url
    workers = [fresh_database.start("worker") for _ in range(2)]
    orders, kills, chance, end = 0, 0, random.Random(15), time.monotonic() + SECONDS

    with fresh_database.session() as session:
        hall, product = make_town_hall(session, now), notebook(session, net="10.00", stock=10_000)
        while time.monotonic() < end or kills < FEWEST_KILLS:
            for _ in range(3):
                approved_order(session, now, hall=hall, products=[product])
                session.commit()
                orders += 1
            victim = workers.pop(0)
            victim.wait_until(lambda victim=victim: '"document stored"' in victim.output or '"mail sent"' in victim.output, 60)
            time.sleep(chance.uniform(0.0, 1.0))
            victim.kill()
            kills += 1
            let_leases_run_out(fresh_database, victim)
            workers.append(fresh_database.start("worker"))
    workers[0].wait_until(lambda: count(fresh_database, OutboxMail, MailState.SENT) == orders, 120)

    arrived = Counter(message["Message-ID"] for message in smtp_sink.messages)
    repeats = arrived.total() - len(arrived)
    print(f"{orders} orders, {kills} kills, {repeats} repeated mails")
    assert len(arrived) == orders
    assert repeats <= kills
    assert all(len(list(message.iter_attachments())) == 1 for message in smtp_sink.messages)
    assert count(fresh_database, Document, DocumentState.STORED) == orders
    with fresh_database.session() as session:
        for action in ("document.stored", "mail.sent"):
            done = session.scalars(select(AuditEvent.subject_id).where(AuditEvent.action == action)).all()
            assert len(done) == len(set(done)) == orders
    verified = fresh_database.webshop("verify")
    assert verified.returncode == 0, verified.stdout + verified.stderr


@pytest.mark.timeout(240)
def test_r12_a_worker_frozen_past_its_lease_changes_nothing_when_it_wakes(fresh_database, smtp_sink, now):
    with fresh_database.session() as session:
        promise_mail(session, now)
        session.commit()
    fresh_database.overrides["smtp_url"] = smtp_sink.url
    smtp_sink.mode = "hang"
    frozen = fresh_database.start("worker")
    frozen.wait_until(lambda: smtp_sink.attempts == 1)

    frozen.freeze()
    let_leases_run_out(fresh_database, frozen)
    smtp_sink.mode = "accept"
    assert fresh_database.webshop("worker", "--until-idle").returncode == 0
    smtp_sink.mode = "hang"
    frozen.thaw()
    frozen.wait_until(lambda: "lease lost, work thrown away" in frozen.output, 30)

    with fresh_database.session() as session:
        mail = session.scalars(select(OutboxMail)).one()
        events = session.scalars(select(AuditEvent.action)).all()
    assert (mail.state, mail.attempts, mail.server_answer) == (MailState.SENT, 2, "250 OK")
    assert events == ["mail.sent"]
    assert len(smtp_sink.messages) == 1


@pytest.mark.timeout(240)
def test_r27_workers_that_are_stopped_waste_no_attempt(fresh_database, smtp_sink, now):
    fresh_database.overrides["smtp_url"] = smtp_sink.url
    with fresh_database.session() as session:
        hall, product = make_town_hall(session, now), notebook(session, net="10.00", stock=10_000)
        for _ in range(24):
            approved_order(session, now, hall=hall, products=[product])
        session.commit()

    stops, sent = 0, 0
    while sent < 24:
        worker = fresh_database.start("worker")
        aim = min(sent + 8, 24)
        worker.wait_until(lambda aim=aim: count(fresh_database, OutboxMail, MailState.SENT) >= aim, 90)
        begun = time.monotonic()
        assert worker.stop(30) == 0
        print(f"stopped within {time.monotonic() - begun:.1f} s")
        stops, sent = stops + 1, count(fresh_database, OutboxMail, MailState.SENT)

    assert stops >= 3
    with fresh_database.session() as session:
        for model in (Document, OutboxMail):
            held = (model.attempts, model.lease_token)
            rows = session.execute(select(*held, func.count()).group_by(*held))
            assert rows.all() == [(1, None, 24)]
    assert len(smtp_sink.messages) == 24
