"""The lines of a cart: added, changed, removed, brought back, replaced, confirmed."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.cart.errors import CartFull, LinesChanged, LinesWrong, NoSuchLine, NotForSale, WrongQuantity
from webshop.cart.models import MAX_LINES, Cart, CartLine, line_stamp, stamp
from webshop.cart.offers import offers
from webshop.cart.queries import lines_of
from webshop.cart.services.changing import (
    orderable_cost_centres,
    require_active,
    require_cost_centre,
    require_own,
    require_quantity,
    showing,
    touch,
)
from webshop.cart.wanted import Wanted, new_line, packed, unpacked
from webshop.catalog.models import Product
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.errors import Invalid
from webshop.core.formats import Worded, whole
from webshop.core.i18n import N_

KEPT_REMOVED = 20
"""So many removed lines can be brought back."""


@dataclass(frozen=True)
class LineChange:
    """What a form says about a line, and the stamp of what it showed; None: whatever it says now."""

    quantity: int
    cost_centre_id: UUID | None
    note: str
    seen: str | None = None

    @property
    def stamp(self) -> str:
        """The line's stamp once this is saved."""
        return line_stamp(self.quantity, self.cost_centre_id, self.note)


def add(
    session: Session,
    cart: Cart,
    product: Product,
    quantity: int,
    *,
    actor: Actor,
    now: datetime,
    cost_centre_id: UUID | None = None,
    note: str = "",
) -> CartLine:
    """One article into the cart; more of it where the same article for the same cost centre is there and not split.

    Without a cost centre it takes that of the newest line, or the only one the person may order for.
    """
    lines = lines_of(session, cart, splits=True)
    allowed = orderable_cost_centres(session, actor, berlin_date(now))
    if cost_centre_id is None:
        cost_centre_id = _usual_cost_centre(lines, allowed)
    same = [line for line in lines if _same(line, product.id, cost_centre_id)]
    if not note and same:
        note = same[0].note
    return quick_add(session, cart, [Wanted(product.id, quantity, cost_centre_id, note)], actor=actor, now=now)[0]


def quick_add(
    session: Session, cart: Cart, wanted: Sequence[Wanted], *, actor: Actor, now: datetime, seen: int | None = None
) -> list[CartLine]:
    """Many articles into the cart at once, all or none; `seen` is the cart's version that the form showed."""
    require_own(cart, actor)
    day = berlin_date(now)
    touch(session, cart, actor=actor, now=now, seen=seen)
    allowed = orderable_cost_centres(session, actor, day)
    lines = list(lines_of(session, cart, splits=True))
    known = {(line.product_id, line.cost_centre_id, line.note): line for line in lines if not (line.deliveries or line.shares)}
    position = max((line.position for line in lines), default=0)
    products = _products(session, {item.product_id for item in wanted})
    touched = []
    with showing(session, cart, day):
        for item in wanted:
            require_active(products[item.product_id])
            require_cost_centre(item.cost_centre_id, allowed)
            key = (item.product_id, item.cost_centre_id, item.note)
            line = None if item.split else known.get(key)
            if line is None:
                position += 1
                line = new_line(cart, item, position)
                session.add(line)
                lines.append(line)
                if not item.split:
                    known[key] = line
            else:
                _increase(line, products[item.product_id], item.quantity)
            require_quantity(products[item.product_id], item.quantity)
            touched.append(line)
        if len(lines) > MAX_LINES:
            raise CartFull(MAX_LINES)
        session.flush()
        _require_prices(session, cart, touched, now)
    return touched


def change_lines(
    session: Session, cart: Cart, changes: Mapping[UUID, LineChange], *, actor: Actor, now: datetime
) -> frozenset[UUID]:
    """Save what a form changed of the lines; returns the ids of those that are different now.

    Lines that only somebody else changed stay as that person left them. LinesChanged where both changed the same line
    (R-7, F6), LinesWrong where values cannot be; nothing is saved then.
    """
    require_own(cart, actor)
    found = {line.id: line for line in lines_of(session, cart)}
    removed = {UUID(row["id"]) for row in cart.removed}
    if set(changes) - set(found) - removed:
        raise NoSuchLine
    meant = {key: change for key, change in changes.items() if change.seen is None or change.stamp != change.seen}
    lost = {key for key in meant if key not in found}
    both = {
        key
        for key, change in meant.items()
        if key in found and change.seen is not None and found[key].stamp not in (change.seen, change.stamp)
    }
    if lost or both:
        raise LinesChanged(frozenset(lost | both))
    meant = {key: change for key, change in meant.items() if found[key].stamp != change.stamp}
    if not meant:
        return frozenset()
    day = berlin_date(now)
    allowed = orderable_cost_centres(session, actor, day)
    problems = {key: error for key, change in meant.items() if (error := _problem(found[key], change, allowed))}
    if problems:
        raise LinesWrong(problems)
    touch(session, cart, actor=actor, now=now)
    with showing(session, cart, day):
        for key, change in meant.items():
            line = found[key]
            line.quantity, line.cost_centre_id, line.note = change.quantity, change.cost_centre_id, change.note
    return frozenset(meant)


def change_line(session: Session, cart: Cart, line_id: UUID, change: LineChange, *, actor: Actor, now: datetime) -> None:
    """Save what a form changed of one line."""
    change_lines(session, cart, {line_id: change}, actor=actor, now=now)


