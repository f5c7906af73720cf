"""From the catalogue into the cart."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.factories import make_cart, make_cart_line, make_cost_centre, make_product
from tests.integration.cart.house import lines, make_house
from webshop.cart import services
from webshop.cart.models import Cart, CartLine
from webshop.cart.queries import count_current_lines, current_cart
from webshop.catalog.models import ProductStatus
from webshop.core.clock import utcnow

PATH = "/warenkorb/hinzufuegen"


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def buyer(client, house):
    return client.sign_in(house.erika)


def current(session, house):
    return lines(session, current_cart(session, house.actor(session)))


def test_the_first_article_makes_the_cart(session, house, buyer):
    product = make_product(session)

    answer = buyer.post(PATH, {"product": product.number, "quantity": "4", "next": "/katalog"}, follow_redirects=False)

    assert (answer.status_code, answer.headers["Location"]) == (303, "/katalog")
    assert "4 × Nordbook 14 G3 liegt im Warenkorb „Warenkorb“." in buyer.get("/katalog").page.text
    (line,) = current(session, house)
    assert (line.quantity, line.seen_unit_net, line.seen_in_stock) == (4, Decimal("899.0000"), True)
    assert count_current_lines(session, house.actor(session)) == 1


def test_more_of_the_same_raises_the_quantity(session, house, buyer):
    product = make_product(session)
    cart = make_cart(session, house.erika, {product: 3}, cost_centre=house.hauptamt)
    make_cart_line(session, cart, product, 5, cost_centre=house.schulamt)

    buyer.post(PATH, {"product": product.number, "quantity": "2", "cost_centre": str(house.hauptamt.id)})

    assert [line.quantity for line in lines(session, cart)] == [5, 5]


def test_a_split_line_is_left_as_it_is(session, house, buyer):
    product = make_product(session)
    cart = make_cart(session, house.erika, {product: 3}, cost_centre=house.hauptamt)
    matrix = {lines(session, cart)[0].id: {house.rathaus.id: 1, house.schule.id: 2}}
    services.apply_split_to_all(session, cart, matrix, actor=house.actor(session), now=utcnow())

    buyer.post(PATH, {"product": product.number, "quantity": "2", "cost_centre": str(house.hauptamt.id)})

    assert [line.quantity for line in lines(session, cart)] == [3, 2]


def test_without_a_cost_centre_the_newest_lines_is_taken(session, house, buyer):
    product, dock = make_product(session), make_product(session, "Dock")
    cart = make_cart(session, house.erika, {product: 3}, cost_centre=house.schulamt)

    buyer.post(PATH, {"product": dock.number, "quantity": "1"})

    assert lines(session, cart)[-1].cost_centre_id == house.schulamt.id


def test_whoever_may_order_for_one_cost_centre_gets_it(session, house, buyer):
    only = make_cost_centre(session, "3110", organisation=house.organisation, buyers=[house.erika])

    buyer.post(PATH, {"product": make_product(session).number, "quantity": "1"})

    assert current(session, house)[0].cost_centre_id == only.id


def test_an_expired_cost_centre_is_refused(session, house, buyer):
    old = make_cost_centre(session, "0001", organisation=house.organisation, valid_to=date(2020, 12, 31))
    product = make_product(session)

    answer = buyer.post(PATH, {"product": product.number, "quantity": "1", "cost_centre": str(old.id)})

    assert answer.status_code == 422
    assert session.scalars(select(CartLine)).all() == []


@pytest.mark.parametrize("typed", ["-1", "0", "1,5", "1e3", "٤", "12345678901234567890", "", "10001"])
def test_s8_a_wrong_quantity_comes_back_with_its_sentence(session, house, buyer, typed):
    product = make_product(session)

    answer = buyer.post(PATH, {"product": product.number, "quantity": typed, "next": "/katalog"})

    assert answer.status_code == 422
    assert answer.page.title.startswith("Fehler: ")
    assert answer.page.one("[id='quantity']").get("value") == typed
    assert answer.page.errors["quantity"]
    again = buyer.submit(answer, "In den Warenkorb", quantity="2", follow=False)
    assert (again.status_code, again.headers["Location"]) == (303, "/katalog")
    assert [line.quantity for line in current(session, house)] == [2]


def test_no_line_grows_beyond_what_it_may_hold(session, house, buyer):
    product = make_product(session, max_quantity=10)
    cart = make_cart(session, house.erika, {product: 8}, cost_centre=house.hauptamt)

    answer = buyer.post(PATH, {"product": product.number, "quantity": "3"})

    assert "Von diesem Artikel liegen schon 8 im Warenkorb; höchstens 10 je Position sind möglich." in answer.page.text
    assert [line.quantity for line in lines(session, cart)] == [8]


@pytest.mark.parametrize("values", [{"status": ProductStatus.WITHDRAWN}, {"net": None}])
def test_what_cannot_be_ordered_does_not_get_in(session, house, buyer, values):
    product = make_product(session, **values)

    answer = buyer.post(PATH, {"product": product.number, "quantity": "1"})

    assert answer.status_code == 422
    assert answer.page.links["Zum Katalog"] == "/katalog"
    assert session.scalars(select(CartLine)).all() == []


def test_s2_s7_unknown_articles_and_foreign_carts_are_not_found(session, house, buyer):
    stendal = make_house(session, "Stadt Stendal")
    foreign = make_cart(session, stendal.erika, {})
    product = make_product(session)

    assert buyer.post(PATH, {"product": "GIBTS-NICHT", "quantity": "1"}).status_code == 404
    for cart in (foreign.id, uuid4(), "1"):
        assert buyer.post(PATH, {"product": product.number, "quantity": "1", "cart": str(cart)}).status_code == 404
    more = {"price": "0.01", "unit_net": "0.01", "organisation_id": str(stendal.organisation.id), "position": "-5"}
    buyer.post(PATH, {"product": product.number, "quantity": "1", **more})
    assert lines(session, foreign) == []
    (line,) = current(session, house)
    assert (line.organisation_id, line.position, line.seen_unit_net) == (house.organisation.id, 1, Decimal("899.0000"))


def test_s19_the_way_back_stays_at_home(session, house, buyer):
    data = {"product": make_product(session).number, "quantity": "1", "next": "//evil.example.org"}

    assert buyer.post(PATH, data).headers["Location"] == "/"


def test_s10_a_get_adds_nothing(session, house, buyer):
    assert buyer.get(f"{PATH}?product={make_product(session).number}").status_code == 405
    buyer.get("/warenkorb")
    assert session.scalars(select(Cart)).all() == []
