"""A line of a cart as plain values: wished for, copied, or kept for a while after it was removed."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from webshop.cart.models import Cart, CartLine, CartLineDelivery, CartLineShare, ShareKind


@dataclass(frozen=True)
class Wanted:
    """An article that shall go into a cart."""

    product_id: int
    quantity: int
    cost_centre_id: UUID | None = None
    note: str = ""
    deliveries: tuple[tuple[UUID, int], ...] = ()
    """Addresses and pieces, where the line is split."""
    shares: tuple[tuple[UUID, Decimal], ...] = ()
    share_kind: ShareKind = ShareKind.PERCENT

    @property
    def split(self) -> bool:
        """True if it goes to several addresses or cost centres."""
        return bool(self.deliveries or self.shares)


def wanted_of(line: CartLine) -> Wanted:
    """What a line says; its splits must be loaded."""
    return Wanted(
        line.product_id,
        line.quantity,
        line.cost_centre_id,
        line.note,
        tuple((part.address_id, part.quantity) for part in line.deliveries),
        tuple((share.cost_centre_id, share.weight) for share in line.shares),
        line.shares[0].kind if line.shares else ShareKind.PERCENT,
    )


def new_line(cart: Cart, item: Wanted, position: int, line_id: UUID | None = None) -> CartLine:
    """The row of an article in a cart, with its splits."""
    line = CartLine(
        id=line_id or uuid4(),
        organisation_id=cart.organisation_id,
        cart_id=cart.id,
        position=position,
        product_id=item.product_id,
        quantity=item.quantity,
        cost_centre_id=item.cost_centre_id,
        note=item.note,
    )
    tenant = {"line_id": line.id, "organisation_id": cart.organisation_id}
    line.deliveries = [
        CartLineDelivery(address_id=address, quantity=quantity, position=index, **tenant)
        for index, (address, quantity) in enumerate(item.deliveries, start=1)
    ]
    line.shares = [
        CartLineShare(cost_centre_id=cost_centre, kind=item.share_kind, weight=weight, position=index, **tenant)
        for index, (cost_centre, weight) in enumerate(item.shares, start=1)
    ]
    return line


def packed(line: CartLine) -> dict[str, Any]:
    """A line as plain data."""
    return {
        "id": str(line.id),
        "position": line.position,
        "product": line.product_id,
        "quantity": line.quantity,
        "cost_centre": str(line.cost_centre_id) if line.cost_centre_id else None,
        "note": line.note,
        "seen": [str(line.seen_unit_net), str(line.seen_monthly_net), line.seen_in_stock]
        if line.seen_unit_net is not None and line.seen_monthly_net is not None
        else None,
        "deliveries": [[str(part.address_id), part.quantity] for part in line.deliveries],
        "shares": [[str(share.cost_centre_id), str(share.weight)] for share in line.shares],
        "share_kind": line.shares[0].kind if line.shares else ShareKind.PERCENT,
    }


def unpacked(cart: Cart, kept: dict[str, Any]) -> CartLine:
    """The row that `packed` was given."""
    item = Wanted(
        kept["product"],
        kept["quantity"],
        UUID(kept["cost_centre"]) if kept["cost_centre"] else None,
        kept["note"],
        tuple((UUID(address), quantity) for address, quantity in kept["deliveries"]),
        tuple((UUID(cost_centre), Decimal(weight)) for cost_centre, weight in kept["shares"]),
        ShareKind(kept["share_kind"]),
    )
    line = new_line(cart, item, kept["position"], UUID(kept["id"]))
    if kept["seen"]:
        unit, monthly, line.seen_in_stock = kept["seen"]
        line.seen_unit_net, line.seen_monthly_net = Decimal(unit), Decimal(monthly)
    return line