def assign_cost_centre(session: Session, cart: Cart, cost_centre_id: UUID, *, actor: Actor, now: datetime) -> int:
    """The cost centre for every line that has none, or none that the person may order for today; returns how many."""
    require_own(cart, actor)
    allowed = orderable_cost_centres(session, actor, berlin_date(now))
    require_cost_centre(cost_centre_id, allowed)
    bare = [line for line in lines_of(session, cart, splits=True) if not line.shares and line.cost_centre_id not in allowed]
    touch(session, cart, actor=actor, now=now)
    for line in bare:
        line.cost_centre_id = cost_centre_id
    return len(bare)


def remove_line(session: Session, cart: Cart, line_id: UUID, *, actor: Actor, now: datetime) -> Product:
    """Take a line out; it can be brought back for a while. Returns its article."""
    require_own(cart, actor)
    line = _line(session, cart, line_id)
    product = line.product
    touch(session, cart, actor=actor, now=now)
    with showing(session, cart, berlin_date(now)):
        cart.removed = [*cart.removed, packed(line)][-KEPT_REMOVED:]
        session.delete(line)
    return product


def restore_line(session: Session, cart: Cart, line_id: UUID, *, actor: Actor, now: datetime) -> CartLine:
    """Bring a removed line back as it was, with its splits, to its place."""
    require_own(cart, actor)
    kept = next((row for row in cart.removed if row["id"] == str(line_id)), None)
    if kept is None:
        return _line(session, cart, line_id)  # a second click on "Rückgängig"
    if len(lines_of(session, cart)) >= MAX_LINES:
        raise CartFull(MAX_LINES)
    touch(session, cart, actor=actor, now=now)
    with showing(session, cart, berlin_date(now)):
        line = unpacked(cart, kept)
        session.add(line)
        cart.removed = [row for row in cart.removed if row is not kept]
    return line


def replace_line(session: Session, cart: Cart, line_id: UUID, *, actor: Actor, now: datetime) -> CartLine:
    """The successor in place of a withdrawn article, with the same quantity, cost centre, note and splits."""
    require_own(cart, actor)
    line = _line(session, cart, line_id)
    successor = session.get(Product, line.product.successor_id) if line.product.successor_id else None
    if successor is None:
        raise NotForSale(N_("Für diesen Artikel gibt es keinen Nachfolger. Entfernen Sie die Position."))
    require_active(successor)
    require_quantity(successor, line.quantity)
    touch(session, cart, actor=actor, now=now)
    with showing(session, cart, berlin_date(now)):
        line.product = successor
        line.seen_unit_net = line.seen_monthly_net = line.seen_in_stock = None
    _require_prices(session, cart, [line], now)
    return line


def confirm_changes(session: Session, cart: Cart, shown: Mapping[UUID, str], *, actor: Actor, now: datetime) -> int:
    """The person agrees to what the page showed (stamps of `Offer.shown`); what changed again since is not agreed to."""
    require_own(cart, actor)
    agreed = [
        offer
        for offer in offers(session, cart, day=berlin_date(now))
        if offer.drift and shown.get(offer.line.id) == stamp(*offer.shown)
    ]
    if agreed:
        touch(session, cart, actor=actor, now=now)
    for offer in agreed:
        offer.line.seen_unit_net, offer.line.seen_monthly_net, offer.line.seen_in_stock = offer.shown
    return len(agreed)


# --- inside -----------------------------------------------------------------------------------------------------------


def _line(session: Session, cart: Cart, line_id: UUID) -> CartLine:
    line = next((line for line in lines_of(session, cart, splits=True) if line.id == line_id), None)
    if line is None:
        raise NoSuchLine
    return line


def _problem(line: CartLine, change: LineChange, allowed: dict[UUID, str]) -> Invalid | None:
    """Why the line cannot be like that. A cost centre that stays as it is is not judged here but at the review."""
    try:
        require_quantity(line.product, change.quantity)
        if change.cost_centre_id != line.cost_centre_id:
            require_cost_centre(change.cost_centre_id, allowed)
    except Invalid as error:
        return error
    return None


def _same(line: CartLine, product_id: int, cost_centre_id: UUID | None) -> bool:
    unsplit = not (line.deliveries or line.shares)
    return unsplit and (line.product_id, line.cost_centre_id) == (product_id, cost_centre_id)


def _usual_cost_centre(lines: Sequence[CartLine], allowed: Mapping[UUID, str]) -> UUID | None:
    """The newest line's, if it may still be used; else the only one there is."""
    newest = next((line.cost_centre_id for line in reversed(lines) if line.cost_centre_id in allowed), None)
    return newest or (next(iter(allowed)) if len(allowed) == 1 else None)


def _products(session: Session, ids: Collection[int]) -> dict[int, Product]:
    return {product.id: product for product in session.scalars(select(Product).where(Product.id.in_(ids)))}


def _increase(line: CartLine, product: Product, quantity: int) -> None:
    if line.quantity + quantity > product.max_quantity:
        raise WrongQuantity(
            N_("Von diesem Artikel liegen schon %(there)s im Warenkorb; höchstens %(limit)s je Position sind möglich."),
            field="quantity",
            there=Worded(whole, line.quantity),
            limit=Worded(whole, product.max_quantity),
        )
    line.quantity += quantity


def _require_prices(session: Session, cart: Cart, lines: Sequence[CartLine], now: datetime) -> None:
    wanted = {line.id for line in lines}
    for offer in offers(session, cart, day=berlin_date(now)):
        if offer.line.id in wanted and not offer.price.has_price:
            raise NotForSale(N_("Für %(name)s ist heute kein Preis hinterlegt."), field="product", name=offer.product.name)
