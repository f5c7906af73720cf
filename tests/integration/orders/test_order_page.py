"""The page of an order: what it says, who reads it, its documents, and the steps that are taken there."""

from decimal import Decimal

import pytest
from sqlalchemy import func, select, update

from tests.factories import make_person
from tests.integration.checkout.town_hall import make_person as make_actor
from tests.integration.checkout.town_hall import make_town_hall, notebook
from tests.integration.orders.ordering import grant, make_order, waiting_order
from tests.pages import text_of
from webshop.approvals.models import ApprovalQuestion
from webshop.cart.models import Cart, CartLine, CartState
from webshop.catalog.models import Price, Product, ProductStatus
from webshop.checkout import services as checkout
from webshop.core.actor import Role
from webshop.documents import services as documents
from webshop.orders.states import OrderState

CONTENT = b"%PDF-1.7 the very bytes"


@pytest.fixture
def hall(session, now):
    return make_town_hall(session, now)


def store(session, now):
    document = documents.claim(session, worker="test")
    documents.store(session, document, document.lease_token, CONTENT, now=now)
    session.commit()


def stages(answer):
    return [text_of(item) for item in answer.page.select(".stand__name")]


def test_the_page_says_everything_about_the_order(session, client, hall, now):
    order = waiting_order(session, hall, now, subject="Notebooks für die Schule", note="Bitte klingeln")
    client.sign_in(hall.buyer)

    page = client.get(f"/bestellungen/{order.number}").page

    assert page.h1 == "Notebooks für die Schule"
    for text in (
        order.number,
        "2.697,00 €",
        "3.209,43 €",
        "Rathaus",
        hall.cost_centre.number,
        "A-17",
        "Bitte klingeln",
    ):
        assert text in page.text
    assert "hat die Bestellung eingereicht." in page.text
    assert "Diese Bestellung wartet auf eine Freigabe." in page.text


def test_the_steps_follow_the_order(session, client, hall, now):
    order = waiting_order(session, hall, now)
    client.sign_in(hall.buyer)
    url = f"/bestellungen/{order.number}"
    assert stages(client.get(url)) == ["Eingereicht", "Freigegeben", "Bestätigt", "Geliefert"]

    grant(session, hall, order, now)
    page = client.get(url)
    assert "wird erstellt" in page.page.text
    assert "0 von 1 Positionen" in page.page.text

    checkout.cancel(session, order, actor=make_actor(session, hall.organisation, Role.SALES, now), now=now, reason="Irrtum")
    session.commit()
    assert stages(client.get(url))[-1] == "Storniert"


# --- documents --------------------------------------------------------------------------------------------------------


def test_the_confirmation_is_the_stored_bytes_as_an_attachment(session, client, hall, now):
    order = make_order(session, hall, now)
    client.sign_in(hall.buyer)
    url = f"/bestellungen/{order.number}/auftragsbestaetigung.pdf"
    assert client.get(url).status_code == 404
    assert "wird erstellt" in client.get(f"/bestellungen/{order.number}").page.text

    store(session, now)
    page = client.get(f"/bestellungen/{order.number}")
    answer = client.get(url)

    assert url in page.page.links.values()
    assert answer.data == CONTENT
    assert answer.mimetype == "application/pdf"
    assert answer.headers["Content-Disposition"] == f"attachment; filename=Auftragsbestaetigung-{order.confirmation_number}.pdf"
    assert answer.headers["Cache-Control"] == "no-store"


def test_orders_and_documents_of_others_look_like_missing_ones(session, client, hall, now):
    """S-2, S-3: another house, a colleague without the right, a role that reads no orders, a guest."""
    order = waiting_order(session, hall, now)
    grant(session, hall, order, now)
    store(session, now)
    stranger = make_town_hall(session, now)
    colleague = make_actor(session, hall.organisation, Role.BUYER, now)
    paths = ["", "/auftragsbestaetigung.pdf"]

    for actor in (stranger.buyer, stranger.approver, colleague):
        client.sign_in(actor)
        for path in paths:
            foreign = client.get(f"/bestellungen/{order.number}{path}")
            missing = client.get(f"/bestellungen/BE-2026-99999{path}")
            assert foreign.status_code == missing.status_code == 404
            assert foreign.page.h1 == missing.page.h1
    client.sign_out()
    for path in paths:
        guest = client.get(f"/bestellungen/{order.number}{path}")
        assert guest.status_code == 303
        assert "/anmelden" in guest.headers["Location"]
    for actor in (hall.buyer, hall.approver, make_person(session, Role.FULFILMENT), make_person(session, Role.ADMIN)):
        client.sign_in(actor)
        assert client.get(f"/bestellungen/{order.number}/auftragsbestaetigung.pdf").data == CONTENT


