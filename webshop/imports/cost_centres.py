"""Cost centres with their budget of a year and who approves for them (`cost_centres.csv`).

The approver's limit in this file counts only where the person does not approve for the cost centre yet: what a person may
decide stands in the list of people, and that wins. Reading both files in either order ends the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, or_, select, update

from webshop.accounts.models import Person, RoleAssignment
from webshop.core.actor import Role
from webshop.core.i18n import N_
from webshop.core.money import ZERO
from webshop.imports.cells import MAX_SUM, Cells
from webshop.imports.houses import Columns, differing, read_leitweg_id, refuse_unknown_customers
from webshop.imports.kind import Batch, Item, Kind
from webshop.organisations.models import Budget, CostCentre, CostCentrePerson, CostCentreTask

YEAR, AMOUNT, SPENT = "budget_year", "budget_eur_cents", "spent_eur_cents"
APPROVER, LIMIT = "approver_email", "approval_limit_eur_cents"


@dataclass(frozen=True, slots=True)
class BudgetRecord:
    """An amount for a year, and what of it is spent outside the shop."""

    year: int
    amount: Decimal
    spent: Decimal


@dataclass(frozen=True, slots=True)
class CostCentreRecord:
    """A cost centre as a file tells it."""

    customer: str
    number: str
    told: Columns
    budget: BudgetRecord | None
    approver: str
    limit: Decimal | None


def read_cost_centre(cells: Cells) -> CostCentreRecord:
    """One row of a list of cost centres."""
    told: Columns = {"name": cells.text("name", 120, required=True)}
    if cells.has("product_group"):
        told["product_group"] = cells.text("product_group", 20)
    if cells.has("invoice_email"):
        told["invoice_email"] = cells.email("invoice_email")
    if cells.has("leitweg_id"):
        told["leitweg_id"] = read_leitweg_id(cells, "leitweg_id")
    budget = None
    if cells.filled(YEAR):
        budget = BudgetRecord(
            year=cells.whole(YEAR, 2000, 2100),
            amount=cells.cents(AMOUNT, high=MAX_SUM),
            spent=cells.cents(SPENT, high=MAX_SUM, default=ZERO),
        )
    elif cells.filled(AMOUNT):
        cells.wrong(YEAR, N_("Für welches Jahr das Budget gilt, fehlt."))
    return CostCentreRecord(
        customer=cells.text("customer_no", 20, required=True),
        number=cells.text("cost_centre", 40, required=True),
        told=told,
        budget=budget,
        approver=cells.email(APPROVER),
        limit=cells.cents(LIMIT, high=MAX_SUM) if cells.filled(LIMIT) else None,
    )


def store_cost_centres(batch: Batch[CostCentreRecord]) -> None:
    """Write a batch of cost centres."""
    owners = refuse_unknown_customers(batch, "customer_no", {item.line: item.record.customer for item in batch.items})
    names = sorted({name for item in batch.items for name in item.record.told})
    columns = [getattr(CostCentre, name) for name in ("id", "organisation_id", "number", *names)]
    found = batch.session.execute(select(*columns).where(CostCentre.organisation_id.in_(list(owners.values())))).mappings()
    known: Mapping[tuple[UUID, str], Any] = {(row["organisation_id"], row["number"]): row for row in found}
    budgets = _budgets(batch, [row["id"] for row in known.values()])
    for item in batch.good():
        before = known.get((owners[item.record.customer], item.record.number))
        _check_budget(batch, item, budgets, before["id"] if before is not None else None)
    people = _people(batch)
    for item in batch.good():
        record, owner = item.record, owners[item.record.customer]
        before = known.get((owner, record.number))
        if before is None:
            key, differs = uuid4(), {}
            values = {"id": key, "organisation_id": owner, "number": record.number, **record.told}
            batch.session.execute(insert(CostCentre), [values])
        else:
            key, differs = before["id"], differing(record.told, before)
        if differs:
            statement = update(CostCentre).where(CostCentre.id == key)
            batch.session.execute(statement.values(**differs, version=CostCentre.version + 1))
        funded = _write_budget(batch, record.budget, owner, key, budgets)
        linked = _link_approver(batch, item, owner, key, people)
        batch.count(new=before is None, changed=bool(differs) or funded or linked)


Budgets = Mapping[tuple[UUID, int], Budget]


def _budgets(batch: Batch[CostCentreRecord], cost_centres: list[UUID]) -> Budgets:
    statement = select(Budget).where(Budget.cost_centre_id.in_(cost_centres)).with_for_update()
    rows = batch.session.scalars(statement, execution_options={"populate_existing": True})
    return {(row.cost_centre_id, row.year): row for row in rows}


def _check_budget(batch: Batch[CostCentreRecord], item: Item[CostCentreRecord], budgets: Budgets, key: UUID | None) -> None:
    """A hard budget keeps room for what orders bind already (R-6)."""
    wanted = item.record.budget
    before = budgets.get((key, wanted.year)) if key is not None and wanted is not None else None
    if wanted is None or before is None or not before.hard:
        return
    if wanted.spent + before.reserved + before.committed > wanted.amount:
        batch.refuse(item, AMOUNT, N_("Das Budget ist verbindlich; Bestellungen binden schon mehr, als danach frei wäre."))


def _write_budget(batch: Batch[CostCentreRecord], wanted: BudgetRecord | None, owner: UUID, key: UUID, budgets: Budgets) -> bool:
    if wanted is None:
        return False
    before = budgets.get((key, wanted.year))
    values = {"amount": wanted.amount, "spent": wanted.spent}
    if before is None:
        row = {"organisation_id": owner, "cost_centre_id": key, "year": wanted.year, **values}
        batch.session.execute(insert(Budget), [row])
        return True
    if (before.amount, before.spent) == (wanted.amount, wanted.spent):
        return False
    batch.session.execute(update(Budget).where(Budget.id == before.id).values(**values))
    return True


@dataclass
class _People:
    ids: Mapping[str, UUID]
    approvers: set[tuple[UUID, UUID]]
    """Person and house."""
    links: set[tuple[UUID, UUID]]
    """Cost centre and person."""


def _people(batch: Batch[CostCentreRecord]) -> _People:
    """The people whom the batch names as approvers: where they hold that role, for which cost centres they approve already."""
    emails = {item.record.approver for item in batch.good() if item.record.approver}
    ids = dict(batch.session.execute(select(Person.email, Person.id).where(Person.email.in_(emails))).all())
    roles = batch.session.execute(
        select(RoleAssignment.person_id, RoleAssignment.organisation_id).where(
            RoleAssignment.person_id.in_(list(ids.values())),
            RoleAssignment.role == Role.APPROVER,
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= batch.run.day),
        )
    )
    links = batch.session.execute(
        select(CostCentrePerson.cost_centre_id, CostCentrePerson.person_id).where(
            CostCentrePerson.person_id.in_(list(ids.values())), CostCentrePerson.task == CostCentreTask.APPROVE
        )
    )
    return _People(ids, {(row[0], row[1]) for row in roles}, {(row[0], row[1]) for row in links})


def _link_approver(batch: Batch[CostCentreRecord], item: Item[CostCentreRecord], owner: UUID, key: UUID, people: _People) -> bool:
    record = item.record
    if not record.approver:
        return False
    person = people.ids.get(record.approver)
    if person is None:
        batch.note(item, APPROVER, N_("Diese Person gibt es noch nicht. Lesen Sie danach die Personen ein."))
        return False
    if (key, person) in people.links:
        return False
    if (person, owner) not in people.approvers:
        batch.note(item, APPROVER, N_("Diese Person gibt hier nichts frei. Lesen Sie danach die Personen ein."))
        return False
    link = {"organisation_id": owner, "cost_centre_id": key, "person_id": person, "task": CostCentreTask.APPROVE}
    batch.session.execute(insert(CostCentrePerson), [link | {"limit_net": record.limit}])
    return True


COST_CENTRES = Kind(
    name=N_("Kostenstellen"),
    required=frozenset({"customer_no", "cost_centre", "name"}),
    optional=frozenset({"product_group", "invoice_email", "leitweg_id", YEAR, AMOUNT, SPENT, APPROVER, LIMIT}),
    unused=frozenset(),
    key_column="cost_centre",
    key=lambda record: f"{record.customer}\n{record.number}",
    read=read_cost_centre,
    store=store_cost_centres,
)
