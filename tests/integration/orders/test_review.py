"""The last step: what the page shows is what is ordered, once, whatever comes in between."""

import re
from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from tests.factories import make_product, make_role
from tests.integration.checkout.town_hall import make_cart, make_cost_centre, make_town_hall, notebook
from webshop.accounts.models import Person
from webshop.cart.models import Cart, CartChoice, CartLine
from webshop.catalog.models import Price, Product
from webshop.core.actor import Role
from webshop.orders.models import Order
from webshop.orders.states import OrderState

URL = "/bestellen/pruefen"


@pytest.fixture
def hall(session, now):
    return make_town_hall(session, now, amount=Decimal("100000.00"))


def current(session, hall, cart):
    session.add(CartChoice(person_id=hall.buyer.person_id, organisation_id=hall.organisation.id, cart_id=cart.id))
    session.commit()
    return cart


@pytest.fixture
def cart(session, hall, now):
    return current(session, hall, make_cart(session, hall, [(notebook(session, "499.00"), 1)], now))


@pytest.fixture
def large_cart(session, hall, now):
    return current(session, hall, make_cart(session, hall, [(notebook(session, "899.00"), 3)], now))


def fields(answer, button="Verbindlich bestellen"):
    return {name: values[0] for name, values in answer.page.form(button).values.items() if name != "csrf_token"}


def orders(session):
    return session.scalar(select(func.count(Order.id)))


def test_the_page_shows_everything_once_more(session, client, hall, large_cart):
    client.sign_in(hall.buyer)

    page = client.get(URL).page

    assert page.h1 == "Prüfen und absenden"
    for text in ("2.697,00 €", "3.209,43 €", "Rathaus", hall.cost_centre.number, "A-17", "Zur Freigabe senden"):
        assert text in page.text
    assert re.search(r"Nach dem Absenden prüft .*Erika Nr\d+ oder Erika Nr\d+ für Kostenstelle", page.text)
    assert "danach frei" in page.text


def test_a_small_order_is_placed_at_once(session, client, hall, cart):
    client.sign_in(hall.buyer)

    done = client.submit(client.get(URL), "Verbindlich bestellen")

    order = session.scalars(select(Order)).one()
    assert done.response.request.path == f"/bestellen/danke/{order.number}"
    assert order.number in done.page.text
    assert order.state == OrderState.APPROVED


def test_a_larger_one_goes_to_approval(session, client, hall, large_cart):
    client.sign_in(hall.buyer)

    done = client.submit(client.get(URL), "Zur Freigabe senden")

    assert "Die Bestellung liegt zur Freigabe vor." in done.page.text
    assert session.scalars(select(Order.state)).one() == OrderState.SUBMITTED


def test_the_same_form_again_leads_to_the_same_order(session, client, hall, cart):
    """R-2 at the page: double click, reload, back."""
    client.sign_in(hall.buyer)
    form = fields(client.get(URL))

    places = {client.post(URL, form).headers["Location"] for _ in range(3)}

    assert len(places) == 1
    assert orders(session) == 1


def test_the_same_key_with_other_content_is_refused_with_a_clear_page(session, client, hall, cart):
    """R-2."""
    client.sign_in(hall.buyer)
    form = fields(client.get(URL))
    client.post(URL, form)

    refused = client.post(URL, {**form, "content_hash": "0" * 64})

    assert refused.status_code == 409
    assert refused.page.h1 == "Bereits bestellt"
    number = session.scalars(select(Order.number)).one()
    assert f"Bestellung {number} ansehen" in refused.page.links
    assert orders(session) == 1


def test_two_tabs_order_the_same_cart_once(session, client, hall, cart):
    """R-3: two keys, one cart."""
    client.sign_in(hall.buyer)
    first, second = fields(client.get(URL)), fields(client.get(URL))
    assert first["checkout_key"] != second["checkout_key"]

    assert client.post(URL, first).status_code == 303
    other = client.post(URL, second)

    assert other.status_code == 409
    assert "Es wurde nichts ein zweites Mal bestellt." in other.page.text
    assert orders(session) == 1


def test_a_cart_edited_in_another_tab_is_not_ordered_unseen(session, client, hall, cart):
    """R-3."""
    client.sign_in(hall.buyer)
    form = fields(client.get(URL))
    session.execute(update(CartLine).where(CartLine.cart_id == cart.id).values(quantity=2))
    session.execute(update(Cart).where(Cart.id == cart.id).values(version=Cart.version + 1))

    again = client.post(URL, form)

    assert again.status_code == 409
    assert "Der Warenkorb wurde inzwischen geändert." in again.page.text
    assert "998,00 €" in again.page.text
    assert orders(session) == 0
    assert client.submit(again, "Verbindlich bestellen").response.request.path.startswith("/bestellen/danke/")


def test_a_changed_price_is_shown_old_and_new_and_ordered_by_nobody(session, client, hall, cart):
    """R-20."""
    client.sign_in(hall.buyer)
    line = session.scalars(select(CartLine).where(CartLine.cart_id == cart.id)).one()
    line.seen_unit_net, line.seen_monthly_net, line.seen_in_stock = Decimal("499.00"), Decimal("0.00"), True
    session.commit()
    form = fields(client.get(URL))
    session.execute(update(Price).where(Price.product_id == line.product_id).values(unit_net=Decimal("509.0000")))

    again = client.post(URL, form)

    assert again.status_code in (409, 422)
    assert "Es wurde nichts bestellt." in again.page.text
    assert "bisher 499,00 €, jetzt 509,00 €" in again.page.text
    assert orders(session) == 0


