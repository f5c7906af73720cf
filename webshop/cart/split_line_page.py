"""Splitting one line over addresses and cost centres, with the cents of every share."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from flask import flash, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from webshop.cart import services
from webshop.cart.blueprints import bp
from webshop.cart.errors import CartChanged
from webshop.cart.forms import number_of, pieces_or_none, quantity_of, uuid_of, way_back
from webshop.cart.models import CartLine, ShareKind
from webshop.cart.offers import Offer, offers
from webshop.cart.queries import addresses, changed_by, cost_centres, line_for
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.errors import Invalid
from webshop.core.formats import decimal
from webshop.core.i18n import N_
from webshop.core.money import split
from webshop.core.typed import percentage
from webshop.extensions import session
from webshop.organisations.models import CostCentre
from webshop.web.access import current_actor, needs
from webshop.web.errors import say

LEAST_ROWS = 3
MORE_ROWS = 3
MOST_ROWS = 60


@dataclass
class ShareRow:
    """A row of the cost centre table as it was typed, and what is wrong with it."""

    cost_centre: str = ""
    weight: str = ""
    net: Decimal | None = None
    monthly_net: Decimal | None = None
    errors: dict[str, str] = field(default_factory=dict)


@dataclass
class SplitForm:
    """Everything the page's fields say."""

    pieces: dict[UUID, str]
    kind: ShareKind
    rows: list[ShareRow]
    errors: dict[str, str] = field(default_factory=dict)
    """Sentences by field id."""


@bp.get("/warenkorb/position/<uuid:line_id>/aufteilen")
@needs(Role.BUYER)
def split_line(line_id: UUID) -> ResponseReturnValue:
    """The splits as they are."""
    line = line_for(session(), current_actor(), line_id)
    return _line_page(line, _stored(line))


@bp.post("/warenkorb/position/<uuid:line_id>/aufteilen")
@needs(Role.BUYER)
def split_line_posted(line_id: UUID) -> ResponseReturnValue:
    """Save both splits, or show what they would cost, or offer more rows."""
    actor, now = current_actor(), utcnow()
    line = line_for(session(), actor, line_id, lock=True)
    typed = _typed(line)
    action = request.form.get("action")
    if action == "more":
        typed.rows += [ShareRow() for _row in range(min(MORE_ROWS, MOST_ROWS - len(typed.rows)))]
        return _line_page(line, typed)
    pieces, weights = _pieces(typed), _weights(typed, line.quantity)
    if typed.errors or pieces is None or weights is None:
        return _line_page(line, typed), 422
    try:
        services.split_deliveries(session(), line, pieces, actor=actor, now=now, seen=request.form.get("seen", ""))
        services.split_costs(session(), line, typed.kind, weights, actor=actor, now=now)
    except CartChanged as error:
        session().rollback()
        return _line_page(line_for(session(), actor, line_id), typed, changed=error), 409
    except Invalid as error:
        session().rollback()
        line = line_for(session(), actor, line_id)
        typed.errors[_place(error)] = say(error)
        return _line_page(line, typed), 422
    if action == "preview":
        session().rollback()
        return _line_page(line_for(session(), actor, line_id), typed, preview=True)
    name = line.product.name
    session().commit()
    flash(_("Die Aufteilung von %(name)s ist gespeichert.", name=name), "success")
    return redirect(way_back(), 303)


def _stored(line: CartLine) -> SplitForm:
    rows = [ShareRow(str(share.cost_centre_id), decimal(share.weight)) for share in line.shares]
    if not rows and line.cost_centre_id:
        rows = [ShareRow(str(line.cost_centre_id), "100")]
    kind = line.shares[0].kind if line.shares else ShareKind.PERCENT
    return SplitForm({part.address_id: str(part.quantity) for part in line.deliveries}, kind, _padded(rows))


def _padded(rows: list[ShareRow]) -> list[ShareRow]:
    """With empty rows for more cost centres."""
    return rows + [ShareRow() for _row in range(max(LEAST_ROWS - len(rows), 1 if rows and rows[-1].weight else 0))]


def _typed(line: CartLine) -> SplitForm:
    form = request.form
    places = addresses(session(), current_actor())
    pieces = {address.id: text for address in places if (text := form.get(f"pieces-{address.id}", "").strip())}
    count = min(number_of(form.get("rows")), MOST_ROWS)
    rows = [ShareRow(form.get(f"cost_centre-{n}", ""), form.get(f"weight-{n}", "").strip()) for n in range(count)]
    kind = ShareKind.QUANTITY if form.get("kind") == ShareKind.QUANTITY else ShareKind.PERCENT
    return SplitForm(pieces, kind, rows or _padded([]))


