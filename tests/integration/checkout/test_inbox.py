"""The approver's inbox: what it shows, what its buttons do, and what it costs."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select

from tests.integration.checkout.test_main_flow import order_of
from tests.integration.checkout.town_hall import make_cart, make_cost_centre, make_person, make_town_hall, notebook
from webshop.accounts.models import Person
from webshop.approvals.models import ApprovalDecision, ApprovalQuestion
from webshop.core.actor import Role
from webshop.fulfilment.models import FulfilmentEntry
from webshop.orders.states import OrderState


@pytest.fixture
def hall(session, now):
    return make_town_hall(session, now, amount=Decimal("100000.00"))


def person(session, actor):
    return session.get_one(Person, actor.person_id)


def test_approver_grants_from_the_inbox(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    client.sign_in(person(session, hall.approver))

    page = client.get("/freigaben")
    assert "1 Bestellung wartet auf Ihre Entscheidung" in page.page.text
    answer = client.submit(page, "Freigeben")

    assert f"Bestellung {order.number} freigegeben." in answer.page.text
    session.refresh(order)
    assert order.state == OrderState.APPROVED
    assert session.scalar(select(func.count(FulfilmentEntry.id))) == 1


def test_refusing_needs_a_reason_and_keeps_what_was_typed(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    client.sign_in(person(session, hall.approver))
    page = client.get(f"/freigaben/{order.number}")

    refused = client.submit(page, "Ablehnen")

    assert refused.status_code == 422
    assert "Geben Sie an, warum Sie ablehnen." in refused.page.text
    done = client.submit(refused, "Ablehnen", comment="Kein Bedarf.")
    assert f"Bestellung {order.number} abgelehnt." in done.page.text
    session.refresh(order)
    assert order.state == OrderState.REFUSED


def test_a_question_moves_the_case_to_its_own_tab(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    client.sign_in(person(session, hall.approver))

    client.submit(client.get(f"/freigaben/{order.number}"), "Rückfrage stellen", comment="Wofür?")

    assert session.scalars(select(ApprovalQuestion.question)).one() == "Wofür?"
    assert order.number not in client.get("/freigaben?ansicht=offen").page.text
    assert order.number in client.get("/freigaben?ansicht=rueckfragen").page.text


def test_s5_a_stale_page_decides_nothing(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    client.sign_in(person(session, hall.approver))

    answer = client.post(f"/freigaben/{order.number}", data={"action": "grant", "comment": "", "content_hash": "0" * 64})

    assert answer.status_code == 409
    assert session.scalar(select(func.count(ApprovalDecision.id))) == 0


def test_s2_another_house_sees_and_decides_nothing(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    other = make_town_hall(session, now)
    client.sign_in(person(session, other.approver))

    assert order.number not in client.get("/freigaben").page.text
    assert client.get(f"/freigaben/{order.number}").status_code == 404
    answer = client.post(f"/freigaben/{order.number}", data={"action": "grant", "content_hash": order.content_hash})
    assert answer.status_code == 404


def test_s5_an_approver_without_the_task_cannot_decide_by_a_direct_post(session, client, hall, now):
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    idle = make_person(session, hall.organisation, Role.APPROVER, now)
    client.sign_in(person(session, idle))

    page = client.get(f"/freigaben/{order.number}")
    assert not page.page.select("form.entscheidung")
    answer = client.post(f"/freigaben/{order.number}", data={"action": "grant", "content_hash": order.content_hash})
    assert answer.status_code == 403


@pytest.mark.parametrize("orders", [1, 12])
def test_inbox_costs_the_same_with_one_order_and_with_many(session, client, hall, now, count_queries, orders):
    product = notebook(session, stock=10_000)
    hall.cost_centre = make_cost_centre(session, hall.organisation, [hall.approver])
    for index in range(orders):
        cart = make_cart(session, hall, [(product, 3)] * (1 if orders == 1 else 4), now)
        order_of(session, hall, cart, now, key=f"{index:043d}")
    client.sign_in(person(session, hall.approver))

    with count_queries() as queries:
        client.get("/freigaben")

    assert len(queries) == 10
