"""Carts as a whole: made, named, shared in the house, chosen, copied, merged, deleted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import Session

from webshop.accounts.models import Person
from webshop.audit import services as audit
from webshop.cart.errors import CartChanged, NameTaken, NotOwner, TooManyCarts
from webshop.cart.models import Cart, CartChoice, CartState
from webshop.cart.offers import offers
from webshop.cart.queries import current_cart, lines_of
from webshop.cart.services.changing import orderable_cost_centres, require_own, touch
from webshop.cart.services.lines import quick_add
from webshop.cart.wanted import Wanted, new_line, wanted_of
from webshop.core.actor import Actor
from webshop.core.clock import berlin_date
from webshop.core.db import upsert

MAX_CARTS = 100
FIRST_NAME = "Warenkorb"


def create_cart(session: Session, name: str, *, actor: Actor, now: datetime) -> Cart:
    """A new, empty, private cart; it is the one the person works with from now on."""
    _lock_person(session, actor)
    names = _names(session, actor)
    if name in names:
        raise NameTaken
    return _create(session, name, len(names), actor=actor, now=now)


def current_or_new(session: Session, *, actor: Actor, now: datetime) -> Cart:
    """The cart the person works with, ready to be changed; a new one where there is none."""
    cart = current_cart(session, actor, lock=True)
    if cart is not None:
        return cart
    _lock_person(session, actor)
    cart = current_cart(session, actor, lock=True)  # two first clicks at once make one cart
    if cart is not None:
        return cart
    names = _names(session, actor)
    return _create(session, _free_name(FIRST_NAME, names), len(names), actor=actor, now=now)


def choose(session: Session, cart: Cart, *, actor: Actor) -> None:
    """Work with this cart from now on."""
    require_own(cart, actor)
    statement = upsert(session, CartChoice).values(
        person_id=actor.person_id, organisation_id=actor.organisation_id, cart_id=cart.id
    )
    session.execute(statement.on_conflict_do_update(index_elements=["person_id", "organisation_id"], set_={"cart_id": cart.id}))


def rename(session: Session, cart: Cart, name: str, *, actor: Actor, now: datetime) -> None:
    """Another name; only its owner gives it."""
    _require_owner(cart, actor)
    if name != cart.name and name in _names(session, actor):
        raise NameTaken
    touch(session, cart, actor=actor, now=now)
    cart.name = name


def share(session: Session, cart: Cart, *, actor: Actor, now: datetime) -> None:
    """All buyers of the house may see and change it."""
    _set_shared(session, cart, True, actor=actor, now=now)


def unshare(session: Session, cart: Cart, *, actor: Actor, now: datetime) -> None:
    """Only its owner may see it; others who worked with it choose another one."""
    _set_shared(session, cart, False, actor=actor, now=now)
    session.execute(sa.delete(CartChoice).where(CartChoice.cart_id == cart.id, CartChoice.person_id != actor.person_id))


def copy(session: Session, cart: Cart, name: str, *, actor: Actor, now: datetime) -> Cart:
    """A private copy with lines and splits, but without date and references; the person goes on in the old one."""
    require_own(cart, actor)
    _lock_person(session, actor)
    names = _names(session, actor)
    if name in names:
        raise NameTaken
    made = _make(session, name, len(names), actor=actor, now=now)
    made.address_id, made.contact_name, made.contact_phone, made.note = (
        cart.address_id,
        cart.contact_name,
        cart.contact_phone,
        cart.note,
    )
    for line in lines_of(session, cart, splits=True):
        row = new_line(made, wanted_of(line), line.position)
        row.seen_unit_net, row.seen_monthly_net, row.seen_in_stock = line.seen_unit_net, line.seen_monthly_net, line.seen_in_stock
        session.add(row)
    session.flush()
    return made


def merge(session: Session, source: Cart, target: Cart, *, actor: Actor, now: datetime) -> tuple[int, int]:
    """The lines of one cart into another; the source stays. Returns how many came over and how many could not.

    Left out are articles that cannot be ordered now. A cost centre that the person may not order for is left open.
    """
    require_own(source, actor)
    day = berlin_date(now)
    lines = lines_of(session, source, splits=True)
    allowed = orderable_cost_centres(session, actor, day)
    wanted = [_allowed_only(wanted_of(offer.line), allowed) for offer in offers(session, source, day=day) if offer.orderable]
    if wanted:
        quick_add(session, target, wanted, actor=actor, now=now)
    return len(wanted), len(lines) - len(wanted)


def delete(session: Session, cart: Cart, *, actor: Actor, now: datetime, seen: int) -> None:
    """The cart and its lines are gone; CartChanged where somebody changed it since the person looked."""
    _require_owner(cart, actor)
    name, shared = cart.name, cart.shared
    statement = sa.delete(Cart).where(
        Cart.id == cart.id,
        Cart.organisation_id == actor.organisation_id,
        Cart.state == CartState.OPEN,
        Cart.version == seen,
    )
    gone = session.scalar(statement.returning(Cart.id).execution_options(synchronize_session=False))
    if gone is None:
        raise CartChanged
    session.expunge(cart)
    if shared:
        _record(session, "cart.deleted", cart, actor=actor, now=now, name=name)


# --- inside -----------------------------------------------------------------------------------------------------------


def _lock_person(session: Session, actor: Actor) -> None:
    """Of two requests of one person that make a cart, one waits."""
    session.execute(sa.select(Person.id).where(Person.id == actor.person_id).with_for_update())


def _names(session: Session, actor: Actor) -> Sequence[str]:
    """The names of the person's open carts."""
    return session.scalars(
        sa.select(Cart.name).where(
            Cart.owner_id == actor.person_id, Cart.organisation_id == actor.organisation_id, Cart.state == CartState.OPEN
        )
    ).all()