def _pieces(typed: SplitForm) -> dict[UUID, int] | None:
    found = {}
    for address_id, text in typed.pieces.items():
        try:
            if quantity := quantity_of(text):
                found[address_id] = quantity
        except Invalid as error:
            typed.errors[f"pieces-{address_id}"] = say(error)
    return None if typed.errors else found


def _weights(typed: SplitForm, quantity: int) -> dict[UUID, Decimal] | None:
    found: dict[UUID, Decimal] = {}
    named = [row for row in typed.rows if row.cost_centre]
    if len(named) == 1 and not any(row.weight for row in typed.rows):
        named[0].weight = str(quantity) if typed.kind == ShareKind.QUANTITY else "100"
    for index, row in enumerate(typed.rows):
        cost_centre = uuid_of(row.cost_centre)
        if not row.weight and cost_centre is None:
            continue
        try:
            if cost_centre is None:
                raise Invalid(N_("Wählen Sie zu diesem Anteil eine Kostenstelle."), field=f"cost_centre-{index}")
            if cost_centre in found:
                raise Invalid(N_("Diese Kostenstelle steht schon in einer anderen Zeile."), field=f"cost_centre-{index}")
            found[cost_centre] = _weight(row.weight, typed.kind, f"weight-{index}")
        except Invalid as error:
            typed.errors[error.field or "shares"] = say(error)
    return None if typed.errors else found


def _weight(text: str, kind: ShareKind, place: str) -> Decimal:
    try:
        return percentage(text) if kind == ShareKind.PERCENT else Decimal(quantity_of(text))
    except (ValueError, Invalid) as error:
        if kind == ShareKind.PERCENT:
            sentence = N_("Geben Sie einen Prozentwert bis 100 mit höchstens zwei Stellen nach dem Komma ein.")
        else:
            sentence = N_("Geben Sie eine ganze Stückzahl ein.")
        raise Invalid(sentence, field=place) from error


def _place(error: Invalid) -> str:
    """The id of the field or table at which the sentence stands."""
    return {"address": "pieces", "cost_centre": "shares"}.get(error.field or "", error.field or "shares")


def _line_page(line: CartLine, typed: SplitForm, *, changed: CartChanged | None = None, preview: bool = False) -> str:
    actor = current_actor()
    day = berlin_date(utcnow())
    offer = next(offer for offer in offers(session(), line.cart, day=day) if offer.line.id == line.id)
    choices = cost_centres(session(), actor, day=day)
    _work_out(typed, offer)
    return render_template(
        "cart/split.html",
        line=line,
        offer=offer,
        typed=typed,
        places=addresses(session(), actor),
        choices=_with_stored(choices, line),
        left=line.quantity - sum(pieces_or_none(text) for text in typed.pieces.values()),
        changed=say(changed) if changed else "",
        changed_by=changed_by(session(), line.cart) if changed else "",
        stored=_stored(line) if changed else None,
        preview=preview,
        back=way_back(),
        most=MOST_ROWS,
    )


def _work_out(typed: SplitForm, offer: Offer) -> None:
    """The cents of each share, where all of them can be read."""
    weights: list[Decimal] = []
    rows = [row for row in typed.rows if row.weight and row.cost_centre]
    try:
        weights = [_weight(row.weight, typed.kind, "") for row in rows]
    except Invalid:
        return
    if not weights or sum(weights) <= 0:
        return
    for row, net, monthly in zip(rows, split(offer.net, weights), split(offer.monthly_net, weights), strict=True):
        row.net, row.monthly_net = net, monthly


def _with_stored(choices: Sequence[CostCentre], line: CartLine) -> list[tuple[str, str]]:
    """What the selects offer; a stored cost centre that is no longer allowed stays visible until it is replaced."""
    found = [(str(choice.id), f"{choice.number} – {choice.name}") for choice in choices]
    known = {value for value, _label in found}
    stored = [*(share.cost_centre_id for share in line.shares), *([line.cost_centre_id] if line.cost_centre_id else [])]
    return found + [(str(key), _("nicht mehr möglich")) for key in dict.fromkeys(stored) if str(key) not in known]
