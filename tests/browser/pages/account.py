"""One's own account: how the shop looks, where one is signed in."""

from playwright.sync_api import Locator, Page


class Account:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def show(self, tab: str) -> "Account":
        self.page.get_by_role("banner").get_by_role("link", name="Mein Konto").click()
        self.main.get_by_role("navigation").get_by_role("link", name=tab).click()
        return self

    def choose(self, group: str, value: str) -> None:
        self.main.get_by_role("group", name=group).get_by_role("radio", name=value).check()
        self.main.get_by_role("button", name="Auswahl speichern").click()

    @property
    def devices(self) -> Locator:
        return self.main.get_by_role("region", name="Angemeldete Geräte").get_by_role("listitem")
