"""Lines that go to several addresses and are paid by several cost centres."""

from decimal import Decimal as D
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.browsing import Client
from tests.factories import make_address, make_cart, make_cart_line, make_product
from tests.integration.cart.house import lines, make_house
from webshop.cart import services
from webshop.cart.models import Cart, CartLineDelivery, CartLineShare, ShareKind
from webshop.cart.queries import line_for
from webshop.checkout.services import review
from webshop.core.clock import utcnow
from webshop.core.errors import Invalid


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def buyer(client, house):
    return client.sign_in(house.erika)


@pytest.fixture
def cart(session, house):
    return make_cart(session, house.erika, {make_product(session, net="899.00", stock=500): 250}, cost_centre=house.hauptamt)


def path(line):
    return f"/warenkorb/position/{line.id}/aufteilen"


def deliveries(session, line):
    statement = select(CartLineDelivery).where(CartLineDelivery.line_id == line.id).order_by(CartLineDelivery.position)
    return [(part.address_id, part.quantity) for part in session.scalars(statement)]


def shares(session, line):
    statement = select(CartLineShare).where(CartLineShare.line_id == line.id).order_by(CartLineShare.position)
    return [(share.cost_centre_id, share.kind, share.weight) for share in session.scalars(statement)]


def test_a_line_is_split_over_addresses_and_cost_centres(session, house, buyer, cart):
    (line,) = lines(session, cart)

    answer = buyer.submit(
        buyer.get(path(line)),
        "Aufteilung speichern",
        **{
            f"pieces-{house.rathaus.id}": "150",
            f"pieces-{house.schule.id}": "100",
            "cost_centre-0": str(house.hauptamt.id),
            "weight-0": "33,33",
            "cost_centre-1": str(house.schulamt.id),
            "weight-1": "66,67",
        },
    )

    assert "Die Aufteilung von Nordbook 14 G3 ist gespeichert." in answer.page.text
    assert sorted(deliveries(session, line)) == sorted([(house.rathaus.id, 150), (house.schule.id, 100)])
    assert shares(session, line) == [
        (house.hauptamt.id, ShareKind.PERCENT, D("33.33")),
        (house.schulamt.id, ShareKind.PERCENT, D("66.67")),
    ]
    assert "2 Kostenstellen" in answer.page.text
    assert "100 × Grundschule am Park" in answer.page.text
    assert session.get_one(Cart, cart.id).version > 1


def test_amounts_are_shown_to_the_cent_before_anything_is_saved(session, house, buyer, cart):
    (line,) = lines(session, cart)

    answer = buyer.submit(
        buyer.get(path(line)),
        "Beträge berechnen",
        **{
            "cost_centre-0": str(house.hauptamt.id),
            "weight-0": "33,33",
            "cost_centre-1": str(house.schulamt.id),
            "weight-1": "66,67",
        },
    )

    assert answer.status_code == 200
    assert "74.909,18 €" in answer.page.text
    assert "149.840,82 €" in answer.page.text
    assert "noch nicht gespeichert" in answer.page.text
    assert shares(session, line) == []


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"rathaus": "150"}, None, "Noch zu verteilen: 100."),
        ({"rathaus": "150", "schule": "101"}, None, "Zu viel verteilt: 1."),
        ({"rathaus": "-5"}, "rathaus", "ganze Zahl"),
        ({"rathaus": "1,5"}, "rathaus", "ganze Zahl"),
        ({"weight-0": "50"}, None, "ergeben 50 %"),
        ({"weight-0": "60", "cost_centre-1": "schulamt", "weight-1": "50"}, None, "ergeben 110 %"),
        ({"weight-0": "zehn"}, "weight-0", "Prozentwert"),
        ({"weight-0": "33,333"}, "weight-0", "Prozentwert"),
        ({"weight-0": "0"}, "weight-0", "Prozentwert"),
        ({"weight-0": "50", "weight-1": "50"}, "cost_centre-1", "Wählen Sie"),
        ({"weight-0": "50", "cost_centre-1": "hauptamt", "weight-1": "50"}, "cost_centre-1", "schon in einer anderen"),
        ({"kind": "quantity", "weight-0": "249"}, None, "ergeben 249 Stück"),
        ({"kind": "quantity", "weight-0": "2,5"}, "weight-0", "ganze Stückzahl"),
    ],
)
def test_what_does_not_add_up_is_told_and_stays(session, house, buyer, cart, fields, place, words):
    (line,) = lines(session, cart)
    known = {"rathaus": house.rathaus.id, "schule": house.schule.id, "hauptamt": house.hauptamt.id, "schulamt": house.schulamt.id}
    filled = {f"pieces-{known[k]}" if k in known else k: str(known.get(v, v)) for k, v in fields.items()}

    answer = buyer.submit(buyer.get(path(line)), "Aufteilung speichern", **filled)

    assert answer.status_code == 422
    assert words in answer.page.text
    assert answer.page.title.startswith("Fehler: ")
    for name, value in filled.items():
        if name.startswith(("pieces", "weight")):
            assert answer.page.one(f"[id='{name}']").get("value") == value
    if place:
        assert words in answer.page.errors[f"pieces-{known[place]}" if place in known else place]
    assert deliveries(session, line) == []
    assert shares(session, line) == []


