"""The listing as people see it: prices, filters, chips, pages, who may buy."""

from datetime import timedelta
from decimal import Decimal

import pytest

from tests.factories import make_category, make_contract, make_organisation, make_person, make_price, make_product
from tests.pages import text_of
from webshop.catalog.models import ProductStatus
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow

PAGES = ("/katalog", "/katalog/notebooks", "/suche?q=nordbook", "/artikel/NB-1-nordbook-14-g3")


@pytest.fixture
def shelf(session):
    notebooks = make_category(session, "Notebooks", description="Tragbare Geräte für Büro und Homeoffice.")
    make_product(
        session,
        number="NB-1",
        category=notebooks,
        short_description="14 Zoll, 16 GB RAM",
        tiers={10: "872.00"},
        manufacturer="Nordtec",
    )
    make_product(session, "Nordbook 16", number="NB-2", net="1149.00", stock=0, lead_time_days=15, category=notebooks)
    make_product(
        session, "Tablet 11", number="TA-1", net="389.00", category=make_category(session, "Tablets"), manufacturer="Alveria"
    )
    make_product(
        session,
        "Arbeitsplatz-Service",
        number="DL-1",
        net="25.00",
        monthly="39.50",
        lead_time_days=5,
        category=make_category(session, "Services"),
        manufacturer=None,
    )


@pytest.fixture
def buyer(client, session, shelf):
    return client.sign_in(make_person(session))


def card(answer, name):
    """The words on the card of an article."""
    found = [one for one in answer.page.select(".artikel") if name in text_of(one)]
    assert len(found) == 1
    return text_of(found[0])


def names(answer):
    return [text_of(link) for link in answer.page.select(".artikel__link")]


# --- who sees what ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", PAGES)
def test_guests_are_sent_to_sign_in_and_see_no_price(client, shelf, url):
    answer = client.get(url)

    assert answer.status_code == 303
    assert answer.location.startswith("/anmelden?next=")
    assert "€" not in answer.text


@pytest.mark.parametrize("role", list(Role))
def test_every_role_sees_the_catalogue_but_only_buyers_can_buy(client, session, shelf, role):
    client.sign_in(make_person(session, role))

    for url in PAGES:
        answer = client.get(url)
        assert answer.status_code == 200
        assert "899,00 €" in answer.page.text
        assert ("/warenkorb/hinzufuegen" in answer.text) == (role is Role.BUYER)


def test_a_card_says_what_it_costs_and_when_it_comes(buyer):
    answer = buyer.get("/katalog")

    assert "Nordtec Nordbook 14 G3 14 Zoll, 16 GB RAM Sofort lieferbar ab 899,00 €netto, 1.069,81 € brutto" in card(
        answer, "14 G3"
    )
    assert "Lieferzeit 3 Wochen 1.149,00 €" in card(answer, "Nordbook 16")
    assert "39,50 € / Monatnetto, 47,01 € brutto einmalig 25,00 € netto" in card(answer, "Service")
    assert "Eingerichtet in 5 Werktagen" in card(answer, "Service")


def test_the_price_is_the_organisations_own(client, session, shelf):
    magdeburg, stendal = make_organisation(session), make_organisation(session, "Hansestadt Stendal")
    product = make_product(session, "Dock", number="ZB-1", net="169.00")
    make_contract(session, {product: "150.00"}, organisations=[magdeburg])
    make_contract(session, {product: "10.00"}, used_value=Decimal(5), max_value=Decimal(5))
    make_contract(session, {product: "11.00"}, valid_to=berlin_date(utcnow()) - timedelta(days=1))

    own = client.sign_in(make_person(session, organisation=magdeburg)).get("/suche?q=zb-1")
    other = client.sign_in(make_person(session, organisation=stendal)).get("/suche?q=zb-1")
    seller = client.sign_in(make_person(session, Role.SALES)).get("/suche?q=zb-1")

    assert "Rahmenvertrag Dock" in card(own, "Dock")
    assert "150,00 €" in card(own, "Dock")
    assert "169,00 €" in card(other, "Dock")
    assert "169,00 €" in card(seller, "Dock")
    assert "Rahmenvertrag" not in card(other, "Dock") + card(seller, "Dock")


def test_prices_begin_and_end_on_their_day(buyer, session):
    today = berlin_date(utcnow())
    product = make_product(session, "Maus", number="MA-1", net=None)
    make_price(session, product, "9.00", valid_from=today - timedelta(days=9), valid_to=today)
    make_price(session, product, "11.00", valid_from=today, valid_to=today + timedelta(days=1))
    make_price(session, product, "13.00", valid_from=today + timedelta(days=1))

    assert "11,00 €" in card(buyer.get("/suche?q=maus"), "Maus")


