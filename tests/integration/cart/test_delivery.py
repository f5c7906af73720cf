"""Step 2 of 3: address, date, references; what was typed stays, and stale forms overwrite nothing."""

from datetime import timedelta
from uuid import uuid4

import pytest

from tests.browsing import Client
from tests.factories import make_address, make_cart, make_cart_line, make_product
from tests.integration.cart.house import lines, make_house
from webshop.cart import services
from webshop.cart.models import Cart, CartState
from webshop.checkout import services as checkout
from webshop.config import Provider
from webshop.core.clock import berlin_date, utcnow
from webshop.core.formats import day

PATH = "/bestellen/lieferung"
NEXT = "Weiter zum Prüfen"


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def cart(session, house):
    return make_cart(session, house.erika, {make_product(session, stock=50): 4}, cost_centre=house.hauptamt)


@pytest.fixture
def buyer(client, house, cart):
    return client.sign_in(house.erika)


def in_days(count):
    return berlin_date(utcnow()) + timedelta(days=count)


def test_an_empty_cart_goes_back_to_the_cart(session, client, house):
    client.sign_in(house.erika)

    assert client.get(PATH).headers["Location"] == "/warenkorb"
    make_cart(session, house.erika, {})
    assert client.get(PATH).headers["Location"] == "/warenkorb"


def test_everything_is_kept_and_leads_to_the_review(session, house, cart, buyer):
    wish = in_days(30)

    answer = buyer.submit(
        buyer.get(PATH),
        NEXT,
        follow=False,
        address=str(house.schule.id),
        desired_date=f"{wish.day}.{wish.month}.{wish.year}",
        reference="  A-17\t/ 4 ",
        subject="Erstausstattung",
        contact_name="Frau Sommer",
        contact_phone="0391 5550",
        note="Über den Hof\r\nbis 15 Uhr\r\n",
    )

    assert (answer.status_code, answer.headers["Location"]) == (303, "/bestellen/pruefen")
    kept = session.get_one(Cart, cart.id)
    assert (kept.address_id, kept.desired_date, kept.reference, kept.subject) == (
        house.schule.id,
        wish,
        "A-17 / 4",
        "Erstausstattung",
    )
    assert (kept.contact_name, kept.contact_phone, kept.note) == ("Frau Sommer", "0391 5550", "Über den Hof\nbis 15 Uhr")
    assert kept.version == 2
    form = buyer.get(PATH).page.form(NEXT)
    assert form.values["address"] == [str(house.schule.id)]
    assert form.values["desired_date"] == [day(wish)]


def test_contact_data_of_the_person_stand_there_already(session, house, buyer):
    house.erika.phone = "0391 540 0"
    session.flush()

    form = buyer.get(PATH).page.form(NEXT)

    assert (form.values["contact_name"], form.values["contact_phone"]) == (["Erika Sommer"], ["0391 540 0"])


