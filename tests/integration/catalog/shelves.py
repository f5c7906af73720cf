"""A catalogue full of differences, and the same catalogue counted by hand."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from tests.factories import make_category, make_contract, make_manufacturer, make_organisation, make_product
from webshop.catalog.availability import Availability
from webshop.catalog.models import Category, Charge, Price, Product, ProductKind, ProductStatus, Stock
from webshop.catalog.search import search_text_for
from webshop.catalog.selection import Selection
from webshop.organisations.models import Organisation

MAKERS = ("Alveria", "Hanse Systems", "Nordtec", "Ökotec", None)


@dataclass
class Piece:
    """What a test knows about an article without asking the database."""

    product: Product
    category: str
    maker: str | None
    availability: Availability
    in_contract: bool
    price: Decimal
    on_sale: bool = True


@dataclass
class Shelves:
    """The pieces, and the organisation that looks at them."""

    organisation: Organisation
    categories: dict[str, Category]
    pieces: list[Piece] = field(default_factory=list)

    def hits(self, asked: Selection, kinds: dict[str, list[str]], left_out: str = "") -> list[Piece]:
        """The pieces under all filters but one, found by looking at each."""
        wanted = {name for slug in asked.kinds for name in kinds[slug]}
        return [
            piece
            for piece in self.pieces
            if piece.on_sale
            and (left_out == "availability" or not asked.availabilities or piece.availability in asked.availabilities)
            and (left_out == "contract" or not asked.contract or piece.in_contract)
            and (left_out == "kind" or not asked.kinds or piece.category in wanted)
            and (left_out == "maker" or not asked.makers or piece.maker in asked.makers)
            and (asked.lowest is None or piece.price >= asked.lowest)
            and (asked.highest is None or piece.price <= asked.highest)
        ]


def fill(session: Session, count: int = 60) -> Shelves:
    """Hardware, services and bundles of five makers in four categories, with list and contract prices; always the same."""
    chance = random.Random(20261125)
    city, neighbour = make_organisation(session, "Stadt Magdeburg"), make_organisation(session, "Hansestadt Stendal")
    mobile = make_category(session, "Mobil", slug="mobil")
    categories = {"Mobil": mobile, "Zubehör": make_category(session, "Zubehör", slug="zubehoer")}
    for name in ("Notebooks", "Tablets"):
        categories[name] = make_category(session, name, parent=mobile)
    shelves = Shelves(city, categories)
    for number in range(count):
        shelves.pieces.append(_piece(session, categories, number, chance))
    _contracts(session, shelves, neighbour, chance)
    return shelves


def _piece(session: Session, categories: dict[str, Category], number: int, chance: random.Random) -> Piece:
    name, maker = chance.choice(list(categories)), chance.choice(MAKERS)
    lead, pieces = chance.choice([1, 2, 5, 10, 11, 30]), chance.choice([0, 0, 1, 7])
    net = Decimal(chance.randrange(100, 200_000)) / 100
    given: dict[str, Any] = {
        "name": f"Artikel {number:03d}",
        "number": f"T-{number:04d}",
        "category": categories[name],
        "manufacturer": maker,
        "lead_time_days": lead,
        "created_at": datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=chance.randrange(300)),
    }
    on_sale = number % 10 != 9
    given["status"] = ProductStatus.ACTIVE if on_sale else ProductStatus.WITHDRAWN
    soon = Availability.SOON if lead <= 10 else Availability.LATER
    match number % 6:
        case 4:
            monthly = Decimal(chance.randrange(100, 5_000)) / 100
            once = chance.choice([None, "25.00"])
            product = make_product(session, net=once, monthly=str(monthly), **given)
            return Piece(product, name, maker, Availability.NOW if lead <= 2 else soon, False, monthly, on_sale)
        case 5:
            part = make_product(
                session,
                f"Teil {number}",
                stock=pieces,
                status=ProductStatus.WITHDRAWN,
                category=categories[name],
                manufacturer=None,
            )
            product = make_product(session, net=str(net), parts={part: 2}, **given)
            return Piece(product, name, maker, Availability.NOW if pieces >= 2 else soon, False, net, on_sale)
    product = make_product(session, net=str(net), stock=pieces, tiers={10: str(net / 2)[:6]}, **given)
    return Piece(product, name, maker, Availability.NOW if pieces else soon, False, net, on_sale)


def _contracts(session: Session, shelves: Shelves, neighbour: Organisation, chance: random.Random) -> None:
    """Contracts that count, and contracts that do not: used up, past, to come, for others, from ten pieces on."""
    hardware = [piece for piece in shelves.pieces if piece.product.kind is ProductKind.HARDWARE]
    for organisations in ([], [shelves.organisation]):
        chosen = chance.sample(hardware, 12)
        prices = {piece.product: str(Decimal(chance.randrange(100, 200_000)) / 100) for piece in chosen}
        make_contract(session, prices, organisations=organisations)
        for piece in chosen:
            net = Decimal(prices[piece.product])
            piece.price = min(net, piece.price) if piece.in_contract else net
            piece.in_contract = True
    cheap = {piece.product: "0.10" for piece in hardware}
    make_contract(session, cheap, organisations=[neighbour])
    make_contract(session, cheap, used_value=Decimal("500.00"), max_value=Decimal("500.00"))
    make_contract(session, cheap, valid_to=date(2026, 2, 1))
    make_contract(session, cheap, valid_from=date(2027, 2, 1))
    make_contract(session, {piece.product: {10: "0.10"} for piece in hardware})


def counted(pieces: list[Piece], attribute: str) -> dict[Any, int]:
    """How many pieces have each value."""
    return dict(Counter(getattr(piece, attribute) for piece in pieces if getattr(piece, attribute) is not None))


def heap(session: Session, numbers: range) -> None:
    """Many plain articles in one go."""
    category, maker = make_category(session, "Mäuse", slug="maeuse"), make_manufacturer(session, "Mausfabrik")
    rows = [
        {
            "number": f"H-{number:06d}",
            "kind": ProductKind.HARDWARE,
            "status": ProductStatus.ACTIVE,
            "name": f"Funkmaus {number}",
            "category_id": category.id,
            "manufacturer_id": maker.id,
            "search_text": search_text_for(f"H-{number:06d}", f"Funkmaus {number}", "Mausfabrik"),
            "created_at": datetime(2026, 1, 1, tzinfo=UTC),
        }
        for number in numbers
    ]
    for start in range(0, len(rows), 2_000):
        ids = session.scalars(insert(Product).returning(Product.id), rows[start : start + 2_000]).all()
        session.execute(
            insert(Price),
            [
                {
                    "product_id": key,
                    "charge": Charge.ONCE,
                    "min_quantity": 1,
                    "unit_net": Decimal(key % 97 + 1),
                    "valid_from": date(2026, 1, 1),
                }
                for key in ids
            ],
        )
        session.execute(insert(Stock), [{"product_id": key, "available": key % 3} for key in ids])
    session.flush()
    for table in ("products", "prices", "stock"):  # the database soon does it by itself; until then it plans for a small shop
        session.execute(text(f"ANALYZE {table}"))