def test_s2_foreign_addresses_and_cost_centres_are_never_used(session, house, buyer, cart):
    stendal = make_house(session, "Stadt Stendal")
    (line,) = lines(session, cart)
    form = buyer.get(path(line)).page.form("Aufteilung speichern")

    buyer.post(path(line), {**form.values, f"pieces-{stendal.rathaus.id}": "250"})
    answer = buyer.post(path(line), {**form.values, "cost_centre-0": str(stendal.hauptamt.id), "weight-0": "100"})

    assert answer.status_code == 422
    assert "Kostenstelle" in answer.page.text
    assert deliveries(session, line) == []
    assert lines(session, cart)[0].cost_centre_id == house.hauptamt.id
    assert buyer.get(f"/warenkorb/position/{uuid4()}/aufteilen").status_code == 404
    foreign = make_cart(session, stendal.erika, {make_product(session): 2})
    assert buyer.get(path(lines(session, foreign)[0])).status_code == 404
    assert buyer.post(path(lines(session, foreign)[0]), {"action": "save"}).status_code == 404


def test_one_cost_centre_for_all_becomes_the_lines_own(session, house, buyer, cart):
    (line,) = lines(session, cart)

    buyer.submit(buyer.get(path(line)), "Aufteilung speichern", **{"cost_centre-0": str(house.schulamt.id), "weight-0": ""})

    assert lines(session, cart)[0].cost_centre_id == house.schulamt.id
    assert shares(session, line) == []


def test_more_rows_keep_what_was_typed(session, house, buyer, cart):
    (line,) = lines(session, cart)

    more = buyer.submit(buyer.get(path(line)), "Weitere Zeilen", **{f"pieces-{house.rathaus.id}": "150", "weight-0": "40"})

    assert more.page.one(f"[id='pieces-{house.rathaus.id}']").get("value") == "150"
    assert more.page.one("[id='weight-0']").get("value") == "40"
    assert len(more.page.select("select")) == 6


def test_r7_a_stale_split_is_told_and_nothing_is_lost(session, house, client, cart):
    services.share(session, cart, actor=house.actor(session), now=utcnow())
    (line,) = lines(session, cart)
    erika, jan = client.sign_in(house.erika), Client(client.app, session).sign_in(house.jan)
    page, jans = erika.get(path(line)), jan.get(path(line))
    jan.submit(jans, "Aufteilung speichern", **{f"pieces-{house.schule.id}": "250"})

    answer = erika.submit(page, "Aufteilung speichern", **{f"pieces-{house.rathaus.id}": "250"})

    assert answer.status_code == 409
    assert "Diesen Warenkorb hat inzwischen Jan Petersen geändert." in answer.page.text
    assert "Grundschule am Park: 250" in answer.page.text
    assert answer.page.one(f"[id='pieces-{house.rathaus.id}']").get("value") == "250"
    assert deliveries(session, line) == [(house.schule.id, 250)]
    erika.submit(answer, "Aufteilung speichern")
    assert deliveries(session, line) == [(house.rathaus.id, 250)]