def test_only_active_addresses_of_the_house_are_offered(session, house, buyer):
    make_address(session, "Altes Rathaus", organisation=house.organisation, active=False)
    make_house(session, "Stadt Stendal")

    page = buyer.get(PATH).page

    assert [tile.get("value") for tile in page.select("[name='address']")] == [str(house.schule.id), str(house.rathaus.id)]


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"address": None}, "address", "Wählen Sie eine Lieferadresse."),
        ({"desired_date": "31.11.2026"}, "desired_date", "Diesen Tag gibt es nicht."),
        ({"desired_date": "bald"}, "desired_date", "Diesen Tag gibt es nicht."),
        ({"desired_date": "1.1.2020"}, "desired_date", "muss in der Zukunft liegen"),
        ({"desired_date": "1.1.2062"}, "desired_date", "zu weit in der Zukunft"),
        ({"reference": "x" * 61}, "reference", "höchstens 60 Zeichen"),
        ({"subject": "x" * 121}, "subject", "höchstens 120 Zeichen"),
        ({"note": "x" * 1001}, "note", "höchstens 1000 Zeichen"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_stays(session, house, cart, buyer, fields, place, words):
    given = {"address": str(house.rathaus.id), "contact_name": "Frau Sommer", **fields}

    answer = buyer.submit(buyer.get(PATH), NEXT, **given)

    assert answer.status_code == 422
    assert words in answer.page.text
    assert answer.page.title.startswith("Fehler: ")
    form = answer.page.form(NEXT)
    assert form.values["contact_name"] == ["Frau Sommer"]
    if fields.get(place):
        assert form.values[place] == [fields[place]]
    assert session.get_one(Cart, cart.id).version == 1


def test_today_is_too_early_and_tomorrow_is_not(session, house, cart, buyer):
    page = buyer.get(PATH)

    today = buyer.submit(page, NEXT, address=str(house.rathaus.id), desired_date=day(in_days(0)))
    tomorrow = buyer.submit(page, NEXT, address=str(house.rathaus.id), desired_date=day(in_days(1)), follow=False)

    assert "muss in der Zukunft liegen" in today.page.text
    assert tomorrow.status_code == 303


def test_a_wish_before_the_promise_is_a_warning_and_no_error(session, house, cart, buyer):
    make_cart_line(session, cart, make_product(session, "Spät", stock=0, lead_time_days=30), cost_centre=house.hauptamt)

    answer = buyer.submit(buyer.get(PATH), NEXT, address=str(house.rathaus.id), desired_date=day(in_days(2)))

    assert answer.status_code == 200
    assert "liegt vor dem zugesagten Termin" in answer.page.text
    assert session.get_one(Cart, cart.id).desired_date == in_days(2)


def test_s2_foreign_addresses_and_carts_are_never_used(session, house, cart, buyer):
    stendal = make_house(session, "Stadt Stendal")
    foreign = make_cart(session, stendal.erika, {make_product(session): 1})
    form = buyer.get(PATH).page.form(NEXT)

    for address in (stendal.rathaus.id, uuid4(), "1"):
        answer = buyer.post(PATH, {**form.values, "address": str(address)})
        assert answer.status_code == 422
        assert "Wählen Sie eine Lieferadresse" in answer.page.text
    for cart_id in (foreign.id, uuid4(), "1", ""):
        assert buyer.post(PATH, {**form.values, "cart": str(cart_id), "address": str(house.rathaus.id)}).status_code == 404
    assert session.get_one(Cart, cart.id).address_id is None
    assert session.get_one(Cart, foreign.id).address_id is None


def test_s7_s9_only_the_forms_own_fields_are_written(session, house, cart, buyer):
    form = buyer.get(PATH).page.form(NEXT)
    more = {
        "total": "1",
        "price": "1",
        "state": "ordered",
        "owner_id": str(house.jan.id),
        "shared": "1",
        "version": "9",
        "name": "X",
    }

    buyer.post(PATH, {**form.values, **more, "address": str(house.rathaus.id)})

    kept = session.get_one(Cart, cart.id)
    assert (kept.state, kept.owner_id, kept.shared, kept.version, kept.name) == (
        CartState.OPEN,
        house.erika.id,
        False,
        2,
        "Warenkorb",
    )


def test_r7_a_stale_form_shows_both_versions_and_overwrites_nothing(session, house, cart, client):
    services.share(session, cart, actor=house.actor(session), now=utcnow())
    services.choose(session, cart, actor=house.actor(session, house.jan))
    erika, jan = client.sign_in(house.erika), Client(client.app, session).sign_in(house.jan)
    page, jans = erika.get(PATH), jan.get(PATH)
    jan.submit(jans, NEXT, address=str(house.schule.id), reference="Jans Nummer")

    answer = erika.submit(page, NEXT, address=str(house.rathaus.id), reference="Erikas Nummer")

    assert answer.status_code == 409
    assert "Diese Angaben hat inzwischen Jan Petersen geändert." in answer.page.text
    assert "Lieferadresse: Grundschule am Park" in answer.page.text
    assert "Ihre Bestellnummer: Jans Nummer" in answer.page.text
    assert answer.page.form(NEXT).values["reference"] == ["Erikas Nummer"]
    assert session.get_one(Cart, cart.id).reference == "Jans Nummer"
    erika.submit(answer, NEXT)
    assert session.get_one(Cart, cart.id).reference == "Erikas Nummer"


def test_a_line_added_meanwhile_does_not_spoil_the_form(session, house, cart, buyer):
    page = buyer.get(PATH)
    services.add(session, cart, make_product(session, "Dock"), 1, actor=house.actor(session), now=utcnow())

    assert buyer.submit(page, NEXT, follow=False, address=str(house.rathaus.id)).status_code == 303


def test_splitting_keeps_what_was_typed(session, house, cart, buyer):
    (line,) = lines(session, cart)

    answer = buyer.submit(buyer.get(PATH), "Aufteilen: Nordbook 14 G3", reference="A-17")

    assert answer.page.h1 == "Aufteilen: Nordbook 14 G3"
    assert session.get_one(Cart, cart.id).reference == "A-17"
    back = buyer.submit(answer, "Aufteilung speichern", **{f"pieces-{house.rathaus.id}": "1", f"pieces-{house.schule.id}": "3"})
    assert back.page.h1 == "Lieferung"
    assert "3 × Grundschule am Park" in back.page.text
    assert back.page.form(NEXT).values["reference"] == ["A-17"]
    assert lines(session, cart)[0].id == line.id


def test_a_cart_ordered_in_another_tab_leads_to_its_order(session, house, cart, buyer):
    cart.address_id = house.rathaus.id
    session.flush()
    old, old_cart = buyer.get(PATH), buyer.get("/warenkorb")
    draft = checkout.review(session, cart, now=utcnow(), requester_id=house.erika.id)
    order = checkout.submit(
        session,
        cart,
        actor=house.actor(session),
        now=utcnow(),
        provider=Provider(),
        checkout_key="k" * 43,
        content_hash=draft.content_hash,
        cart_version=cart.version,
    )
    number = order.number

    answer = buyer.submit(old, NEXT, follow=False, address=str(house.rathaus.id))
    changed = buyer.send(old_cart, old_cart.page.form(action="/warenkorb/aendern"), follow=False)

    assert answer.headers["Location"] == f"/bestellungen/{number}"
    assert changed.headers["Location"] == f"/bestellungen/{number}"
    assert f"Dieser Warenkorb ist bereits bestellt, als Bestellung {number}." in buyer.get(f"/bestellungen/{number}").page.text


@pytest.mark.parametrize("count", [1, 50, 80])
def test_the_page_costs_the_same_however_long_the_cart_is(session, house, cart, buyer, count_queries, count):
    part = make_product(session, "Teil", stock=100)
    make_cart_line(session, cart, make_product(session, "Set", parts={part: 1}), cost_centre=house.hauptamt)
    for number in range(count):
        make_cart_line(session, cart, make_product(session, f"Artikel {number}", stock=9), 2, cost_centre=house.schulamt)

    with count_queries() as queries:
        answer = buyer.get(PATH)

    assert answer.status_code == 200
    assert len(queries) == 11, "\n".join(queries)
