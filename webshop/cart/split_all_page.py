"""Splitting all lines over the same addresses: 250 notebooks, docks and bags to five schools in one table.

A key such as 60:40:50 fills the table in the same proportion for every line; single cells can then be changed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.cart import services
from webshop.cart.blueprints import bp
from webshop.cart.errors import CartChanged, NoSuchCart, SplitWrong
from webshop.cart.forms import cart_id_of, number_of, pieces_or_none, quantity_of, uuid_of, way_back
from webshop.cart.models import Cart, CartLine
from webshop.cart.queries import addresses, cart_for, changed_by, current_cart, lines_of
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.core.errors import Invalid, ShopError
from webshop.extensions import session
from webshop.organisations.models import Address
from webshop.web.access import current_actor, needs
from webshop.web.errors import say

MOST_LINES = 100
"""Up to so many lines are split line by line on one page; more only by a key."""


@dataclass
class Matrix:
    """Lines times addresses as they were typed."""

    places: list[Address]
    lines: Sequence[CartLine]
    key: dict[UUID, str]
    cells: dict[tuple[UUID, UUID], str]
    errors: dict[str, str] = field(default_factory=dict)

    def left(self, line: CartLine) -> int:
        """Pieces of the line that have no address yet; negative: too many."""
        return line.quantity - sum(pieces_or_none(self.cells.get((line.id, place.id), "")) for place in self.places)


@bp.get("/warenkorb/aufteilen")
@needs(Role.BUYER)
def split_all() -> ResponseReturnValue:
    """First choose the addresses, then fill the table."""
    cart = current_cart(session(), current_actor())
    if cart is None:
        raise NoSuchCart
    wanted = {found for text in request.args.getlist("adresse") if (found := uuid_of(text))}
    lines = lines_of(session(), cart, splits=True)
    used = {part.address_id for line in lines for part in line.deliveries}
    places = [place for place in addresses(session(), current_actor()) if place.id in (wanted or used)]
    cells = {
        (line.id, part.address_id): str(part.quantity)
        for line in lines
        for part in line.deliveries
        if part.address_id in {place.id for place in places}
    }
    return _matrix_page(cart, Matrix(places, lines, {place.id: "1" for place in places}, cells))


@bp.post("/warenkorb/aufteilen")
@needs(Role.BUYER)
def split_all_posted() -> ResponseReturnValue:
    """Spread by the key, or save the table."""
    actor, now = current_actor(), utcnow()
    cart = cart_for(session(), actor, cart_id_of(request.form), lock=True)
    matrix = _typed_matrix(cart)
    action = request.form.get("action")
    if action == "clear":
        services.apply_split_to_all(session(), cart, {line.id: {} for line in matrix.lines}, actor=actor, now=now)
        session().commit()
        flash(_("Alle Positionen gehen wieder an die eine Lieferadresse."), "success")
        return redirect(way_back(), 303)
    if action == "spread" or len(matrix.lines) > MOST_LINES:
        _spread(matrix)
    if action == "spread" or matrix.errors:
        return _matrix_page(cart, matrix), 422 if matrix.errors else 200
    wanted = _read(matrix)
    if matrix.errors:
        return _matrix_page(cart, matrix), 422
    shown = number_of(request.form.get("version"))
    try:
        services.apply_split_to_all(session(), cart, wanted, actor=actor, now=now, seen=shown)
        session().commit()
    except CartChanged as error:
        session().rollback()
        cart = cart_for(session(), actor, cart_id_of(request.form))
        matrix.lines = lines_of(session(), cart, splits=True)
        return _matrix_page(cart, matrix, changed=error), 409
    except SplitWrong as error:
        session().rollback()
        cart = cart_for(session(), actor, cart_id_of(request.form))
        matrix.lines = lines_of(session(), cart, splits=True)
        matrix.errors |= {place: say(problem) for place, problem in error.problems.items()}
        return _matrix_page(cart, matrix), 422
    flash(_("Die Aufteilung ist für alle Positionen gespeichert."), "success")
    return redirect(way_back(), 303)


def _typed_matrix(cart: Cart) -> Matrix:
    form = request.form
    chosen = {found for text in form.getlist("adresse") if (found := uuid_of(text))}
    places = [place for place in addresses(session(), current_actor()) if place.id in chosen]
    lines = lines_of(session(), cart, splits=True)
    cells = {
        (line.id, place.id): text
        for line in lines
        for place in places
        if (text := form.get(f"pieces-{line.id}-{place.id}", "").strip())
    }
    return Matrix(places, lines, {place.id: form.get(f"key-{place.id}", "").strip() for place in places}, cells)


def _spread(matrix: Matrix) -> None:
    """Fill the table by the key: every line in the same proportion."""
    weights: list[int] = []
    for place in matrix.places:
        text = matrix.key[place.id] or "0"
        try:
            weights.append(quantity_of(text))
        except Invalid as error:
            matrix.errors[f"key-{place.id}"] = say(error)
    if matrix.errors:
        return
    if not sum(weights):
        matrix.errors["key"] = _("Geben Sie mindestens einer Adresse einen Anteil.")
        return
    for line in matrix.lines:
        for place, quantity in zip(matrix.places, services.by_key(line.quantity, weights), strict=True):
            matrix.cells[line.id, place.id] = str(quantity) if quantity else ""


def _read(matrix: Matrix) -> Mapping[UUID, Mapping[UUID, int]]:
    found: dict[UUID, dict[UUID, int]] = {line.id: {} for line in matrix.lines}
    for (line_id, place_id), text in matrix.cells.items():
        try:
            if quantity := quantity_of(text):
                found[line_id][place_id] = quantity
        except Invalid as error:
            matrix.errors[f"pieces-{line_id}-{place_id}"] = say(error)
    return found


def _matrix_page(cart: Cart, matrix: Matrix, *, changed: ShopError | None = None) -> str:
    return render_template(
        "cart/split_all.html",
        cart=cart,
        matrix=matrix,
        all_places=addresses(session(), current_actor()),
        by_line=len(matrix.lines) <= MOST_LINES,
        changed=say(changed) if changed else "",
        changed_by=changed_by(session(), cart) if changed else "",
        back=way_back(),
    )
