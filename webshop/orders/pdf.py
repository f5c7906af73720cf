"""The order confirmation: a snapshot of everything it says, and the letter made from the snapshot alone.

The snapshot is taken in the transaction that approves the order (R-18); the worker renders it later, and whatever has
changed meanwhile in catalogue, customer or provider changes no letter. A confirmation that differs from the order would
be a refusal and a new offer (§ 150(2) BGB): every line, price and date is copied from the order.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from webshop.config import Provider
from webshop.core import formats
from webshop.core.clock import berlin_date
from webshop.core.money import ZERO, Totals
from webshop.documents import pdf
from webshop.orders import summary
from webshop.orders.models import Order, OrderLine

Plain = dict[str, Any]


def confirmation_snapshot(order: Order, *, provider: Provider, now: datetime, payment_terms_days: int) -> Plain:
    """Everything the confirmation prints, as plain JSON.

    The order has its `confirmation_number`; lines with deliveries, shares and parts are loaded.
    """
    assert order.confirmation_number, "draw the number first"
    places = summary.places(order.lines)
    indexes = {summary.place_key(place): index for index, place in enumerate(places)}
    return {
        "kind": "order_confirmation",
        "number": order.confirmation_number,
        "date": berlin_date(now).isoformat(),
        "created": now.isoformat(timespec="seconds"),
        "provider": provider.model_dump(mode="json"),
        "customer": {
            "number": order.customer_number,
            "name": order.customer_name,
            "street": order.customer_street,
            "postcode": order.customer_postcode,
            "city": order.customer_city,
        },
        "order": {
            "number": order.number,
            "date": berlin_date(order.submitted_at).isoformat(),
            "subject": order.subject,
            "reference": order.reference,
            "desired_date": order.desired_date.isoformat() if order.desired_date else None,
            "contact_name": order.contact_name,
            "contact_phone": order.contact_phone,
            "note": order.note,
        },
        "lines": [_line(line, indexes) for line in order.lines],
        "once": _totals(order.once),
        "monthly": _totals(order.monthly),
        "addresses": [_address(place, index) for index, place in enumerate(places)],
        "cost_centres": [
            {"number": bearer.number, "name": bearer.name, "net": str(bearer.net), "monthly_net": str(bearer.monthly_net)}
            for bearer in summary.cost_centres(order.lines)
        ],
        "contracts": [{"number": number, "positions": found} for number, found in summary.contracts(order.lines)],
        "payment_terms_days": payment_terms_days,
    }


def render_confirmation(snapshot: Plain) -> bytes:
    """The letter as PDF, from the snapshot alone."""
    return pdf.render("order_confirmation.html", _letter(snapshot))


def _line(line: OrderLine, addresses: Mapping[tuple[str, str, str, str, str], int]) -> Plain:
    return {
        "position": line.position,
        "number": line.number,
        "title": line.title,
        "manufacturer": line.manufacturer,
        "manufacturer_number": line.manufacturer_number,
        "quantity": line.quantity,
        "unit": line.unit_label,
        "base_quantity": line.price_base_quantity,
        "unit_net": str(line.unit_net),
        "net": str(line.net),
        "monthly_unit_net": str(line.monthly_unit_net),
        "monthly_net": str(line.monthly_net),
        "minimum_term_months": line.minimum_term_months,
        "vat_rate": line.vat_rate,
        "contract_number": line.contract_number,
        "in_stock": line.in_stock,
        "promised_date": line.promised_date.isoformat() if line.promised_date else None,
        "note": line.note,
        "parts": [{"number": part.number, "title": part.title, "quantity": part.quantity} for part in line.parts],
        "deliveries": [{"address": addresses[summary.place_key(item)], "quantity": item.quantity} for item in line.deliveries],
        "shares": [
            {
                "number": share.number,
                "name": share.name,
                "share": share.weight_label,
                "net": str(share.net),
                "monthly_net": str(share.monthly_net),
            }
            for share in line.shares
        ],
    }


def _address(place: summary.Place, index: int) -> Plain:
    return {
        "key": _key(index),
        "label": place.label,
        "street": place.street,
        "postcode": place.postcode,
        "city": place.city,
        "note": place.note,
    }


def _key(index: int) -> str:
    """A to Z, then AA, AB, …"""
    head, tail = divmod(index, 26)
    return (_key(head - 1) if head else "") + chr(ord("A") + tail)


def _totals(totals: Totals) -> Plain:
    groups = [{"vat_rate": group.vat_rate, "net": str(group.net), "tax": str(group.tax)} for group in totals.groups]
    return {"net": str(totals.net), "tax": str(totals.tax), "gross": str(totals.gross), "groups": groups}


# --- the letter -------------------------------------------------------------------------------------------------------

COLUMNS = 6
"""As many addresses stand side by side in the split table; more begin a new table."""
AMOUNTS = frozenset({"net", "tax", "gross", "unit_net", "monthly_net", "monthly_unit_net"})
DATES = frozenset({"date", "desired_date", "promised_date"})


def _letter(snapshot: Plain) -> Plain:
    """The snapshot, arranged for the page: two tables with running sums, the split tables."""
    letter: Plain = _typed(snapshot)
    lines, addresses = letter["lines"], letter["addresses"]
    once = [line for line in lines if line["net"] or not line["monthly_net"]]
    monthly = [line for line in lines if line["monthly_net"]]
    return {
        **letter,
        "iban": pdf.iban(letter["provider"]["iban"]),
        "once_rows": _running(once, "net", "Einmalig netto"),
        "monthly_rows": _running(monthly, "monthly_net", "Monatlich netto"),
        "split_tables": [_split(lines, addresses, start) for start in range(0, len(addresses), COLUMNS)]
        if len(addresses) > 1
        else [],
        "shared_lines": [line for line in lines if len(line["shares"]) > 1],
    }


def _typed(value: Any, name: str = "") -> Any:
    """JSON back to decimals and dates, by the names of the fields."""
    if isinstance(value, dict):
        return {key: _typed(item, key) for key, item in value.items()}
    if isinstance(value, list):
        return [_typed(item) for item in value]
    if value is not None and name in AMOUNTS:
        return Decimal(value)
    if value is not None and name in DATES:
        return date.fromisoformat(value)
    return value


def _running(lines: Sequence[Plain], amount: str, label: str) -> list[Plain]:
    """Each line with the sum before and after it: what a page that ends here carries over."""
    rows: list[Plain] = []
    total = ZERO
    for line in lines:
        before, total = total, total + line[amount]
        rows.append(
            {
                "line": line,
                "before": f"Übertrag {label}: {formats.eur(before)}" if rows else "",
                "after": f"Zwischensumme {label}: {formats.eur(total)}",
            }
        )
    return rows


def _split(lines: Sequence[Plain], addresses: Sequence[Plain], start: int) -> Plain:
    """Positions down, addresses across; positions that send nothing to these addresses are left out."""
    shown = range(start, min(start + COLUMNS, len(addresses)))
    rows = []
    for line in lines:
        quantities = {item["address"]: item["quantity"] for item in line["deliveries"]}
        if any(index in quantities for index in shown):
            rows.append({"line": line, "quantities": [quantities.get(index) for index in shown]})
    return {"addresses": [addresses[index] for index in shown], "rows": rows}
