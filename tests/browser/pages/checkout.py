"""Delivery, review, and the page that thanks."""

import re

from playwright.sync_api import Page, expect


class Delivery:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def fill(self, place: str, *, reference: str = "", subject: str = "") -> "Delivery":
        self.main.get_by_role("radio", name=place).check()
        if reference:
            self.main.get_by_label("Ihre Bestellnummer").fill(reference)
        if subject:
            self.main.get_by_label("Betreff").fill(subject)
        return self

    def split_all(self) -> None:
        self.main.get_by_role("button", name="Alle Positionen auf Adressen aufteilen").click()

    def go_on(self) -> "Review":
        self.main.get_by_role("button", name="Weiter zum Prüfen").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Prüfen und absenden")
        return Review(self.page)


class Review:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def submit(self, button: str = "Zur Freigabe senden") -> str:
        """Send it; the number of the order."""
        self.main.get_by_role("button", name=button).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Ihre Bestellung ist eingegangen")
        found = re.search(r"BE-\d{4}-\d{5}", self.main.inner_text())
        assert found is not None
        return found.group()
