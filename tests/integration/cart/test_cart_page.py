"""The page of the cart: what it shows, what its form changes, and what it costs."""

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import (
    make_cart,
    make_cart_line,
    make_category,
    make_contract,
    make_cost_centre,
    make_person,
    make_price,
    make_product,
)
from tests.integration.cart.house import lines, make_house
from tests.pages import text_of
from webshop.cart.models import Cart, CartChoice, CartState
from webshop.catalog.models import Charge, Price, ProductStatus, Stock
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def buyer(client, house):
    return client.sign_in(house.erika)


def sums(page):
    """Label and amount of the summary."""
    return {text_of(row[0]): text_of(row[1]) for row in page.select(".betraege > div")}


def test_an_empty_cart_leads_on(buyer):
    page = buyer.get("/warenkorb").page

    assert "Ihr Warenkorb ist leer." in page.text
    assert page.links["Zum Katalog"] == "/katalog"
    assert page.links["Gespeicherte Warenkörbe"] == "/warenkorb/gespeichert"


def test_one_off_and_monthly_lines_have_their_own_groups_and_sums(session, house, buyer):
    notebook = make_product(session, "Nordbook 14 G3", net="899.00", stock=10)
    service = make_product(session, "Arbeitsplatz-Service", net="25.00", monthly="39.50", minimum_term_months=36)
    make_cart(session, house.erika, {notebook: 4, service: 4}, cost_centre=house.hauptamt)

    page = buyer.get("/warenkorb").page

    assert [h.text for h in page.select("h2")][:2] == ["Einmalig", "Monatlich"]
    assert "einmalig dazu 100,00 €" in page.text
    assert sums(page) == {
        "Einmalig netto": "3.696,00 €",
        "USt 19 %": "30,02 €",
        "Einmalig brutto": "4.398,24 €",
        "Monatlich netto": "158,00 €",
        "Monatlich brutto": "188,02 €",
    }
    assert "Mindestlaufzeit 36 Monate" in page.text


def test_the_page_says_who_will_approve_and_what_the_budget_bears(session, house, buyer):
    make_cart(session, house.erika, {make_product(session, net="899.00", stock=10): 4}, cost_centre=house.hauptamt)

    page = buyer.get("/warenkorb").page

    assert "Ihre Bestellung liegt über 1.000,00 € netto." in page.text
    assert "Nach dem Absenden prüft Kaya Lindner" in page.text
    assert "diese Bestellung 4.279,24 €" in page.text
    assert "danach frei 35.720,76 €" in page.text


def test_a_contract_price_wears_its_mark(session, house, buyer):
    notebook = make_product(session, net="899.00")
    make_contract(session, {notebook: "799.00"}, number="RV-2024-001")
    make_cart(session, house.erika, {notebook: 1}, cost_centre=house.hauptamt)

    page = buyer.get("/warenkorb").page

    assert "Rahmenvertrag RV-2024-001" in page.text
    assert "799,00 €" in page.text


def test_all_lines_are_changed_by_one_form(session, house, buyer):
    cart = make_cart(
        session, house.erika, {make_product(session): 1, make_product(session, "Dock"): 2}, cost_centre=house.hauptamt
    )
    first, second = lines(session, cart)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern")
    form.fill(
        **{
            f"quantity-{first.id}": "12",
            f"cost_centre-{first.id}": str(house.schulamt.id),
            f"note-{second.id}": "  Raum\t12 ",
        }
    )

    answer = buyer.post("/warenkorb/aendern", form.values)

    assert answer.status_code == 303
    first, second = lines(session, cart)
    assert (first.quantity, first.cost_centre_id, second.note) == (12, house.schulamt.id, "Raum 12")
    assert session.get_one(Cart, cart.id).version == 2


