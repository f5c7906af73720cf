"""The whole main job in a browser without JavaScript."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveShop
from tests.browser.pages.approvals import Inbox
from tests.browser.pages.cart import CartPage
from tests.browser.pages.catalogue import ArticlePage, Catalogue
from tests.browser.pages.checkout import Delivery
from tests.browser.pages.door import SignIn
from tests.browser.pages.orders import OrderPage
from tests.browser.towns import Town


def test_from_the_search_to_the_approval(browse: Callable[..., Page], live_shop: LiveShop, town: Town, article: str) -> None:
    page = browse(javascript=False)
    SignIn(page).open().enter(town.buyer)
    catalogue = Catalogue(page)
    catalogue.search("Nordbook")
    catalogue.filter("Hersteller", "Elbwerk").check()
    page.get_by_role("button", name="Filter anwenden").click()
    expect(catalogue.hits).to_contain_text("13 Artikel")
    catalogue.chip("Elbwerk").click()
    expect(catalogue.hits).to_contain_text("26 Artikel")
    page.get_by_label("Sortieren nach").select_option(label="Preis aufsteigend")
    page.get_by_role("button", name="Sortieren").click()
    expect(catalogue.results.get_by_role("article").first).to_contain_text("674,00 €")

    ArticlePage(page).open(article).put_into_cart(1)
    cart = CartPage(page).open()
    cart.set_quantity(article, 2)
    cart.choose_cost_centre(article, "11120")
    cart.go_on()
    number = Delivery(page).fill("Rathaus", reference="ohne Skript").go_on().submit()
    OrderPage(page).open(number).expect_state("In Freigabe")

    desk = browse(javascript=False)
    SignIn(desk).open().enter(town.approver)
    inbox = Inbox(desk).open(number)
    inbox.decide("Ablehnen")
    expect(desk.locator("#fehlerliste")).to_contain_text("Geben Sie an, warum Sie ablehnen.")
    inbox.decide("Freigeben")
    expect(desk.get_by_role("status")).to_contain_text(f"Bestellung {number} freigegeben.")
    OrderPage(page).open(number).expect_state("Freigegeben")
