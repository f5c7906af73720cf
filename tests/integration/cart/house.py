"""A municipality with two buyers, two cost centres and two addresses: where carts are filled."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import actor_of, make_address, make_cost_centre, make_organisation, make_person
from webshop.accounts.models import Person
from webshop.cart.models import Cart, CartLine
from webshop.core.actor import Actor, Role
from webshop.organisations.models import Address, CostCentre, Organisation


@dataclass
class House:
    """One tenant and what its buyers choose from."""

    organisation: Organisation
    erika: Person
    jan: Person
    hauptamt: CostCentre
    schulamt: CostCentre
    rathaus: Address
    schule: Address

    def actor(self, session: Session, person: Person | None = None) -> Actor:
        return actor_of(session, person or self.erika)


def make_house(session: Session, name: str = "Stadt Magdeburg") -> House:
    organisation = make_organisation(session, name)
    erika = make_person(session, organisation=organisation, last_name="Sommer")
    jan = make_person(session, organisation=organisation, first_name="Jan", last_name="Petersen")
    boss = make_person(session, Role.APPROVER, organisation=organisation, first_name="Kaya", last_name="Lindner")
    return House(
        organisation,
        erika,
        jan,
        make_cost_centre(session, "1110", organisation=organisation, approvers=[boss], budget="40000.00"),
        make_cost_centre(session, "2110", organisation=organisation, approvers=[boss], name="Schulamt"),
        make_address(session, "Rathaus", organisation=organisation),
        make_address(session, "Grundschule am Park", organisation=organisation, street="Parkweg 3"),
    )


def lines(session: Session, cart: Cart | UUID) -> list[CartLine]:
    """The lines of a cart as the database has them now."""
    cart_id = cart if isinstance(cart, UUID) else cart.id
    statement = select(CartLine).where(CartLine.cart_id == cart_id).order_by(CartLine.position)
    return list(session.scalars(statement.execution_options(populate_existing=True)))
