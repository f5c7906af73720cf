"""Budgets: what an order binds, from submission (reserved) over approval (committed) to release (HÜL).

The chain id of a purchase is its order number, so that nothing counts twice. Amounts are gross, since municipalities
pay the tax; monthly charges count for the months that are left of the fiscal year after the order's month.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import and_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from webshop.core.errors import Conflict
from webshop.core.formats import Worded, eur
from webshop.core.i18n import N_
from webshop.organisations.models import Budget, Commitment, CommitmentState, CostCentre

DECEMBER = 12


class BudgetExceeded(Conflict):
    """A budget marked as hard does not reach."""


def effect(gross_once: Decimal, gross_monthly: Decimal, day: date) -> Decimal:
    """What an order binds in the fiscal year of its day: one-off, and monthly from the next month to December."""
    return gross_once + gross_monthly * (DECEMBER - day.month)


def reserve(session: Session, organisation_id: UUID, amounts: Mapping[UUID, Decimal], *, reference: str, year: int) -> None:
    """Reserve gross amounts by cost centre; BudgetExceeded where a hard budget does not reach."""
    for cost_centre_id, amount in sorted(amounts.items(), key=lambda item: str(item[0])):
        session.add(
            Commitment(
                organisation_id=organisation_id, cost_centre_id=cost_centre_id, year=year, reference=reference, amount=amount
            )
        )
        statement = (
            update(Budget)
            .where(
                Budget.cost_centre_id == cost_centre_id,
                Budget.year == year,
                ~Budget.hard | (Budget.spent + Budget.reserved + Budget.committed + amount <= Budget.amount),
            )
            .values(reserved=Budget.reserved + amount)
            .returning(Budget.id)
            .execution_options(synchronize_session=False)
        )
        if session.scalar(statement) is None:
            _refuse_if_budget(session, cost_centre_id, year, amount)
    session.flush()


def commit(session: Session, reference: str) -> None:
    """The purchase was approved: its reservations become commitments."""
    for row in _move(session, reference, {CommitmentState.RESERVED}, CommitmentState.COMMITTED):
        _shift(session, row, {Budget.reserved: -row.amount, Budget.committed: row.amount})


def release(session: Session, reference: str) -> None:
    """The purchase will not happen: what it bound is free again, once."""
    for row in _move(session, reference, {CommitmentState.RESERVED}, CommitmentState.RELEASED):
        _shift(session, row, {Budget.reserved: -row.amount})
    for row in _move(session, reference, {CommitmentState.COMMITTED}, CommitmentState.RELEASED):
        _shift(session, row, {Budget.committed: -row.amount})


@dataclass(frozen=True)
class Bound:
    """What one purchase binds of a cost centre's budget."""

    cost_centre: CostCentre
    budget: Budget | None
    amount: Decimal
    """Gross; zero once it is released."""

    @property
    def before(self) -> Decimal:
        """What other purchases bind."""
        return self.budget.bound - self.amount if self.budget else Decimal("0.00")


def bound_by(session: Session, reference: str) -> list[Bound]:
    """The commitments of a purchase with their budgets, by cost centre. The caller has checked that the viewer may see it."""
    rows = session.execute(
        select(CostCentre, Budget, Commitment)
        .join(Commitment, Commitment.cost_centre_id == CostCentre.id)
        .outerjoin(Budget, and_(Budget.cost_centre_id == CostCentre.id, Budget.year == Commitment.year))
        .where(Commitment.reference == reference)
        .order_by(CostCentre.number)
    )
    return [
        Bound(cost_centre, budget, Decimal("0.00") if row.state == CommitmentState.RELEASED else row.amount)
        for cost_centre, budget, row in rows
    ]


def _move(session: Session, reference: str, sources: set[CommitmentState], target: CommitmentState) -> list[Commitment]:
    statement = (
        update(Commitment)
        .where(Commitment.reference == reference, Commitment.state.in_(sources))
        .values(state=target)
        .returning(Commitment)
        .execution_options(synchronize_session=False, populate_existing=True)
    )
    return sorted(session.scalars(statement), key=lambda row: str(row.cost_centre_id))


def _shift(session: Session, row: Commitment, changes: Mapping[InstrumentedAttribute[Decimal], Decimal]) -> None:
    session.execute(
        update(Budget)
        .where(Budget.cost_centre_id == row.cost_centre_id, Budget.year == row.year)
        .values({column: column + amount for column, amount in changes.items()})
        .execution_options(synchronize_session=False)
    )


def _refuse_if_budget(session: Session, cost_centre_id: UUID, year: int, amount: Decimal) -> None:
    """No row changed: either there is no budget for the year, which binds nothing, or it is hard and does not reach."""
    found = session.execute(
        select(Budget, CostCentre.number)
        .join(CostCentre, CostCentre.id == Budget.cost_centre_id)
        .where(Budget.cost_centre_id == cost_centre_id, Budget.year == year)
    ).one_or_none()
    if found is not None:
        raise BudgetExceeded(
            N_(
                "Das Budget der Kostenstelle %(number)s reicht nicht: "
                "frei sind %(free)s, diese Bestellung bindet %(amount)s brutto."
            ),
            number=found[1],
            free=Worded(eur, found[0].free),
            amount=Worded(eur, amount),
        )
