"""An article's page: its address, its price at a quantity, its contract, and what it says when it cannot be bought."""

from datetime import date
from decimal import Decimal

import pytest

from tests.factories import (
    make_attribute,
    make_category,
    make_contract,
    make_organisation,
    make_person,
    make_product,
)
from tests.pages import text_of
from webshop.catalog.models import AttributeKind, ProductRelation, ProductStatus, RelationKind
from webshop.catalog.stock import promise_date
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.core.formats import day


@pytest.fixture
def organisation(session):
    return make_organisation(session)


@pytest.fixture
def buyer(client, session, organisation):
    return client.sign_in(make_person(session, organisation=organisation))


def see(visitor, number, **query):
    return visitor.get(f"/artikel/{number}", query_string=query, follow_redirects=True)


def facts(page, css="dl"):
    """Label and value of every description list."""
    return {text_of(row[0]): text_of(row[1]) for row in page.select(f"{css} > div") if len(row) == 2}


def steps(page):
    """The table of tiers: its rows, and the marked one."""
    rows = [[text_of(cell) for cell in row] for row in page.select(".staffel tbody tr")]
    return rows, [text_of(row[0]) for row in page.select(".staffel .ist-aktiv")]


# --- addresses --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["NB-1", "nb-1", "NB-1-alter-name", "NB-1-"])
def test_a_number_leads_to_the_full_address(buyer, session, typed):
    make_product(session, "Nordbook 14 G3", number="NB-1")

    answer = buyer.get(f"/artikel/{typed}?menge=3")

    assert answer.status_code == 302
    assert answer.location == "/artikel/NB-1-nordbook-14-g3?menge=3"
    assert buyer.get(answer.location).page.h1 == "Nordbook 14 G3"


def test_numbers_that_begin_with_each_other_are_told_apart(buyer, session):
    hub = make_product(session, "2 Port Hub", number="NB-1")
    dock = make_product(session, "Docking", number="NB-1-2")

    assert see(buyer, "NB-1-2-port-hub").page.h1 == hub.name
    assert see(buyer, "NB-1-2").page.h1 == dock.name
    assert see(buyer, "NB-1").page.h1 == hub.name


@pytest.mark.parametrize("number", ["A/12 B", "Ü-1", "100%", "a.b", "X+Y&Z"])
def test_any_number_has_a_page(buyer, session, number):
    make_product(session, "Ding", number=number)

    listed = buyer.get("/katalog")

    assert buyer.click(listed, "Ding").page.h1 == "Ding"


@pytest.mark.parametrize("address", ["GIBT-ES-NICHT", "-", "x" * 300, "%27%20OR%201=1", "../etc/passwd"])
def test_other_addresses_are_not_found(buyer, session, address):
    make_product(session)

    assert buyer.get(f"/artikel/{address}").status_code == 404


# --- price and quantity -----------------------------------------------------------------------------------------------


@pytest.fixture
def tiered(session):
    return make_product(session, number="NB-1", tiers={10: "872.00", 50: "845.00"}, stock=20)


@pytest.mark.parametrize(
    ("quantity", "active", "unit", "total"),
    [
        ("1", "ab 1", "899,00 €", "899,00 €"),
        ("10", "ab 10", "872,00 €", "8.720,00 €"),
        ("1.000", "ab 50", "845,00 €", "845.000,00 €"),
    ],
)
def test_the_step_that_counts_is_marked(buyer, tiered, quantity, active, unit, total):
    page = see(buyer, "NB-1", menge=quantity).page

    rows, marked = steps(page)
    assert rows == [["ab 1", "899,00 €", "–"], ["ab 10", "872,00 €", "3 %"], ["ab 50", "845,00 €", "6 %"]]
    assert marked == [active]
    assert text_of(page.one(".preis--gross .preis__zahl")) == unit
    assert text_of(page.one(".kaufen__summe strong")) == total