@pytest.mark.parametrize("typed", ["-1", "0", "1,5", "1.5", "1e3", "٤", "12345678901234567890", "", "vier", "10001", "4 Stück"])
def test_s8_a_wrong_quantity_is_refused_at_its_field_and_stays(session, house, buyer, typed):
    cart = make_cart(session, house.erika, {make_product(session): 3}, cost_centre=house.hauptamt)
    (line,) = lines(session, cart)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{line.id}": typed})

    answer = buyer.post("/warenkorb/aendern", form.values)

    assert answer.status_code == 422
    assert "Menge" in answer.page.errors[f"quantity-{line.id}"] or "höchstens 10.000" in answer.page.errors[f"quantity-{line.id}"]
    if typed.isprintable():
        assert answer.page.one(f"[id='quantity-{line.id}']").get("value") == typed
    assert answer.page.title.startswith("Fehler: ")
    assert lines(session, cart)[0].quantity == 3


def test_s7_s9_the_form_writes_its_own_fields_only(session, house, buyer):
    other = make_house(session, "Stadt Stendal")
    cart = make_cart(session, house.erika, {make_product(session): 3}, cost_centre=house.hauptamt)
    (line,) = lines(session, cart)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{line.id}": "4"})
    more = {
        f"unit_net-{line.id}": "0.01",
        f"seen_unit_net-{line.id}": "0.01",
        f"product_id-{line.id}": "1",
        "price": "0.01",
        "total": "1",
        "organisation_id": str(other.organisation.id),
        "owner_id": str(other.erika.id),
        "shared": "1",
        "state": "ordered",
        "version": "77",
    }

    buyer.post("/warenkorb/aendern", {**form.values, **more})

    cart = session.get_one(Cart, cart.id)
    assert (cart.version, cart.shared, cart.state, cart.owner_id) == (2, False, CartState.OPEN, house.erika.id)
    (after,) = lines(session, cart)
    assert (after.quantity, after.product_id, after.seen_unit_net) == (4, line.product_id, Decimal("899.0000"))


def test_s2_foreign_carts_lines_and_cost_centres_are_never_used(session, house, buyer):
    other = make_house(session, "Stadt Stendal")
    foreign = make_cart(session, other.erika, {make_product(session, "Fremd"): 1})
    (foreign_line,) = lines(session, foreign)
    cart = make_cart(session, house.erika, {make_product(session): 3}, cost_centre=house.hauptamt)
    (line,) = lines(session, cart)
    own = {"cart": str(cart.id), f"quantity-{line.id}": "3", f"note-{line.id}": ""}

    for data in (
        {"cart": str(foreign.id)},
        {"cart": str(uuid4())},
        {"cart": "1"},
        {},
        {"cart": str(cart.id), f"quantity-{foreign_line.id}": "5"},
        {"cart": str(cart.id), "line": str(foreign_line.id)},
    ):
        path = "/warenkorb/entfernen" if "line" in data else "/warenkorb/aendern"
        assert buyer.post(path, data).status_code == 404, data
    answer = buyer.post("/warenkorb/aendern", {**own, f"cost_centre-{line.id}": str(other.hauptamt.id)})

    assert answer.status_code == 422
    assert "Kostenstelle" in answer.page.errors[f"cost_centre-{line.id}"]
    assert lines(session, cart)[0].cost_centre_id == house.hauptamt.id
    assert lines(session, foreign)[0].quantity == 1


def test_a_buyer_with_named_cost_centres_orders_for_those_only(session, house, buyer):
    make_cost_centre(session, "3110", organisation=house.organisation, buyers=[house.erika], name="Bauamt")
    cart = make_cart(session, house.erika, {make_product(session): 1}, cost_centre=house.hauptamt)
    (line,) = lines(session, cart)

    page = buyer.get("/warenkorb").page

    assert [option.text for option in page.select(f"[id='cost_centre-{line.id}'] option")][1:] == [
        "1110 (nicht mehr möglich)",
        "3110 – Bauamt",
    ]
    assert "dürfen Sie nicht bestellen" in page.text


def test_removing_a_line_can_be_undone(session, house, buyer):
    cart = make_cart(
        session, house.erika, {make_product(session): 3, make_product(session, "Dock"): 1}, cost_centre=house.hauptamt
    )
    first = lines(session, cart)[0]
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern")

    removed = buyer.post("/warenkorb/entfernen", {**form.values, "line": str(first.id)}, follow_redirects=True)

    assert "Nordbook 14 G3 ist entfernt." in removed.page.text
    assert len(lines(session, cart)) == 1
    back = buyer.submit(removed, "Rückgängig")
    assert "Die Position ist wieder da." in back.page.text
    restored = lines(session, cart)[0]
    assert (restored.id, restored.quantity, restored.position) == (first.id, 3, 1)


