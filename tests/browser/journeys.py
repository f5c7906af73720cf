"""Steps that several journeys share."""

from playwright.sync_api import Page

from tests.browser.pages.approvals import Inbox
from tests.browser.pages.cart import CartPage
from tests.browser.pages.catalogue import ArticlePage
from tests.browser.pages.checkout import Delivery


def ordered(page: Page, article: str, quantity: int, *, button: str = "Zur Freigabe senden", subject: str = "") -> str:
    """Buy it by the shortest way; the number of the order."""
    page.goto("/katalog")
    ArticlePage(page).open(article).put_into_cart(quantity)
    cart = CartPage(page).open()
    cart.choose_cost_centre(article, "11120")
    cart.go_on()
    return Delivery(page).fill("Rathaus", subject=subject).go_on().submit(button)


def granted(page: Page, number: str) -> None:
    """The approver's part, from the start page."""
    page.goto("/")
    Inbox(page).open(number).decide("Freigeben")
