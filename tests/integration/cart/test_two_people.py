"""R-7, F6: two tabs, two people, one shared cart. No line is lost, nothing is overwritten unseen."""

import pytest

from tests.browsing import Client
from tests.factories import actor_of, make_cart, make_person, make_product
from tests.integration.cart.house import lines, make_house
from tests.integration.checkout.racing import kinds, race
from webshop.cart import services
from webshop.cart.errors import CartChanged
from webshop.cart.models import Cart, CartState
from webshop.cart.queries import cart_for, current_cart
from webshop.cart.services import LineChange
from webshop.catalog.models import Product
from webshop.core.clock import utcnow


@pytest.fixture
def shared(session):
    """A cart of Erika's with two lines, which Jan works in too."""
    house = make_house(session)
    products = {make_product(session, "Nordbook"): 4, make_product(session, "Dock"): 2}
    cart = make_cart(session, house.erika, products, cost_centre=house.hauptamt, shared=True)
    services.choose(session, cart, actor=actor_of(session, house.jan))
    return house, cart


def form_of(client):
    return client.get("/warenkorb").page.form(action="/warenkorb/aendern")


def test_r7_different_lines_changed_from_two_tabs_are_both_kept(session, client, shared):
    house, cart = shared
    first, second = lines(session, cart)
    client.sign_in(house.erika)
    tab1, tab2 = form_of(client), form_of(client)

    client.post("/warenkorb/aendern", tab1.fill(**{f"quantity-{first.id}": "7"}).values)
    answer = client.post("/warenkorb/aendern", tab2.fill(**{f"quantity-{second.id}": "9"}).values)

    assert answer.status_code == 303
    assert [line.quantity for line in lines(session, cart)] == [7, 9]
    assert session.get_one(Cart, cart.id).version == 3


def test_r7_the_same_line_changed_twice_shows_both_versions_and_keeps_the_input(session, client, shared):
    house, cart = shared
    first, second = lines(session, cart)
    client.sign_in(house.erika)
    colleague = Client(client.app, session).sign_in(house.jan)
    erikas, jans = form_of(client), form_of(colleague)
    colleague.post("/warenkorb/aendern", jans.fill(**{f"quantity-{first.id}": "7"}).values)

    answer = client.post("/warenkorb/aendern", erikas.fill(**{f"quantity-{first.id}": "12", f"quantity-{second.id}": "5"}).values)

    assert answer.status_code == 409
    assert "Diesen Warenkorb hat inzwischen Jan Petersen geändert." in answer.page.text
    assert "Inzwischen gespeichert: Menge 7" in answer.page.text
    assert answer.page.one(f"[id='quantity-{first.id}']").get("value") == "12"
    assert answer.page.one(f"[id='quantity-{second.id}']").get("value") == "5"
    assert [line.quantity for line in lines(session, cart)] == [7, 2]
    again = client.post("/warenkorb/aendern", answer.page.form(action="/warenkorb/aendern").values)
    assert again.status_code == 303
    assert [line.quantity for line in lines(session, cart)] == [12, 5]


def test_r7_a_line_that_somebody_removed_can_be_brought_back(session, client, shared):
    house, cart = shared
    first = lines(session, cart)[0]
    client.sign_in(house.erika)
    form = form_of(client)
    services.remove_line(session, cart, first.id, actor=actor_of(session, house.jan), now=utcnow())

    answer = client.post("/warenkorb/aendern", form.fill(**{f"quantity-{first.id}": "12"}).values)

    assert answer.status_code == 409
    assert "Nordbook wurde entfernt; Ihre Eingabe war die Menge 12." in answer.page.text
    back = client.submit(answer, "Nordbook zurückholen")
    assert back.status_code == 200
    assert [line.quantity for line in lines(session, cart)] == [4, 2]


def test_what_somebody_else_changed_meanwhile_is_not_undone_by_an_old_form(session, client, shared):
    """An old form that says nothing new about a line leaves the line as it is now."""
    house, cart = shared
    first = lines(session, cart)[0]
    client.sign_in(house.erika)
    old = form_of(client)
    change = LineChange(50, house.schulamt.id, "dringend")
    services.change_line(session, cart, first.id, change, actor=actor_of(session, house.jan), now=utcnow())

    assert client.post("/warenkorb/aendern", old.values).status_code == 303
    assert (lines(session, cart)[0].quantity, lines(session, cart)[0].note) == (50, "dringend")


