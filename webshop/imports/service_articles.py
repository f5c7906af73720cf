"""Services: a price once, monthly, or both; terms; what is asked for each recipient (`services.csv`)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, select, update

from webshop.catalog.models import Charge, ProductKind, ServicePlan
from webshop.core.i18n import N_
from webshop.imports.articles import MAX_LEAD_TIME, VAT_RATES, read_name, read_number
from webshop.imports.categories import read_path
from webshop.imports.cells import Cells
from webshop.imports.kind import Batch, Kind
from webshop.imports.prices import PriceList
from webshop.imports.products import ProductRecord, store_products
from webshop.imports.units import UNITS, WORDS

MAX_FIELDS = 60
MAX_TERM = 120
FORM = "config_fields_json"
TYPES = frozenset({"string", "email", "integer", "date", "datetime", "enum", "boolean", "text", "phone", "list"})
_KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
TEXTS = {"label": 120, "help": 500, "pattern": 300}
"""Texts of a field and how long they may be."""


def read_service(cells: Cells) -> ProductRecord:
    """One row of a list of services. A column that the file does not have leaves the service as it is."""
    name, full_name = read_name(cells)
    told: dict[str, Any] = {"name": name}
    if cells.has("description") or full_name:
        description = cells.long_text("description", 20_000)
        told["short_description"] = _first_sentence(description)
        told["description"] = "\n\n".join(part for part in (full_name, description) if part)
    if cells.has("unit"):
        told["unit_code"], told["unit_label"] = cells.choice("unit", UNITS, default=WORDS["Pauschale"])
    if cells.has("vat_rate_percent"):
        told["vat_rate"] = cells.choice("vat_rate_percent", VAT_RATES, default=19)
    if cells.filled("lead_time_workdays"):
        told["lead_time_days"] = cells.whole("lead_time_workdays", 0, MAX_LEAD_TIME)
    plan: dict[str, Any] = {}
    if cells.has("minimum_term_months"):
        plan["minimum_term_months"] = cells.whole("minimum_term_months", 0, MAX_TERM, default=0)
    if cells.has("notice_period"):
        plan["notice_period"] = cells.text("notice_period", 120)
    if cells.has(FORM):
        plan["form"] = read_form(cells)
    return ProductRecord(
        number=read_number(cells),
        category=read_path(cells, "category"),
        manufacturer=None,
        told=told,
        prices=_read_prices(cells),
        plan=plan,
    )


def _first_sentence(text: str) -> str:
    sentence = re.split(r"(?<=[.!?])\s", text.replace("\n", " "), maxsplit=1)[0]
    return sentence if len(sentence) <= 500 else sentence[:499].rsplit(" ", 1)[0] + "…"


def _read_prices(cells: Cells) -> PriceList:
    once, monthly = "one_off_price_net_eur_cents", "monthly_price_net_eur_cents"
    zero = Decimal("0.00")
    found = {Charge.ONCE: cells.cents(once, default=zero), Charge.MONTHLY: cells.cents(monthly, default=zero)}
    if not any(found.values()) and not any(finding.column in (once, monthly) for finding in cells.findings):
        cells.wrong(once, N_("Eine Leistung braucht einen Preis: einmalig, monatlich oder beides."))
    return PriceList({(charge, 1): amount for charge, amount in found.items() if amount}, frozenset(Charge), all_tiers=False)


def read_form(cells: Cells) -> list[Any]:
    """What is asked for each recipient: fields with key, label and type."""
    fields = [dict(field) for field in cells.objects(FORM, MAX_FIELDS)]
    keys: set[str] = set()
    for field in fields:
        key = field.get("key")
        if not isinstance(key, str) or not _KEY.fullmatch(key) or key in keys:
            cells.wrong(FORM, N_("Jedes Feld braucht einen eigenen „key“ aus Kleinbuchstaben, Ziffern und _."))
            return []
        keys.add(key)
        if problem := _field_problem(field):
            cells.wrong(FORM, problem, key=key)
            return []
    return fields


def _field_problem(field: Mapping[str, Any]) -> str:
    if not isinstance(field.get("label"), str) or not field["label"].strip():
        return N_("Dem Feld %(key)s fehlt die Beschriftung („label“).")
    if field.get("type") not in TYPES:
        return N_("Die Art („type“) des Feldes %(key)s ist nicht bekannt.")
    if not isinstance(field.get("required", False), bool):
        return N_("„required“ des Feldes %(key)s muss true oder false sein.")
    if any(not isinstance(field.get(name, ""), str) or len(field.get(name, "")) > limit for name, limit in TEXTS.items()):
        return N_("Ein Text des Feldes %(key)s ist zu lang oder keine Zeichenkette.")
    if field["type"] == "enum" and not _words(field.get("enum")):
        return N_("Das Feld %(key)s braucht eine Auswahl („enum“) aus Texten.")
    if any(type(field[name]) is not int for name in ("maxLength", "minItems", "maxItems") if name in field):
        return N_("Die Längen des Feldes %(key)s müssen ganze Zahlen sein.")
    if not _compiles(field.get("pattern", "")):
        return N_("Das Muster („pattern“) des Feldes %(key)s ist kein regulärer Ausdruck.")
    return ""


def _words(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= 200 and all(isinstance(word, str) and word.strip() for word in value)


def _compiles(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


NEW_PLAN: dict[str, Any] = {"minimum_term_months": 0, "notice_period": "", "form": []}


def store_services(batch: Batch[ProductRecord]) -> None:
    """Write a batch of services."""
    done = store_products(batch, ProductKind.SERVICE)
    records = {done.ids[record.number]: record for record in batch.records()}
    known = {
        row.product_id: {"minimum_term_months": row.minimum_term_months, "notice_period": row.notice_period, "form": row.form}
        for row in batch.session.execute(
            select(ServicePlan.product_id, ServicePlan.minimum_term_months, ServicePlan.notice_period, ServicePlan.form).where(
                ServicePlan.product_id.in_(list(records))
            )
        )
    }
    inserts, updates = [], []
    for key, record in records.items():
        before = known.get(key)
        plan = (before or NEW_PLAN) | record.plan
        if before is None:
            inserts.append({"product_id": key, **plan})
        elif before != plan:
            updates.append({"product_id": key, **plan})
            done.changed.add(record.number)
    if inserts:
        batch.session.execute(insert(ServicePlan), inserts)
    if updates:
        batch.session.execute(update(ServicePlan), updates)
    for record in records.values():
        batch.count(new=record.number in done.new, changed=record.number in done.changed)


SERVICES = Kind(
    name=N_("Leistungen"),
    required=frozenset({"sku", "name", "category", "one_off_price_net_eur_cents", "monthly_price_net_eur_cents"}),
    optional=frozenset(
        {"description", "minimum_term_months", "notice_period", "unit", FORM, "vat_rate_percent", "lead_time_workdays"}
    ),
    unused=frozenset(),
    key_column="sku",
    key=lambda record: record.number,
    read=read_service,
    store=store_services,
)
