"""What the files do not tell: category texts, bundles, accessories and alternatives, withdrawn articles with successors."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from webshop.catalog.models import (
    BundleItem,
    Category,
    Price,
    Product,
    ProductKind,
    ProductRelation,
    ProductStatus,
    RelationKind,
)
from webshop.catalog.search import search_text_for
from webshop.core.clock import berlin_date
from webshop.demo.texts import CATEGORIES, TOP
from webshop.imports.categories import CategoryTree

PLAIN = {"synchronize_session": False}
PLAYED = timedelta(days=119)
"""From the filling of the shop until yesterday."""
TURNS = 21
TOGETHER = Decimal("0.97")
"""A bundle costs a little less than its parts."""


@dataclass(frozen=True)
class Bundle:
    """A bundle: its parts by number, with pieces."""

    number: str
    name: str
    short: str
    description: str
    parts: Mapping[str, int]


BUNDLES = (
    Bundle(
        "PK-100001",
        "Standard-Arbeitsplatz mobil",
        "Notebook 14 Zoll, Monitor 24 Zoll, Tastatur, Maus und Headset",
        "Für Büro, Sitzung und Homeoffice: alle Teile sind aufeinander abgestimmt und kommen in einer Lieferung. "
        "Aufbau und Übergabe bestellen Sie als „Rollout Arbeitsplatz“ dazu.",
        {"NB-100247": 1, "MO-101053": 1, "ZB-100047": 1, "ZB-100346": 1, "ZB-100779": 1},
    ),
    Bundle(
        "PK-100002",
        "Standard-Arbeitsplatz fest",
        "Kompakter Rechner mit zwei Monitoren, Tastatur und Maus mit Kabel",
        "Für Plätze, die niemand verlässt: Bürgerbüro, Kasse, Leitstelle. Ohne Akkus und Funk, also ohne Wartung.",
        {"PC-100061": 1, "MO-100909": 2, "ZB-100003": 1, "ZB-100321": 1},
    ),
    Bundle(
        "PK-100003",
        "Videokonferenz-Arbeitsplatz",
        "Webcam, Headset und Lautsprecher für Besprechungen am Schreibtisch",
        "Ergänzt einen vorhandenen Rechner. Alle Geräte werden über USB angeschlossen und ohne Treiber erkannt.",
        {"ZB-100864": 1, "ZB-100779": 1, "ZB-100912": 1},
    ),
    Bundle(
        "PK-100004",
        "WLAN-Grundausstattung Schule",
        "Switch mit PoE, vier Access Points und unterbrechungsfreie Stromversorgung",
        "Reicht für einen Flur mit vier Klassenräumen. Für die Planung bestellen Sie vorher die WLAN-Ausleuchtung.",
        {"NW-100977": 1, "NW-101028": 4, "US-100023": 1},
    ),
    Bundle(
        "PK-100005",
        "Klassensatz Chromebooks (15 Geräte)",
        "15 Chromebooks mit 15 Headsets für den Unterricht",
        "Ein halber Klassensatz. Ausgabe und Verwaltung der Geräte gibt es als Leistung „Schülergerät“.",
        {"NB-100181": 15, "ZB-100703": 15},
    ),
)

WITHDRAWN = {
    "NB-100297": "NB-100298",
    "NB-100318": "NB-100320",
    "NB-100284": "NB-100285",
    "NB-100299": "NB-100304",
    "MO-100643": "MO-101053",
    "MO-101060": "MO-100860",
    "MO-100393": "MO-100845",
    "PC-100057": "PC-100061",
    "ZB-100869": "ZB-100866",
    "NW-101023": "NW-101028",
    "TK-100289": "TK-100291",
    "SW-100010": "SW-100002",
}
"""Articles that are no longer sold, and what comes after them."""

ACCESSORIES: Mapping[str, Sequence[str]] = {
    "notebooks/": ("MO-101053", "MO-100909", "MO-100860", "ZB-100047", "ZB-100346", "ZB-100779", "ZB-100866", "SP-100010"),
    "desktop-pcs/": ("MO-100909", "MO-101080", "MO-101173", "ZB-100003", "ZB-100321", "ZB-100912", "ZB-100866", "US-100023"),
    "monitore/office-monitore": ("ZB-100047", "ZB-100346", "ZB-100866", "ZB-100912", "ZB-100916"),
    "monitore/grossformat-ab-32-zoll": ("ZB-100862", "ZB-100864", "ZB-100912", "ZB-100915"),
    "telefonie-und-mobilgeraete/": ("ZB-100755", "ZB-100721", "DL-9001"),
    "netzwerk/switches": ("US-100017", "US-100070", "NW-101028", "NW-101372"),
    "netzwerk/wlan-und-access-points": ("NW-100928", "NW-100977", "US-100023", "DL-4004"),
    "server/": ("US-100070", "US-100118", "US-100159", "DL-6001", "DL-5004"),
    "dienstleistungen/arbeitsplatz-und-zugang": ("DL-1002", "DL-5001", "PK-100001"),
}
"""Accessories by the beginning of a category's path; of a long list each article takes some."""
EACH = 4

COMPARABLE = ("notebooks/", "desktop-pcs/", "monitore/", "netzwerk/switches", "server/", "telefonie-und-mobilgeraete/")
NEIGHBOURS = 2
"""Alternatives: the next dearer and the next cheaper ones of the same category."""


