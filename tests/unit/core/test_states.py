"""R-8: states move only along the drawn arrows."""

import itertools
from enum import StrEnum

import pytest

from webshop.approvals.states import CASE_WORKFLOW, CaseState
from webshop.core.actor import Role
from webshop.core.states import Workflow, WrongState, arrow
from webshop.fulfilment.states import WORKFLOW as FULFILMENT
from webshop.fulfilment.states import EntryState
from webshop.orders.states import STATE_KINDS, STATE_LABELS, OrderState
from webshop.orders.states import WORKFLOW as ORDERS

ALL = [(ORDERS, OrderState), (CASE_WORKFLOW, CaseState), (FULFILMENT, EntryState)]
PLACES = [pytest.param(workflow, state, id=f"{type(state).__name__}-{state}") for workflow, states in ALL for state in states]


@pytest.mark.parametrize(("workflow", "state"), PLACES)
def test_r8_s4_only_drawn_steps_for_named_roles(workflow, state):
    """Every (state, step, role): offered where drawn and named, refused elsewhere."""
    for step, role in itertools.product(workflow.steps, Role):
        drawn = state in step.sources
        offered = step in workflow.open_steps(state, [role])

        assert offered == (drawn and role in step.roles), (step.name, role)
        if drawn:
            assert workflow.target(step.name, state) == step.target
        else:
            with pytest.raises(WrongState):
                workflow.target(step.name, state)


def test_r8_a_workflow_with_an_unreachable_state_cannot_be_written():
    class Light(StrEnum):
        RED = "red"
        GREEN = "green"
        BLUE = "blue"

    with pytest.raises(ValueError, match="unreachable"):
        Workflow(
            start=Light.RED,
            steps=(arrow("go", [Light.RED], Light.GREEN, Role.BUYER, ""), arrow("x", [Light.BLUE], Light.RED, Role.BUYER, "")),
        )


def test_every_order_state_has_words_and_a_badge():
    assert set(STATE_LABELS) == set(STATE_KINDS) == set(OrderState)
