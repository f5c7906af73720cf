"""Orders in memory, as they would come from the database: for letters and mails, which need none."""

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import webshop.tables  # noqa: F401 - an order knows its tables
from webshop.catalog.models import ProductKind
from webshop.core.money import line_net, split
from webshop.orders.models import Order, OrderLine, OrderLineDelivery, OrderLinePart, OrderLineShare

SUBMITTED = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
APPROVED = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
CENTRES = (("40110", "Schulverwaltung"), ("21110", "Grundschulen"), ("11180", "Informationstechnik"))
SCHOOLS = (
    ("Grundschule Am Glacis", "Lübecker Straße 7", "39124", "Magdeburg"),
    ("Grundschule Weitling", "Schönebecker Straße 73", "39104", "Magdeburg"),
    ("Gemeinschaftsschule „Gottfried Wilhelm Leibniz“", "Salzmannstraße 9", "39112", "Magdeburg"),
    ("Berufsbildende Schulen „Otto von Guericke“", "Am Krökentor 1 a–b", "39104", "Magdeburg"),
    ("Förderschule Hugo-Kükelhaus", "Kosmonautenweg 1", "39118", "Magdeburg"),
)


def sample_order(lines: int = 3, *, places: int = 1, text: str = "", monthly: bool = True) -> Order:
    """An approved order; `text` is put into every free text of it."""
    order = Order(
        id=uuid4(),
        number="BE-2026-00017",
        submitted_at=SUBMITTED,
        subject=text[:120] or "Notebooks und Anschlüsse für fünf Schulen",
        reference=text[:60] or "40.11-2026/0815",
        desired_date=date(2026, 12, 14),
        contact_name=text or "Jörg Müßiggang-Schäfer",
        contact_phone=text[:60] or "0391 540-2345",
        note=text or "Anlieferung nur vormittags, bitte im Sekretariat melden.",
        customer_number=text[:20] or "K-10042",
        customer_name=text or "Landeshauptstadt Magdeburg",
        customer_street=text or "Alter Markt 6",
        customer_postcode=text[:10] or "39104",
        customer_city=text or "Magdeburg",
        confirmation_number="AB-2026-00009",
    )
    order.lines = [_line(position, places, text, monthly) for position in range(1, lines + 1)]
    return order


def _line(position: int, places: int, text: str, with_monthly: bool) -> OrderLine:
    service = with_monthly and position % 5 == 3
    quantity = 1200 if position % 7 == 4 else 50 + position
    unit = Decimal("49.9000") if service else Decimal("812.3700") + position
    base, monthly = 1, Decimal("0.0000")
    if service:
        monthly = Decimal("12.5000")
    elif position % 7 == 4:
        unit, base = Decimal("3.4950"), 100
    net, monthly_net = line_net(unit, quantity, base), line_net(monthly, quantity)
    line = OrderLine(
        id=uuid4(),
        position=position,
        number=f"10-{4000 + position}",
        title=text or _title(position, service),
        manufacturer=text[:120] or ("" if service else "Lenovo"),
        manufacturer_number=text[:120] or ("" if service else "21HFS0XK00"),
        kind=ProductKind.SERVICE if service else ProductKind.HARDWARE,
        unit_code="C62",
        unit_label=text[:40] or ("Arbeitsplatz" if service else "Stück"),
        quantity=quantity,
        unit_net=unit,
        price_base_quantity=base,
        net=net,
        monthly_unit_net=monthly,
        monthly_net=monthly_net,
        minimum_term_months=36 if service else 0,
        vat_rate=7 if position % 11 == 6 else 19,
        contract_number=(text[:40] or "RV-2025-014") if position % 2 else "",
        in_stock=20 if position % 3 == 1 else 0,
        promised_date=None if position % 10 == 9 else date(2026, 12, 4 + position % 20),
        note=text or ("mit Gravur „Eigentum der Stadt“" if position == 1 else ""),
    )
    line.deliveries = [] if service else _deliveries(line.id, quantity, places, text)
    line.shares = _shares(line, text)
    line.parts = []
    if position == 2:
        line.parts = [
            OrderLinePart(position=1, number="10-0007", title=text or "Dockingstation USB-C", quantity=quantity),
            OrderLinePart(position=2, number="10-0008", title=text or "Maus, kabelgebunden", quantity=quantity),
        ]
    return line


def _title(position: int, service: bool) -> str:
    if service:
        return "Managed Arbeitsplatz mit Schulnetzanschluss"
    if position % 6 == 5:
        return (
            "Interaktives Großformat-Display 86 Zoll mit höhenverstellbarer Pylonenhalterung, Wandabstandsausgleich, "
            "integriertem Rechner-Einschub und fünf Jahren Vor-Ort-Gewährleistungsverlängerung"
        )
    return f"ThinkPad L14 Gen {position}, 14 Zoll, 16 GB, 512 GB"


def _deliveries(line_id: UUID, quantity: int, places: int, text: str) -> list[OrderLineDelivery]:
    shares = split(Decimal(quantity) / 100, [1] * places)
    found = []
    for index, share in enumerate(shares):
        label, street, postcode, city = SCHOOLS[index % len(SCHOOLS)]
        suffix = f" {index // len(SCHOOLS) + 1}" if index >= len(SCHOOLS) else ""
        found.append(
            OrderLineDelivery(
                line_id=line_id,
                position=index + 1,
                label=text or label + suffix,
                street=text or street,
                postcode=postcode,
                city=text or city,
                note=text or ("Hausmeister: Tor 2" if index == 1 else ""),
                quantity=int(share * 100),
            )
        )
    return found


def _shares(line: OrderLine, text: str) -> list[OrderLineShare]:
    weights = [60, 40] if line.position == 1 else [100]
    centres = CENTRES if line.position == 1 else CENTRES[line.position % 3 :]
    return [
        OrderLineShare(
            line_id=line.id,
            position=index + 1,
            number=centres[index][0],
            name=text or centres[index][1],
            weight_label=f"{weight} %" if len(weights) > 1 else "",
            net=split(line.net, weights)[index],
            monthly_net=split(line.monthly_net, weights)[index],
        )
        for index, weight in enumerate(weights)
    ]
