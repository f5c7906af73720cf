"""Framework contracts: who may call off, in which period, up to which value (`framework_contracts.csv`)."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from sqlalchemy import delete, insert, select, update

from webshop.catalog.contract_models import ContractOrganisation, FrameworkContract
from webshop.core.i18n import N_
from webshop.core.money import ZERO
from webshop.imports.cells import MAX_SUM, Cells
from webshop.imports.houses import Columns, customers_by_number, differing, unknown_customer
from webshop.imports.kind import Batch, Kind

EVERYBODY = "ALL"
MAXIMUM, CALLED_OFF = "max_volume_eur_cents", "called_off_eur_cents"


@dataclass(frozen=True, slots=True)
class ContractRecord:
    """A framework contract as a file tells it. `opening` is what was called off before this shop."""

    number: str
    told: Columns
    customers: tuple[str, ...]
    opening: Decimal


def read_contract(cells: Cells) -> ContractRecord:
    """One row of a list of framework contracts."""
    start, end = cells.day("valid_from", required=True), cells.day("valid_to", required=True)
    if start is not None and end is not None and end < start:
        cells.wrong("valid_to", N_("Das Ende liegt vor dem Beginn."))
    customers = cells.words("customers", 20_000)
    if not customers:
        cells.wrong("customers", N_("Wer abrufen darf, fehlt: ALL oder Kundennummern, durch ; getrennt."))
    maximum = cells.cents(MAXIMUM, high=MAX_SUM)
    opening = cells.cents(CALLED_OFF, high=MAX_SUM, default=ZERO)
    if opening > maximum:
        cells.wrong(CALLED_OFF, N_("Abgerufen ist mehr als der Höchstwert."))
    if cells.filled("currency") and cells.text("currency", 10).upper() != "EUR":
        cells.wrong("currency", N_("Der Shop rechnet in EUR."))
    told: Columns = {
        "title": cells.text("title", 200, required=True),
        "valid_from": start,
        "valid_to": end,
        "for_all": EVERYBODY in customers,
        "max_value": maximum,
    }
    texts = {"supplier": 200, "award_reference": 120, "notice_period": 200}
    told |= {column: cells.text(column, limit) for column, limit in texts.items() if cells.has(column)}
    return ContractRecord(
        number=cells.text("contract_no", 40, required=True),
        told=told,
        customers=() if EVERYBODY in customers else customers,
        opening=opening,
    )


def store_contracts(batch: Batch[ContractRecord]) -> None:
    """Write a batch of contracts. What this shop's orders have reserved stays reserved."""
    houses = customers_by_number(batch.session, {number for item in batch.items for number in item.record.customers})
    for item in batch.good():
        if missing := [number for number in item.record.customers if number not in houses]:
            unknown_customer(batch, item, "customers", missing[0])
    names = sorted({name for item in batch.items for name in item.record.told})
    columns = [getattr(FrameworkContract, name) for name in ("id", "number", "opening_value", "used_value", *names)]
    numbers = [item.record.number for item in batch.good()]
    rows = batch.session.execute(select(*columns).where(FrameworkContract.number.in_(numbers)).with_for_update()).mappings()
    known = {row["number"]: row for row in rows}
    for item in batch.good():
        before = known.get(item.record.number)
        if before is None:
            continue
        used = before["used_value"] - before["opening_value"] + item.record.opening
        if used > item.record.told["max_value"]:
            batch.refuse(item, MAXIMUM, N_("Bestellungen haben schon mehr abgerufen, als der Höchstwert dann erlaubt."))
    for record in batch.records():
        before = known.get(record.number)
        values = record.told | {"opening_value": record.opening}
        if before is None:
            row = {"number": record.number, "used_value": record.opening, **values}
            key = batch.session.scalars(insert(FrameworkContract).returning(FrameworkContract.id), [row]).one()
            differs: Columns = {}
        else:
            key, differs = before["id"], differing(values, before)
        if differs:
            moved = record.opening - before["opening_value"] if before is not None else ZERO
            batch.session.execute(
                update(FrameworkContract)
                .where(FrameworkContract.id == key)
                .values(**differs, used_value=FrameworkContract.used_value + moved, version=FrameworkContract.version + 1)
                .execution_options(synchronize_session=False)
            )
        named = _name_houses(batch, key, {houses[number] for number in record.customers})
        batch.count(new=before is None, changed=bool(differs) or named)


def _name_houses(batch: Batch[ContractRecord], key: int, wanted: Collection[UUID]) -> bool:
    """Make the named organisations exactly these; True where that changed something."""
    mine = ContractOrganisation.contract_id == key
    known = set(batch.session.scalars(select(ContractOrganisation.organisation_id).where(mine)))
    gone, fresh = known - set(wanted), set(wanted) - known
    if gone:
        statement = delete(ContractOrganisation).where(mine, ContractOrganisation.organisation_id.in_(gone))
        batch.session.execute(statement, execution_options={"synchronize_session": False})
    if fresh:
        batch.session.execute(insert(ContractOrganisation), [{"contract_id": key, "organisation_id": house} for house in fresh])
    return bool(gone or fresh)


CONTRACTS = Kind(
    name=N_("Rahmenverträge"),
    required=frozenset({"contract_no", "title", "valid_from", "valid_to", "customers", MAXIMUM}),
    optional=frozenset({"supplier", "award_reference", CALLED_OFF, "notice_period", "currency"}),
    unused=frozenset({"status", "extension_options", "extension_months", "discount_percent", "category_prefixes"}),
    key_column="contract_no",
    key=lambda record: record.number,
    read=read_contract,
    store=store_contracts,
)