def test_a_private_cart_is_nobody_elses(session, client, shared):
    house, cart = shared
    services.unshare(session, cart, actor=actor_of(session, house.erika), now=utcnow())
    (line, _) = lines(session, cart)
    client.sign_in(house.jan)

    assert "Ihr Warenkorb ist leer." in client.get("/warenkorb").page.text
    assert client.post("/warenkorb/aendern", {"cart": str(cart.id)}).status_code == 404
    assert client.post("/warenkorb/entfernen", {"cart": str(cart.id), "line": str(line.id)}).status_code == 404
    assert client.get(f"/warenkorb/position/{line.id}/aufteilen").status_code == 404
    assert client.get(f"/warenkorb/gespeichert/{cart.id}").status_code == 404
    assert client.get(f"/warenkorb/export.csv?warenkorb={cart.id}").status_code == 404
    assert client.post(f"/warenkorb/gespeichert/{cart.id}/oeffnen").status_code == 404
    assert client.post(f"/warenkorb/gespeichert/{cart.id}/kopieren", {"kopie-name": "Meiner"}).status_code == 404


def test_an_ordered_cart_is_no_longer_a_cart(session, client, shared):
    house, cart = shared
    line = lines(session, cart)[0]
    number = session.get_one(Product, line.product_id).number
    client.sign_in(house.erika)
    form = form_of(client)
    cart.state = CartState.ORDERED
    session.flush()

    assert "Ihr Warenkorb ist leer." in client.get("/warenkorb").page.text
    assert client.post("/warenkorb/aendern", form.values).status_code == 404  # there is no order in this test
    assert client.get(f"/warenkorb/position/{line.id}/aufteilen").status_code == 404
    assert client.post("/warenkorb/hinzufuegen", {"product": number, "cart": str(cart.id)}).status_code == 404
    assert [line.quantity for line in lines(session, cart)] == [4, 2]


# --- at the same moment, with real commits -----------------------------------------------------------------------------


def test_f6_ten_people_add_to_one_cart_at_once_and_no_line_is_lost(fresh_database):
    with fresh_database.session() as session:
        house = make_house(session)
        people = [actor_of(session, make_person(session, organisation=house.organisation)) for _ in range(10)]
        numbers = [make_product(session, f"Artikel {n}").id for n in range(10)]
        cart = make_cart(session, house.erika, {}, shared=True)
        cart_id, centre = cart.id, house.hauptamt.id
        session.commit()

    def adding(person, product_id):
        def work(session):
            cart = cart_for(session, person, cart_id, lock=True)
            services.quick_add(session, cart, [services.Wanted(product_id, 2, centre)], actor=person, now=utcnow())

        return work

    results = race(fresh_database, [adding(person, number) for person, number in zip(people, numbers, strict=True)])

    assert kinds(results) == {"NoneType": 10}
    with fresh_database.session() as session:
        assert sorted(line.product_id for line in lines(session, cart_id)) == sorted(numbers)
        assert session.get_one(Cart, cart_id).version == 11


def test_r7_of_two_changes_of_one_line_at_once_one_is_told(fresh_database):
    with fresh_database.session() as session:
        house = make_house(session)
        erika, jan = actor_of(session, house.erika), actor_of(session, house.jan)
        cart = make_cart(session, house.erika, {make_product(session): 4}, cost_centre=house.hauptamt, shared=True)
        (line,) = lines(session, cart)
        cart_id, line_id, centre, seen = cart.id, line.id, house.hauptamt.id, line.stamp
        session.commit()

    def changing(person, quantity):
        def work(session):
            cart = cart_for(session, person, cart_id, lock=True)
            services.change_line(session, cart, line_id, LineChange(quantity, centre, "", seen), actor=person, now=utcnow())

        return work

    results = race(fresh_database, [changing(erika, 7), changing(jan, 9)])

    assert kinds(results) == {"NoneType": 1, "LinesChanged": 1}
    with fresh_database.session() as session:
        assert lines(session, cart_id)[0].quantity in (7, 9)
        assert session.get_one(Cart, cart_id).version == 2


def test_two_first_clicks_at_once_make_one_cart(fresh_database):
    with fresh_database.session() as session:
        house = make_house(session)
        erika = actor_of(session, house.erika)
        products = [make_product(session, f"Artikel {n}").id for n in range(2)]
        session.commit()

    def adding(product_id):
        def work(session):
            cart = services.current_or_new(session, actor=erika, now=utcnow())
            services.quick_add(session, cart, [services.Wanted(product_id, 1)], actor=erika, now=utcnow())

        return work

    assert kinds(race(fresh_database, [adding(product_id) for product_id in products])) == {"NoneType": 2}
    with fresh_database.session() as session:
        cart = current_cart(session, erika)
        assert session.query(Cart).count() == 1
        assert len(lines(session, cart)) == 2


def test_a_change_without_a_lock_is_told_when_it_comes_late(session, shared):
    house, cart = shared
    actor = actor_of(session, house.erika)

    with pytest.raises(CartChanged):
        services.delete(session, cart, actor=actor, now=utcnow(), seen=cart.version - 1)
    with pytest.raises(CartChanged):
        services.quick_add(session, cart, [], actor=actor, now=utcnow(), seen=cart.version + 1)
