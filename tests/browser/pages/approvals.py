"""The approver's inbox."""

from playwright.sync_api import Locator, Page, expect


class Inbox:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def open(self, number: str) -> "Inbox":
        """By the navigation, then the case in the list."""
        self.page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Freigaben").click()
        self.main.get_by_role("link", name=number).first.click()
        expect(self.main.get_by_role("article")).to_contain_text(number)
        return self

    def decide(self, button: str, comment: str = "") -> None:
        if comment:
            self.comment.fill(comment)
        self.main.get_by_role("button", name=button).click()

    @property
    def comment(self) -> Locator:
        return self.main.get_by_role("textbox", name="Anmerkung")
