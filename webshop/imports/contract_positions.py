"""Articles and prices of framework contracts (`framework_contract_positions.csv`)."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import delete, insert, select, update

from webshop.catalog.contract_models import ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import Charge, Product
from webshop.core.i18n import N_
from webshop.imports.articles import read_number
from webshop.imports.cells import Cells
from webshop.imports.houses import Columns, differing
from webshop.imports.kind import Batch, Kind
from webshop.imports.prices import Step, read_tiers

MAX_QUANTITY = 100_000
TIERS, PRICE = "price_tiers_json", "contract_price_net_eur_cents"


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """An article in a contract, with its prices from a quantity on."""

    contract: str
    article: str
    told: Columns
    steps: Mapping[Step, Decimal]


def read_position(cells: Cells) -> PositionRecord:
    """One row of a contract's price list."""
    lowest = cells.whole("min_quantity", 1, MAX_QUANTITY, default=1)
    most = cells.whole("max_quantity_per_order", 1, MAX_QUANTITY) if cells.filled("max_quantity_per_order") else None
    if most is not None and most < lowest:
        cells.wrong("max_quantity_per_order", N_("Die größte Menge ist kleiner als die kleinste."))
    steps = dict(read_tiers(cells, TIERS))
    if not steps and cells.filled(PRICE):
        steps = {(Charge.ONCE, 1): cells.cents(PRICE)}
    if not steps and not cells.findings:
        cells.wrong(TIERS, N_("Der Preis fehlt."))
    return PositionRecord(
        contract=cells.text("contract_no", 40, required=True),
        article=read_number(cells),
        told={
            "position": cells.whole("position", 1, 1_000_000),
            "min_quantity": lowest,
            "max_quantity_per_order": most,
        },
        steps=steps,
    )


def store_positions(batch: Batch[PositionRecord]) -> None:
    """Write a batch of positions; the prices of a row are all that the position has."""
    contracts = _ids(batch, FrameworkContract, {item.record.contract for item in batch.items})
    articles = _ids(batch, Product, {item.record.article for item in batch.items})
    for item in batch.good():
        if item.record.contract not in contracts:
            batch.refuse(item, "contract_no", N_("Den Rahmenvertrag %(number)s gibt es nicht."), number=item.record.contract)
        if item.record.article not in articles:
            batch.refuse(item, "sku", N_("Den Artikel %(number)s gibt es nicht."), number=item.record.article)
    columns = [ContractPosition.position, ContractPosition.min_quantity, ContractPosition.max_quantity_per_order]
    found = batch.session.execute(
        select(ContractPosition.id, ContractPosition.contract_id, ContractPosition.product_id, *columns).where(
            ContractPosition.contract_id.in_(list(contracts.values())), ContractPosition.product_id.in_(list(articles.values()))
        )
    ).mappings()
    known = {(row["contract_id"], row["product_id"]): row for row in found}
    prices = _prices(batch, [row["id"] for row in known.values()])
    for record in batch.records():
        place = (contracts[record.contract], articles[record.article])
        before = known.get(place)
        if before is None:
            row = {"contract_id": place[0], "product_id": place[1], **record.told}
            key = batch.session.scalars(insert(ContractPosition).returning(ContractPosition.id), [row]).one()
            differs: Columns = {}
        else:
            key, differs = before["id"], differing(record.told, before)
        if differs:
            batch.session.execute(update(ContractPosition).where(ContractPosition.id == key).values(**differs))
        priced = prices.get(key, {}) != record.steps
        if priced:
            _replace_prices(batch, key, record.steps)
        batch.count(new=before is None, changed=bool(differs) or priced)


def _ids(batch: Batch[PositionRecord], model: type[FrameworkContract] | type[Product], numbers: set[str]) -> Mapping[str, int]:
    return dict(batch.session.execute(select(model.number, model.id).where(model.number.in_(numbers))).all())


def _prices(batch: Batch[PositionRecord], positions: list[int]) -> Mapping[int, dict[Step, Decimal]]:
    found: defaultdict[int, dict[Step, Decimal]] = defaultdict(dict)
    columns = (ContractPrice.position_id, ContractPrice.charge, ContractPrice.min_quantity, ContractPrice.unit_net)
    for position, charge, bound, amount in batch.session.execute(
        select(*columns).where(ContractPrice.position_id.in_(positions))
    ):
        found[position][charge, bound] = amount
    return found


def _replace_prices(batch: Batch[PositionRecord], key: int, steps: Mapping[Step, Decimal]) -> None:
    statement = delete(ContractPrice).where(ContractPrice.position_id == key)
    batch.session.execute(statement, execution_options={"synchronize_session": False})
    rows: list[dict[str, Any]] = [
        {"position_id": key, "charge": charge, "min_quantity": bound, "unit_net": amount}
        for (charge, bound), amount in steps.items()
    ]
    batch.session.execute(insert(ContractPrice), rows)


POSITIONS = Kind(
    name=N_("Positionen von Rahmenverträgen"),
    required=frozenset({"contract_no", "sku", "position"}),
    optional=frozenset({TIERS, PRICE, "min_quantity", "max_quantity_per_order"}),
    unused=frozenset({"mpn", "name", "list_price_net_eur_cents", "unit", "vat_rate_percent"}),
    key_column="sku",
    key=lambda record: f"{record.contract}\n{record.article}",
    read=read_position,
    store=store_positions,
)
