"""Reading carts, always for a viewer: own ones, and those that a colleague shared in the house."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from webshop.accounts.models import Person
from webshop.cart.errors import AlreadyOrdered, NoSuchCart, NoSuchLine
from webshop.cart.models import Cart, CartChoice, CartLine, CartState
from webshop.catalog.models import Product
from webshop.core.actor import Actor
from webshop.organisations.models import Address, CostCentre, CostCentrePerson, CostCentreTask

PAGE = 50


def visible_to(viewer: Actor) -> ColumnElement[bool]:
    """Carts of the house that the viewer made or that are shared."""
    return and_(
        Cart.organisation_id == viewer.organisation_id,
        or_(Cart.owner_id == viewer.person_id, Cart.shared.is_(true())),
    )


def _chosen_by(viewer: Actor) -> ColumnElement[bool]:
    return and_(
        CartChoice.cart_id == Cart.id,
        CartChoice.person_id == viewer.person_id,
        CartChoice.organisation_id == viewer.organisation_id,
    )


def count_current_lines(session: Session, viewer: Actor) -> int:
    """How many lines the viewer's current cart has."""
    statement = (
        select(func.count(CartLine.id))
        .join(Cart, Cart.id == CartLine.cart_id)
        .join(CartChoice, _chosen_by(viewer))
        .where(visible_to(viewer), Cart.state == CartState.OPEN)
    )
    return session.scalar(statement) or 0


def current_cart(session: Session, viewer: Actor, *, lock: bool = False) -> Cart | None:
    """The open cart that the viewer works with; None where there is none yet, or it is no longer theirs to see."""
    statement = select(Cart).join(CartChoice, _chosen_by(viewer)).where(visible_to(viewer), Cart.state == CartState.OPEN)
    return session.scalar(_locked(statement) if lock else statement)


def cart_for(session: Session, viewer: Actor, cart_id: UUID, *, lock: bool = False) -> Cart:
    """An open cart; NoSuchCart where the viewer may not see it, AlreadyOrdered where it became an order."""
    statement = select(Cart).where(Cart.id == cart_id, visible_to(viewer))
    cart = session.scalar(_locked(statement) if lock else statement)
    if cart is None:
        raise NoSuchCart
    if cart.state != CartState.OPEN:
        raise AlreadyOrdered(cart.id)
    return cart


def _locked(statement: Select[Any]) -> Select[Any]:
    return statement.with_for_update(of=Cart).execution_options(populate_existing=True)


def lines_of(session: Session, cart: Cart, *, splits: bool = False) -> Sequence[CartLine]:
    """The cart's lines in their order, with their articles and, where asked for, their splits."""
    statement = (
        select(CartLine)
        .where(CartLine.cart_id == cart.id, CartLine.organisation_id == cart.organisation_id)
        .order_by(CartLine.position, CartLine.id)
        .options(joinedload(CartLine.product))
    )
    if splits:
        statement = statement.options(selectinload(CartLine.deliveries), selectinload(CartLine.shares))
    return session.scalars(statement).all()


def line_for(session: Session, viewer: Actor, line_id: UUID, *, lock: bool = False) -> CartLine:
    """A line with article, splits and cart; NoSuchLine where the viewer may not work on its cart.

    `lock` takes the cart first, so that the line is read as it stands once nobody else changes it.
    """
    statement = select(Cart).join(CartLine, CartLine.cart_id == Cart.id).where(CartLine.id == line_id, visible_to(viewer))
    cart = session.scalar(_locked(statement) if lock else statement)
    if cart is None:
        raise NoSuchLine
    if cart.state != CartState.OPEN:
        raise AlreadyOrdered(cart.id)
    line = session.scalars(
        select(CartLine)
        .where(CartLine.id == line_id)
        .options(
            joinedload(CartLine.cart),
            joinedload(CartLine.product),
            joinedload(CartLine.deliveries),
            joinedload(CartLine.shares),
        )
    )
    found = line.unique().one_or_none()
    if found is None:
        raise NoSuchLine
    return found


# --- the list of carts ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class SavedCart:
    """A line of the list of carts."""

    cart: Cart
    owner_name: str
    lines: int
    changed_by: str
    mine: bool
    current: bool


def saved_carts(session: Session, viewer: Actor, *, page: int = 1) -> Sequence[SavedCart]:
    """Open carts of the viewer and shared ones of the house: the current one first, then what was changed last."""
    current = exists().where(_chosen_by(viewer)).correlate(Cart)
    statement = _saved(viewer).order_by(current.desc(), Cart.updated_at.desc(), Cart.id).limit(PAGE).offset((page - 1) * PAGE)
    return [_saved_cart(viewer, *row) for row in session.execute(statement)]


def saved_cart(session: Session, viewer: Actor, cart_id: UUID) -> SavedCart:
    """One entry of that list; NoSuchCart where it is not on it."""
    row = session.execute(_saved(viewer).where(Cart.id == cart_id)).one_or_none()
    if row is None:
        raise NoSuchCart
    return _saved_cart(viewer, *row)


def count_carts(session: Session, viewer: Actor) -> int:
    """How many carts that list has."""
    return session.scalar(select(func.count(Cart.id)).where(visible_to(viewer), Cart.state == CartState.OPEN)) or 0


