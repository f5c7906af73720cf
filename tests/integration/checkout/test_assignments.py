"""Whose inbox a case reaches: limits and cost centres are those of this very case (S-5)."""

from decimal import Decimal

from sqlalchemy import select

from tests.integration.checkout.town_hall import (
    PROVIDER,
    let_approve,
    make_cart,
    make_cost_centre,
    make_person,
    make_town_hall,
    notebook,
)
from webshop.approvals.models import ApprovalCase, ApprovalStep
from webshop.approvals.queries import case_for, count_open_for, decidable_steps
from webshop.approvals.states import StepState
from webshop.checkout import services as checkout
from webshop.core.actor import Role


def submitted(session, hall, now, quantity):
    cart = make_cart(session, hall, [(notebook(session), quantity)], now)
    shown = checkout.review(session, cart, now=now, requester_id=hall.buyer.person_id)
    return checkout.submit(
        session,
        cart,
        actor=hall.buyer,
        now=now,
        provider=PROVIDER,
        checkout_key=f"{quantity:043d}",
        content_hash=shown.content_hash,
        cart_version=cart.version,
    )


def test_s5_a_small_case_does_not_let_a_large_one_into_the_inbox(session, now):
    hall = make_town_hall(session, now)
    clerk = make_person(session, hall.organisation, Role.APPROVER, now)
    let_approve(session, hall.cost_centre, clerk, limit="2000.00")

    submitted(session, hall, now, 2)
    submitted(session, hall, now, 20)

    assert count_open_for(session, clerk) == 1
    assert count_open_for(session, hall.approver) == 2


def test_s5_the_second_step_is_for_approvers_of_this_cases_cost_centres(session, now):
    hall = make_town_hall(session, now)
    outsider = make_person(session, hall.organisation, Role.APPROVER, now)
    elsewhere = make_cost_centre(session, hall.organisation, [outsider, hall.second])
    large = submitted(session, hall, now, 40)
    hall.cost_centre = elsewhere
    submitted(session, hall, now, 3)

    case = session.get_one(ApprovalCase, case_for(session, hall.approver, large.number).case.id)

    assert case.value_net == Decimal("35960.00")
    assert [step.stage for step in decidable_steps(session, case, hall.approver.person_id)] == [1]
    for step in session.scalars(select(ApprovalStep).where(ApprovalStep.case_id == case.id, ApprovalStep.stage == 1)):
        step.state = StepState.GRANTED
    session.flush()
    assert [step.stage for step in decidable_steps(session, case, hall.second.person_id)] == [2]
    assert decidable_steps(session, case, outsider.person_id) == []
