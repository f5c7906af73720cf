"""Reading what belongs to a cart beside its lines: one statement per kind of row, however many lines."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from webshop.cart.models import Cart, CartLine, CartLineDelivery, CartLineShare
from webshop.cart.queries import may_order_for, valid_on
from webshop.checkout.draft import ReviewDelivery
from webshop.organisations.models import Address, Budget, CostCentre


def deliveries_of(session: Session, cart: Cart) -> Mapping[UUID, list[ReviewDelivery]]:
    found: defaultdict[UUID, list[ReviewDelivery]] = defaultdict(list)
    rows = session.execute(
        select(CartLineDelivery, Address)
        .join(Address, Address.id == CartLineDelivery.address_id)
        .join(CartLine, CartLine.id == CartLineDelivery.line_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLineDelivery.position)
    )
    for part, address in rows:
        found[part.line_id].append(ReviewDelivery(address, part.quantity))
    return found


def shares_of(session: Session, cart: Cart) -> Mapping[UUID, list[CartLineShare]]:
    found: defaultdict[UUID, list[CartLineShare]] = defaultdict(list)
    rows = session.scalars(
        select(CartLineShare)
        .join(CartLine, CartLine.id == CartLineShare.line_id)
        .where(CartLine.cart_id == cart.id)
        .order_by(CartLineShare.position)
    )
    for share in rows:
        found[share.line_id].append(share)
    return found


@dataclass(frozen=True)
class HouseCostCentre:
    """A cost centre of the house, its budget of the year, and whether the person may order for it today."""

    cost_centre: CostCentre
    budget: Budget | None
    orderable: bool


CostCentres = Mapping[UUID, HouseCostCentre]


def cost_centres_of(session: Session, organisation_id: UUID, requester_id: UUID, day: date) -> CostCentres:
    """All of the house, by number: those that the lines name, and those that could be chosen instead."""
    orderable = and_(valid_on(day), may_order_for(requester_id, organisation_id))
    found = session.execute(
        select(CostCentre, Budget, orderable)
        .outerjoin(Budget, and_(Budget.cost_centre_id == CostCentre.id, Budget.year == day.year))
        .where(CostCentre.organisation_id == organisation_id)
        .order_by(CostCentre.number)
    )
    return {cost_centre.id: HouseCostCentre(cost_centre, budget, bool(may)) for cost_centre, budget, may in found}