def test_a_split_that_no_longer_fits_the_quantity_stands_in_the_way(session, house, buyer, cart):
    (line,) = lines(session, cart)
    services.split_deliveries(
        session,
        line_for(session, house.actor(session), line.id),
        {house.rathaus.id: 150, house.schule.id: 100},
        actor=house.actor(session),
        now=utcnow(),
    )
    form = buyer.get("/warenkorb").page.form(action="/warenkorb/aendern").fill(**{f"quantity-{line.id}": "251"})

    buyer.post("/warenkorb/aendern", form.values)

    assert "Die Aufteilung von Nordbook 14 G3 auf Adressen ergibt nicht die bestellte Menge." in buyer.get("/warenkorb").page.text


# --- all lines at once -------------------------------------------------------------------------------------------------


@pytest.fixture
def schools(session, house):
    return [make_address(session, f"Schule {n}", organisation=house.organisation) for n in range(1, 6)]


def test_j1_250_of_everything_go_to_five_schools_by_one_table(session, house, buyer, cart, schools):
    make_cart_line(session, cart, make_product(session, "Dock"), 250, cost_centre=house.hauptamt)
    make_cart_line(session, cart, make_product(session, "Tasche"), 125, cost_centre=house.hauptamt)
    chosen = buyer.submit(buyer.get("/warenkorb/aufteilen"), "Adressen übernehmen", adresse=[str(s.id) for s in schools])
    key = {f"key-{school.id}": weight for school, weight in zip(schools, ["60", "40", "50", "55", "45"], strict=True)}

    table = buyer.submit(chosen, "Verteilen nach Schlüssel", **key)
    saved = buyer.submit(table, "Aufteilung speichern")

    assert "Die Aufteilung ist für alle Positionen gespeichert." in saved.page.text
    found = [[quantity for _address, quantity in sorted_by(deliveries(session, line), schools)] for line in lines(session, cart)]
    assert found == [[60, 40, 50, 55, 45], [60, 40, 50, 55, 45], [30, 20, 25, 28, 22]]


def sorted_by(parts, places):
    order = {place.id: index for index, place in enumerate(places)}
    return sorted(parts, key=lambda part: order[part[0]])


def test_single_cells_can_be_changed_and_what_is_wrong_is_told_by_line(session, house, buyer, cart, schools):
    (line,) = lines(session, cart)
    two = schools[:2]
    chosen = buyer.submit(buyer.get("/warenkorb/aufteilen"), "Adressen übernehmen", adresse=[str(s.id) for s in two])
    cells = {f"pieces-{line.id}-{two[0].id}": "200", f"pieces-{line.id}-{two[1].id}": "vierzig"}

    wrong = buyer.submit(chosen, "Aufteilung speichern", **cells)
    short = buyer.submit(wrong, "Aufteilung speichern", **{**cells, f"pieces-{line.id}-{two[1].id}": "40"})
    right = buyer.submit(short, "Aufteilung speichern", **{f"pieces-{line.id}-{two[1].id}": "50"})

    assert "ganze Zahl" in wrong.page.errors[f"pieces-{line.id}-{two[1].id}"]
    assert "Noch zu verteilen: 10." in short.page.text
    assert right.status_code == 200
    assert sorted_by(deliveries(session, line), two) == [(two[0].id, 200), (two[1].id, 50)]
    cleared = buyer.submit(buyer.get("/warenkorb/aufteilen"), "Alle Aufteilungen aufheben")
    assert cleared.status_code == 200
    assert deliveries(session, line) == []