def _saved(viewer: Actor) -> Select[Any]:
    owner, changer = Person.__table__.alias("owner"), Person.__table__.alias("changer")
    lines = select(func.count(CartLine.id)).where(CartLine.cart_id == Cart.id).correlate(Cart).scalar_subquery()
    return (
        select(
            Cart,
            owner.c.first_name + " " + owner.c.last_name,
            lines,
            changer.c.first_name + " " + changer.c.last_name,
            exists().where(_chosen_by(viewer)).correlate(Cart),
        )
        .join(owner, owner.c.id == Cart.owner_id)
        .outerjoin(changer, changer.c.id == Cart.updated_by_id)
        .where(visible_to(viewer), Cart.state == CartState.OPEN)
    )


def _saved_cart(viewer: Actor, cart: Cart, owner: str, lines: int, changed_by: str | None, current: object) -> SavedCart:
    return SavedCart(cart, owner.strip(), lines, (changed_by or owner).strip(), cart.owner_id == viewer.person_id, bool(current))


def changed_by(session: Session, cart: Cart) -> str:
    """Who changed the cart last, by name; empty where nobody is noted."""
    person = session.get(Person, cart.updated_by_id) if cart.updated_by_id else None
    return person.name if person else ""


# --- what a buyer may choose from -------------------------------------------------------------------------------------


def may_order_for(person_id: UUID, organisation_id: UUID) -> ColumnElement[bool]:
    """Cost centres for which a person may order: those of their rows, or all of the house where they have none."""
    rows = and_(
        CostCentrePerson.person_id == person_id,
        CostCentrePerson.organisation_id == organisation_id,
        CostCentrePerson.task == CostCentreTask.ORDER,
    )
    named = exists().where(rows, CostCentrePerson.cost_centre_id == CostCentre.id).correlate(CostCentre)
    return or_(named, ~exists().where(rows))


def valid_on(day: date) -> ColumnElement[bool]:
    """Cost centres that are valid on the day (both ends included)."""
    return and_(
        or_(CostCentre.valid_from.is_(None), CostCentre.valid_from <= day),
        or_(CostCentre.valid_to.is_(None), CostCentre.valid_to >= day),
    )


def cost_centres(session: Session, viewer: Actor, *, day: date) -> Sequence[CostCentre]:
    """The cost centres for which the viewer may order on the day."""
    return session.scalars(
        select(CostCentre)
        .where(
            CostCentre.organisation_id == viewer.organisation_id,
            valid_on(day),
            may_order_for(viewer.person_id, viewer.organisation_id),
        )
        .order_by(CostCentre.number)
    ).all()


def addresses(session: Session, viewer: Actor) -> Sequence[Address]:
    """The addresses to which the viewer's house has goods delivered."""
    return session.scalars(
        select(Address)
        .where(Address.organisation_id == viewer.organisation_id, Address.active.is_(true()))
        .order_by(Address.label, Address.id)
    ).all()


def cost_centres_by_id(session: Session, cart: Cart) -> Mapping[UUID, str]:
    """Numbers of all cost centres of the cart's house, by id."""
    rows = session.execute(select(CostCentre.id, CostCentre.number).where(CostCentre.organisation_id == cart.organisation_id))
    return {row.id: row.number for row in rows}


def addresses_by_id(session: Session, cart: Cart) -> Mapping[UUID, str]:
    """Labels of all addresses of the cart's house, by id."""
    rows = session.execute(select(Address.id, Address.label).where(Address.organisation_id == cart.organisation_id))
    return {row.id: row.label for row in rows}


def product_by_number(session: Session, number: str) -> Product | None:
    """The article of that number."""
    return session.scalar(select(Product).where(Product.number == number))


def products_matching(session: Session, texts: Collection[str]) -> Mapping[str, Sequence[Product]]:
    """Articles by article number, else maker's number, else GTIN; one statement, however many texts.

    The keys are the texts in upper case. An article number wins over the other two; several makers may use one number.
    """
    wanted = {text.upper() for text in texts}
    spellings = wanted | set(texts)
    codes = {text.lstrip("0").zfill(length) for text in wanted if _is_code(text) for length in (8, 12, 13, 14)}
    matching = or_(Product.number.in_(spellings), Product.manufacturer_number.in_(spellings), Product.gtin.in_(codes))
    found: tuple[defaultdict[str, list[Product]], ...] = (defaultdict(list), defaultdict(list), defaultdict(list))
    for product in session.scalars(select(Product).where(matching).order_by(Product.number)):
        for index, key in enumerate((product.number.upper(), product.manufacturer_number.upper(), product.gtin.lstrip("0"))):
            found[index][key].append(product)
    by_number, by_maker, by_code = found
    return {
        text: by_number.get(text) or by_maker.get(text) or (by_code.get(text.lstrip("0"), []) if _is_code(text) else [])
        for text in wanted
    }


def _is_code(text: str) -> bool:
    """True for what can be a GTIN: 8 to 14 digits."""
    return text.isascii() and text.isdigit() and 8 <= len(text) <= 14
