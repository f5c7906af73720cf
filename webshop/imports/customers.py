"""Customers: organisations with delivery addresses and the cost centres named beside them (`customers.csv`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import insert, select, update

from webshop.core.db import Base
from webshop.core.i18n import N_
from webshop.imports.cells import MAX_SUM, Cells
from webshop.imports.houses import Columns, differing, read_leitweg_id
from webshop.imports.kind import Batch, Kind
from webshop.imports.text import one_line
from webshop.organisations.models import Address, CostCentre, Organisation, OrganisationKind

MAX_ADDRESSES = 500
MAX_COST_CENTRES = 2_000
ADDRESSES, COST_CENTRES = "delivery_addresses_json", "cost_centres_json"
FREE, SECOND = "approval_free_up_to_eur_cents", "approval_second_above_eur_cents"
NEW_LIMITS = {"approval_free_up_to": Decimal("1000.00"), "approval_second_above": Decimal("25000.00")}


@dataclass(frozen=True, slots=True)
class CustomerRecord:
    """A customer as a file tells it: columns of the organisation, its addresses by label, its cost centres by number."""

    number: str
    told: Columns
    addresses: Mapping[str, Columns]
    cost_centres: Mapping[str, Columns]


def read_customer(cells: Cells) -> CustomerRecord:
    """One row of a list of customers."""
    told: Columns = {
        "name": cells.text("name", 200, required=True),
        "street": cells.text("street", 120, required=True),
        "postcode": cells.text("postcode", 10, required=True),
        "city": cells.text("city", 120, required=True),
    }
    texts = {"type": ("type_label", 80), "ags": ("official_key", 12), "invoice_format": ("invoice_format", 40)}
    told |= {name: cells.text(column, limit) for column, (name, limit) in texts.items() if cells.has(column)}
    if cells.has("leitweg_id"):
        told["leitweg_id"] = read_leitweg_id(cells, "leitweg_id")
    if cells.has("invoice_email"):
        told["invoice_email"] = cells.email("invoice_email")
    if cells.filled("payment_terms_days"):
        told["payment_terms_days"] = cells.whole("payment_terms_days", 0, 365)
    told |= _read_membership(cells) | _read_limits(cells)
    return CustomerRecord(
        number=cells.text("customer_no", 20, required=True),
        told=told,
        addresses=_read_addresses(cells),
        cost_centres=_read_cost_centres(cells),
    )


def _read_membership(cells: Cells) -> Columns:
    days = {column: cells.day(column) for column in ("member_from", "member_to") if cells.has(column)}
    start, end = days.get("member_from"), days.get("member_to")
    if start is not None and end is not None and end < start:
        cells.wrong("member_to", N_("Das Ende der Mitgliedschaft liegt vor ihrem Beginn."))
    return dict(days)


def _read_limits(cells: Cells) -> Columns:
    limits: Columns = {}
    if cells.filled(FREE):
        limits["approval_free_up_to"] = cells.cents(FREE, high=MAX_SUM)
    if cells.has(SECOND):
        limits["approval_second_above"] = cells.cents(SECOND, high=MAX_SUM) if cells.filled(SECOND) else None
    second = limits.get("approval_second_above")
    if second is not None and second < limits.get("approval_free_up_to", NEW_LIMITS["approval_free_up_to"]):
        cells.wrong(SECOND, N_("Die zweite Freigabe kann nicht früher beginnen als die erste."))
    return limits


def _read_addresses(cells: Cells) -> Mapping[str, Columns]:
    found: dict[str, Columns] = {}
    for entry in cells.objects(ADDRESSES, MAX_ADDRESSES):
        label = _part(cells, ADDRESSES, entry, "bezeichnung", 120, required=True)
        if label in found:
            cells.wrong(ADDRESSES, N_("Die Adresse „%(label)s“ steht zweimal da."), label=label)
        country = _part(cells, ADDRESSES, entry, "land", 2).upper() or "DE"
        if not (country.isascii() and country.isalpha() and len(country) == 2):
            cells.wrong(ADDRESSES, N_("Ein Land wird mit zwei Buchstaben angegeben, etwa DE."))
        found[label] = {
            "street": _part(cells, ADDRESSES, entry, "strasse", 120, required=True),
            "postcode": _part(cells, ADDRESSES, entry, "plz", 10, required=True),
            "city": _part(cells, ADDRESSES, entry, "ort", 120, required=True),
            "country": country,
            "note": _part(cells, ADDRESSES, entry, "hinweis", 250),
        }
    return found


def _read_cost_centres(cells: Cells) -> Mapping[str, Columns]:
    found: dict[str, Columns] = {}
    for entry in cells.objects(COST_CENTRES, MAX_COST_CENTRES):
        number = _part(cells, COST_CENTRES, entry, "kostenstelle", 40, required=True)
        if number in found:
            cells.wrong(COST_CENTRES, N_("Die Kostenstelle „%(label)s“ steht zweimal da."), label=number)
        found[number] = {
            "name": _part(cells, COST_CENTRES, entry, "bezeichnung", 120, required=True),
            "product_group": _part(cells, COST_CENTRES, entry, "produktgruppe", 20),
        }
    return found


def _part(cells: Cells, column: str, entry: Mapping[str, Any], name: str, limit: int, *, required: bool = False) -> str:
    """A text inside a JSON object."""
    value = entry.get(name, "")
    if not isinstance(value, str):
        cells.wrong(column, N_("„%(name)s“ muss ein Text sein."), name=name)
        return ""
    text = one_line(value)
    if len(text) > limit:
        cells.wrong(column, N_("„%(name)s“ hat mehr als %(max)s Zeichen."), name=name, max=limit)
        return ""
    if required and not text:
        cells.wrong(column, N_("„%(name)s“ fehlt."), name=name)
    return text


def store_customers(batch: Batch[CustomerRecord]) -> None:
    """Write a batch of customers. Addresses and cost centres that the file does not name stay as they are."""
    names = sorted({name for item in batch.items for name in item.record.told} | set(NEW_LIMITS))
    columns = [getattr(Organisation, name) for name in ("id", "number", "kind", *names)]
    numbers = [item.record.number for item in batch.good()]
    found = batch.session.execute(select(*columns).where(Organisation.number.in_(numbers))).mappings()
    known = {row["number"]: row for row in found}
    for item in batch.good():
        before = known.get(item.record.number)
        if before is not None and before["kind"] != OrganisationKind.CUSTOMER:
            batch.refuse(item, "customer_no", N_("Diese Nummer gehört dem Anbieter selbst."))
        limits = {name: item.record.told.get(name, (before or NEW_LIMITS)[name]) for name in NEW_LIMITS}
        if limits["approval_second_above"] is not None and limits["approval_second_above"] < limits["approval_free_up_to"]:
            batch.refuse(item, SECOND, N_("Die zweite Freigabe kann nicht früher beginnen als die erste."))
    records = batch.records()
    ids: dict[str, UUID] = {}
    new, changed = set(), set()
    for record in records:
        before = known.get(record.number)
        if before is None:
            ids[record.number] = uuid4()
            values = {"id": ids[record.number], "number": record.number, "kind": OrganisationKind.CUSTOMER}
            batch.session.execute(insert(Organisation), [values | record.told])
            new.add(record.number)
            continue
        ids[record.number] = before["id"]
        differs = differing(record.told, before)
        if differs:
            statement = update(Organisation).where(Organisation.id == before["id"])
            batch.session.execute(statement.values(**differs, version=Organisation.version + 1))
            changed.add(record.number)
    owners = {ids[record.number]: record for record in records}
    addresses = {key: record.addresses for key, record in owners.items()}
    cost_centres = {key: record.cost_centres for key, record in owners.items()}
    touched = _write_parts(batch, Address, "label", addresses) | _write_parts(batch, CostCentre, "number", cost_centres)
    changed |= {owners[key].number for key in touched} - new
    for record in records:
        batch.count(new=record.number in new, changed=record.number in changed)


def _write_parts(
    batch: Batch[CustomerRecord],
    model: type[Address] | type[CostCentre],
    key_name: str,
    wanted: Mapping[UUID, Mapping[str, Columns]],
) -> set[UUID]:
    """Insert and update what belongs to organisations, found by a key within each; returns the organisations that changed."""
    names = sorted({name for parts in wanted.values() for part in parts.values() for name in part})
    if not names:
        return set()
    columns = [getattr(model, name) for name in ("id", "organisation_id", key_name, *names)]
    found = batch.session.execute(select(*columns).where(model.organisation_id.in_(list(wanted)))).mappings()
    known = {(row["organisation_id"], row[key_name]): row for row in found}
    inserts: list[Columns] = []
    changed: set[UUID] = set()
    for owner, parts in wanted.items():
        for key, part in parts.items():
            before = known.get((owner, key))
            differs = part if before is None else differing(part, before)
            if before is None:
                inserts.append({"organisation_id": owner, key_name: key, **part})
            elif differs:
                _change(batch, model, before["id"], differs)
            if differs:
                changed.add(owner)
    if inserts:
        batch.session.execute(insert(model), inserts)
    return changed


def _change(batch: Batch[CustomerRecord], model: type[Base], key: UUID, values: Columns) -> None:
    columns: Any = model
    batch.session.execute(update(model).where(columns.id == key).values(**values, version=columns.version + 1))


CUSTOMERS = Kind(
    name=N_("Kunden"),
    required=frozenset({"customer_no", "name", "street", "postcode", "city"}),
    optional=frozenset(
        {
            "ags",
            "type",
            "leitweg_id",
            "invoice_email",
            "invoice_format",
            "payment_terms_days",
            "member_from",
            "member_to",
            FREE,
            SECOND,
            ADDRESSES,
            COST_CENTRES,
        }
    ),
    unused=frozenset({"population", "state", "punchout_protocol"}),
    key_column="customer_no",
    key=lambda record: record.number,
    read=read_customer,
    store=store_customers,
)