def test_a_button_saves_what_was_typed_beside_it(session, house, buyer):
    cart = make_cart(
        session, house.erika, {make_product(session): 3, make_product(session, "Dock"): 1}, cost_centre=house.hauptamt
    )
    first, second = lines(session, cart)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{second.id}": "9"})

    buyer.post("/warenkorb/entfernen", {**form.values, "line": str(first.id)})

    assert [line.quantity for line in lines(session, cart)] == [9]


def test_going_on_saves_what_was_typed(session, house, buyer):
    cart = make_cart(session, house.erika, {make_product(session): 3}, cost_centre=house.hauptamt)
    (line,) = lines(session, cart)

    answer = buyer.submit(buyer.get("/warenkorb"), "Weiter zur Lieferung", **{f"note-{line.id}": "Raum 12"})

    assert answer.page.h1 == "Lieferung"
    assert lines(session, cart)[0].note == "Raum 12"


def test_one_cost_centre_for_all_lines_without_one(session, house, buyer):
    cart = make_cart(session, house.erika, {make_product(session): 3, make_product(session, "Dock"): 1})

    answer = buyer.submit(buyer.get("/warenkorb"), "Zuordnen", cost_centre=str(house.schulamt.id))

    assert "2 Positionen haben jetzt eine Kostenstelle." in answer.page.text
    assert {line.cost_centre_id for line in lines(session, cart)} == {house.schulamt.id}


# --- what changed since ------------------------------------------------------------------------------------------------


def raise_price(session, product, net):
    for price in session.scalars(select(Price).where(Price.product_id == product.id)):
        price.unit_net = Decimal(net)
    session.flush()


def put_in(client, product, quantity=1):
    answer = client.post("/warenkorb/hinzufuegen", {"product": product.number, "quantity": str(quantity)})
    assert answer.status_code == 303


def test_a_new_price_is_shown_beside_the_old_one_until_it_is_confirmed(session, house, buyer):
    product = make_product(session, net="899.00", stock=50)
    put_in(buyer, product)
    assert "geändert:" not in buyer.get("/warenkorb").page.text
    raise_price(session, product, "949.00")

    page = buyer.get("/warenkorb")

    assert "Preis geändert: 899,00 € 949,00 €" in page.page.text
    assert buyer.get("/bestellen/lieferung").status_code == 303
    confirmed = buyer.submit(page, f"Bestätigen: {product.name}")
    assert "1 Änderung ist bestätigt." in confirmed.page.text
    assert "Preis geändert" not in confirmed.page.text


def test_only_what_was_shown_is_confirmed(session, house, buyer):
    product = make_product(session, net="899.00", stock=50)
    put_in(buyer, product)
    raise_price(session, product, "949.00")
    page = buyer.get("/warenkorb")
    raise_price(session, product, "999.00")

    answer = buyer.submit(page, f"Bestätigen: {product.name}")

    assert "Es hat sich inzwischen noch einmal etwas geändert." in answer.page.text
    assert "899,00 € 999,00 €" in answer.page.text


def test_stock_that_is_gone_must_be_confirmed(session, house, buyer):
    product = make_product(session, stock=3)
    put_in(buyer, product, 3)
    session.get_one(Stock, product.id).available = 2
    session.flush()

    page = buyer.get("/warenkorb")

    assert "Bisher sofort lieferbar, jetzt lieferbar bis" in page.page.text
    assert "Bisher sofort" not in buyer.submit(page, f"Bestätigen: {product.name}").page.text


def test_another_tier_by_an_own_change_is_no_drift(session, house, buyer):
    product = make_product(session, net="100.00", tiers={10: "90.00"}, stock=50)
    put_in(buyer, product)
    (line,) = lines(session, session.scalars(select(CartChoice)).one().cart_id)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{line.id}": "10"})

    buyer.post("/warenkorb/aendern", form.values)

    page = buyer.get("/warenkorb").page
    assert "90,00 €" in page.text
    assert "geändert:" not in page.text