def test_a_shown_price_stays_the_orders_price_for_ever(session, client, hall, cart):
    """R-20."""
    client.sign_in(hall.buyer)
    client.submit(client.get(URL), "Verbindlich bestellen")
    order = session.scalars(select(Order)).one()
    session.execute(update(Price).values(unit_net=Decimal("9999.0000")))
    session.execute(update(Product).values(name="Anderer Name", vat_rate=7))

    page = client.get(f"/bestellungen/{order.number}").page

    assert "593,81 €" in page.text
    assert "Anderer Name" not in page.text


def test_prices_and_people_do_not_come_from_the_browser(session, client, hall, cart):
    """S-7: every extra field is deaf."""
    client.sign_in(hall.buyer)
    form = fields(client.get(URL))
    extra = {"price": "0.01", "unit_net": "0.01", "net_once": "1", "total": "1", "discount": "99", "tax": "0", "vat_rate": "0"}
    extra |= {
        "state": "approved",
        "status": "approved",
        "role": "admin",
        "organisation_id": "x",
        "buyer_id": "x",
        "number": "X-1",
    }
    extra |= {"approved": "1", "confirmation_number": "AB-1", "quantity": "1000", "actor": "x", "owner_id": "x"}

    client.post(URL, {**form, **extra})

    order = session.scalars(select(Order)).one()
    assert (order.net_once, order.gross_once) == (Decimal("499.00"), Decimal("593.81"))
    assert order.buyer_id == hall.buyer.person_id
    assert order.number == "BE-2026-00001"


@pytest.mark.parametrize("name", ["cart_id", "cart_version", "content_hash", "checkout_key"])
@pytest.mark.parametrize("value", [None, "", "x", "-1", "9" * 40, "\x00", "ä" * 43])
def test_a_mangled_form_orders_nothing(session, client, hall, cart, name, value):
    client.sign_in(hall.buyer)
    form = fields(client.get(URL)) | {name: value}

    answer = client.post(URL, {key: item for key, item in form.items() if item is not None})

    assert answer.status_code in (400, 404, 409, 422)
    assert orders(session) == 0


def test_carts_of_others_are_not_there(session, client, hall, cart, now):
    """S-2: the hidden cart id of another house, or of a colleague who keeps it private."""
    client.sign_in(hall.buyer)
    form = fields(client.get(URL))
    stranger = make_town_hall(session, now)
    session.commit()

    assert client.sign_in(stranger.buyer).post(URL, form).status_code == 404
    assert orders(session) == 0


def test_a_budget_that_does_not_reach_is_said_with_what_to_do(session, client, now):
    hall = make_town_hall(session, now, amount=Decimal("100.00"), hard=True)
    current(session, hall, make_cart(session, hall, [(notebook(session, "499.00"), 1)], now))
    client.sign_in(hall.buyer)

    page = client.get(URL).page

    assert f"Das Budget der Kostenstelle {hall.cost_centre.number} reicht nicht" in page.text
    assert "danach fehlen" in page.text
    assert "Verbindlich bestellen" not in page.text


def test_a_cost_centre_without_approver_is_said_with_what_to_do(session, client, hall, now):
    lonely = make_cost_centre(session, hall.organisation)
    cart = make_cart(session, hall, [(notebook(session, "899.00"), 3)], now)
    session.execute(update(CartLine).where(CartLine.cart_id == cart.id).values(cost_centre_id=lonely.id))
    current(session, hall, cart)
    client.sign_in(hall.buyer)

    page = client.get(URL).page

    assert "Wenden Sie sich an Ihre Kundenadministration." in page.text
    assert "Zur Freigabe senden" not in page.text


def test_without_a_cart_there_is_nothing_to_review(session, client, hall):
    client.sign_in(hall.buyer)

    assert client.get(URL).headers["Location"] == "/warenkorb"
    assert client.post(URL, {}).headers["Location"] == "/warenkorb"


def test_looking_changes_nothing(session, client, hall, cart):
    client.sign_in(hall.buyer)
    before = cart.version

    client.get(URL)

    session.refresh(cart)
    assert cart.version == before


def test_the_thank_you_page_is_the_buyers(session, client, hall, cart, now):
    client.sign_in(hall.buyer)
    client.submit(client.get(URL), "Verbindlich bestellen")
    number = session.scalars(select(Order.number)).one()
    stranger = make_town_hall(session, now)

    assert client.sign_in(stranger.buyer).get(f"/bestellen/danke/{number}").status_code == 404


def test_the_review_costs_the_same_with_1_line_and_with_50(session, client, hall, now, count_queries):
    """At its dearest: bundles among the lines, an approval to plan, and a buyer who also approves."""
    make_role(session, session.get_one(Person, hall.buyer.person_id), Role.APPROVER, hall.organisation)
    part = notebook(session)
    bundle = make_product(session, net="1500.00", parts={part: 1})

    def cost(lines):
        session.execute(update(Cart).values(state="ordered"))
        session.query(CartChoice).delete()
        wanted = [(bundle, 1), *((notebook(session, "1.00"), 1) for _ in range(lines))]
        current(session, hall, make_cart(session, hall, wanted, now))
        with count_queries() as queries:
            assert client.get(URL).status_code == 200
        return len(queries)

    client.sign_in(hall.buyer)
    assert cost(1) == cost(50) <= 12
