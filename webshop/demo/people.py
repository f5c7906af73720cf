"""The provider, its staff, and the people whom everybody may try the shop as (all with one password)."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from webshop.accounts import passwords, services
from webshop.accounts import queries as accounts
from webshop.accounts.models import Person
from webshop.config import Provider
from webshop.core.actor import Actor, Role
from webshop.organisations.models import CostCentre, CostCentrePerson, CostCentreTask, Organisation, OrganisationKind

PASSWORD = "webshop-demo"
PROVIDER = "MLIT"
MAGDEBURG, STENDAL, GARDELEGEN = "K10001", "K10006", "K10023"


@dataclass(frozen=True)
class DemoPerson:
    """Somebody to sign in as."""

    email: str
    first_name: str
    last_name: str
    department: str
    phone: str
    roles: tuple[tuple[str, Role], ...]
    """House and role."""
    orders_for: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """House and the cost centres to order for; none: all."""
    approves: bool = False
    """For all cost centres of the houses in which the person is an approver, any amount."""


DEMO_PEOPLE = (
    DemoPerson(
        "bestellung@magdeburg.example.org",
        "Katrin",
        "Ahrendt",
        "Fachbereich IT",
        "0391 5550 201",
        ((MAGDEBURG, Role.BUYER),),
        ((MAGDEBURG, ("111001", "111501", "217001")),),
    ),
    DemoPerson(
        "freigabe@magdeburg.example.org",
        "Jürgen",
        "Petersen",
        "Kämmerei",
        "0391 5550 202",
        ((MAGDEBURG, Role.APPROVER),),
        approves=True,
    ),
    DemoPerson(
        "verwaltung@magdeburg.example.org",
        "Sabine",
        "Möllendorf",
        "Zentrale Dienste",
        "0391 5550 203",
        ((MAGDEBURG, Role.ORG_ADMIN), (MAGDEBURG, Role.APPROVER)),
        approves=True,
    ),
    DemoPerson(
        "bestellung@stendal.example.org",
        "Tobias",
        "Graßhoff",
        "Amt für Zentrale Steuerung",
        "03931 5550 11",
        ((STENDAL, Role.BUYER), (GARDELEGEN, Role.BUYER)),
        ((STENDAL, ("111000", "111500", "216000")),),
    ),
    DemoPerson(
        "freigabe@stendal.example.org",
        "Renate",
        "Ölschläger",
        "Kämmerei",
        "03931 5550 12",
        ((STENDAL, Role.APPROVER),),
        approves=True,
    ),
    DemoPerson("vertrieb@shop.example.org", "Marlene", "Voigt", "Vertrieb", "0391 5550 110", ((PROVIDER, Role.SALES),)),
    DemoPerson(
        "vertriebsleitung@shop.example.org", "Henrik", "Brandes", "Vertrieb", "0391 5550 111", ((PROVIDER, Role.SALES_LEAD),)
    ),
    DemoPerson(
        "abwicklung@shop.example.org",
        "Oksana",
        "Kowalenko",
        "Auftragsabwicklung",
        "0391 5550 120",
        ((PROVIDER, Role.FULFILMENT),),
    ),
    DemoPerson("buchhaltung@shop.example.org", "Dieter", "Rühl", "Buchhaltung", "0391 5550 130", ((PROVIDER, Role.ACCOUNTING),)),
    DemoPerson("admin@shop.example.org", "Nadja", "Wiechmann", "IT-Betrieb", "0391 5550 140", ((PROVIDER, Role.ADMIN),)),
    DemoPerson("revision@shop.example.org", "Ulrich", "Tesch", "Revision", "0391 5550 150", ((PROVIDER, Role.AUDITOR),)),
)


def make_provider(session: Session, provider: Provider, *, now: datetime) -> None:
    """The house that sells."""
    session.add(
        Organisation(
            number=PROVIDER,
            name=provider.name,
            kind=OrganisationKind.PROVIDER,
            type_label="IT-Dienstleister",
            street=provider.street,
            postcode=provider.postcode,
            city=provider.city,
        )
    )
    session.flush()


def make_demo_people(session: Session, *, now: datetime) -> None:
    """The people of the demo, with their roles and cost centres."""
    houses = dict(session.execute(select(Organisation.number, Organisation.id)).all())
    password_hash = passwords.hash_of(PASSWORD)
    for entry in DEMO_PEOPLE:
        person = services.create_person(
            session,
            email=entry.email,
            first_name=entry.first_name,
            last_name=entry.last_name,
            department=entry.department,
            phone=entry.phone,
            actor=None,
            now=now,
        )
        person.password_hash = password_hash
        for number, role in entry.roles:
            services.assign_role(session, person, role, houses[number], actor=None, now=now)
            if role == Role.APPROVER and entry.approves:
                _link(session, person, houses[number], CostCentreTask.APPROVE, ())
        for number, cost_centres in entry.orders_for:
            _link(session, person, houses[number], CostCentreTask.ORDER, cost_centres)
    session.flush()


def _link(session: Session, person: Person, house: UUID, task: CostCentreTask, numbers: tuple[str, ...]) -> None:
    """For these cost centres of the house; none named: for all."""
    statement = select(CostCentre.id).where(CostCentre.organisation_id == house)
    if numbers:
        statement = statement.where(CostCentre.number.in_(numbers))
    for key in session.scalars(statement).all():
        session.add(CostCentrePerson(organisation_id=house, cost_centre_id=key, person_id=person.id, task=task, limit_net=None))


def acting(session: Session, email: str, house: str, *, now: datetime) -> Actor:
    """A person at work in one house."""
    key = session.scalars(select(Organisation.id).where(Organisation.number == house)).one()
    person = session.scalars(select(Person.id).where(Person.email == email)).one()
    actor = accounts.actor_for(session, person, key, now=now)
    if actor is None or actor.organisation_id != key:
        raise RuntimeError(f"{email} holds no role in {house}")
    return actor