def test_an_unconfirmed_price_stays_unconfirmed_when_the_quantity_changes(session, house, buyer):
    product = make_product(session, net="100.00", stock=50)
    put_in(buyer, product)
    raise_price(session, product, "120.00")
    (line,) = lines(session, session.scalars(select(CartChoice)).one().cart_id)
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{line.id}": "2"})

    buyer.post("/warenkorb/aendern", form.values)

    assert "Preis geändert: 100,00 € 120,00 €" in buyer.get("/warenkorb").page.text


def test_a_withdrawn_article_is_replaced_by_its_successor(session, house, buyer):
    new = make_product(session, "Nordbook 14 G4", net="929.00", stock=5)
    old = make_product(session, "Nordbook 14 G3", net="899.00", stock=5)
    put_in(buyer, old, 2)
    old.status, old.successor_id = ProductStatus.WITHDRAWN, new.id
    session.flush()

    page = buyer.get("/warenkorb")

    assert "nicht mehr lieferbar" in page.page.text
    assert buyer.get("/bestellen/lieferung").status_code == 303
    after = buyer.submit(page, "Durch Nordbook 14 G4 ersetzen")
    assert "Die Position enthält jetzt den Nachfolger Nordbook 14 G4." in after.page.text
    assert "nicht mehr lieferbar" not in after.page.text
    assert "929,00 €" in after.page.text


def test_a_price_that_ended_stands_in_the_way(session, house, buyer):
    product = make_product(session, stock=5)
    put_in(buyer, product)
    price = session.scalars(select(Price).where(Price.product_id == product.id)).one()
    price.valid_to = berlin_date(utcnow()) - timedelta(days=1)
    session.flush()

    assert "kein Preis hinterlegt" in buyer.get("/warenkorb").page.text
    assert buyer.get("/bestellen/lieferung").status_code == 303


# --- what it costs -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("count", [1, 50, 120])
def test_the_page_costs_the_same_however_long_the_cart_is(session, client, house, count_queries, count):
    boss = make_person(session, Role.BUYER, Role.APPROVER, organisation=house.organisation)
    client.sign_in(boss)
    part = make_product(session, "Teil", stock=1000)
    gone = make_product(session, "Alt", status=ProductStatus.WITHDRAWN, successor_id=part.id)
    bundle = make_product(session, "Set", parts={part: 1}, category=make_category(session, "Sets"))
    cart = make_cart(session, boss, {bundle: 1, gone: 1}, cost_centre=house.hauptamt)
    for number in range(count):
        service = number % 2 == 0
        product = make_product(session, f"Artikel {number}", monthly="3.00" if service else None, stock=100)
        make_cart_line(session, cart, product, 2, cost_centre=house.schulamt)

    with count_queries() as queries:
        answer = client.get("/warenkorb")

    assert answer.status_code == 200
    assert len(queries) == 12, "\n".join(queries)
    assert len(answer.page.select("li.zeile")) == min(count + 2, 50)


def test_a_long_cart_has_pages_and_the_form_stays_on_its_own(session, house, buyer):
    cart = make_cart(
        session, house.erika, {make_product(session, f"Artikel {n}"): 1 for n in range(60)}, cost_centre=house.hauptamt
    )
    last = lines(session, cart)[-1]
    page = buyer.get("/warenkorb?seite=2").page
    assert len(page.select("li.zeile")) == 10
    form = page.form(action="/warenkorb/aendern").fill(**{f"quantity-{last.id}": "7"})

    answer = buyer.post("/warenkorb/aendern", form.values)

    assert answer.headers["Location"] == f"/warenkorb?seite=2#zeile-{last.id}"
    assert lines(session, cart)[-1].quantity == 7


def test_prices_follow_the_whole_cart(session, house, buyer):
    """Tiers count over all lines of an article, whatever their cost centre."""
    product = make_product(session, net="100.00", stock=50)
    make_price(session, product, "80.00", min_quantity=10, charge=Charge.ONCE)
    cart = make_cart(session, house.erika, {product: 6}, cost_centre=house.hauptamt)
    make_cart_line(session, cart, product, 4, cost_centre=house.schulamt)

    assert sums(buyer.get("/warenkorb").page)["Einmalig netto"] == "800,00 €"