@dataclass(frozen=True)
class _Article:
    id: int
    number: str
    path: str
    price: Decimal


def arrange(session: Session, *, now: datetime) -> None:
    """Put the imported articles in order."""
    _describe(session)
    _make_bundles(session, now=now)
    articles = _articles(session)
    _withdraw(session, articles)
    _relate(session, articles)
    _renew_promises(session, now=now)


def _describe(session: Session) -> None:
    tree = CategoryTree(session)
    tree.ensure(("Pakete",))
    for category in session.scalars(select(Category)):
        category.description = CATEGORIES.get(category.path, "")
        category.position = (TOP.index(category.path) + 1) * 10 if category.path in TOP else 500
    session.flush()


def _articles(session: Session) -> list[_Article]:
    rows = session.execute(
        select(Product.id, Product.number, Category.path, Price.unit_net)
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Price, (Price.product_id == Product.id) & (Price.min_quantity == 1))
        .order_by(Product.number, Price.charge)
    )
    found = {row.number: _Article(row.id, row.number, row.path, row.unit_net or Decimal(0)) for row in rows}
    return list(found.values())


def _make_bundles(session: Session, *, now: datetime) -> None:
    category = session.scalars(select(Category).where(Category.path == "pakete")).one()
    numbers = {number for bundle in BUNDLES for number in bundle.parts}
    parts = {
        row.number: row
        for row in session.execute(
            select(Product.number, Product.id, Product.name, Product.lead_time_days, Price.unit_net)
            .join(Price, (Price.product_id == Product.id) & (Price.min_quantity == 1))
            .where(Product.number.in_(numbers))
        )
    }
    for bundle in BUNDLES:
        names = [f"{pieces} × {parts[number].name}" for number, pieces in bundle.parts.items()]
        whole = sum((parts[number].unit_net * pieces for number, pieces in bundle.parts.items()), Decimal(0)) * TOGETHER
        product = Product(
            number=bundle.number,
            kind=ProductKind.BUNDLE,
            name=bundle.name,
            short_description=bundle.short,
            description=bundle.description,
            category_id=category.id,
            unit_label="Paket",
            max_quantity=500,
            lead_time_days=max(parts[number].lead_time_days for number in bundle.parts),
            promise_source="Zentrallager",
            promised_at=now,
            search_text=search_text_for(
                bundle.number, bundle.name, short_description=bundle.short, category_names=["Pakete"], attribute_values=names
            ),
            created_at=now,
        )
        session.add(product)
        session.flush()
        price = whole.quantize(Decimal(1), rounding=ROUND_HALF_UP).quantize(Decimal("0.0001"))
        session.add(Price(product_id=product.id, unit_net=price, valid_from=berlin_date(now)))
        session.add_all(
            BundleItem(bundle_id=product.id, product_id=parts[number].id, quantity=pieces)
            for number, pieces in bundle.parts.items()
        )
    session.flush()


def _withdraw(session: Session, articles: Sequence[_Article]) -> None:
    ids = {article.number: article.id for article in articles}
    for old, new in WITHDRAWN.items():
        session.execute(
            update(Product).where(Product.id == ids[old]).values(status=ProductStatus.WITHDRAWN, successor_id=ids[new])
        )


def _renew_promises(session: Session, *, now: datetime) -> None:
    """Suppliers confirmed their delivery promises one after another; the service desk gives its own."""
    for turn in range(TURNS):
        told = now + PLAYED - timedelta(days=turn)
        session.execute(update(Product).where(Product.id % TURNS == turn).values(promised_at=told), execution_options=PLAIN)
    services = update(Product).where(Product.kind == ProductKind.SERVICE).values(promise_source="Service Desk")
    session.execute(services, execution_options=PLAIN)


def _relate(session: Session, articles: Sequence[_Article]) -> None:
    rows = [*_accessories(articles), *_alternatives(articles)]
    session.execute(insert(ProductRelation), rows)


def _accessories(articles: Sequence[_Article]) -> Iterator[dict[str, Any]]:
    ids = {article.number: article.id for article in articles}
    for article in articles:
        beginning = next((path for path in ACCESSORIES if article.path.startswith(path)), None)
        if beginning is None or article.number in WITHDRAWN:
            continue
        numbers = sorted(ACCESSORIES[beginning], key=lambda number: _shuffle(article.number, number))
        for number in [number for number in numbers if number != article.number][:EACH]:
            yield {"product_id": article.id, "related_id": ids[number], "kind": RelationKind.ACCESSORY}


def _shuffle(*parts: str) -> bytes:
    return sha256("|".join(parts).encode()).digest()


def _alternatives(articles: Sequence[_Article]) -> Iterator[dict[str, Any]]:
    by_category: defaultdict[str, list[_Article]] = defaultdict(list)
    for article in articles:
        if article.path.startswith(COMPARABLE) and article.number not in WITHDRAWN:
            by_category[article.path].append(article)
    for group in by_category.values():
        group.sort(key=lambda article: (article.price, article.number))
        for index, article in enumerate(group):
            for other in group[max(index - NEIGHBOURS, 0) : index] + group[index + 1 : index + 1 + NEIGHBOURS]:
                yield {"product_id": article.id, "related_id": other.id, "kind": RelationKind.ALTERNATIVE}