def test_a_step_is_a_link_to_its_quantity(buyer, tiered):
    answer = buyer.click(see(buyer, "NB-1"), "ab 50")

    assert answer.page.one("#menge").get("value") == "50"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("0", "Die Menge muss mindestens 1 sein."),
        ("-3", "Die Menge muss eine ganze Zahl sein"),
        ("1,5", "Die Menge muss eine ganze Zahl sein"),
        ("1e3", "Die Menge muss eine ganze Zahl sein"),
        ("٣", "Die Menge muss eine ganze Zahl sein"),
        ("99999999999999999999", "Die Menge muss eine ganze Zahl sein"),
        ("10001", "höchstens 10000"),
    ],
)
def test_a_wrong_quantity_is_told_at_its_field(buyer, tiered, typed, said):
    page = see(buyer, "NB-1", menge=typed).page

    assert said in page.errors["quantity"]
    assert page.one("#menge").get("value") == typed
    assert text_of(page.one(".kaufen__summe strong")) == "899,00 €"


def test_the_article_goes_into_the_cart_with_its_quantity(buyer, tiered):
    answer = see(buyer, "NB-1", menge="10")

    added = buyer.submit(answer, "In den Warenkorb")

    assert "10 × Nordbook 14 G3" in added.page.text
    assert added.page.h1 == "Nordbook 14 G3"


def test_who_does_not_buy_can_work_out_a_price(client, session, organisation, tiered):
    client.sign_in(make_person(session, Role.APPROVER, organisation=organisation))
    answer = see(client, "NB-1")

    assert "In den Warenkorb" not in answer.page.buttons
    priced = client.submit(answer, "Preis berechnen", quantity="50")
    assert text_of(priced.page.one(".kaufen__summe strong")) == "42.250,00 €"


def test_a_price_per_thousand_is_no_price_per_piece(buyer, session):
    make_product(session, "Klickkosten", number="K-1", net="12.3456", price_base_quantity=1000, unit_label="Seiten")

    page = see(buyer, "K-1", menge="5.000").page

    assert "12,3456 €netto je 1.000 Seiten" in text_of(page.one(".preis--gross"))
    assert text_of(page.one(".kaufen__summe strong")) == "61,73 €"


def test_the_note_names_the_houses_limit(buyer, session, organisation, tiered):
    organisation.approval_free_up_to = Decimal("5000.00")
    organisation.payment_terms_days = 14

    text = see(buyer, "NB-1").page.text

    assert "Kauf auf Rechnung, 14 Tage. Über 5.000,00 € netto ist in Ihrem Haus eine Freigabe nötig." in text


# --- contract ---------------------------------------------------------------------------------------------------------


def test_the_contract_is_named_with_its_supplier_and_its_end(buyer, session, organisation, tiered):
    make_contract(
        session,
        {tiered: {1: "800.00", 20: "780.00"}},
        organisations=[organisation],
        number="RV-2026-017",
        title="Arbeitsplatznotebooks Los 1",
        valid_to=date(2027, 6, 30),
        max_quantity_per_order=500,
    )

    page = see(buyer, "NB-1").page

    assert "Rahmenvertrag RV-2026-017" in text_of(page.one(".tags"))
    assert "Vertragspreis; Listenpreis 899,00 €" in page.text
    assert steps(page)[0] == [["ab 1", "800,00 €", "–"], ["ab 20", "780,00 €", "2,5 %"]]
    known = facts(page)
    assert known["Nummer"] == "RV-2026-017"
    assert known["Gegenstand"] == "Arbeitsplatznotebooks Los 1"
    assert known["Lieferant"] == "Nordtec Systemhaus GmbH"
    assert known["Gültig bis"] == "30.06.2027"
    assert known["Je Bestellung"] == "höchstens 500 Stück"


def test_the_contract_of_others_is_not_mentioned(buyer, session, tiered):
    make_contract(session, {tiered: "1.00"}, organisations=[make_organisation(session, "Hansestadt Stendal")], number="RV-X")

    text = see(buyer, "NB-1").page.text

    assert "Rahmenvertrag" not in text
    assert "899,00 €" in text


