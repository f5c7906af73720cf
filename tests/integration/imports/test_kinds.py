"""Each kind of file: what becomes of its rows, and that reading it again changes nothing."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.importing import ARTICLE, CONTRACT, COST_CENTRE, CUSTOMER, KINDS, PERSON, POSITION, SERVICE, Files, counts, told
from webshop.accounts.models import Person, RoleAssignment
from webshop.catalog.contract_models import ContractOrganisation, ContractPosition, ContractPrice, FrameworkContract
from webshop.catalog.models import (
    Attribute,
    Category,
    Charge,
    Manufacturer,
    Price,
    Product,
    ProductAttribute,
    ProductKind,
    ServicePlan,
    Stock,
    StockMovement,
)
from webshop.core.actor import Role
from webshop.organisations.models import Address, Budget, CostCentre, CostCentrePerson, CostCentreTask, Organisation


def one(session: Session, *columns: Any) -> Any:
    return session.execute(select(*columns)).one()


def test_an_article_comes_with_category_maker_attributes_and_price(session: Session, files: Files) -> None:
    report = files.read(ARTICLE)

    assert counts(report) == (1, 0, 0, 0)
    product = session.scalars(select(Product)).one()
    assert (product.number, product.kind, product.unit_code, product.unit_label) == ("MO-1", ProductKind.HARDWARE, "C62", "Stück")
    assert (product.vat_rate, product.lead_time_days, product.manufacturer_number) == (19, 10, "XB2483HSU-B5")
    assert " iiyama prolite 24 zoll " in product.search_text
    categories = session.execute(select(Category.path, Category.name, Category.picture).order_by(Category.path)).all()
    assert [tuple(row) for row in categories] == [
        ("monitore", "Monitore", "monitor"),
        ("monitore/office-monitore", "Office-Monitore", "monitor"),
    ]
    assert session.scalars(select(Manufacturer.name)).one() == "Iiyama"
    values = session.execute(
        select(Attribute.label, Attribute.unit, ProductAttribute.text, ProductAttribute.number)
        .join(ProductAttribute, ProductAttribute.attribute_id == Attribute.id)
        .order_by(Attribute.position)
    ).all()
    assert [tuple(row) for row in values] == [
        ("Bildschirmdiagonale", "Zoll", "23,8", 23.8),
        ("Power over Ethernet", "", "ja", 1.0),
        ("Farbe", "", "Schwarz / Silber", None),
    ]
    assert one(session, Price.charge, Price.unit_net, Price.valid_to) == (Charge.ONCE, Decimal("129.99"), None)


def test_optional_columns_of_articles_are_used_where_they_stand(session: Session, files: Files) -> None:
    row = {
        **ARTICLE,
        "unit": "Paar",
        "gtin": "4006381333931",
        "vat_rate_percent": "7",
        "lead_time_workdays": "15",
        "promise_source": "Großhandel",
        "stock": "25",
        "description": "Erster Absatz.\r\n\r\nZweiter.",
        "max_quantity": "50",
        "price_base_quantity": "100",
    }

    assert told(files.read(row)) == []

    product = session.scalars(select(Product)).one()
    assert (product.unit_code, product.unit_label, product.gtin, product.vat_rate) == ("PR", "Paar", "4006381333931", 7)
    assert (product.lead_time_days, product.promise_source, product.promised_at) == (15, "Großhandel", files.now)
    assert (product.max_quantity, product.price_base_quantity) == (50, 100)
    assert product.description == "Erster Absatz.\n\nZweiter."
    assert one(session, Stock.available) == (25,)


def test_stock_is_moved_by_the_difference(session: Session, files: Files) -> None:
    files.read({**ARTICLE, "stock": "25"})
    session.execute(Stock.__table__.update().values(available=20))

    assert counts(files.read({**ARTICLE, "stock": "30"})) == (0, 1, 0, 0)
    assert counts(files.read({**ARTICLE, "stock": "30"})) == (0, 0, 1, 0)

    assert one(session, Stock.available) == (30,)
    assert session.scalars(select(StockMovement.quantity).order_by(StockMovement.id)).all() == [25, 10]


def test_a_column_that_the_file_lacks_leaves_the_article_as_it_is(session: Session, files: Files) -> None:
    files.read({**ARTICLE, "gtin": "4006381333931", "lead_time_workdays": "3"})
    before = one(session, Product.search_text)
    price_list = {key: ARTICLE[key] for key in ("sku", "name", "category_path", "list_price_net_eur_cents")}

    assert counts(files.read(price_list)) == (0, 0, 1, 0)

    assert one(session, Product.search_text) == before
    assert one(session, Product.gtin, Product.lead_time_days, Product.manufacturer_number) == ("4006381333931", 3, "XB2483HSU-B5")


def test_a_changed_article_counts_its_version_up(session: Session, files: Files) -> None:
    files.read(ARTICLE)

    assert counts(files.read({**ARTICLE, "name": "Neuer Name", "category_path": "Monitore"})) == (0, 1, 0, 0)

    session.expire_all()
    product = session.scalars(select(Product)).one()
    assert (product.name, product.version) == ("Neuer Name", 2)
    assert "neuer name" in product.search_text


def test_changed_attributes_replace_the_old_ones(session: Session, files: Files) -> None:
    files.read(ARTICLE)

    assert counts(files.read({**ARTICLE, "attributes_json": json.dumps({"farbe": "White"})})) == (0, 1, 0, 0)

    assert session.scalars(select(ProductAttribute.text)).all() == ["Weiß"]


def test_a_name_too_long_is_shortened_and_kept_in_the_description(session: Session, files: Files) -> None:
    name = "Wandhalterung für Monitore " * 12

    report = files.read({**ARTICLE, "name": name})

    assert (report.bad, report.notes) == (0, 1)
    short, description = one(session, Product.name, Product.description)
    assert len(short) <= 250
    assert short.endswith("…")
    assert description == name.strip()


def test_categories_of_the_same_name_get_addresses_of_their_own(session: Session, files: Files) -> None:
    paths = ["Zubehör > Headsets", "Telefonie > Headsets", "Workstations > Workstations", "zubehör > HEADSETS"]
    files.read(*({**ARTICLE, "sku": f"A-{n}", "category_path": path} for n, path in enumerate(paths)))

    assert session.scalars(select(Category.path).where(Category.parent_id.is_not(None)).order_by(Category.path)).all() == [
        "telefonie/telefonie-headsets",
        "workstations/workstations-workstations",
        "zubehoer/headsets",
    ]


def test_a_service_comes_with_plan_and_both_prices(session: Session, files: Files) -> None:
    report = files.read(SERVICE)

    assert counts(report) == (1, 0, 0, 0)
    product = session.scalars(select(Product)).one()
    assert (product.kind, product.unit_code, product.unit_label, product.lead_time_days) == (
        ProductKind.SERVICE,
        "IE",
        "Nutzer",
        5,
    )
    assert product.short_description == "Gesicherter Fernzugang."
    plan = session.scalars(select(ServicePlan)).one()
    assert (plan.minimum_term_months, plan.notice_period) == (12, "1 Monat zum Monatsende")
    assert plan.form[0]["key"] == "benutzername"
    prices = session.execute(select(Price.charge, Price.unit_net)).all()
    assert {tuple(row) for row in prices} == {(Charge.ONCE, Decimal("25.00")), (Charge.MONTHLY, Decimal("6.90"))}


def test_a_service_may_lose_one_of_its_prices_and_change_its_plan(session: Session, files: Files) -> None:
    files.read(SERVICE)

    changed = {**SERVICE, "one_off_price_net_eur_cents": "0", "minimum_term_months": "24"}

    assert counts(files.read(changed)) == (0, 1, 0, 0)
    assert one(session, ServicePlan.minimum_term_months) == (24,)
    assert session.scalars(select(Price.charge)).all() == [Charge.MONTHLY]


def test_an_article_never_becomes_a_service(files: Files) -> None:
    files.read(ARTICLE)

    assert told(files.read({**SERVICE, "sku": "MO-1"})) == [
        "Zeile 2: Spalte sku: Unter dieser Nummer gibt es schon einen Artikel anderer Art."
    ]


def test_a_customer_comes_with_addresses_and_cost_centres(session: Session, files: Files) -> None:
    assert counts(files.read(CUSTOMER)) == (1, 0, 0, 0)

    house = session.scalars(select(Organisation)).one()
    assert (house.number, house.kind, house.official_key, house.payment_terms_days) == ("K1", "customer", "15003000", 14)
    assert (house.approval_free_up_to, house.approval_second_above) == (Decimal("1000.00"), Decimal("25000.00"))
    assert session.scalars(select(Address.label).order_by(Address.label)).all() == ["Bauhof", "Rathaus"]
    assert one(session, CostCentre.number, CostCentre.name) == ("111501", "Informationstechnik")


def test_a_customer_changes_without_losing_what_the_file_does_not_name(session: Session, files: Files) -> None:
    files.read(CUSTOMER)
    moved = json.dumps([{"bezeichnung": "Rathaus", "strasse": "Neue Straße 1", "plz": "39104", "ort": "Magdeburg"}])
    limits = {"approval_free_up_to_eur_cents": "50000", "approval_second_above_eur_cents": "", "member_from": "2020-01-01"}

    assert counts(files.read({**CUSTOMER, "delivery_addresses_json": moved, **limits})) == (0, 1, 0, 0)

    session.expire_all()
    house = session.scalars(select(Organisation)).one()
    assert (house.approval_free_up_to, house.approval_second_above, house.version) == (Decimal("500.00"), None, 2)
    addresses = session.execute(select(Address.label, Address.street).order_by(Address.label)).all()
    assert [tuple(row) for row in addresses] == [("Bauhof", "Weg 1"), ("Rathaus", "Neue Straße 1")]


def test_a_cost_centre_comes_with_its_budget(session: Session, files: Files) -> None:
    files.read(CUSTOMER)

    assert counts(files.read(COST_CENTRE)) == (1, 0, 0, 0)

    budget = session.scalars(select(Budget)).one()
    assert (budget.year, budget.amount, budget.spent, budget.hard) == (2026, Decimal("100000.00"), Decimal("25000.00"), False)


def test_a_hard_budget_keeps_room_for_what_orders_bind(session: Session, files: Files) -> None:
    files.read(CUSTOMER)
    files.read(COST_CENTRE)
    session.execute(Budget.__table__.update().values(hard=True, committed=Decimal("60000.00")))

    assert counts(files.read({**COST_CENTRE, "spent_eur_cents": "4000000"})) == (0, 1, 0, 0)
    assert told(files.read({**COST_CENTRE, "spent_eur_cents": "4000001"})) == [
        "Zeile 2: Spalte budget_eur_cents: Das Budget ist verbindlich; Bestellungen binden schon mehr, als danach frei wäre."
    ]


def test_people_get_role_and_cost_centres_but_no_password(session: Session, files: Files) -> None:
    files.read(CUSTOMER)
    files.read(COST_CENTRE)

    assert counts(files.read(PERSON)) == (1, 0, 0, 0)

    person = session.scalars(select(Person)).one()
    assert (person.email, person.name, person.department) == ("kaethe.mueller@magdeburg.example.org", "Käthe Müller", "Kämmerei")
    assert person.password_hash is None
    assert one(session, RoleAssignment.role, RoleAssignment.valid_to) == (Role.APPROVER, None)
    links = session.execute(select(CostCentrePerson.task, CostCentrePerson.limit_net)).all()
    assert [tuple(row) for row in links] == [(CostCentreTask.APPROVE, Decimal("10000.00"))] * 2


@pytest.mark.parametrize(
    ("word", "role", "links"),
    [
        ("besteller", Role.BUYER, 2),
        ("administrator", Role.ORG_ADMIN, 0),
        ("rechnungsempfaenger", Role.AUDITOR, 0),
        ("Approver", Role.APPROVER, 2),
    ],
)
def test_roles_are_read_in_german_and_as_codes(session: Session, files: Files, word: str, role: Role, links: int) -> None:
    files.read(CUSTOMER)
    files.read(COST_CENTRE)

    assert told(files.read({**PERSON, "role": word})) == []

    assert one(session, RoleAssignment.role) == (role,)
    assert session.scalar(select(func.count()).select_from(CostCentrePerson)) == links


def test_nobody_is_made_staff_by_a_file(files: Files) -> None:
    files.read(CUSTOMER)

    report = files.read({**PERSON, "cost_centres": "", "role": "admin"})

    assert "„admin“ ist nicht bekannt" in told(report)[0]


def test_a_person_may_hold_several_roles_and_lose_cost_centres(session: Session, files: Files) -> None:
    files.read(CUSTOMER)
    files.read(COST_CENTRE)
    files.read(PERSON, {**PERSON, "role": "besteller"})

    report = files.read({**PERSON, "cost_centres": "126020"}, {**PERSON, "role": "besteller"})

    assert counts(report) == (0, 1, 1, 0)
    assert session.scalar(select(func.count()).select_from(Person)) == 1
    tasks = session.scalars(select(CostCentrePerson.task).order_by(CostCentrePerson.task)).all()
    assert tasks == [CostCentreTask.APPROVE, CostCentreTask.ORDER, CostCentreTask.ORDER]


def test_approvers_end_the_same_whichever_list_is_read_first(session: Session, files: Files) -> None:
    """The list of people says what somebody may decide; the list of cost centres only that they approve."""
    files.read(CUSTOMER)
    files.read(COST_CENTRE)
    files.read({**PERSON, "cost_centres": "126020"})
    with_approver = {**COST_CENTRE, "approver_email": PERSON["email"]}

    assert counts(files.read(with_approver)) == (0, 0, 1, 0)
    assert one(session, CostCentrePerson.limit_net) == (Decimal("10000.00"),)


def test_an_approver_named_with_a_cost_centre_gets_its_limit(session: Session, files: Files) -> None:
    files.read(CUSTOMER)
    files.read({**PERSON, "cost_centres": "111501", "order_limit_eur_cents": ""})
    with_approver = {**COST_CENTRE, "approver_email": PERSON["email"]}

    assert counts(files.read(with_approver)) == (1, 0, 0, 0)
    limits = session.execute(select(CostCentre.number, CostCentrePerson.limit_net).join(CostCentrePerson)).all()
    assert dict(limits) == {"111501": None, "126020": Decimal("5000.00")}


def test_nobody_approves_for_a_house_in_which_they_are_no_approver(session: Session, files: Files) -> None:
    files.read(CUSTOMER, {**CUSTOMER, "customer_no": "K2"})
    files.read({**PERSON, "customer_no": "K2", "cost_centres": "111501"})

    report = files.read({**COST_CENTRE, "approver_email": PERSON["email"]})

    assert (report.created, report.notes) == (1, 1)
    assert session.scalar(select(func.count()).select_from(CostCentrePerson)) == 1


def test_an_approver_with_a_limit_of_nothing_decides_nothing(session: Session, files: Files) -> None:
    files.read(CUSTOMER)

    files.read({**PERSON, "cost_centres": "111501", "order_limit_eur_cents": "0"})

    assert one(session, CostCentrePerson.limit_net) == (Decimal("0.00"),)


def test_an_approver_who_does_not_exist_yet_is_a_remark(files: Files) -> None:
    files.read(CUSTOMER)

    report = files.read({**COST_CENTRE, "approver_email": "niemand@magdeburg.example.org"})

    assert (report.created, report.notes, report.bad) == (1, 1, 0)


def test_a_contract_counts_what_was_called_off_before(session: Session, files: Files) -> None:
    assert counts(files.read(CONTRACT)) == (1, 0, 0, 0)

    contract = session.scalars(select(FrameworkContract)).one()
    assert (contract.for_all, contract.max_value) == (True, Decimal("1200000.00"))
    assert contract.opening_value == contract.used_value == Decimal("418700.00")


def test_a_contract_keeps_what_orders_reserved(session: Session, files: Files) -> None:
    files.read(CONTRACT)
    session.execute(FrameworkContract.__table__.update().values(used_value=Decimal("418800.00")))

    assert counts(files.read({**CONTRACT, "called_off_eur_cents": "50000000"})) == (0, 1, 0, 0)
    assert one(session, FrameworkContract.used_value) == (Decimal("500100.00"),)
    report = files.read({**CONTRACT, "called_off_eur_cents": "50000000", "max_volume_eur_cents": "50005000"})
    assert "schon mehr abgerufen" in told(report)[0]


def test_named_customers_of_a_contract_are_exactly_those_of_the_file(session: Session, files: Files) -> None:
    files.read(CUSTOMER, {**CUSTOMER, "customer_no": "K2"}, {**CUSTOMER, "customer_no": "K3"})
    files.read({**CONTRACT, "customers": "K1;K2"})

    assert counts(files.read({**CONTRACT, "customers": "K2;K3"})) == (0, 1, 0, 0)

    named = select(Organisation.number).join(ContractOrganisation, ContractOrganisation.organisation_id == Organisation.id)
    assert session.scalars(named.order_by(Organisation.number)).all() == ["K2", "K3"]
    assert "K9" in told(files.read({**CONTRACT, "customers": "K9"}))[0]


def test_positions_carry_tiers_in_both_forms(session: Session, files: Files) -> None:
    for row in (ARTICLE, SERVICE, CONTRACT):
        files.read(row)
    monthly = json.dumps([{"ab_menge": 1, "einmalig_cent": 2500, "monatlich_cent": 650}])

    report = files.read(POSITION, {**POSITION, "sku": "DL-1", "position": "2", "price_tiers_json": monthly})

    assert counts(report) == (2, 0, 0, 0)
    prices = session.execute(
        select(ContractPosition.position, ContractPrice.charge, ContractPrice.min_quantity, ContractPrice.unit_net)
        .join(ContractPosition, ContractPosition.id == ContractPrice.position_id)
        .order_by(ContractPosition.position, ContractPrice.min_quantity, ContractPrice.unit_net.desc())
    ).all()
    assert [tuple(row) for row in prices] == [
        (1, Charge.ONCE, 1, Decimal("110.00")),
        (1, Charge.ONCE, 10, Decimal("105.00")),
        (2, Charge.ONCE, 1, Decimal("25.00")),
        (2, Charge.MONTHLY, 1, Decimal("6.50")),
    ]


def test_prices_of_a_position_are_replaced(session: Session, files: Files) -> None:
    for row in (ARTICLE, CONTRACT, POSITION):
        files.read(row)

    changed = {**POSITION, "price_tiers_json": json.dumps([{"ab_menge": 1, "preis_cent": 9900}])}

    assert counts(files.read(changed)) == (0, 1, 0, 0)
    assert session.scalars(select(ContractPrice.unit_net)).all() == [Decimal("99.00")]


def test_every_kind_read_again_is_unchanged(files: Files) -> None:
    files.read_all()

    for row in KINDS.values():
        assert counts(files.read(row)) == (0, 0, 1, 0)
