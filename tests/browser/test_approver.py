"""An approver's way: what waits, what is asked, granted or refused, and who may not."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveShop
from tests.browser.journeys import granted, ordered
from tests.browser.pages.approvals import Inbox
from tests.browser.pages.orders import OrderPage
from tests.browser.towns import Town, make_article

Browse = Callable[..., Page]


def test_asks_and_grants(browse: Browse, town: Town, article: str) -> None:
    buyer = browse(town.buyer)
    number = ordered(buyer, article, 2, subject="Prüfgeräte")
    desk = browse(town.approver)
    desk.goto("/")
    expect(desk.get_by_role("heading", level=1)).to_have_text("Freigaben")
    inbox = Inbox(desk).open(number)
    expect(inbox.main.get_by_role("article")).to_contain_text("2.900,00 €")

    inbox.decide("Rückfrage stellen")
    expect(desk.locator("#fehlerliste")).to_be_focused()
    inbox.decide("Rückfrage stellen", "Bis wann?")

    expect(desk.get_by_role("status").filter(has_text="Ihre Rückfrage")).to_be_visible()
    OrderPage(buyer).open(number).answer("Bis Jahresende.")
    inbox.open(number)
    expect(inbox.main.get_by_role("article")).to_contain_text("Bis Jahresende.")
    inbox.decide("Freigeben")
    expect(desk.get_by_role("status").filter(has_text=f"Bestellung {number} freigegeben.")).to_be_visible()
    expect(desk.get_by_role("link", name=number)).to_have_count(0)


def test_refuses_only_with_a_reason(browse: Browse, town: Town, article: str) -> None:
    buyer = browse(town.buyer)
    number = ordered(buyer, article, 1)
    desk = browse(town.approver)
    desk.goto("/")
    inbox = Inbox(desk).open(number)

    inbox.decide("Ablehnen")

    summary = desk.locator("#fehlerliste")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text("Geben Sie an, warum Sie ablehnen.")
    expect(desk).to_have_title(re.compile("^Fehler: "))
    expect(inbox.comment).to_have_attribute("aria-invalid", "true")
    summary.get_by_role("link").click()
    expect(inbox.comment).to_be_focused()
    inbox.decide("Ablehnen", "Dafür gibt es den Rahmenvertrag.")
    expect(desk.get_by_role("status").filter(has_text="abgelehnt")).to_be_visible()

    order = OrderPage(buyer).open(number)
    order.expect_state("Abgelehnt")
    expect(order.main).to_contain_text("Dafür gibt es den Rahmenvertrag.")


def test_a_second_person_above_the_limit(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        server = make_article(session, "Großrechner", "26000.00").name
        session.commit()
    buyer = browse(town.buyer)
    number = ordered(buyer, server, 1)
    first = browse(town.approver)
    granted(first, number)
    OrderPage(buyer).open(number).expect_state("In Freigabe")

    first.goto(f"/freigaben/{number}")
    expect(first.get_by_role("main")).to_contain_text("Hier ist zurzeit keine Entscheidung von Ihnen nötig.")
    expect(first.get_by_role("button", name="Freigeben")).to_have_count(0)

    granted(browse(town.second), number)
    OrderPage(buyer).open(number).expect_state("Freigegeben")


def test_nobody_decides_about_the_own_order(browse: Browse, town: Town, article: str) -> None:
    page = browse(town.both)
    number = ordered(page, article, 1)

    page.goto("/freigaben")
    expect(page.get_by_role("main").get_by_role("link", name=number)).to_have_count(0)
    page.goto(f"/freigaben/{number}")

    expect(page.get_by_role("main")).to_contain_text("Eigene Bestellung – Freigabe durch eine andere Person.")
    for name in ("Freigeben", "Rückfrage stellen", "Ablehnen"):
        expect(page.get_by_role("main").get_by_role("button", name=name)).to_have_count(0)
