"""Articles: hardware, with attributes, list price and stock (`catalogue.csv`)."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from webshop.catalog.models import Charge, ProductKind, Stock, StockMovement
from webshop.core.i18n import N_
from webshop.imports.attributes import read_attributes
from webshop.imports.categories import read_path
from webshop.imports.cells import Cells
from webshop.imports.kind import Batch, Kind
from webshop.imports.prices import PriceList, read_tiers
from webshop.imports.products import ProductRecord, store_products
from webshop.imports.text import one_line
from webshop.imports.units import PIECE, UNITS

MAX_NAME = 250
MAX_PIECES = 1_000_000
MAX_LEAD_TIME = 250
VAT_RATES = {"19": 19, "7": 7, "0": 0}
"""§ 12 UStG; 0 for supplies that are exempt or not taxable."""
GTIN_LENGTHS = (8, 12, 13, 14)


def read_number(cells: Cells, column: str = "sku") -> str:
    """An article number."""
    return cells.text(column, 40, required=True)


def read_name(cells: Cells, column: str = "name") -> tuple[str, str]:
    """The name as the shop shows it, and the full one where it had to be shortened."""
    full = cells.text(column, 2_000, required=True)
    if len(full) <= MAX_NAME:
        return full, ""
    short = full[: MAX_NAME - 1].rsplit(" ", 1)[0].rstrip(" ,;-")
    cells.note(column, N_("Die Bezeichnung ist auf %(max)s Zeichen gekürzt; ganz steht sie in der Beschreibung."), max=MAX_NAME)
    return f"{short}…", full


def read_gtin(cells: Cells, column: str = "gtin") -> str:
    """A GTIN with a correct check digit (GS1 General Specifications 7.9)."""
    text = one_line(cells.text(column, 40)).replace(" ", "")
    if not text:
        return ""
    if not (text.isascii() and text.isdigit()) or len(text) not in GTIN_LENGTHS:
        cells.wrong(column, N_("Eine GTIN hat 8, 12, 13 oder 14 Ziffern."))
        return ""
    digits = [int(char) for char in reversed(text)]
    if sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10:
        cells.wrong(column, N_("Die Prüfziffer der GTIN %(value)s stimmt nicht."), value=text)
        return ""
    return text


def read_article(cells: Cells) -> ProductRecord:
    """One row of an article list. A column that the file does not have leaves the article as it is."""
    name, full_name = read_name(cells)
    told: dict[str, Any] = {"name": name}
    description = cells.long_text("description", 20_000)
    if cells.has("description") or full_name:
        told["description"] = "\n\n".join(part for part in (full_name, description) if part)
    if cells.has("short_description"):
        told["short_description"] = cells.text("short_description", 500)
    if cells.has("mpn"):
        told["manufacturer_number"] = cells.text("mpn", 120)
    if cells.has("gtin"):
        told["gtin"] = read_gtin(cells)
    if cells.has("unit"):
        told["unit_code"], told["unit_label"] = cells.choice("unit", UNITS, default=PIECE)
    if cells.has("vat_rate_percent"):
        told["vat_rate"] = cells.choice("vat_rate_percent", VAT_RATES, default=19)
    if cells.filled("lead_time_workdays"):
        told["lead_time_days"] = cells.whole("lead_time_workdays", 0, MAX_LEAD_TIME)
    if cells.filled("promise_source"):
        told["promise_source"] = cells.text("promise_source", 80)
    if cells.filled("max_quantity"):
        told["max_quantity"] = cells.whole("max_quantity", 1, 100_000)
    if cells.filled("price_base_quantity"):
        told["price_base_quantity"] = cells.whole("price_base_quantity", 1, 100_000)
    return ProductRecord(
        number=read_number(cells),
        category=read_path(cells, "category_path"),
        manufacturer=cells.text("manufacturer", 120) if cells.has("manufacturer") else None,
        told=told,
        prices=_read_prices(cells),
        attributes=read_attributes(cells, "attributes_json") if cells.has("attributes_json") else None,
        stock=cells.whole("stock", 0, MAX_PIECES) if cells.filled("stock") else None,
    )


def _read_prices(cells: Cells) -> PriceList:
    column = "list_price_net_eur_cents"
    base = cells.cents(column)
    if cells.filled(column) and base == 0 and not any(finding.column == column for finding in cells.findings):
        cells.wrong(column, N_("Der Listenpreis muss größer als 0 sein."))
    steps: dict[tuple[Charge, int], Decimal] = {}
    for (charge, bound), amount in read_tiers(cells, "price_tiers_json").items():
        if charge != Charge.ONCE or amount == 0 or (bound == 1 and amount != base):
            cells.wrong("price_tiers_json", N_("Die Staffel ab %(bound)s passt nicht zum Listenpreis."), bound=bound)
        steps[charge, bound] = amount
    steps[Charge.ONCE, 1] = base
    return PriceList(steps, frozenset({Charge.ONCE}), all_tiers=cells.has("price_tiers_json"))


def store_articles(batch: Batch[ProductRecord]) -> None:
    """Write a batch of articles."""
    done = store_products(batch, ProductKind.HARDWARE)
    stocks = {done.ids[record.number]: record.stock for record in batch.records() if record.stock is not None}
    moved = _set_stock(batch, stocks)
    for record in batch.records():
        changed = record.number in done.changed or done.ids[record.number] in moved
        batch.count(new=record.number in done.new, changed=changed)


def _set_stock(batch: Batch[ProductRecord], wanted: Mapping[int, int]) -> set[int]:
    """Make the told pieces the ones that can be promised; the difference is a movement (R-5). Returns what moved."""
    if not wanted:
        return set()
    statement = select(Stock.product_id, Stock.available).where(Stock.product_id.in_(list(wanted)))
    known = dict(batch.session.execute(statement.order_by(Stock.product_id).with_for_update()).all())
    missing = [{"product_id": key, "available": 0} for key in wanted if key not in known]
    if missing:
        batch.session.execute(insert(Stock), missing)
    differences = {key: pieces - known.get(key, 0) for key, pieces in wanted.items() if pieces != known.get(key, 0)}
    if differences:
        reason, at = f"Einlesen {batch.run.file_name}"[:120], batch.run.now
        movements = [{"product_id": key, "quantity": pieces, "reason": reason, "at": at} for key, pieces in differences.items()]
        batch.session.execute(insert(StockMovement), movements)
        batch.session.execute(update(Stock), [{"product_id": key, "available": wanted[key]} for key in differences])
    return set(differences)


ARTICLES = Kind(
    name=N_("Artikel"),
    required=frozenset({"sku", "name", "category_path", "list_price_net_eur_cents"}),
    optional=frozenset(
        {
            "manufacturer",
            "mpn",
            "short_description",
            "description",
            "attributes_json",
            "unit",
            "gtin",
            "vat_rate_percent",
            "lead_time_workdays",
            "promise_source",
            "stock",
            "max_quantity",
            "price_base_quantity",
            "price_tiers_json",
        }
    ),
    unused=frozenset({"source", "price_basis"}),
    key_column="sku",
    key=lambda record: record.number,
    read=read_article,
    store=store_articles,
)
