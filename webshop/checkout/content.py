"""What a form showed and what an approval is bound to, as hashes over canonical JSON (R-20, S-5)."""

import hashlib
import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from webshop.orders.models import Order, OrderLine


def digest(content: Any) -> str:
    """SHA-256 over canonical JSON; decimals as their plain text, dates as ISO."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=_plain)
    return hashlib.sha256(text.encode()).hexdigest()


def _plain(value: object) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if isinstance(value, date | UUID):
        return str(value)
    raise TypeError(type(value).__name__)


def ordered(order: Order) -> str:
    """The hash of an order: lines, prices, addresses, cost centres, and what the delivery step says."""
    head = [order.number, order.buyer_id, order.desired_date, order.reference, order.subject, order.contact_name, order.note]
    return digest({"head": head, "lines": [_ordered_line(line) for line in order.lines]})


def _ordered_line(line: OrderLine) -> list[Any]:
    return [
        line.position,
        line.number,
        line.quantity,
        line.unit_net,
        line.price_base_quantity,
        line.net,
        line.monthly_unit_net,
        line.monthly_net,
        line.minimum_term_months,
        line.vat_rate,
        line.contract_number,
        line.note,
        [[share.cost_centre_id, share.net, share.monthly_net] for share in line.shares],
        [[part.address_id, part.street, part.postcode, part.city, part.quantity] for part in line.deliveries],
    ]
