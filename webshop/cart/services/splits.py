"""A line's pieces for several addresses, and its cost for several cost centres. Nothing is kept that does not add up."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy.orm import Session

from webshop.cart.errors import CartChanged, NoSuchLine, SplitWrong, WrongAddress, WrongCostCentre
from webshop.cart.models import Cart, CartLine, CartLineDelivery, CartLineShare, ShareKind
from webshop.cart.queries import addresses, lines_of
from webshop.cart.services.changing import orderable_cost_centres, require_own, touch
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.errors import Invalid
from webshop.core.formats import Worded, decimal, whole
from webshop.core.i18n import N_
from webshop.core.money import CENT, split

HUNDRED = Decimal(100)


def by_key(quantity: int, key: Sequence[Decimal | int]) -> list[int]:
    """Pieces by a key, such as 50:50:25; whole pieces, largest remainder first, together exactly the quantity."""
    return [int(part / CENT) for part in split(quantity * CENT, key)]


def split_deliveries(
    session: Session, line: CartLine, pieces: Mapping[UUID, int], *, actor: Actor, now: datetime, seen: str | None = None
) -> None:
    """So many pieces to each address, in the given order; none at all: everything to the cart's address.

    `line` comes with its cart and splits; `seen` is the split stamp that the form showed.
    """
    _require_fresh(line, actor, seen)
    _require_addresses(session, pieces, actor)
    _require_sum(line, pieces)
    touch(session, line.cart, actor=actor, now=now)
    _set_deliveries(session, line, pieces)


def split_costs(
    session: Session,
    line: CartLine,
    kind: ShareKind,
    weights: Mapping[UUID, Decimal],
    *,
    actor: Actor,
    now: datetime,
    seen: str | None = None,
) -> None:
    """The line's cost over cost centres, by pieces or by percent; none at all: the line's own cost centre bears it.

    A single cost centre becomes the line's own.
    """
    _require_fresh(line, actor, seen)
    allowed = orderable_cost_centres(session, actor, berlin_date(now))
    if set(weights) - set(allowed):
        raise WrongCostCentre
    wanted = Decimal(line.quantity) if kind == ShareKind.QUANTITY else HUNDRED
    total = sum(weights.values(), Decimal(0))
    if any(weight <= 0 for weight in weights.values()):
        raise Invalid(N_("Jeder Anteil muss größer als null sein."), field="shares")
    if kind == ShareKind.QUANTITY and any(weight != weight.to_integral_value() for weight in weights.values()):
        raise Invalid(N_("Stückzahlen sind ganze Zahlen."), field="shares")
    if weights and total != wanted:
        raise _share_error(kind, total, wanted)
    touch(session, line.cart, actor=actor, now=now)
    if len(weights) == 1:
        line.cost_centre_id = next(iter(weights))
        weights = {}
    line.shares.clear()
    session.flush()
    line.shares.extend(
        CartLineShare(
            line_id=line.id,
            cost_centre_id=cost_centre_id,
            organisation_id=line.organisation_id,
            position=index,
            kind=kind,
            weight=weight,
        )
        for index, (cost_centre_id, weight) in enumerate(weights.items(), start=1)
    )


def apply_split_to_all(
    session: Session,
    cart: Cart,
    matrix: Mapping[UUID, Mapping[UUID, int]],
    *,
    actor: Actor,
    now: datetime,
    seen: int | None = None,
) -> None:
    """Pieces by line and address for many lines at once, all or none; `seen` is the cart's version that the form showed.

    SplitWrong names every line that does not add up, by `line-<id>`. Lines without pieces go to the cart's address.
    """
    require_own(cart, actor)
    if seen is not None and seen != cart.version:
        raise CartChanged
    lines = {line.id: line for line in lines_of(session, cart, splits=True)}
    if set(matrix) - set(lines):
        raise NoSuchLine
    _require_addresses(session, {address: 1 for row in matrix.values() for address in row}, actor)
    problems = {}
    for line_id, pieces in matrix.items():
        try:
            _require_sum(lines[line_id], pieces)
        except Invalid as error:
            problems[f"line-{line_id}"] = error
    if problems:
        raise SplitWrong(problems)
    touch(session, cart, actor=actor, now=now)
    for line_id, pieces in matrix.items():
        _set_deliveries(session, lines[line_id], pieces)


def _require_fresh(line: CartLine, actor: Actor, seen: str | None) -> None:
    require_own(line.cart, actor)
    if seen is not None and seen != line.split_stamp:
        raise CartChanged


def _require_addresses(session: Session, pieces: Mapping[UUID, int], actor: Actor) -> None:
    if pieces and set(pieces) - {address.id for address in addresses(session, actor)}:
        raise WrongAddress


def _require_sum(line: CartLine, pieces: Mapping[UUID, int]) -> None:
    total = sum(pieces.values())
    if any(quantity < 1 for quantity in pieces.values()):
        raise Invalid(N_("Jede Adresse bekommt mindestens 1 Stück oder bleibt leer."), field="pieces")
    if not pieces or total == line.quantity:
        return
    if total < line.quantity:
        message = N_("Von %(wanted)s Stück sind erst %(total)s verteilt. Noch zu verteilen: %(rest)s.")
    else:
        message = N_("Verteilt sind %(total)s Stück, bestellt nur %(wanted)s. Zu viel verteilt: %(rest)s.")
    raise Invalid(
        message,
        field="pieces",
        total=Worded(whole, total),
        wanted=Worded(whole, line.quantity),
        rest=Worded(whole, abs(line.quantity - total)),
    )


def _share_error(kind: ShareKind, total: Decimal, wanted: Decimal) -> Invalid:
    if kind == ShareKind.QUANTITY:
        return Invalid(
            N_("Die Anteile ergeben %(total)s Stück, bestellt sind %(wanted)s. Gleichen Sie die Anteile an."),
            field="shares",
            total=Worded(decimal, total),
            wanted=Worded(decimal, wanted),
        )
    return Invalid(
        N_("Die Anteile ergeben %(total)s\u00a0%%, nötig sind genau 100\u00a0%%. Gleichen Sie die Anteile an."),
        field="shares",
        total=Worded(decimal, total),
    )


def _set_deliveries(session: Session, line: CartLine, pieces: Mapping[UUID, int]) -> None:
    line.deliveries.clear()
    session.flush()
    line.deliveries.extend(
        CartLineDelivery(
            line_id=line.id,
            address_id=address_id,
            organisation_id=line.organisation_id,
            position=index,
            quantity=quantity,
        )
        for index, (address_id, quantity) in enumerate(pieces.items(), start=1)
    )