@pytest.mark.parametrize("path", ["zurueckziehen", "antwort", "stornieren", "erneut"])
def test_steps_on_foreign_orders_are_missing_pages(session, client, hall, now, path):
    order = waiting_order(session, hall, now)
    stranger = make_town_hall(session, now)
    stranger_sales = make_actor(session, stranger.organisation, Role.BUYER, now)

    for actor in (stranger.buyer, stranger_sales, stranger.approver):
        client.sign_in(actor)
        given = {"withdraw_reason": "x", "answer": "x", "cancel_reason": "x", "question_id": str(order.id)}
        assert client.post(f"/bestellungen/{order.number}/{path}", given).status_code == 404
    session.refresh(order)
    assert order.state == OrderState.SUBMITTED


@pytest.mark.parametrize(
    "number", ["BE-2026-1", "x", "BE-2026-00001'--", "..%2f", "BE-2026-000000000000000000001", "ＢＥ-2026-00001"]
)
def test_numbers_that_are_none_are_missing_pages(session, client, hall, now, number):
    client.sign_in(hall.buyer)

    assert client.get(f"/bestellungen/{number}").status_code == 404


# --- steps ------------------------------------------------------------------------------------------------------------


def test_withdrawing_needs_a_reason_and_happens_once(session, client, hall, now):
    order = waiting_order(session, hall, now)
    client.sign_in(hall.buyer)
    page = client.get(f"/bestellungen/{order.number}")

    wrong = client.submit(page, "Zurückziehen")
    assert wrong.status_code == 422
    assert "Geben Sie an, warum Sie die Bestellung zurückziehen." in wrong.page.text
    assert wrong.page.title.startswith("Fehler:")
    done = client.submit(wrong, "Zurückziehen", withdraw_reason="Bedarf entfallen")

    assert f"Bestellung {order.number} zurückgezogen." in done.page.text
    assert stages(done)[-1] == "Zurückgezogen"
    assert "Bedarf entfallen" in done.page.text
    session.refresh(order)
    assert order.state == OrderState.WITHDRAWN
    again = client.submit(page, "Zurückziehen", withdraw_reason="noch einmal")
    assert again.status_code == 409
    assert "bereits entschieden" in again.page.text


def test_only_the_buyer_may_withdraw(session, client, hall, now):
    order = waiting_order(session, hall, now)
    admin = make_actor(session, hall.organisation, Role.ORG_ADMIN, now)

    page = client.sign_in(admin).get(f"/bestellungen/{order.number}")
    assert "Zurückziehen" not in page.page.text
    assert client.post(f"/bestellungen/{order.number}/zurueckziehen", {"withdraw_reason": "x"}).status_code == 404


def test_a_question_is_answered_on_the_page(session, client, hall, now):
    order = waiting_order(session, hall, now)
    checkout.ask(session, order, actor=hall.approver, now=now, question="Wofür <b>genau</b>?")
    session.commit()
    client.sign_in(hall.buyer)
    page = client.get(f"/bestellungen/{order.number}")
    assert "Wofür <b>genau</b>?" in page.page.text

    assert client.submit(page, "Antwort senden").status_code == 422
    done = client.send(page, page.page.form("Antwort senden").fill(answer="Für die neue Klasse."))

    assert f"Ihre Antwort zu {order.number} ist unterwegs." in done.page.text
    assert session.scalars(select(ApprovalQuestion.answer)).one() == "Für die neue Klasse."
    assert "Antwort senden" not in done.page.text


def test_readers_see_the_question_but_no_box(session, client, hall, now):
    order = waiting_order(session, hall, now)
    checkout.ask(session, order, actor=hall.approver, now=now, question="Wofür?")
    session.commit()

    page = client.sign_in(hall.second).get(f"/bestellungen/{order.number}")

    assert "Wofür?" in page.page.text
    assert "Antwort senden" not in page.page.text


def test_sales_cancels_with_a_reason(session, client, hall, now):
    order = make_order(session, hall, now)
    client.sign_in(make_person(session, Role.SALES))
    page = client.get(f"/bestellungen/{order.number}")

    assert client.submit(page, "Stornieren").status_code == 422
    client.submit(page, "Stornieren", cancel_reason="Nicht lieferbar")

    session.refresh(order)
    assert order.state == OrderState.CANCELLED