def test_staff_see_the_list_price_and_what_the_contract_gives(client, session, tiered):
    make_contract(session, {tiered: "800.00"}, number="RV-ALLE")
    client.sign_in(make_person(session, Role.SALES))

    page = see(client, "NB-1").page

    assert text_of(page.one(".preis--gross .preis__zahl")) == "899,00 €"
    assert "Im Rahmenvertrag RV-ALLE: 800,00 € netto" in page.text
    assert facts(page)["Nummer"] == "RV-ALLE"


# --- what it is -------------------------------------------------------------------------------------------------------


def test_technical_data_have_their_units(buyer, session):
    product = make_product(session, number="NB-1", manufacturer_number="VG27AQ", gtin="4012345678901")
    make_attribute(session, product, "Gewicht", "1,29", number=1.29, unit="kg", kind=AttributeKind.NUMBER, position=1)
    make_attribute(session, product, "Touch", "Nein", number=0, kind=AttributeKind.FLAG, position=2)
    make_attribute(session, product, "Anteil 100%", "50 %(x)s", kind=AttributeKind.TEXT, position=3)
    make_attribute(session, product, "Datenblatt", "https://example.org/blatt.pdf", position=4)
    make_attribute(session, product, "Quelle", "javascript:alert(1)", position=5)

    page = see(buyer, "NB-1").page

    known = facts(page, ".daten dl")
    assert known["Gewicht"] == "1,29 kg"
    assert known["Touch"] == "Nein"
    assert known["Anteil 100%"] == "50 %(x)s"
    assert page.links["example.org"] == "https://example.org/blatt.pdf"
    assert "javascript:alert(1)" not in page.links.values()
    assert known["Herstellernummer"] == "VG27AQ"
    assert known["GTIN"] == "4012345678901"
    assert facts(page, ".eckdaten")["Gewicht"] == "1,29 kg"


def test_the_delivery_promise_has_day_source_and_age(buyer, session):
    today = berlin_date(utcnow())
    make_product(session, number="NB-1", stock=3, promise_source="Nordtec Lager", promised_at=utcnow(), lead_time_days=15)
    make_product(session, "Server", number="SV-1", stock=0, lead_time_days=15)

    there, later = see(buyer, "NB-1", menge=5).page, see(buyer, "SV-1").page

    assert facts(there)["Auf Lager"] == "3 Stück"
    assert facts(there)["Heute bestellt"] == f"bis {day(promise_date(today, 2))}"
    assert facts(there)["Zusage"] == f"Nordtec Lager, Stand {day(today)}"
    assert f"Davon sind 3 Stück auf Lager. Die ganze Menge kommt bis {day(promise_date(today, 15))}." in there.text
    assert facts(later)["Heute bestellt"] == f"bis {day(promise_date(today, 15))}"
    assert "Lieferzeit 3 Wochen" in later.text


def test_a_service_says_how_long_it_binds(buyer, session):
    form = [{"key": "name", "label": "Name", "required": True}, {"key": "note", "label": "Hinweis", "required": False}]
    make_product(
        session,
        "VPN-Zugang",
        number="DL-1",
        net="25.00",
        monthly="6.90",
        minimum_term_months=12,
        notice_period="1 Monat zum Monatsende",
        unit_label="Nutzer",
        form=form,
        lead_time_days=5,
    )

    page = see(buyer, "DL-1", menge=3).page

    known = facts(page, ".eckdaten")
    assert known["Laufzeit"] == "mindestens 12 Monate"
    assert known["Kündigung"] == "1 Monat zum Monatsende"
    assert known["Abrechnung"] == "je Nutzer, einmalig und monatlich"
    assert [text_of(line) for line in page.select(".kaufen__summe")] == ["Monatlich netto20,70 €", "Einmalig netto75,00 €"]
    assert [text_of(item) for item in page.select(".umfang li")] == ["Name", "Hinweis (freiwillig)"]
    assert "Eingerichtet in 5 Werktagen" in page.text


