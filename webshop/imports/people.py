"""People of customers with a role and their cost centres (`users.csv`).

Nobody gets a password or a mail from this: people are invited, or ask for a link, later. Only roles of customers can be
given; who works for the provider is decided by its administration alone. The people who receive invoices are auditors of
their house: they read its orders and documents and change nothing.

For approvers the amount is what they may decide at most (empty: any amount). For buyers it has no meaning here: up to which
value nobody needs to approve is a rule of the organisation.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import delete, insert, or_, select, update

from webshop.accounts.models import Person, RoleAssignment
from webshop.core.actor import Role
from webshop.core.i18n import N_
from webshop.imports.cells import MAX_SUM, Cells
from webshop.imports.houses import Columns, cost_centres_of, differing, refuse_unknown_customers
from webshop.imports.kind import Batch, Item, Kind
from webshop.organisations.models import CostCentrePerson, CostCentreTask

ROLES = {
    "besteller": Role.BUYER,
    "genehmiger": Role.APPROVER,
    "administrator": Role.ORG_ADMIN,
    "rechnungsempfaenger": Role.AUDITOR,
    "buyer": Role.BUYER,
    "approver": Role.APPROVER,
    "org_admin": Role.ORG_ADMIN,
    "auditor": Role.AUDITOR,
}
TASKS = {Role.BUYER: CostCentreTask.ORDER, Role.APPROVER: CostCentreTask.APPROVE}
"""The roles that are held for cost centres. The other roles reach the whole house."""
CENTRES, LIMIT = "cost_centres", "order_limit_eur_cents"


@dataclass(frozen=True, slots=True)
class PersonRecord:
    """A person in one role of one customer."""

    customer: str
    email: str
    told: Columns
    role: Role
    cost_centres: tuple[str, ...] | None
    limit: Decimal | None


def read_person(cells: Cells) -> PersonRecord:
    """One row of a list of people."""
    told: Columns = {
        "first_name": cells.text("first_name", 100, required=True),
        "last_name": cells.text("last_name", 100, required=True),
    }
    if cells.has("phone"):
        told["phone"] = cells.text("phone", 60)
    if cells.has("organisation_unit"):
        told["department"] = cells.text("organisation_unit", 120)
    if not cells.filled("role"):
        cells.wrong("role", N_("Die Rolle fehlt."))
    role = cells.choice("role", ROLES, default=Role.BUYER)
    amount = cells.cents(LIMIT, high=MAX_SUM) if cells.filled(LIMIT) else None
    return PersonRecord(
        customer=cells.text("customer_no", 20, required=True),
        email=cells.email("email", required=True),
        told=told,
        role=role,
        cost_centres=cells.words(CENTRES, 20_000) if cells.has(CENTRES) else None,
        limit=amount if role == Role.APPROVER else None,
    )


def store_people(batch: Batch[PersonRecord]) -> None:
    """Write a batch of people. The cost centres of a row are all that the person has in this role."""
    owners = refuse_unknown_customers(batch, "customer_no", {item.line: item.record.customer for item in batch.items})
    centres = cost_centres_of(batch.session, set(owners.values()))
    for item in batch.good():
        _check_cost_centres(batch, item, owners[item.record.customer], centres)
    people = _write_people(batch)
    known_roles = _roles(batch, list(people.ids.values()))
    known_links = _links(batch, list(people.ids.values()))
    for record in batch.records():
        owner, person = owners[record.customer], people.ids[record.email]
        new_role = (person, owner, record.role) not in known_roles
        if new_role:
            values = {"person_id": person, "organisation_id": owner, "role": record.role, "valid_from": batch.run.day}
            batch.session.execute(insert(RoleAssignment), [values])
            known_roles.add((person, owner, record.role))
        linked = _write_links(batch, record, owner, person, centres, known_links)
        batch.count(new=new_role, changed=record.email in people.changed or linked)


CostCentres = Mapping[tuple[UUID, str], UUID]


def _check_cost_centres(batch: Batch[PersonRecord], item: Item[PersonRecord], owner: UUID, centres: CostCentres) -> None:
    record = item.record
    missing = [number for number in record.cost_centres or () if (owner, number) not in centres]
    if missing:
        batch.refuse(item, CENTRES, N_("Die Kostenstelle %(number)s gibt es bei diesem Kunden nicht."), number=missing[0])
    elif record.role == Role.APPROVER and record.cost_centres == ():
        batch.refuse(item, CENTRES, N_("Eine freigebende Person braucht mindestens eine Kostenstelle."))


@dataclass
class _People:
    ids: dict[str, UUID]
    changed: set[str]


def _write_people(batch: Batch[PersonRecord]) -> _People:
    """The people themselves, by address; one person may stand in several rows."""
    told: dict[str, Columns] = {}
    for record in batch.records():
        told[record.email] = told.get(record.email, {}) | record.told
    names = sorted({name for columns in told.values() for name in columns})
    columns = [getattr(Person, name) for name in ("id", "email", *names)]
    found = batch.session.execute(select(*columns).where(Person.email.in_(list(told)))).mappings()
    known = {row["email"]: row for row in found}
    people = _People({email: row["id"] for email, row in known.items()}, set())
    inserts: list[Columns] = []
    for email, values in told.items():
        if email not in known:
            people.ids[email] = uuid4()
            inserts.append({"id": people.ids[email], "email": email, "created_at": batch.run.now, **values})
        elif differs := differing(values, known[email]):
            statement = update(Person).where(Person.id == people.ids[email])
            batch.session.execute(statement.values(**differs, version=Person.version + 1))
            people.changed.add(email)
    for row in inserts:
        batch.session.execute(insert(Person), [row])
    return people


def _roles(batch: Batch[PersonRecord], people: list[UUID]) -> set[tuple[UUID, UUID, Role]]:
    """The roles that hold today or begin later."""
    rows = batch.session.execute(
        select(RoleAssignment.person_id, RoleAssignment.organisation_id, RoleAssignment.role).where(
            RoleAssignment.person_id.in_(people),
            or_(RoleAssignment.valid_to.is_(None), RoleAssignment.valid_to >= batch.run.day),
        )
    )
    return {(person, owner, role) for person, owner, role in rows}


Links = defaultdict[tuple[UUID, UUID, CostCentreTask], dict[UUID, Decimal | None]]


def _links(batch: Batch[PersonRecord], people: list[UUID]) -> Links:
    """Limits by cost centre, for each person, organisation and task."""
    links: Links = defaultdict(dict)
    for link in batch.session.execute(
        select(
            CostCentrePerson.person_id,
            CostCentrePerson.organisation_id,
            CostCentrePerson.task,
            CostCentrePerson.cost_centre_id,
            CostCentrePerson.limit_net,
        ).where(CostCentrePerson.person_id.in_(people))
    ):
        links[link.person_id, link.organisation_id, link.task][link.cost_centre_id] = link.limit_net
    return links


def _write_links(
    batch: Batch[PersonRecord], record: PersonRecord, owner: UUID, person: UUID, centres: CostCentres, links: Links
) -> bool:
    """Make the row's cost centres the person's; True where that changed something."""
    task = TASKS.get(record.role)
    if task is None or record.cost_centres is None:
        return False
    known = links[person, owner, task]
    wanted = {centres[owner, number]: record.limit for number in record.cost_centres}
    stale = [key for key, limit in known.items() if key not in wanted or wanted[key] != limit]
    fresh: list[dict[str, Any]] = [
        {"organisation_id": owner, "cost_centre_id": key, "person_id": person, "task": task, "limit_net": limit}
        for key, limit in wanted.items()
        if key not in known or known[key] != limit
    ]
    if stale:
        mine = (CostCentrePerson.person_id == person, CostCentrePerson.task == task, CostCentrePerson.cost_centre_id.in_(stale))
        batch.session.execute(delete(CostCentrePerson).where(*mine), execution_options={"synchronize_session": False})
    if fresh:
        batch.session.execute(insert(CostCentrePerson), fresh)
    links[person, owner, task] = dict(wanted)
    return bool(stale or fresh)


PEOPLE = Kind(
    name=N_("Personen"),
    required=frozenset({"customer_no", "first_name", "last_name", "email", "role"}),
    optional=frozenset({"phone", "organisation_unit", CENTRES, LIMIT}),
    unused=frozenset({"username"}),
    key_column="email",
    key=lambda record: f"{record.customer}\n{record.email}\n{record.role}",
    read=read_person,
    store=store_people,
)
