"""A town hall with people, a cost centre, an address and articles: what most checkout tests begin with."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from itertools import count
from uuid import UUID

from sqlalchemy.orm import Session

from tests.factories import make_product
from webshop.accounts.models import Person, RoleAssignment
from webshop.cart.models import Cart, CartLine
from webshop.catalog.models import Product
from webshop.config import Provider
from webshop.core.actor import Actor, Role
from webshop.organisations.models import (
    Address,
    Budget,
    CostCentre,
    CostCentrePerson,
    CostCentreTask,
    Organisation,
    OrganisationKind,
)

PROVIDER = Provider()
LONG_AGO = date(2020, 1, 1)
_serial = count(1)


@dataclass
class TownHall:
    """One tenant."""

    organisation: Organisation
    address: Address
    cost_centre: CostCentre
    buyer: Actor
    approver: Actor
    second: Actor
    people: dict[UUID, Person] = field(default_factory=dict)


def make_person(session: Session, organisation: Organisation, role: Role, now: datetime, name: str = "") -> Actor:
    """Somebody with one role."""
    number = next(_serial)
    person = Person(email=f"{role}{number}@test.example.org", first_name=name or "Erika", last_name=f"Nr{number}", created_at=now)
    session.add(person)
    session.flush()
    session.add(RoleAssignment(person_id=person.id, organisation_id=organisation.id, role=role, valid_from=LONG_AGO))
    session.flush()
    return Actor(
        person_id=person.id,
        name=person.name,
        email=person.email,
        organisation_id=organisation.id,
        organisation_name=organisation.name,
        is_staff=organisation.kind == OrganisationKind.PROVIDER,
        roles=frozenset([role]),
    )


def make_cost_centre(
    session: Session, organisation: Organisation, approvers: Sequence[Actor] = (), **budget: object
) -> CostCentre:
    """A cost centre, its approvers (any amount), and a budget where figures are given."""
    cost_centre = CostCentre(organisation_id=organisation.id, number=f"KST{next(_serial):04d}", name="Zentrale Dienste")
    session.add(cost_centre)
    session.flush()
    for approver in approvers:
        let_approve(session, cost_centre, approver)
    if budget:
        session.add(Budget(organisation_id=organisation.id, cost_centre_id=cost_centre.id, year=2026, **budget))
    session.flush()
    return cost_centre


def let_approve(session: Session, cost_centre: CostCentre, actor: Actor, limit: str | None = None) -> None:
    """The person may approve for the cost centre, up to a limit."""
    session.add(
        CostCentrePerson(
            organisation_id=cost_centre.organisation_id,
            cost_centre_id=cost_centre.id,
            person_id=actor.person_id,
            task=CostCentreTask.APPROVE,
            limit_net=Decimal(limit) if limit else None,
        )
    )
    session.flush()


def make_address(session: Session, organisation: Organisation, label: str = "Rathaus") -> Address:
    """A place to deliver to."""
    address = Address(organisation_id=organisation.id, label=label, street="Markt 1", postcode="39104", city="Magdeburg")
    session.add(address)
    session.flush()
    return address


def make_town_hall(session: Session, now: datetime, **budget: object) -> TownHall:
    """A tenant with a buyer, two approvers, one cost centre and one address."""
    organisation = Organisation(
        number=f"K{next(_serial):05d}",
        name="Stadt Musterhausen",
        kind=OrganisationKind.CUSTOMER,
        street="Markt 1",
        postcode="39104",
        city="Musterhausen",
    )
    session.add(organisation)
    session.flush()
    buyer, approver, second = (
        make_person(session, organisation, role, now) for role in (Role.BUYER, Role.APPROVER, Role.APPROVER)
    )
    cost_centre = make_cost_centre(session, organisation, [approver, second], **budget)
    return TownHall(organisation, make_address(session, organisation), cost_centre, buyer, approver, second)


def make_cart(session: Session, hall: TownHall, wanted: Sequence[tuple[Product, int]], now: datetime) -> Cart:
    """The buyer's cart with the delivery step done."""
    cart = Cart(
        organisation_id=hall.organisation.id,
        owner_id=hall.buyer.person_id,
        name="Warenkorb",
        created_at=now,
        updated_at=now,
        address_id=hall.address.id,
        reference="A-17",
    )
    session.add(cart)
    session.flush()
    for position, (product, quantity) in enumerate(wanted, start=1):
        session.add(
            CartLine(
                organisation_id=cart.organisation_id,
                cart_id=cart.id,
                position=position,
                product_id=product.id,
                quantity=quantity,
                cost_centre_id=hall.cost_centre.id,
            )
        )
    session.flush()
    return cart


def notebook(session: Session, net: str = "899.00", stock: int = 100, **values: object) -> Product:
    """An article in stock."""
    return make_product(session, net=net, stock=stock, **values)
