"""Several named carts: made, renamed, shared, copied, merged, deleted."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from tests.browsing import Client
from tests.factories import make_cart, make_cart_line, make_cost_centre, make_product
from tests.integration.cart.house import lines, make_house
from webshop.audit.models import AuditEvent
from webshop.cart import services
from webshop.cart.models import Cart, CartState
from webshop.cart.queries import current_cart
from webshop.catalog.models import ProductStatus
from webshop.core.clock import utcnow

PATH = "/warenkorb/gespeichert"


@pytest.fixture
def house(session):
    return make_house(session)


@pytest.fixture
def buyer(client, house):
    return client.sign_in(house.erika)


def names(answer):
    return [link for link, url in answer.page.links.items() if url.startswith(f"{PATH}/") and not link.startswith("Verwalten")]


def current_name(session, house):
    cart = current_cart(session, house.actor(session))
    return cart and cart.name


def test_a_new_cart_is_the_current_one(session, house, buyer):
    answer = buyer.submit(buyer.get(PATH), "Anlegen und öffnen", name="  Standard-\tArbeitsplatz ")

    assert "Sie arbeiten jetzt im Warenkorb „Standard- Arbeitsplatz“." in answer.page.text
    assert current_name(session, house) == "Standard- Arbeitsplatz"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81])
def test_a_name_has_its_limits(buyer, name):
    answer = buyer.submit(buyer.get(PATH), "Anlegen und öffnen", name=name)

    assert answer.status_code == 422
    assert "name" in answer.page.errors


def test_two_carts_of_one_person_have_two_names(session, house, buyer):
    make_cart(session, house.erika, {}, name="Schulen")

    answer = buyer.submit(buyer.get(PATH), "Anlegen und öffnen", name="Schulen")

    assert "So heißt bereits ein anderer Ihrer Warenkörbe." in answer.page.errors["name"]


def test_f1_the_list_holds_own_carts_and_shared_ones_of_the_house(session, house, buyer):
    stendal = make_house(session, "Stadt Stendal")
    make_cart(session, house.erika, {}, name="Meiner", current=False)
    make_cart(session, house.erika, {}, name="Bestellt", state=CartState.ORDERED, current=False)
    make_cart(session, house.jan, {}, name="Jans privater")
    make_cart(session, house.jan, {make_product(session): 2}, name="Jans geteilter", shared=True)
    make_cart(session, stendal.erika, {}, name="Stendaler", shared=True)

    assert sorted(names(buyer.get(PATH))) == ["Jans geteilter", "Meiner"]


def test_switching_makes_another_cart_current(session, house, buyer):
    other = make_cart(session, house.jan, {}, name="Jans", shared=True)
    make_cart(session, house.erika, {}, name="Meiner")

    buyer.post(f"{PATH}/{other.id}/oeffnen")

    assert current_name(session, house) == "Jans"


def test_only_the_owner_renames_shares_and_deletes(session, house, client, buyer):
    jans = make_cart(session, house.jan, {}, name="Jans", shared=True)
    page = buyer.get(f"{PATH}/{jans.id}")

    assert "Umbenennen" not in page.page.buttons
    for path, data in (("umbenennen", {"neu-name": "Meiner"}), ("teilen", {"shared": "0"}), ("loeschen", {"version": "1"})):
        assert buyer.post(f"{PATH}/{jans.id}/{path}", data).status_code == 404, path
    assert (jans.name, jans.shared) == ("Jans", True)


def test_sharing_and_unsharing_are_on_record_and_take_effect_at_once(session, house, client, buyer):
    cart = make_cart(session, house.erika, {}, name="Schulen")
    colleague = Client(client.app, session).sign_in(house.jan)
    assert colleague.get(f"{PATH}/{cart.id}").status_code == 404

    shared = buyer.submit(buyer.get(f"{PATH}/{cart.id}"), "Im Haus teilen")
    assert colleague.get(f"{PATH}/{cart.id}").status_code == 200
    colleague.post(f"{PATH}/{cart.id}/oeffnen")
    buyer.submit(shared, "Teilen beenden")

    assert colleague.get(f"{PATH}/{cart.id}").status_code == 404
    assert "Ihr Warenkorb ist leer." in colleague.get("/warenkorb").page.text
    assert current_name(session, house) == "Schulen"
    services.share(session, session.get_one(Cart, cart.id), actor=house.actor(session), now=utcnow())
    assert session.get_one(Cart, cart.id).shared


def test_renaming(session, house, buyer):
    cart = make_cart(session, house.erika, {}, name="Alt")
    make_cart(session, house.erika, {}, name="Vergeben")
    page = buyer.get(f"{PATH}/{cart.id}")

    taken = buyer.submit(page, "Umbenennen", **{"neu-name": "Vergeben"})
    buyer.submit(taken, "Umbenennen", **{"neu-name": "Neu"})

    assert "So heißt bereits" in taken.page.errors["neu-name"]
    assert session.get_one(Cart, cart.id).name == "Neu"


def test_a_copy_has_lines_and_splits_and_no_references(session, house, buyer):
    cart = make_cart(
        session, house.erika, {make_product(session): 3}, cost_centre=house.hauptamt, reference="A-17", contact_name="Erika"
    )
    matrix = {lines(session, cart)[0].id: {house.rathaus.id: 1, house.schule.id: 2}}
    services.apply_split_to_all(session, cart, matrix, actor=house.actor(session), now=utcnow())

    answer = buyer.submit(buyer.get(f"{PATH}/{cart.id}"), "Kopie speichern")

    assert "Die Kopie „Warenkorb (Kopie)“ ist gespeichert." in answer.page.text
    copied = session.scalars(select(Cart).where(Cart.name == "Warenkorb (Kopie)")).one()
    assert (copied.reference, copied.contact_name, copied.shared, copied.owner_id) == ("", "Erika", False, house.erika.id)
    (line,) = lines(session, copied)
    session.refresh(line, ["deliveries"])
    assert [part.quantity for part in line.deliveries] == [1, 2]
    assert current_name(session, house) == "Warenkorb"


def test_merging_brings_the_lines_over_and_keeps_the_source(session, house, buyer):
    product = make_product(session)
    gone = make_product(session, "Alt", status=ProductStatus.WITHDRAWN)
    template = make_cart(session, house.jan, {product: 2, gone: 1}, cost_centre=house.hauptamt, name="Vorlage", shared=True)
    mine = make_cart(session, house.erika, {product: 1}, cost_centre=house.hauptamt)

    answer = buyer.submit(buyer.get(f"{PATH}/{template.id}"), "In den aktuellen Warenkorb übernehmen")

    assert "1 Position liegt jetzt auch im Warenkorb „Warenkorb“." in answer.page.text
    assert "1 Position wird nicht mehr angeboten und kam nicht mit." in answer.page.text
    assert [line.quantity for line in lines(session, mine)] == [3]
    assert len(lines(session, template)) == 2


def test_merging_leaves_a_cost_centre_open_that_the_person_may_not_order_for(session, house, buyer):
    make_cost_centre(session, "3110", organisation=house.organisation, buyers=[house.erika])
    template = make_cart(session, house.jan, {make_product(session): 2}, cost_centre=house.hauptamt, name="Vorlage", shared=True)

    buyer.post(f"{PATH}/{template.id}/uebernehmen")

    (line,) = lines(session, current_cart(session, house.actor(session)))
    assert line.cost_centre_id is None


def test_deleting_a_cart_removes_its_lines(session, house, buyer):
    cart_id = make_cart(session, house.erika, {make_product(session): 2}, name="Weg", shared=True).id

    answer = buyer.submit(buyer.get(f"{PATH}/{cart_id}"), "Warenkorb löschen")

    assert "Der Warenkorb „Weg“ ist gelöscht." in answer.page.text
    assert session.scalars(select(Cart.id).where(Cart.id == cart_id)).all() == []
    assert lines(session, cart_id) == []
    assert "Ihr Warenkorb ist leer." in buyer.get("/warenkorb").page.text


def test_r7_a_cart_that_somebody_changed_meanwhile_is_not_deleted(session, house, buyer):
    cart = make_cart(session, house.erika, {make_product(session): 2}, name="Bleibt", shared=True)
    page = buyer.get(f"{PATH}/{cart.id}")
    services.add(session, cart, make_product(session, "Dock"), 1, actor=house.actor(session, house.jan), now=utcnow())

    answer = buyer.submit(page, "Warenkorb löschen")

    assert answer.status_code == 409
    assert "Der Warenkorb wurde inzwischen geändert." in answer.page.text
    assert "seine 2 Positionen werden gelöscht" in answer.page.text
    assert len(lines(session, cart)) == 2


def test_s2_foreign_carts_are_not_found(session, house, buyer):
    stendal = make_house(session, "Stadt Stendal")
    foreign = make_cart(session, stendal.erika, {make_product(session): 1}, shared=True)

    for cart_id in (foreign.id, uuid4()):
        assert buyer.get(f"{PATH}/{cart_id}").status_code == 404
        for verb in ("oeffnen", "umbenennen", "teilen", "kopieren", "uebernehmen", "loeschen"):
            data = {"neu-name": "x", "kopie-name": "x", "shared": "0", "version": "1"}
            assert buyer.post(f"{PATH}/{cart_id}/{verb}", data).status_code == 404, verb
        assert buyer.get(f"/warenkorb/export.csv?warenkorb={cart_id}").status_code == 404
    assert buyer.get("/warenkorb/export.csv?warenkorb=1").status_code == 404
    assert len(lines(session, foreign)) == 1


def test_a_person_keeps_no_more_carts_than_can_be_looked_through(session, house, buyer):
    for number in range(100):
        make_cart(session, house.erika, {}, name=f"Nr. {number}", current=False)

    answer = buyer.submit(buyer.get(PATH), "Anlegen und öffnen", name="Einer zu viel")

    assert answer.status_code == 422
    assert "Sie haben bereits 100 Warenkörbe." in answer.page.text
    assert "51–100 von 100" in buyer.get(f"{PATH}?seite=2").page.text


def test_the_pages_cost_the_same_with_one_cart_and_with_fifty(session, house, buyer, count_queries):
    costs = []
    cart = make_cart(session, house.erika, {make_product(session): 1})
    for count in (1, 49):
        for number in range(count - 1):
            make_cart(session, house.jan, {}, name=f"Nr. {number}", shared=True, current=False)
            make_cart_line(session, cart, make_product(session, f"Artikel {number}"))
        found = []
        for url in (PATH, f"{PATH}/{cart.id}", "/warenkorb/export.csv"):
            with count_queries() as queries:
                buyer.get(url)
            found.append(len(queries))
        costs.append(found)

    assert costs[0] == costs[1]
    assert max(costs[0]) <= 12


def test_sharing_is_audited(fresh_database):
    with fresh_database.session() as session:
        house = make_house(session)
        cart = make_cart(session, house.erika, {}, name="Schulen")
        services.share(session, cart, actor=house.actor(session), now=utcnow())
        services.delete(session, cart, actor=house.actor(session), now=utcnow(), seen=cart.version)
        session.commit()

        events = session.scalars(select(AuditEvent).where(AuditEvent.subject_kind == "cart").order_by(AuditEvent.seq)).all()

        assert [(event.action, event.subject_number) for event in events] == [
            ("cart.shared", "Schulen"),
            ("cart.deleted", "Schulen"),
        ]
