"""An order as its buyer sees it."""

import time

from playwright.sync_api import Locator, Page, expect

PATIENCE_S = 60


class OrderPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def open(self, number: str) -> "OrderPage":
        """The way of a person: the navigation, then the number."""
        self.page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Bestellungen").click()
        self.main.get_by_role("link", name=number).click()
        return self

    def expect_state(self, words: str) -> None:
        head = self.main.locator(".seitenkopf")
        expect(head).to_contain_text(words)

    def answer(self, text: str) -> None:
        self.main.get_by_role("textbox", name="Ihre Antwort").fill(text)
        self.main.get_by_role("button", name="Antwort senden").click()

    def wait_for(self, found: Locator) -> Locator:
        """Look again until the worker has done its part."""
        end = time.monotonic() + PATIENCE_S
        while not found.is_visible():
            assert time.monotonic() < end, f"not within {PATIENCE_S} s on {self.page.url}"
            self.page.wait_for_timeout(300)
            self.page.reload()
        return found

    def confirmation(self) -> bytes:
        """The PDF, once it is there."""
        link = self.wait_for(self.main.get_by_role("link", name="Auftragsbestätigung"))
        with self.page.expect_download() as waiting:
            link.click()
        return waiting.value.path().read_bytes()

    def order_again(self) -> None:
        self.main.get_by_role("button", name="Erneut bestellen").click()
