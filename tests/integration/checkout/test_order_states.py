"""R-8 on rows: every step from every state, on the table itself."""

import itertools

import pytest
from sqlalchemy import select

from tests.integration.checkout.test_main_flow import order_of
from tests.integration.checkout.town_hall import make_cart, make_town_hall, notebook
from webshop.audit.models import AuditEvent
from webshop.core.states import WrongState
from webshop.orders import services as orders
from webshop.orders.models import Order
from webshop.orders.states import WORKFLOW, OrderState


@pytest.mark.parametrize(("state", "step"), list(itertools.product(OrderState, [step.name for step in WORKFLOW.steps])))
def test_r8_undrawn_steps_change_nothing(session, now, state, step):
    hall = make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    session.execute(Order.__table__.update().where(Order.id == order.id).values(state=state, confirmation_number="AB-1"))
    session.commit()
    session.refresh(order)

    if state in WORKFLOW.step(step).sources:
        orders.move(session, order, step, actor=hall.approver, now=now)
        session.commit()
        assert order.state == WORKFLOW.step(step).target
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
        assert (last.before, last.after) == ({"state": state}, {"state": order.state})
    else:
        with pytest.raises(WrongState):
            orders.move(session, order, step, actor=hall.approver, now=now)
        session.refresh(order)
        assert order.state == state


def test_r8_a_step_from_a_state_that_is_no_longer_true_is_refused(session, now):
    hall = make_town_hall(session, now)
    order = order_of(session, hall, make_cart(session, hall, [(notebook(session), 4)], now), now)
    session.execute(Order.__table__.update().where(Order.id == order.id).values(state=OrderState.WITHDRAWN))

    with pytest.raises(WrongState):
        orders.move(session, order, "refuse", actor=hall.approver, now=now)