def test_an_article_without_a_price_is_shown_but_not_sold(buyer, session):
    make_product(session, "Rätsel", number="R-1", net=None)

    answer = buyer.get("/suche?q=raetsel")

    assert "Noch kein Preis" in card(answer, "Rätsel")
    assert "Rätsel in den Warenkorb" not in answer.page.buttons


def test_withdrawn_articles_are_in_no_list(buyer, session):
    make_product(session, "Nordbook 12", number="NB-0", status=ProductStatus.WITHDRAWN)

    assert "Nordbook 12" not in buyer.get("/katalog").page.text
    assert "Nordbook 12" not in buyer.get("/suche?q=nordbook").page.text


# --- filters ----------------------------------------------------------------------------------------------------------


def test_the_catalogue_begins_with_its_categories(buyer):
    answer = buyer.get("/katalog")

    tiles = [text_of(tile) for tile in answer.page.select(".kategorie")]
    assert sorted(tiles) == ["Notebooks 2 Artikel", "Services Ein Artikel", "Tablets Ein Artikel"]
    assert answer.page.select(".kategorie")
    assert not buyer.get("/katalog?hersteller=Nordtec").page.select(".kategorie")


def test_a_category_shows_all_below_it(buyer, session):
    hardware = make_category(session, "Geräte", slug="geraete")
    make_product(session, "Server", number="SV-1", category=make_category(session, "Rack", parent=hardware))
    make_product(
        session, "Schrank", number="SV-2", category=make_category(session, "Schränke", slug="schraenke", parent=hardware)
    )

    answer = buyer.get("/katalog/geraete")
    assert answer.page.h1 == "Geräte"
    assert names(answer) == ["Schrank", "Server"]
    assert names(buyer.get("/katalog/geraete?art=rack")) == ["Server"]
    deeper = buyer.get("/katalog/geraete/rack")
    assert names(deeper) == ["Server"]
    assert deeper.page.links["Geräte"] == "/katalog/geraete"


def test_a_category_says_its_sentence(buyer):
    assert "Tragbare Geräte für Büro und Homeoffice." in buyer.get("/katalog/notebooks").page.text


@pytest.mark.parametrize("url", ["/katalog/gibt-es-nicht", "/katalog/notebooks/", "/katalog/notebooks/tief", "/katalog/%2e%2e"])
def test_other_categories_are_not_found(buyer, url):
    assert buyer.get(url).status_code == 404


def test_filters_work_by_their_button(buyer):
    answer = buyer.get("/katalog")

    form = answer.page.form("Filter anwenden").fill(hersteller=["Nordtec"], preis_von="1.000,00")
    found = buyer.send(answer, form)

    assert names(found) == ["Nordbook 16"]
    assert "Ein Artikel" in text_of(found.page.one("#treffer"))
    assert [text_of(chip) for chip in found.page.select(".chip")] == [
        "Filter entfernen: Nordtec",
        "Filter entfernen: ab 1.000,00 €",
    ]
    assert text_of(found.page.one("#filterzahl")) == "(2 aktiv)"


def test_a_chip_takes_its_filter_away_and_keeps_the_others(buyer):
    answer = buyer.get("/katalog?verfuegbar=sofort&hersteller=Nordtec&preis_bis=900&sortierung=name")

    without = buyer.click(answer, "Filter entfernen: Nordtec")
    assert sorted(names(without)) == ["Nordbook 14 G3", "Tablet 11"]
    assert [text_of(chip) for chip in without.page.select(".chip")] == [
        "Filter entfernen: Sofort lieferbar",
        "Filter entfernen: bis 900,00 €",
    ]
    reset = buyer.click(answer, "Alle zurücksetzen")
    assert reset.response.request.full_path == "/katalog?sortierung=name"


def test_counts_say_what_a_further_choice_would_show(buyer):
    answer = buyer.get("/katalog?hersteller=Nordtec")

    labels = [text_of(label) for label in answer.page.select(".facette label")]
    assert "Nordtec (2)" in labels
    assert "Alveria (1)" in labels
    assert "Sofort lieferbar (1)" in labels
    assert "Länger (1)" in labels
    assert "Notebooks (2)" in labels
    assert not any(label.startswith("Tablets") for label in labels)


