"""Writing articles and services: what both have in common. Rows are compared first, so that unchanged ones stay untouched."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from webshop.catalog.models import Attribute, Manufacturer, Product, ProductAttribute, ProductKind, ProductStatus
from webshop.catalog.search import search_text_for
from webshop.core.i18n import N_
from webshop.imports.attributes import LAST, POSITIONS, Value, searchable, spec_for
from webshop.imports.categories import CategoryTree, Names
from webshop.imports.kind import Batch
from webshop.imports.prices import PriceList, renew

Columns = dict[str, Any]
UNSYNCHRONISED = {"synchronize_session": False}
IN_ONE_STATEMENT = {"render_nulls": True}
"""NULL is written out, so that rows with and without it go into the same statement."""


@dataclass(frozen=True, slots=True)
class ProductRecord:
    """An article as a file tells it; what the file does not know is None or not in `told`."""

    number: str
    category: Names
    manufacturer: str | None
    told: Columns
    """Columns of the article."""
    prices: PriceList
    attributes: tuple[Value, ...] | None = None
    stock: int | None = None
    plan: Columns = field(default_factory=dict)
    """Columns of a service's plan."""


class Manufacturers:
    """All makers by name; makes those that are missing."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.names = dict(session.execute(select(Manufacturer.id, Manufacturer.name)).all())
        self._ids = {name: key for key, name in self.names.items()}

    def ensure(self, name: str) -> int | None:
        """The maker's id; None for no name."""
        if not name:
            return None
        if name not in self._ids:
            key = self._session.scalars(insert(Manufacturer).returning(Manufacturer.id), [{"name": name}]).one()
            self._ids[name], self.names[key] = key, name
        return self._ids[name]


class Attributes:
    """All attributes by key; makes those that are missing, with label and unit from the table."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._ids = dict(session.execute(select(Attribute.key, Attribute.id)).all())

    def ensure(self, value: Value) -> int:
        """The id of the attribute that a value is of."""
        if value.key not in self._ids:
            spec = spec_for(value.key, value)
            values: Columns = {"key": value.key, "label": spec.label, "unit": spec.unit, "kind": spec.kind}
            values["position"] = POSITIONS.get(value.key, LAST)
            self._ids[value.key] = self._session.scalars(insert(Attribute).returning(Attribute.id), [values]).one()
        return self._ids[value.key]


DEFAULTS: Columns = {
    "manufacturer_id": None,
    "short_description": "",
    "description": "",
    "manufacturer_number": "",
    "gtin": "",
    "unit_code": "C62",
    "unit_label": "Stück",
    "vat_rate": 19,
    "price_base_quantity": 1,
    "max_quantity": 10_000,
    "lead_time_days": 10,
    "promise_source": "",
}
"""What a new article has where the file says nothing."""
COMPARED = ("name", "category_id", "search_text", *DEFAULTS)
"""The columns that an import may change."""


@dataclass
class Stored:
    """What became of the articles of a batch."""

    ids: dict[str, int] = field(default_factory=dict)
    new: set[str] = field(default_factory=set)
    changed: set[str] = field(default_factory=set)


def store_products(batch: Batch[ProductRecord], kind: ProductKind) -> Stored:
    """Insert and update the articles of a batch with their attributes and prices; numbers of another kind are refused.

    The caller adds what only its kind has, and counts.
    """
    numbers = [item.record.number for item in batch.good()]
    columns = [getattr(Product, name) for name in ("id", "number", "kind", *COMPARED)]
    rows = batch.session.execute(select(*columns).where(Product.number.in_(numbers))).mappings()
    known = {row["number"]: dict(row) for row in rows}
    for item in batch.good():
        before = known.get(item.record.number)
        if before is not None and before["kind"] != kind:
            batch.refuse(item, "sku", N_("Unter dieser Nummer gibt es schon einen Artikel anderer Art."))
    records = {record.number: record for record in batch.records()}
    done = Stored({number: int(row["id"]) for number, row in known.items()})
    if records:
        _write_rows(batch, kind, records, known, done)
        by_id = {done.ids[number]: record for number, record in records.items()}
        touched = _write_attributes(batch, by_id)
        touched |= renew(batch.session, {key: record.prices for key, record in by_id.items()}, day=batch.run.day)
        done.changed |= {by_id[key].number for key in touched} - done.new
    return done


def _write_rows(
    batch: Batch[ProductRecord],
    kind: ProductKind,
    records: Mapping[str, ProductRecord],
    known: Mapping[str, Columns],
    done: Stored,
) -> None:
    """Insert what is new, update what differs."""
    silent = [known[number]["id"] for number, record in records.items() if record.attributes is None and number in known]
    words = _known_words(batch.session, silent)
    inserts: list[Columns] = []
    updates: list[Columns] = []
    for number, record in records.items():
        before = known.get(number)
        row = _row(batch, record, before, words)
        if before is None:
            fixed = {"number": number, "kind": kind, "status": ProductStatus.ACTIVE, "created_at": batch.run.now, "version": 1}
            inserts.append(row | fixed | {"promised_at": batch.run.now if _promises(record.told) else None})
            continue
        differs = {name: value for name, value in row.items() if before[name] != value}
        if differs:
            updates.append({"id": before["id"], **differs, **({"promised_at": batch.run.now} if _promises(differs) else {})})
            done.changed.add(number)
    if inserts:
        returned = batch.session.execute(
            insert(Product).returning(Product.number, Product.id), inserts, execution_options=IN_ONE_STATEMENT
        )
        done.ids.update((number, key) for number, key in returned)
        done.new.update(row["number"] for row in inserts)
    _update_rows(batch.session, updates)


def _promises(columns: Collection[str]) -> bool:
    return "lead_time_days" in columns or "promise_source" in columns


def _update_rows(session: Session, updates: Sequence[Columns]) -> None:
    """Update by the set of columns that differ, each row's version counted up (R-7)."""
    groups: defaultdict[tuple[str, ...], list[Columns]] = defaultdict(list)
    for row in updates:
        groups[tuple(sorted(row))].append(row)
    for rows in groups.values():
        session.execute(update(Product), rows)
        counted = update(Product).where(Product.id.in_([row["id"] for row in rows])).values(version=Product.version + 1)
        session.execute(counted, execution_options=UNSYNCHRONISED)


