"""The cart, its splits, the saved carts and the quick order."""

from collections.abc import Mapping

from playwright.sync_api import Locator, Page, expect


class CartPage:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.main = page.get_by_role("main")

    def open(self) -> "CartPage":
        self.page.goto("/warenkorb")
        return self

    def line(self, name: str) -> Locator:
        return self.main.get_by_role("listitem").filter(has=self.page.get_by_role("heading", name=name, exact=True))

    def quantity(self, name: str) -> Locator:
        return self.main.get_by_role("textbox", name=f"Menge {name}")

    def set_quantity(self, name: str, quantity: int) -> None:
        self.quantity(name).fill(str(quantity))
        self.quantity(name).press("Enter")
        expect(self.line(name)).to_contain_text(f"{quantity} ×")

    def remove(self, name: str) -> None:
        self.main.get_by_role("button", name=f"Entfernen: {name}").click()

    def choose_cost_centre(self, name: str, number: str) -> None:
        """Of one line; its fields stand open while it has none."""
        line = self.line(name)
        choice = line.get_by_role("combobox", name="Kostenstelle")
        if not choice.is_visible():
            line.get_by_text("ändern").click()
        _choose(choice, number)
        line.get_by_role("button", name="Übernehmen").click()
        expect(line).to_contain_text(f"Kostenstelle {number}")

    def choose_cost_centre_for_all(self, number: str) -> None:
        _choose(self.main.get_by_role("combobox", name="Kostenstelle für alle"), number)
        self.main.get_by_role("button", name="Zuordnen").click()
        expect(self.main).not_to_contain_text("Kostenstelle fehlt")

    def go_on(self) -> None:
        self.main.get_by_role("button", name="Weiter zur Lieferung").click()
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Lieferung")


def _choose(choice: Locator, number: str) -> None:
    label = choice.get_by_role("option").filter(has_text=number).inner_text()
    choice.select_option(label=label)


class SplitAll:
    """All lines over the same addresses."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def choose(self, *places: str) -> None:
        for place in places:
            self.page.get_by_role("checkbox", name=place).check()
        self.page.get_by_role("button", name="Adressen übernehmen").click()

    def spread(self, key: Mapping[str, int]) -> None:
        for place, weight in key.items():
            self.page.get_by_role("textbox", name=f"Schlüssel für {place}").fill(str(weight))
        self.page.get_by_role("button", name="Verteilen nach Schlüssel").click()

    def pieces(self, article: str, place: str) -> Locator:
        return self.page.get_by_role("textbox", name=f"{article} an {place}")

    def save(self) -> None:
        self.page.get_by_role("button", name="Aufteilung speichern").click()


class SavedCarts:
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> "SavedCarts":
        self.page.goto("/warenkorb/gespeichert")
        return self

    def create(self, name: str) -> None:
        self.page.get_by_role("textbox", name="Name").fill(name)
        self.page.get_by_role("button", name="Anlegen und öffnen").click()


class QuickOrder:
    def __init__(self, page: Page) -> None:
        self.page = page

    def open(self) -> "QuickOrder":
        self.page.goto("/schnellbestellung")
        return self

    def check(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Positionen").fill(text)
        self.page.get_by_role("button", name="Liste prüfen").click()

    def bad_line(self, number: int) -> Locator:
        return self.page.get_by_role("textbox", name=f"Zeile {number}", exact=True)

    def check_again(self) -> None:
        self.page.get_by_role("button", name="Erneut prüfen").click()

    def take(self) -> None:
        self.page.get_by_role("button", name="Gültige Positionen übernehmen").click()
