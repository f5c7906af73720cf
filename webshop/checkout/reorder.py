"""Ordering an earlier order again: a new cart from its lines, at today's prices, and nothing dropped in silence."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.cart import queries as carts
from webshop.cart import services as cart_services
from webshop.cart.models import Cart, CartLine, ShareKind
from webshop.cart.wanted import Wanted
from webshop.catalog import pricing
from webshop.catalog.models import Product, ProductStatus
from webshop.core import typed
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.errors import Invalid
from webshop.core.formats import NBSP, Worded, whole
from webshop.core.i18n import N_
from webshop.orders.models import Order, OrderLine

MAX_NAME = 80


@dataclass(frozen=True)
class Missing:
    """A line that cannot be ordered now, and why."""

    line: OrderLine
    reason: Invalid
    successor: Product | None = None


class NothingLeft(Invalid):
    """Not one article of the order can be ordered now."""

    def __init__(self) -> None:
        super().__init__(N_("Keiner der Artikel lässt sich heute bestellen. Suchen Sie im Katalog nach Alternativen."))


def missing_lines(session: Session, order: Order, *, now: datetime) -> list[Missing]:
    """The lines that a new cart could not take over; the order's lines must be loaded."""
    lines = order.lines
    products = _products(session, lines)
    pieces: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        pieces[line.product_id] += line.quantity
    prices = pricing.prices_for(session, order.organisation_id, pieces, day=berlin_date(now))
    found = []
    for line in lines:
        product = products[line.product_id]
        if product.status != ProductStatus.ACTIVE:
            found.append(Missing(line, Invalid(N_("wird nicht mehr angeboten")), products.get(product.successor_id or 0)))
        elif not prices[product.id].has_price:
            found.append(Missing(line, Invalid(N_("hat zurzeit keinen Preis"))))
        elif line.quantity > product.max_quantity:
            reason = Invalid(N_("je Position sind höchstens %(max)s möglich"), max=Worded(whole, product.max_quantity))
            found.append(Missing(line, reason))
    return found


def reorder(session: Session, order: Order, *, actor: Actor, now: datetime) -> tuple[Cart, list[Missing]]:
    """A new cart with all lines that can be ordered now; NothingLeft where there is none.

    What cost something else then counts as shown at the old price: the cart shows both and asks for a confirmation.
    """
    missing = missing_lines(session, order, now=now)
    left_out = {item.line.id for item in missing}
    kept = [line for line in order.lines if line.id not in left_out]
    if not kept:
        raise NothingLeft
    day = berlin_date(now)
    allowed = {cost_centre.id for cost_centre in carts.cost_centres(session, actor, day=day)}
    places = {address.id for address in carts.addresses(session, actor)}
    cart = cart_services.create_cart(session, _name(session, order, actor), actor=actor, now=now)
    single = {line.deliveries[0].address_id for line in kept if len(line.deliveries) == 1}
    cart.address_id = single.pop() if len(single) == 1 and single <= places else None
    cart.contact_name, cart.contact_phone = order.contact_name, order.contact_phone
    wanted = [_wanted(line, allowed, places) for line in kept]
    made = cart_services.quick_add(session, cart, wanted, actor=actor, now=now)
    _remember_prices(made, kept)
    session.flush()
    return cart, missing


def _products(session: Session, lines: Sequence[OrderLine]) -> Mapping[int, Product]:
    """The articles of the lines and, of those that are gone, their successors: one statement."""
    ids = {line.product_id for line in lines}
    successors = select(Product.successor_id).where(Product.id.in_(ids), Product.successor_id.is_not(None))
    rows = session.scalars(select(Product).where(Product.id.in_(ids) | Product.id.in_(successors)))
    return {product.id: product for product in rows}


def _name(session: Session, order: Order, actor: Actor) -> str:
    """A name that none of the person's carts has."""
    wished = f"Wie {order.number}"
    names = set(
        session.scalars(select(Cart.name).where(Cart.owner_id == actor.person_id, Cart.organisation_id == actor.organisation_id))
    )
    number = 1
    while (name := wished if number == 1 else f"{wished} ({number})") in names:
        number += 1
    return name[:MAX_NAME]


def _wanted(line: OrderLine, allowed: set[UUID], places: set[UUID]) -> Wanted:
    """The line with its splits as far as cost centres and addresses can still be used."""
    bearers = [share.cost_centre_id for share in line.shares]
    shares, kind = _shares(line) if len(bearers) > 1 and set(bearers) <= allowed else ((), ShareKind.PERCENT)
    deliveries = [(part.address_id, part.quantity) for part in line.deliveries]
    split = len(deliveries) > 1 and {address for address, _quantity in deliveries} <= places
    return Wanted(
        product_id=line.product_id,
        quantity=line.quantity,
        cost_centre_id=next((bearer for bearer in bearers if bearer in allowed), None),
        note=line.note,
        deliveries=tuple(deliveries) if split else (),
        shares=shares,
        share_kind=kind,
    )


def _shares(line: OrderLine) -> tuple[tuple[tuple[UUID, Decimal], ...], ShareKind]:
    """The split as the order's labels say it (`150 Stück`, `60 %`)."""
    percent = all(share.weight_label.endswith("%") for share in line.shares)
    weights = []
    for share in line.shares:
        try:
            weights.append((share.cost_centre_id, typed.decimal_number(share.weight_label.partition(NBSP)[0])))
        except ValueError:
            return (), ShareKind.PERCENT
    return tuple(weights), ShareKind.PERCENT if percent else ShareKind.QUANTITY


def _remember_prices(made: Sequence[CartLine], ordered: Sequence[OrderLine]) -> None:
    for line, earlier in zip(made, ordered, strict=True):
        if (line.seen_unit_net, line.seen_monthly_net) != (earlier.unit_net, earlier.monthly_unit_net):
            line.seen_unit_net, line.seen_monthly_net = earlier.unit_net, earlier.monthly_unit_net