def _row(batch: Batch[ProductRecord], record: ProductRecord, before: Columns | None, words: Mapping[int, list[str]]) -> Columns:
    """The article as it should be: what the file tells, over what there is, over the defaults."""
    tree, makers = batch.run.cached(CategoryTree), batch.run.cached(Manufacturers)
    base = DEFAULTS if before is None else {name: before[name] for name in DEFAULTS}
    row = base | record.told | {"category_id": tree.ensure(record.category)}
    if record.manufacturer is not None:
        row["manufacturer_id"] = makers.ensure(record.manufacturer)
    told_words = searchable(record.attributes) if record.attributes is not None else words.get(before["id"], []) if before else []
    row["search_text"] = search_text_for(
        record.number,
        row["name"],
        makers.names.get(row["manufacturer_id"], ""),
        row["manufacturer_number"],
        row["gtin"],
        row["short_description"],
        tree.names(row["category_id"]),
        told_words,
    )
    return row


def _known_words(session: Session, product_ids: Collection[int]) -> Mapping[int, list[str]]:
    """What a search finds of attributes that the file does not tell."""
    values: defaultdict[int, list[Value]] = defaultdict(list)
    if product_ids:
        rows = session.execute(
            select(ProductAttribute.product_id, Attribute.key, ProductAttribute.text, ProductAttribute.number)
            .join(Attribute, Attribute.id == ProductAttribute.attribute_id)
            .where(ProductAttribute.product_id.in_(list(product_ids)))
        )
        for product_id, key, text, number in rows:
            values[product_id].append(Value(key, text, number))
    return {key: searchable(sorted(found)) for key, found in values.items()}


def _write_attributes(batch: Batch[ProductRecord], records: Mapping[int, ProductRecord]) -> set[int]:
    """Replace the attributes of articles whose file tells some that differ; returns those articles."""
    told = {key: record.attributes for key, record in records.items() if record.attributes is not None}
    known: defaultdict[int, dict[int, tuple[str, float | None]]] = defaultdict(dict)
    rows = batch.session.execute(
        select(ProductAttribute.product_id, ProductAttribute.attribute_id, ProductAttribute.text, ProductAttribute.number).where(
            ProductAttribute.product_id.in_(list(told))
        )
    )
    for product_id, attribute_id, text, number in rows:
        known[product_id][attribute_id] = (text, number)
    attributes = batch.run.cached(Attributes)
    inserts: list[Columns] = []
    changed: set[int] = set()
    for product_id, values in told.items():
        wanted = {attributes.ensure(value): (value.text, value.number) for value in values}
        if wanted != known.get(product_id, {}):
            changed.add(product_id)
            inserts += [
                {"product_id": product_id, "attribute_id": key, "text": text, "number": number}
                for key, (text, number) in wanted.items()
            ]
    replaced = [key for key in changed if key in known]
    if replaced:
        statement = delete(ProductAttribute).where(ProductAttribute.product_id.in_(replaced))
        batch.session.execute(statement, execution_options=UNSYNCHRONISED)
    if inserts:
        batch.session.execute(insert(ProductAttribute), inserts, execution_options=IN_ONE_STATEMENT)
    return changed
