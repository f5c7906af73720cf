"""Calling off framework contracts: value is reserved by a conditional update, never above the maximum (R-6, C-23/20)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webshop.catalog.contract_models import ContractReservation, FrameworkContract
from webshop.catalog.models import ReservationState
from webshop.core.errors import Conflict
from webshop.core.formats import Worded, eur
from webshop.core.i18n import N_

CallOff = tuple[UUID, int, int, Decimal]
"""Order line, contract, pieces, net value."""


class ContractExhausted(Conflict):
    """The contract's remaining value is smaller than the call-off."""


def call_off(session: Session, items: Sequence[CallOff]) -> None:
    """Reserve the value of each line in its contract; ContractExhausted leaves nothing behind (the caller rolls back)."""
    sums: defaultdict[int, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for line_id, contract_id, quantity, value in items:
        sums[contract_id] += value
        session.add(ContractReservation(order_line_id=line_id, contract_id=contract_id, quantity=quantity, value=value))
    session.flush()
    for contract_id, value in sorted(sums.items()):
        statement = (
            update(FrameworkContract)
            .where(FrameworkContract.id == contract_id, FrameworkContract.used_value + value <= FrameworkContract.max_value)
            .values(used_value=FrameworkContract.used_value + value)
            .returning(FrameworkContract.id)
            .execution_options(synchronize_session=False)
        )
        if session.scalar(statement) is None:
            contract = session.execute(
                select(FrameworkContract.number, FrameworkContract.max_value - FrameworkContract.used_value).where(
                    FrameworkContract.id == contract_id
                )
            ).one()
            raise ContractExhausted(
                N_("Der Rahmenvertrag %(number)s reicht nur noch für %(rest)s netto. Verringern Sie die Menge."),
                number=contract[0],
                rest=Worded(eur, contract[1]),
            )


def release(session: Session, order_line_ids: Collection[UUID]) -> None:
    """Give the value of these lines back, once."""
    freed = session.execute(
        update(ContractReservation)
        .where(ContractReservation.order_line_id.in_(order_line_ids), ContractReservation.state == ReservationState.HELD)
        .values(state=ReservationState.RELEASED)
        .returning(ContractReservation.contract_id, ContractReservation.value)
        .execution_options(synchronize_session=False)
    ).all()
    sums: defaultdict[int, Decimal] = defaultdict(lambda: Decimal("0.00"))
    for contract_id, value in freed:
        sums[contract_id] += value
    for contract_id, value in sorted(sums.items()):
        session.execute(
            update(FrameworkContract)
            .where(FrameworkContract.id == contract_id)
            .values(used_value=FrameworkContract.used_value - value)
            .execution_options(synchronize_session=False)
        )