def test_the_most_frequent_makers_are_shown_and_the_others_on_demand(buyer, session):
    for number in range(14):
        for copy in range(number % 3 + 1):
            make_product(session, f"Kabel {number}-{copy}", manufacturer=f"Maker {number:02d}")

    few = buyer.get("/katalog?hersteller=Maker+12")
    shown = [one.get("value") for one in few.page.select("input[name='hersteller']")]
    assert len(shown) == 11
    assert "Maker 12" in shown
    every = buyer.click(few, "Mehr Hersteller")
    assert len(every.page.select("input[name='hersteller']")) == 16
    assert buyer.click(every, "Weniger Hersteller").page.select("input[name='hersteller']")


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"preis_von": "billig"}, "„billig“ ist kein Betrag. Geben Sie einen Preis wie 250 oder 1.234,50 ein."),
        ({"preis_von": "-5"}, "„-5“ ist kein Betrag."),
        ({"preis_bis": "1e3"}, "„1e3“ ist kein Betrag."),
        ({"preis_bis": "٣"}, "„٣“ ist kein Betrag."),
        ({"preis_bis": "99999999999999999999"}, "ist kein Betrag."),
        ({"preis_bis": "999999999999"}, "Der Preis ist zu hoch."),
        ({"preis_von": "500", "preis_bis": "100"}, "Der Preis „bis“ liegt unter dem Preis „von“."),
    ],
)
def test_a_wrong_price_is_told_at_its_field_and_loses_nothing(buyer, typed, said):
    answer = buyer.get("/katalog", query_string={"hersteller": "Nordtec", **typed})

    name = list(typed)[-1]
    assert said in answer.page.errors[name]
    assert answer.page.title.startswith("Fehler: ")
    assert said in text_of(answer.page.one("#fehlerliste"))
    assert {field: answer.page.one(f"input[name='{field}']").get("value") for field in typed} == typed
    assert sorted(names(answer)) == ["Nordbook 14 G3", "Nordbook 16"]


@pytest.mark.parametrize(
    ("typed", "dearer"),
    [("899", 2), ("899,00 €", 2), ("899,01", 1), ("1.149", 1), ("1149.00", 1), ("1 149,0", 1), ("1.149,01", 0), ("39,5", 4)],
)
def test_prices_are_read_as_they_are_written(buyer, typed, dearer):
    answer = buyer.get("/katalog", query_string={"preis_von": typed})

    assert not answer.page.errors
    assert len(names(answer)) == dearer


def test_what_matches_no_filter_offers_the_way_back(buyer):
    answer = buyer.get("/suche?q=nordbook&hersteller=Gibt+es+nicht")

    assert "Kein Artikel passt zu allen Filtern." in answer.page.text
    assert names(buyer.click(answer, "Filter zurücksetzen")) == ["Nordbook 14 G3", "Nordbook 16"]


# --- sorting and pages ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sort", "first"),
    [
        ("empfehlung", "Nordbook 14 G3"),
        ("preis-auf", "Arbeitsplatz-Service"),
        ("preis-ab", "Nordbook 16"),
        ("name", "Arbeitsplatz-Service"),
        ("unsinn", "Nordbook 14 G3"),
    ],
)
def test_the_order_stands_in_the_url(buyer, sort, first):
    answer = buyer.get(f"/katalog?sortierung={sort}")

    assert names(answer)[0] == first


def test_pages_have_twenty_four_articles_and_the_last_is_the_end(buyer, session):
    for number in range(50):
        make_product(session, f"Maus {number:02d}", number=f"MA-{number:02d}", manufacturer="Mausfabrik")

    first = buyer.get("/suche?q=maus&sortierung=name&hersteller=Mausfabrik")
    assert len(names(first)) == 24
    assert "1–24 von 50" in first.page.text
    third = buyer.click(first, "Seite 3")
    assert names(third) == ["Maus 48", "Maus 49"]
    assert third.response.request.args["hersteller"] == "Mausfabrik"
    assert names(buyer.get("/suche?q=maus&sortierung=name&hersteller=Mausfabrik&seite=9999")) == ["Maus 48", "Maus 49"]


def test_adding_from_a_list_comes_back_to_the_list(buyer):
    answer = buyer.get("/katalog?hersteller=Alveria&preis_von=")

    added = buyer.submit(answer, "Tablet 11 in den Warenkorb")

    assert "1 × Tablet 11" in added.page.text
    assert added.response.request.full_path == "/katalog?hersteller=Alveria"


def test_htmx_is_told_the_short_address(buyer):
    answer = buyer.get("/katalog?hersteller=Alveria&preis_von=&preis_bis=&sortierung=empfehlung", headers={"HX-Request": "true"})

    assert answer.headers["HX-Push-Url"] == "/katalog?hersteller=Alveria"
    assert "HX-Push-Url" not in buyer.get("/katalog").headers
