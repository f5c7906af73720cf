"""A small shop to look at: two town halls, the provider's people, and enough articles for facets and page numbers."""

from decimal import Decimal

from sqlalchemy.orm import Session

from tests.databases import Database
from tests.factories import make_category, make_contract, make_organisation, make_person, make_product, make_provider
from webshop.catalog.models import Product
from webshop.core.actor import Role
from webshop.core.clock import fiscal_year, utcnow
from webshop.organisations.models import Address, Budget, CostCentre, CostCentrePerson, CostCentreTask, Organisation

PASSWORD = "webshop-demo"
HOUSES = {
    "magdeburg": ("Landeshauptstadt Magdeburg", "39104", "Magdeburg"),
    "stendal": ("Hansestadt Stendal", "39576", "Stendal"),
}
CUSTOMER_PEOPLE = {
    "bestellung": (Role.BUYER, "Birgit", "Amtsberg", "Hauptamt"),
    "freigabe": (Role.APPROVER, "Frank", "Kämmerer", "Kämmerei"),
    "verwaltung": (Role.ORG_ADMIN, "Verena", "Rathje", "Personal und Organisation"),
}
STAFF = {
    "vertrieb": (Role.SALES, "Volker", "Handel"),
    "vertriebsleitung": (Role.SALES_LEAD, "Lena", "Handel"),
    "abwicklung": (Role.FULFILMENT, "Anke", "Lager"),
    "buchhaltung": (Role.ACCOUNTING, "Bodo", "Kontor"),
    "admin": (Role.ADMIN, "Ada", "Systemann"),
    "revision": (Role.AUDITOR, "Rita", "Prüfer"),
}


def seed(database: Database) -> None:
    with database.session() as session:
        houses = [make_house(session, key) for key in HOUSES]
        provider = make_provider(session)
        for name, (role, first, last) in STAFF.items():
            make_person(
                session,
                role,
                organisation=provider,
                password=PASSWORD,
                email=f"{name}@shop.example.org",
                first_name=first,
                last_name=last,
            )
        notebook = make_articles(session)
        make_contract(session, {notebook: "829.00"}, organisations=houses[:1])
        session.commit()


def make_house(session: Session, key: str) -> Organisation:
    """A municipality with a buyer, an approver, an administrator, two cost centres and two addresses."""
    name, postcode, city = HOUSES[key]
    house = make_organisation(session, name, postcode=postcode, city=city)
    people = {
        task: make_person(
            session,
            role,
            organisation=house,
            password=PASSWORD,
            email=f"{task}@{key}.example.org",
            first_name=first,
            last_name=last,
            department=department,
        )
        for task, (role, first, last, department) in CUSTOMER_PEOPLE.items()
    }
    for label, street in (("Rathaus", "Markt 1"), ("Grundschule am Park", "Parkweg 12")):
        session.add(Address(organisation_id=house.id, label=label, street=street, postcode=postcode, city=city))
    year = fiscal_year(utcnow())
    for number, title in (("11120", "Zentrale Dienste"), ("21110", "Grundschulen")):
        centre = CostCentre(organisation_id=house.id, number=number, name=title)
        session.add(centre)
        session.flush()
        session.add(Budget(organisation_id=house.id, cost_centre_id=centre.id, year=year, amount=Decimal("250000.00")))
        approver = people["freigabe"]
        session.add(
            CostCentrePerson(
                organisation_id=house.id, cost_centre_id=centre.id, person_id=approver.id, task=CostCentreTask.APPROVE
            )
        )
    session.flush()
    return house


def make_articles(session: Session) -> Product:
    """Thirty-odd articles in four categories; returns the notebook with the contract price."""
    hardware = make_category(session, "Arbeitsplatz", picture="notebook")
    notebooks = make_category(session, "Notebooks", parent=hardware, picture="notebook")
    monitors = make_category(session, "Monitore", parent=hardware, picture="monitor")
    services = make_category(session, "IT-Dienste", picture="service")
    first = make_product(
        session,
        "Nordbook 14 G3",
        category=notebooks,
        net="899.00",
        tiers={10: "869.00", 50: "845.00"},
        stock=120,
        attributes={"Bildschirm": "14 Zoll", "Arbeitsspeicher": "16 GB"},
        short_description="14 Zoll, 16 GB Arbeitsspeicher, 512 GB Speicher",
    )
    for number in range(1, 26):
        make_product(
            session,
            f"Nordbook {13 + number % 4} Serie {number}",
            category=notebooks,
            net=f"{649 + 25 * number}.00",
            stock=number % 5 * 10,
            manufacturer=("Nordtec", "Elbwerk")[number % 2],
            attributes={"Bildschirm": f"{13 + number % 4} Zoll", "Arbeitsspeicher": f"{8 * (1 + number % 3)} GB"},
        )
    for number in range(1, 6):
        make_product(session, f"Sichtfeld {22 + number}", category=monitors, net=f"{149 + 30 * number}.90", stock=40)
    make_product(session, "Arbeitsplatz-Rundumbetreuung", category=services, net="49.00", monthly="38.50", minimum_term_months=12)
    return first
