"""Claims: one worker per attempt, only the holder finishes, a dead worker's row comes back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise
from threading import Barrier

import pytest
from sqlalchemy import func, select, update

from tests.integration.worker.promises import promise, run_out
from webshop.core import leases
from webshop.core.leases import LeaseLost
from webshop.documents import services as documents
from webshop.documents.models import Document, DocumentState


@pytest.mark.stress
def test_r11_eight_workers_claim_five_hundred_jobs_once_each_oldest_first(fresh_database, now):
    with fresh_database.session() as session:
        promise(session, now, 250, priority=5)
        promise(session, now, 250, priority=2)
        session.commit()
    barrier = Barrier(8)

    def work(name: int) -> list[tuple[int, int]]:
        claimed = []
        barrier.wait(30)
        while True:
            with fresh_database.session() as session:
                document = documents.claim(session, worker=f"w{name}")
                session.commit()
                if document is None:
                    return claimed
                claimed.append((document.priority, document.id))
                documents.store(session, document, document.lease_token, b"%PDF", now=now)
                session.commit()

    with ThreadPoolExecutor(8) as pool:
        shares = list(pool.map(work, range(8)))

    everything = [job for share in shares for job in share]
    assert len(everything) == len(set(everything)) == 500
    assert all(share == sorted(share) for share in shares)
    with fresh_database.session() as session:
        columns = (Document.state, Document.attempts)
        rows = session.execute(select(*columns, func.count()).group_by(*columns)).all()
    assert rows == [(DocumentState.STORED, 1, 500)]


def test_r12_only_the_holder_of_the_lease_finishes(session, now):
    (document,) = promise(session, now)
    frozen = documents.claim(session, worker="frozen").lease_token
    run_out(session, document)
    awake = documents.claim(session, worker="awake").lease_token

    attempts = (
        lambda: documents.store(session, document, frozen, b"%PDF of the first", now=now),
        lambda: documents.fail(session, document, frozen, "too late", now=now),
        lambda: documents.renew(session, document, frozen),
        lambda: documents.put_back(session, document, frozen),
    )
    for late in attempts:
        with pytest.raises(LeaseLost):
            late()
    documents.store(session, document, awake, b"%PDF of the second", now=now)
    for late in attempts:
        with pytest.raises(LeaseLost):
            late()

    session.expire_all()
    assert session.scalar(select(Document.content)) == b"%PDF of the second"
    assert session.get_one(Document, document.id).attempts == 2


def test_r12_an_expired_lease_finishes_nothing_even_if_nobody_else_came(session, now):
    (document,) = promise(session, now)
    token = documents.claim(session, worker="slow").lease_token
    run_out(session, document)

    with pytest.raises(LeaseLost):
        documents.store(session, document, token, b"%PDF", now=now)


def test_r13_a_row_whose_worker_died_can_be_claimed_again(session, now):
    (document,) = promise(session, now)
    documents.claim(session, worker="dead")

    assert documents.claim(session, worker="too early") is None
    run_out(session, document)
    assert documents.claim(session, worker="heir").id == document.id


def test_a_renewed_lease_holds(session, now):
    (document,) = promise(session, now)
    token = documents.claim(session, worker="w").lease_token
    before = session.get_one(Document, document.id, populate_existing=True).lease_until

    leases.renew(session, Document, document.id, token, seconds=7200)

    assert session.get_one(Document, document.id, populate_existing=True).lease_until > before + timedelta(hours=1)


def test_r14_failures_pause_longer_and_longer_until_the_row_is_parked(session, now):
    (document,) = promise(session, now)
    pauses = []

    for _ in range(leases.MAX_ATTEMPTS):
        session.execute(update(Document).values(not_before=None))
        claimed = documents.claim(session, worker="w")
        state = documents.fail(session, claimed, claimed.lease_token, "broken", now=now)
        session.refresh(document)
        pauses.append(document.not_before)

    assert state == DocumentState.FAILED
    assert pauses[-1] is None
    seconds = [(pause - now).total_seconds() for pause in pauses[:-1]]
    assert all(1.6 * a < b < 2.6 * a for a, b in pairwise(seconds))
    assert documents.claim(session, worker="w") is None


def test_a_row_in_its_pause_is_left_alone(session, now):
    promise(session, now)
    claimed = documents.claim(session, worker="w")
    documents.fail(session, claimed, claimed.lease_token, "later", now=datetime.now().astimezone())

    assert documents.claim(session, worker="w") is None
    assert not leases.waiting(session, Document, states=[DocumentState.PROMISED])


def test_r27_a_row_that_is_put_back_counts_no_attempt(session, now):
    (document,) = promise(session, now)
    claimed = documents.claim(session, worker="stopping")

    documents.put_back(session, claimed, claimed.lease_token)

    again = documents.claim(session, worker="next")
    assert (again.id, again.attempts) == (document.id, 1)
