"""What customers, cost centres, people and contracts have in common: finding organisations by number, reading addresses."""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import RowMapping, select
from sqlalchemy.orm import Session

from webshop.core.i18n import N_
from webshop.imports.cells import Cells
from webshop.imports.kind import Batch, Item
from webshop.imports.leitweg import is_leitweg_id
from webshop.organisations.models import CostCentre, Organisation, OrganisationKind

Columns = dict[str, Any]
R = TypeVar("R")


def read_leitweg_id(cells: Cells, column: str) -> str:
    """A Leitweg-ID, or nothing."""
    text = cells.text(column, 46).upper()
    if text and not is_leitweg_id(text):
        cells.wrong(column, N_("Die Leitweg-ID %(value)s stimmt nicht: Form oder Prüfziffern."), value=text)
        return ""
    return text


def customers_by_number(session: Session, numbers: Collection[str]) -> Mapping[str, UUID]:
    """The ids of customers; the provider is none."""
    rows = session.execute(
        select(Organisation.number, Organisation.id).where(
            Organisation.number.in_(list(numbers)), Organisation.kind == OrganisationKind.CUSTOMER
        )
    )
    return dict(rows.all())


def cost_centres_of(session: Session, organisations: Collection[UUID]) -> Mapping[tuple[UUID, str], UUID]:
    """The ids of cost centres by organisation and number."""
    rows = session.execute(
        select(CostCentre.organisation_id, CostCentre.number, CostCentre.id).where(
            CostCentre.organisation_id.in_(list(organisations))
        )
    )
    return {(organisation_id, number): key for organisation_id, number, key in rows}


def refuse_unknown_customers(batch: Batch[R], column: str, numbers: Mapping[int, str]) -> Mapping[str, UUID]:
    """Refuse the rows (by line) whose customer does not exist; returns the ids of the others."""
    known = customers_by_number(batch.session, set(numbers.values()))
    for item in batch.good():
        if numbers[item.line] not in known:
            unknown_customer(batch, item, column, numbers[item.line])
    return known


def unknown_customer(batch: Batch[R], item: Item[R], column: str, number: str) -> None:
    """Say that there is no such customer."""
    batch.refuse(item, column, N_("Die Kundennummer %(number)s gibt es nicht."), number=number)


def differing(wanted: Columns, before: RowMapping) -> Columns:
    """The columns whose value is not what it was."""
    return {name: value for name, value in wanted.items() if before[name] != value}
