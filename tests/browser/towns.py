"""Town halls of their own for the journeys, so that no journey meets another one's cart, budget or inbox."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from tests.browser.seed import PASSWORD
from tests.factories import make_address, make_category, make_cost_centre, make_organisation, make_person, make_product
from webshop.catalog.models import Product
from webshop.core.actor import Role
from webshop.core.clock import fiscal_year, utcnow
from webshop.organisations.models import Budget, CostCentre, CostCentrePerson, CostCentreTask, Organisation

SCHOOLS = ("Grundschule am Park", "Grundschule Lindenhof", "Sekundarschule Westring", "Gymnasium Nordpark", "Berufsschule Ost")
CENTRES = (("11120", "Zentrale Dienste"), ("21110", "Grundschulen"))
_serial = count(1)


@dataclass
class Town:
    """A house and the addresses with which its people sign in."""

    organisation: Organisation
    name: str
    buyer: str
    colleague: str
    """Buys too."""
    approver: str
    second: str
    both: str
    """Buys and approves."""
    centres: dict[str, CostCentre] = field(default_factory=dict)


def make_town(session: Session) -> Town:
    """A town hall with six addresses, two cost centres with budgets, and people for each part; to be committed."""
    number = next(_serial)
    host = f"ort{number}.example.org"
    house = make_organisation(session, f"Stadt Beispielort {number}", postcode="39104", city="Beispielort")
    people = {
        name: make_person(
            session,
            *roles,
            organisation=house,
            password=PASSWORD,
            email=f"{name}@{host}",
            first_name=first,
            last_name=last,
            department="Hauptamt",
            phone="0391 5550 17",
        )
        for name, roles, first, last in (
            ("bestellung", [Role.BUYER], "Birgit", f"Amtsberg {number}"),
            ("vertretung", [Role.BUYER], "Bernd", f"Beimann {number}"),
            ("freigabe", [Role.APPROVER], "Frank", f"Kessel {number}"),
            ("zweite", [Role.APPROVER], "Zoe", f"Zander {number}"),
            ("beides", [Role.BUYER, Role.APPROVER], "Dora", f"Doppel {number}"),
        )
    }
    make_address(session, "Rathaus", organisation=house)
    for position, school in enumerate(SCHOOLS, start=1):
        make_address(session, school, organisation=house, street=f"Schulweg {position}")
    centres = {}
    for code, title in CENTRES:
        centres[code] = make_cost_centre(session, code, organisation=house, name=title)
        session.add(
            Budget(
                organisation_id=house.id, cost_centre_id=centres[code].id, year=fiscal_year(utcnow()), amount=Decimal("900000")
            )
        )
        for name in ("freigabe", "zweite", "beides"):
            session.add(
                CostCentrePerson(
                    organisation_id=house.id,
                    cost_centre_id=centres[code].id,
                    person_id=people[name].id,
                    task=CostCentreTask.APPROVE,
                )
            )
    session.flush()
    emails = {name: person.email for name, person in people.items()}
    return Town(
        house,
        house.name,
        buyer=emails["bestellung"],
        colleague=emails["vertretung"],
        approver=emails["freigabe"],
        second=emails["zweite"],
        both=emails["beides"],
        centres=centres,
    )


def make_article(session: Session, name: str, net: str | None = "899.00", **values: Any) -> Product:
    """An article that no other journey buys."""
    values = {"stock": 400, "category": make_category(session, "Zubehör"), **values}
    return make_product(session, f"{name} {next(_serial)}", net=net, **values)
