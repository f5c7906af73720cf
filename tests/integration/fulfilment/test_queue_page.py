"""The fulfilment page: who sees it, who works it, and what every step leaves behind."""

import pytest

from tests.approved import approved_order, entries_of
from tests.factories import make_organisation, make_person
from webshop.audit.queries import history
from webshop.core.actor import Role
from webshop.fulfilment.states import EntryState
from webshop.orders.states import OrderState


@pytest.fixture
def worker(session):
    return make_person(session, Role.FULFILMENT, first_name="Lea", last_name="Lager")


def url(entry) -> str:
    return f"/abwicklung/{entry.id}"


def test_an_entry_is_claimed_and_finished_on_the_page(session, client, now, worker):
    order = approved_order(session, now)
    (entry,) = entries_of(session, order)
    client.sign_in(worker)

    listed = client.get("/abwicklung")
    shown = client.submit(listed, f"Übernehmen: Nordbook 14 G3, {order.number}")
    done = client.submit(shown, "Erledigt", tracking="0034 1234", note="Zwei Pakete")

    assert f"Erledigt: Bestellung {order.number}, Position 1." in done.page.text
    session.refresh(entry)
    session.refresh(order)
    assert (entry.state, entry.result) == (EntryState.DONE, {"tracking": "0034 1234", "note": "Zwei Pakete"})
    assert order.state == OrderState.COMPLETED
    assert [event.action for event in history(session, "fulfilment", entry.id)] == ["fulfilment.claimed", "fulfilment.done"]


def test_the_order_is_complete_only_when_its_last_entry_is_done(session, client, now, worker):
    order = approved_order(session, now, lines=2)
    client.sign_in(worker)

    for entry, expected in zip(entries_of(session, order), [OrderState.APPROVED, OrderState.COMPLETED], strict=True):
        client.post(f"{url(entry)}/uebernehmen")
        client.submit(client.get(url(entry)), "Erledigt")
        session.refresh(order)
        assert order.state == expected


def test_an_entry_that_cannot_be_done_needs_a_reason_and_can_be_retried(session, client, now, worker):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(worker)
    client.post(f"{url(entry)}/uebernehmen")

    without = client.submit(client.get(url(entry)), "Nicht ausführbar")
    with_reason = client.submit(without, "Nicht ausführbar", reason="Lieferant hat abgekündigt")
    session.refresh(entry)
    parked = entry.state
    client.submit(with_reason, "Erneut einreihen")

    assert without.status_code == 422
    assert "Geben Sie an, woran es liegt" in without.page.text
    assert parked == EntryState.FAILED
    assert "Angehalten: Lieferant hat abgekündigt" in with_reason.page.text
    session.refresh(entry)
    assert (entry.state, entry.attempts) == (EntryState.QUEUED, 0)


def test_the_second_of_two_who_claim_is_told_so(session, client, now, worker):
    (entry,) = entries_of(session, approved_order(session, now))
    other = make_person(session, Role.FULFILMENT)
    client.sign_in(worker).post(f"{url(entry)}/uebernehmen")

    answer = client.sign_in(other).post(f"{url(entry)}/uebernehmen")

    assert answer.status_code == 409
    assert "Diesen Auftrag hat inzwischen Lea Lager" in answer.page.text


def test_claiming_twice_is_claiming_once(session, client, now, worker):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(worker)

    answers = [client.post(f"{url(entry)}/uebernehmen") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [303, 303]
    session.refresh(entry)
    assert entry.attempts == 1


def test_a_colleague_may_lay_an_entry_back(session, client, now, worker):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(worker).post(f"{url(entry)}/uebernehmen")

    shown = client.sign_in(make_person(session, Role.FULFILMENT)).get(url(entry))
    client.submit(shown, "Zurücklegen")

    assert "In Arbeit bei Lea Lager" in shown.page.text
    session.refresh(entry)
    assert (entry.state, entry.attempts, entry.claimed_by) == (EntryState.QUEUED, 0, None)


def test_a_stale_token_finishes_nothing(session, client, now, worker):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(worker).post(f"{url(entry)}/uebernehmen")

    answer = client.post(f"{url(entry)}/erledigt", data={"token": "x" * 43})

    assert answer.status_code == 409
    session.refresh(entry)
    assert entry.state == EntryState.CLAIMED


@pytest.mark.parametrize("role", [Role.ADMIN, Role.SALES, Role.SALES_LEAD])
def test_other_staff_read_and_cannot_work(session, client, now, role):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(make_person(session, role))

    assert client.get("/abwicklung").status_code == 200
    assert client.get(url(entry)).page.select("form[action*='uebernehmen']") == []
    for step in ("uebernehmen", "erledigt", "angehalten", "zuruecklegen", "erneut"):
        assert client.post(f"{url(entry)}/{step}", data={"token": "x", "reason": "y"}).status_code == 404
    session.refresh(entry)
    assert entry.state == EntryState.QUEUED


def test_a_towns_audit_sees_its_own_entries_only(session, client, now):
    own, foreign = approved_order(session, now), approved_order(session, now)
    town = make_organisation(session, "Stadt Stendal", number="K-9001")
    (mine,), (theirs,) = entries_of(session, own), entries_of(session, foreign)
    reader = make_person(session, Role.AUDITOR, organisation=session.get_one(type(town), own.organisation_id))
    client.sign_in(reader)

    assert client.get(url(mine)).status_code == 200
    assert client.get(url(theirs)).status_code == 404
    assert foreign.number not in client.get("/abwicklung?stand=alle").page.text


def test_buyers_do_not_find_the_page(session, client, now):
    (entry,) = entries_of(session, approved_order(session, now))
    client.sign_in(make_person(session, Role.BUYER, Role.APPROVER))

    assert client.get("/abwicklung").status_code == 404
    assert client.get(url(entry)).status_code == 404


def test_filters_narrow_the_list_and_stand_in_the_url(session, client, now, worker):
    first, second = approved_order(session, now), approved_order(session, now)
    client.sign_in(worker)

    by_number = client.get(f"/abwicklung?suche={first.number}").page.text
    by_customer = client.get(f"/abwicklung?kunde={second.customer_number}").page.text
    nothing = client.get("/abwicklung?suche=100%25_").page.text
    odd = client.get("/abwicklung?stand=%00&art=x&seite=99999999999999999999&kunde=%F0&sortierung=1")

    assert first.number in by_number
    assert second.number not in by_number
    assert second.number in by_customer
    assert first.number not in by_customer
    assert "Zu diesem Filter gibt es keinen Auftrag." in nothing
    assert odd.status_code in (200, 400)


def test_numbers_that_no_column_holds_are_unknown_entries(client, worker):
    client.sign_in(worker)

    assert client.get("/abwicklung/99999999999999999999").status_code == 404
    assert client.get("/abwicklung/999999999999").status_code == 404


@pytest.mark.parametrize("count", [1, 50])
def test_pages_cost_the_same_with_one_entry_and_with_fifty(session, client, now, worker, count_queries, count):
    order = approved_order(session, now, lines=count)
    client.sign_in(worker)

    with count_queries() as listing:
        client.get("/abwicklung")
    with count_queries() as single:
        client.get(url(entries_of(session, order)[0]))

    assert len(listing) <= 8
    assert len(single) - 1 <= 8  # one of them is this test's
