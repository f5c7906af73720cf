"""`webshop queue`: a warehouse system works the queue with JSON and exit codes."""

import json

import pytest
from sqlalchemy import select, update

from tests.approved import approved_order
from tests.integration.checkout.town_hall import make_town_hall, notebook
from tests.integration.cli import calling
from tests.integration.worker.promises import PAST
from webshop.audit.models import AuditEvent
from webshop.fulfilment.models import FulfilmentEntry
from webshop.fulfilment.states import EntryState
from webshop.orders.models import Order
from webshop.orders.states import OrderState


@pytest.fixture
def order_number(fresh_database, now):
    with fresh_database.session() as session:
        hall = make_town_hall(session, now)
        goods, service = notebook(session, net="10.00"), notebook(session, net="5.00", monthly="1.00", stock=None)
        number = approved_order(session, now, hall=hall, products=[goods, service]).number
        session.commit()
    return number


def call(database, *arguments, input=None):
    """Exit code and JSON, of the answer or of the error."""
    done = calling.call(database, "queue", *arguments, input=input)
    return done.returncode, json.loads(done.stdout or done.stderr)


def test_a_system_claims_finishes_and_completes_an_order(fresh_database, order_number):
    code, listed = call(fresh_database, "list")
    assert (code, [entry["kind"] for entry in listed]) == (0, ["deliver", "provision"])
    assert all("lease_token" not in entry for entry in listed)

    for kind in ("provision", "deliver"):
        code, entry = call(fresh_database, "claim", "--worker", "lager-1", "--kind", kind, "--seconds", "600")
        assert (code, entry["kind"], entry["state"], entry["order_number"]) == (0, kind, "claimed", order_number)
        assert entry["payload"]["customer"]["name"] == "Stadt Musterhausen"
        result = {"tracking": "0034", "note": "Grüße"}
        code, done = call(fresh_database, "finish", entry["id"], entry["lease_token"], "-", input=json.dumps(result))
        assert (code, done["state"], done["result"]) == (0, "done", result)

    assert call(fresh_database, "claim", "--worker", "lager-1") == (0, None)
    with fresh_database.session() as session:
        assert session.scalar(select(Order.state)) == OrderState.COMPLETED
        columns = (AuditEvent.action, AuditEvent.actor_name)
        events = session.execute(select(*columns).where(AuditEvent.subject_kind == "fulfilment").order_by(AuditEvent.seq))
        assert events.all() == [("fulfilment.claimed", "System"), ("fulfilment.done", "System")] * 2
        assert session.scalars(select(AuditEvent).where(AuditEvent.action == "fulfilment.done")).first().after["by"] == "lager-1"


def test_an_entry_that_fails_is_parked_and_can_be_retried(fresh_database, order_number):
    _, entry = call(fresh_database, "claim", "--worker", "lager-1")

    code, failed = call(fresh_database, "fail", entry["id"], entry["lease_token"], "Palette beschädigt")
    assert (code, failed["state"], failed["last_error"]) == (0, "failed", "Palette beschädigt")
    code, retried = call(fresh_database, "retry", entry["id"])
    assert (code, retried["state"], retried["attempts"]) == (0, "queued", 0)
    code, error = call(fresh_database, "retry", entry["id"])
    assert (code, error["error"]) == (3, "conflict")


def test_a_temporary_failure_comes_back_by_itself(fresh_database, order_number):
    _, entry = call(fresh_database, "claim", "--worker", "lager-1")

    code, rests = call(fresh_database, "fail", entry["id"], entry["lease_token"], "Lift steht", "--temporary")

    assert (code, rests["state"]) == (0, "queued")
    assert rests["not_before"] is not None


def test_only_the_holder_reports(fresh_database, order_number):
    _, entry = call(fresh_database, "claim", "--worker", "lager-1")
    code, renewed = call(fresh_database, "renew", entry["id"], entry["lease_token"], "--seconds", "7200")
    assert code == 0
    assert renewed["lease_until"] > entry["lease_until"]

    for wrong in (
        ("finish", entry["id"], "wrong-token"),
        ("fail", entry["id"], "wrong-token", "reason"),
        ("renew", entry["id"], "wrong-token"),
    ):
        code, error = call(fresh_database, *wrong)
        assert (code, error["error"]) == (3, "lease_lost")

    with fresh_database.session() as session:
        session.execute(update(FulfilmentEntry).where(FulfilmentEntry.id == entry["id"]).values(lease_until=PAST))
        session.commit()
    _, again = call(fresh_database, "claim", "--worker", "lager-2")
    assert (again["id"], again["attempts"]) == (entry["id"], 2)
    assert call(fresh_database, "finish", entry["id"], entry["lease_token"])[0] == 3
    with fresh_database.session() as session:
        assert session.get(FulfilmentEntry, entry["id"]).state == EntryState.CLAIMED


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("finish", 999, "token"), 4, "not_found"),
        (("retry", 999), 4, "not_found"),
        (("finish", 1, "token", "[1]"), 2, "invalid"),
        (("finish", 1, "token", "no json"), 2, "invalid"),
        (("finish", 1, "token", '{"a": "\\u0000"}'), 2, "invalid"),
        (("finish", 1, "token", json.dumps({"a": "x" * 30_000})), 2, "invalid"),
    ],
)
def test_what_is_wrong_is_said_as_json_with_a_code_of_its_own(fresh_database, arguments, code, error):
    found, answer = call(fresh_database, *arguments)

    assert (found, answer["error"]) == (code, error)
    assert answer["message"]


def test_a_failure_needs_a_reason(fresh_database, order_number):
    _, entry = call(fresh_database, "claim", "--worker", "lager-1")

    code, error = call(fresh_database, "fail", entry["id"], entry["lease_token"], " ")

    assert (code, error["error"]) == (2, "invalid")
