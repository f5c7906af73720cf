"""The queue of the warehouse and the service desk."""

from playwright.sync_api import Locator, Page


class Queue:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def open(self) -> "Queue":
        self.page.get_by_role("navigation", name="Hauptnavigation").get_by_role("link", name="Abwicklung").click()
        return self

    def search(self, text: str) -> None:
        self.main.get_by_role("searchbox", name="Suche").fill(text)
        self.main.get_by_role("button", name="Anwenden").click()

    def show(self, tab: str) -> None:
        self.main.get_by_role("link", name=tab).click()

    def row(self, article: str) -> Locator:
        return self.main.get_by_role("row").filter(has_text=article)

    def claim(self, article: str) -> None:
        self.main.get_by_role("button", name=f"Übernehmen: {article}").click()

    def finish(self, tracking: str) -> None:
        self.main.get_by_role("textbox", name="Sendungsnummer").fill(tracking)
        self.main.get_by_role("button", name="Erledigt").click()

    def fail(self, reason: str) -> None:
        self.main.get_by_role("textbox", name="Grund").fill(reason)
        self.main.get_by_role("button", name="Nicht ausführbar").click()

    def retry(self) -> None:
        self.main.get_by_role("button", name="Erneut einreihen").click()