def _free_name(wished: str, names: Sequence[str]) -> str:
    if wished not in names:
        return wished
    return next(name for number in range(2, MAX_CARTS + 3) if (name := f"{wished} {number}") not in names)


def _create(session: Session, name: str, existing: int, *, actor: Actor, now: datetime) -> Cart:
    cart = _make(session, name, existing, actor=actor, now=now)
    choose(session, cart, actor=actor)
    return cart


def _make(session: Session, name: str, existing: int, *, actor: Actor, now: datetime) -> Cart:
    if existing >= MAX_CARTS:
        raise TooManyCarts(MAX_CARTS)
    cart = Cart(
        organisation_id=actor.organisation_id,
        owner_id=actor.person_id,
        name=name,
        created_at=now,
        updated_at=now,
        updated_by_id=actor.person_id,
    )
    session.add(cart)
    session.flush()
    return cart


def _require_owner(cart: Cart, actor: Actor) -> None:
    require_own(cart, actor)
    if cart.owner_id != actor.person_id:
        raise NotOwner


def _set_shared(session: Session, cart: Cart, shared: bool, *, actor: Actor, now: datetime) -> None:
    _require_owner(cart, actor)
    if cart.shared == shared:
        return
    touch(session, cart, actor=actor, now=now)
    cart.shared = shared
    _record(session, "cart.shared" if shared else "cart.unshared", cart, actor=actor, now=now, name=cart.name)


def _record(session: Session, action: str, cart: Cart, *, actor: Actor, now: datetime, name: str) -> None:
    """Others gain or lose sight of a cart: that is noted."""
    audit.record(session, action, subject=("cart", cart.id, name), actor=actor, now=now, organisation_id=actor.organisation_id)


def _allowed_only(wanted: Wanted, allowed: dict[UUID, str]) -> Wanted:
    """Without the cost centres for which the person may not order."""
    shares = wanted.shares if all(cost_centre in allowed for cost_centre, _weight in wanted.shares) else ()
    return replace(wanted, cost_centre_id=wanted.cost_centre_id if wanted.cost_centre_id in allowed else None, shares=shares)
