"""The only place that moves an order."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.orm import Session

from webshop.audit import services as audit
from webshop.core.actor import Actor
from webshop.core.i18n import N_
from webshop.core.states import WrongState
from webshop.orders.models import Order
from webshop.orders.states import WORKFLOW

DECIDES = {"approve", "refuse", "withdraw"}


def move(
    session: Session,
    order: Order,
    step: str,
    *,
    actor: Actor | None,
    now: datetime,
    reason: str = "",
    acting_for_id: UUID | None = None,
    **values: object,
) -> None:
    """Take a step of the workflow, with its audit event; WrongState where somebody else was faster (R-8, R-9).

    The update asks for the state that was read. `values` are further columns that change with the step.
    """
    source, target = order.state, WORKFLOW.target(step, order.state)
    if step in DECIDES:
        values["decided_at"] = now
    statement = (
        update(Order)
        .where(Order.id == order.id, Order.state == source)
        .values(state=target, version=Order.version + 1, **values)
        .returning(Order.id)
        .execution_options(synchronize_session=False)
    )
    if session.scalar(statement) is None:
        raise WrongState(N_("Über diese Bestellung wurde inzwischen entschieden."))
    session.refresh(order, ["state", "version", *values])
    audit.record(
        session,
        f"order.{target}",
        subject=("order", order.id, order.number),
        actor=actor,
        now=now,
        organisation_id=order.organisation_id,
        reason=reason,
        before={"state": source},
        after={"state": target},
        acting_for_id=acting_for_id,
    )
