"""Many people and systems at the queue at the same instant."""

from functools import partial

from sqlalchemy import func, select

from tests.approved import approved_order, entries_of
from tests.factories import actor_of, make_person
from tests.integration.checkout.racing import kinds, race
from webshop.audit.models import AuditEvent
from webshop.core.actor import Role
from webshop.core.leases import LeaseLost
from webshop.fulfilment import services as fulfilment
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order
from webshop.orders.states import OrderState


def test_of_ten_who_claim_the_same_entry_one_gets_it(fresh_database, now):
    with fresh_database.session() as session:
        (entry,) = entries_of(session, approved_order(session, now))
        entry_id = entry.id
        people = [actor_of(session, make_person(session, Role.FULFILMENT)) for _ in range(10)]
        session.commit()

    results = race(fresh_database, [partial(fulfilment.claim_entry, entry_id=entry_id, actor=who, now=now) for who in people])

    assert kinds(results) == {"FulfilmentEntry": 1, "AlreadyTaken": 9}
    with fresh_database.session() as session:
        entry = session.get_one(FulfilmentEntry, entry_id)
        assert (entry.state, entry.attempts) == (EntryState.CLAIMED, 1)
        assert session.scalar(select(func.count(AuditEvent.seq)).where(AuditEvent.action == "fulfilment.claimed")) == 1


def test_ten_systems_share_ten_entries_without_overlap(fresh_database, now):
    with fresh_database.session() as session:
        approved_order(session, now, lines=10)
        session.commit()

    def claim(session, worker):
        entry = fulfilment.claim_next(session, worker=worker, seconds=60, now=now)
        return entry and entry.id

    taken = race(fresh_database, [partial(claim, worker=f"lager-{number}") for number in range(10)])

    assert None not in taken
    assert len(set(taken)) == 10


def test_whoever_finishes_last_completes_the_order_also_when_all_finish_at_once(fresh_database, now):
    with fresh_database.session() as session:
        order = approved_order(session, now, lines=6)
        number = order.number
        held = [
            (entry.id, fulfilment.claim_next(session, worker="w", seconds=60, now=now).lease_token)
            for entry in entries_of(session, order)
        ]
        session.commit()

    results = race(
        fresh_database, [partial(_finish, entry_id=entry_id, token=token, now=now) for entry_id, token in held]
    )

    assert kinds(results) == {"FulfilmentEntry": 6}
    with fresh_database.session() as session:
        assert session.scalar(select(Order.state).where(Order.number == number)) == OrderState.COMPLETED
        assert session.scalar(select(func.count(AuditEvent.seq)).where(AuditEvent.action == "order.completed")) == 1


def test_r12_of_ten_reports_with_one_token_one_counts(fresh_database, now):
    with fresh_database.session() as session:
        approved_order(session, now)
        entry = fulfilment.claim_next(session, worker="w", seconds=60, now=now)
        entry_id, token = entry.id, entry.lease_token
        session.commit()

    results = race(fresh_database, [partial(_finish, entry_id=entry_id, token=token, now=now)] * 10)

    assert kinds(results) == {"FulfilmentEntry": 1, LeaseLost.__name__: 9}


def _finish(session, *, entry_id, token, now):
    return fulfilment.finish(session, entry_id, token, result={}, actor=None, now=now)