def test_r7_a_stale_table_keeps_its_cells(session, house, buyer, cart, schools):
    (line,) = lines(session, cart)
    chosen = buyer.submit(buyer.get("/warenkorb/aufteilen"), "Adressen übernehmen", adresse=[str(schools[0].id)])
    services.change_line(
        session, cart, line.id, services.LineChange(260, house.hauptamt.id, ""), actor=house.actor(session), now=utcnow()
    )

    answer = buyer.submit(chosen, "Aufteilung speichern", **{f"pieces-{line.id}-{schools[0].id}": "250"})

    assert answer.status_code == 409
    assert answer.page.one(f"[id='pieces-{line.id}-{schools[0].id}']").get("value") == "250"
    assert "260 Stück" in answer.page.text
    assert deliveries(session, line) == []


def test_more_than_a_hundred_lines_are_split_by_key_alone(session, house, buyer, schools):
    product = make_product(session)
    cart = make_cart(session, house.erika, {}, name="Groß")
    actor = house.actor(session)
    wanted = [services.Wanted(product.id, 3, house.hauptamt.id, f"Raum {n}") for n in range(120)]
    services.quick_add(session, cart, wanted, actor=actor, now=utcnow())
    chosen = buyer.submit(buyer.get("/warenkorb/aufteilen"), "Adressen übernehmen", adresse=[str(s.id) for s in schools[:2]])

    buyer.submit(chosen, "Nach Schlüssel verteilen und speichern", **{f"key-{schools[0].id}": "2"})

    assert {tuple(q for _a, q in sorted_by(deliveries(session, line), schools)) for line in lines(session, cart)} == {(2, 1)}


def test_the_pages_cost_the_same_with_one_line_and_with_fifty(session, house, buyer, cart, schools, count_queries):
    costs = []
    for count in (1, 50):
        for number in range(count - 1):
            make_cart_line(session, cart, make_product(session, f"Artikel {number}"), 2, cost_centre=house.hauptamt)
        (line, *_) = lines(session, cart)
        found = []
        for url in (path(line), f"/warenkorb/aufteilen?adresse={schools[0].id}&adresse={schools[1].id}"):
            with count_queries() as queries:
                buyer.get(url)
            found.append(len(queries))
        costs.append(found)

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12


# --- whatever is asked for ---------------------------------------------------------------------------------------------


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_what_is_saved_always_adds_up(session, house, cart, data):
    """Any split is either refused, or its pieces and cents add up exactly."""
    actor, now = house.actor(session), utcnow()
    (row,) = lines(session, cart)
    kind = data.draw(st.sampled_from(ShareKind))
    whole = row.quantity if kind == ShareKind.QUANTITY else 100
    first = data.draw(st.decimals(0, whole, places=2))
    weights = {house.hauptamt.id: first, house.schulamt.id: data.draw(st.just(whole - first) | st.decimals(0, whole, places=2))}
    pieces = {house.rathaus.id: data.draw(st.integers(0, 250)), house.schule.id: data.draw(st.integers(0, 250))}

    def attempt(change, wanted):
        line = line_for(session, actor, row.id)
        try:
            change(line, {key: value for key, value in wanted.items() if value})
            session.flush()
        except Invalid:
            session.expire_all()

    attempt(lambda line, wanted: services.split_costs(session, line, kind, wanted, actor=actor, now=now), weights)
    attempt(lambda line, wanted: services.split_deliveries(session, line, wanted, actor=actor, now=now), pieces)

    (drafted,) = review(session, cart, now=now, requester_id=actor.person_id).lines
    assert sum(share.net for share in drafted.shares) == drafted.net
    parts, kept = deliveries(session, row), shares(session, row)
    assert not parts or sum(quantity for _address, quantity in parts) == row.quantity
    assert not kept or sum(weight for _c, _k, weight in kept) == (100 if kept[0][1] == ShareKind.PERCENT else row.quantity)