def test_a_bundle_lists_its_parts_and_is_there_when_all_are(buyer, session):
    notebook, monitor = (
        make_product(session, "Nordbook", number="NB-1", stock=1),
        make_product(session, "Monitor", number="MO-1", stock=1),
    )
    make_product(session, "Set mit einem", number="SET-1", parts={notebook: 1, monitor: 1}, lead_time_days=10)
    make_product(session, "Set mit zweien", number="SET-2", parts={notebook: 1, monitor: 2}, lead_time_days=10)

    one, two = see(buyer, "SET-1").page, see(buyer, "SET-2").page

    assert [text_of(item) for item in two.select(".umfang li")] == ["2 × Monitor", "1 × Nordbook"]
    assert "Sofort lieferbar" in text_of(one.one("#kaufen"))
    assert "Lieferzeit 2 Wochen" in text_of(two.one("#kaufen"))


def test_accessories_and_alternatives_are_shown_for_sale(buyer, session):
    product = make_product(session, number="NB-1")
    dock, old = make_product(session, "Dock", number="ZB-1", net="169.00"), make_product(session, "Altes Dock", number="ZB-0")
    old.status = ProductStatus.WITHDRAWN
    other = make_product(session, "Nordbook 16", number="NB-2")
    session.add_all(
        [
            ProductRelation(product_id=product.id, related_id=dock.id, kind=RelationKind.ACCESSORY),
            ProductRelation(product_id=product.id, related_id=old.id, kind=RelationKind.ACCESSORY),
            ProductRelation(product_id=product.id, related_id=other.id, kind=RelationKind.ALTERNATIVE),
        ]
    )
    session.flush()

    page = see(buyer, "NB-1").page

    sections = {text_of(section[0]): text_of(section[1]) for section in page.select(".passend")}
    assert list(sections) == ["Dazu passt", "Alternativen"]
    assert "Dock169,00 € netto" in sections["Dazu passt"]
    assert "Altes Dock" not in page.text
    assert "1 × Dock" in buyer.submit(see(buyer, "NB-1"), "Hinzufügen: Dock").page.text


def test_without_any_neighbours_of_the_category_are_shown(buyer, session):
    make_product(session, number="NB-1")
    make_product(session, "Nordbook 16", number="NB-2")
    make_product(session, "Maus", number="MA-1", category=make_category(session, "Mäuse", slug="maeuse"))

    page = see(buyer, "NB-1").page

    assert [text_of(link) for link in page.select(".mini__name")] == ["Nordbook 16"]
    assert "Aus derselben Kategorie" in page.text


def test_a_withdrawn_article_proposes_its_successor(buyer, session):
    successor = make_product(session, "Nordbook 14 G4", number="NB-2")
    make_product(session, number="NB-1", status=ProductStatus.WITHDRAWN, successor_id=successor.id)
    make_product(session, "Fax", number="FX-1", status=ProductStatus.WITHDRAWN)

    answer = see(buyer, "NB-1")
    assert "Dieser Artikel kann nicht mehr bestellt werden." in answer.page.text
    assert "Nachfolger ist Nordbook 14 G4." in answer.page.text
    assert "In den Warenkorb" not in answer.page.buttons
    assert "899,00" not in text_of(answer.page.one("#kaufen"))
    assert buyer.click(answer, "Zum Nachfolger").page.h1 == "Nordbook 14 G4"
    assert "Zu ähnlichen Artikeln" in see(buyer, "FX-1").page.links


def test_an_article_without_a_price_says_so(buyer, session):
    make_product(session, number="NB-1", net=None)

    page = see(buyer, "NB-1").page

    assert "Für diesen Artikel gibt es zurzeit keinen Preis." in page.text
    assert "In den Warenkorb" not in page.buttons


def test_texts_of_the_catalogue_stay_texts(buyer, session):
    nasty = "<script>alert(1)</script>{{7*7}}%(x)s"
    product = make_product(
        session,
        nasty,
        number="XSS-1",
        manufacturer=f"M {nasty}",
        short_description=nasty,
        description=nasty,
        unit_label=nasty[:40],
    )
    make_attribute(session, product, nasty, nasty, key="nasty", unit="%")

    for url in ("/katalog", "/suche?q=script", "/artikel/XSS-1"):
        answer = buyer.get(url, follow_redirects=True)
        assert nasty in answer.page.text
        assert not [script for script in answer.page.select("script") if "alert" in text_of(script)]
