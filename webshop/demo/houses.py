"""Budgets for the years in which the demo plays; some of them hard."""

from datetime import datetime, timedelta

from sqlalchemy import insert, select, tuple_, update
from sqlalchemy.orm import Session

from webshop.core.clock import fiscal_year
from webshop.core.money import ZERO
from webshop.organisations.models import Budget, CostCentre, Organisation

HARD = (
    ("K10001", "263001"),
    ("K10001", "424020"),
    ("K10002", "211020"),
    ("K10003", "111010"),
    ("K10006", "551000"),
    ("K10006", "216000"),
    ("K10007", "365000"),
    ("K10012", "111500"),
    ("K10040", "217020"),
)
"""House and cost centre of the budgets that are never overdrawn."""
PLAYED = timedelta(days=60)


def prepare(session: Session, *, now: datetime) -> None:
    """Carry the budgets of the files over to the years that are needed, and mark the hard ones."""
    known = session.scalars(select(Budget)).all()
    by_year = {year: {row.cost_centre_id for row in known if row.year == year} for year in {row.year for row in known}}
    model = {row.cost_centre_id: row for row in known}
    for year in sorted({fiscal_year(now - PLAYED), fiscal_year(now)}):
        missing = [
            {
                "organisation_id": row.organisation_id,
                "cost_centre_id": key,
                "year": year,
                "amount": row.amount,
                "spent": row.spent if year == fiscal_year(now - PLAYED) else ZERO,
            }
            for key, row in model.items()
            if key not in by_year.get(year, set())
        ]
        if missing:
            session.execute(insert(Budget), missing)
    hard = (
        select(CostCentre.id)
        .join(Organisation, Organisation.id == CostCentre.organisation_id)
        .where(tuple_(Organisation.number, CostCentre.number).in_(HARD))
    )
    session.execute(
        update(Budget).where(Budget.cost_centre_id.in_(hard)).values(hard=True), execution_options={"synchronize_session": False}
    )