def test_fields_that_no_form_has_change_nothing(session, client, hall, now):
    """S-7, S-9: state, prices and people do not come from the browser."""
    order = waiting_order(session, hall, now)
    before = (order.net_once, order.buyer_id, order.number, order.subject)
    client.sign_in(hall.buyer)
    extra = {"state": "approved", "net_once": "1.00", "buyer_id": "x", "number": "BE-1", "subject": "x", "organisation_id": "x"}

    client.post(f"/bestellungen/{order.number}/zurueckziehen", {"withdraw_reason": "Irrtum", "actor": "x", **extra})

    session.refresh(order)
    assert order.state == OrderState.WITHDRAWN
    assert (order.net_once, order.buyer_id, order.number, order.subject) == before


# --- ordering again ---------------------------------------------------------------------------------------------------


def new_cart(session):
    return session.scalars(select(Cart).where(Cart.state == CartState.OPEN)).one()


def test_an_order_can_be_ordered_again_at_todays_price(session, client, hall, now):
    product = notebook(session, "499.00")
    order = make_order(session, hall, now, [(product, 2)])
    session.execute(update(Price).where(Price.product_id == product.id).values(unit_net=Decimal("520.0000")))
    client.sign_in(hall.buyer)

    answer = client.submit(client.get(f"/bestellungen/{order.number}"), "Erneut bestellen", follow=False)

    assert answer.headers["Location"] == "/warenkorb"
    cart = new_cart(session)
    [line] = session.scalars(select(CartLine).where(CartLine.cart_id == cart.id)).all()
    assert (line.product_id, line.quantity, line.cost_centre_id) == (product.id, 2, hall.cost_centre.id)
    assert line.seen_unit_net == Decimal("499.00")  # the cart shows old and new
    assert cart.address_id == hall.address.id
    session.refresh(order)
    assert order.net_once == Decimal("998.00")


def test_articles_that_are_gone_are_named_never_dropped_in_silence(session, client, hall, now):
    kept, gone = notebook(session, "299.00"), notebook(session, "199.00", name="Altes Modell")
    order = make_order(session, hall, now, [(kept, 1), (gone, 1)])
    session.execute(update(Product).where(Product.id == gone.id).values(status=ProductStatus.WITHDRAWN, successor_id=kept.id))
    client.sign_in(hall.buyer)

    page = client.submit(client.get(f"/bestellungen/{order.number}"), "Erneut bestellen")

    assert page.page.h1 == "Nicht alles lässt sich erneut bestellen"
    for text in ("Altes Modell", "wird nicht mehr angeboten", f"Nachfolger: {kept.name}"):
        assert text in page.page.text
    assert session.scalar(select(func.count(CartLine.id)).where(CartLine.cart_id == new_cart(session).id)) == 1


def test_twice_again_makes_two_carts_with_names_of_their_own(session, client, hall, now):
    order = make_order(session, hall, now)
    client.sign_in(hall.buyer)
    for _ in range(2):
        client.post(f"/bestellungen/{order.number}/erneut")

    names = session.scalars(select(Cart.name).where(Cart.state == CartState.OPEN).order_by(Cart.name)).all()
    assert names == [f"Wie {order.number}", f"Wie {order.number} (2)"]


def test_nothing_left_to_order_is_said_and_makes_no_cart(session, client, hall, now):
    product = notebook(session, "499.00")
    order = make_order(session, hall, now, [(product, 1)])
    session.execute(update(Product).where(Product.id == product.id).values(status=ProductStatus.WITHDRAWN))
    client.sign_in(hall.buyer)

    answer = client.post(f"/bestellungen/{order.number}/erneut")

    assert answer.status_code == 422
    assert "Keiner der Artikel lässt sich heute bestellen." in answer.page.text
    assert session.scalar(select(func.count(Cart.id)).where(Cart.state == CartState.OPEN)) == 0


def test_the_page_costs_the_same_with_1_line_and_with_50(session, client, hall, now, count_queries):
    small = make_order(session, hall, now, [(notebook(session, "1.00"), 1)]).number
    large = make_order(session, hall, now, [(notebook(session, "1.00"), 1) for _ in range(50)]).number
    client.sign_in(hall.buyer)
    with count_queries() as one:
        client.get(f"/bestellungen/{small}")
    with count_queries() as many:
        client.get(f"/bestellungen/{large}")

    assert len(one) == len(many) <= 12
