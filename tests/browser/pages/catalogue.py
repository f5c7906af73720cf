"""Search, filters, cards and the article's page."""

from playwright.sync_api import Locator, Page, expect


class Catalogue:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.filters = page.get_by_role("complementary", name="Filter")
        self.results = page.get_by_role("main")
        self.chips = page.get_by_role("list", name="Aktive Filter")

    def search(self, text: str) -> None:
        self.page.get_by_role("searchbox", name="Artikel suchen").fill(text)
        self.page.get_by_role("button", name="Suchen").click()

    @property
    def hits(self) -> Locator:
        return self.results.get_by_role("status").filter(has_text="Artikel")

    def filter(self, group: str, value: str) -> Locator:
        return self.filters.get_by_role("group", name=group).get_by_role("checkbox", name=value)

    def chip(self, text: str) -> Locator:
        return self.chips.get_by_role("link", name=text)

    def card(self, name: str) -> Locator:
        return self.results.get_by_role("article", name=name, exact=True)

    def put_into_cart(self, name: str) -> None:
        self.card(name).get_by_role("button", name="In den Warenkorb").click()


class ArticlePage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.box = page.get_by_role("complementary", name="Preis und Bestellung")

    def open(self, name: str) -> "ArticlePage":
        catalogue = Catalogue(self.page)
        catalogue.search(name)
        catalogue.card(name).get_by_role("link", name=name).click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text(name)
        return self

    @property
    def quantity(self) -> Locator:
        return self.box.get_by_role("textbox", name="Menge")

    def put_into_cart(self, quantity: int) -> None:
        self.quantity.fill(str(quantity))
        self.box.get_by_role("button", name="In den Warenkorb").click()
        expect(self.page.get_by_role("status").filter(has_text="Warenkorb")).to_be_visible()
