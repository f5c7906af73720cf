"""What people get to see when something is missing: the list of errors has the focus, the title says so, the field is marked,
the input is kept, and axe finds nothing."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from tests.browser.pages.catalogue import ArticlePage
from tests.browser.towns import Town

Browse = Callable[..., Page]
Axe = Callable[[Page], None]


@dataclass(frozen=True)
class Mistake:
    """A page, what is typed into it by label, and the button that is pressed."""

    who: str
    path: str
    typed: dict[str, str]
    button: str
    says: str
    marked: bool = True
    """Whether a field of the page is to blame."""


MISTAKES = {
    "sign-in without a password": Mistake("", "/anmelden", {"E-Mail-Adresse": "wer@example.org"}, "Anmelden", "Passwort"),
    "no address to mail to": Mistake("", "/passwort-vergessen", {}, "Link", "E-Mail-Adresse"),
    "nothing in the list": Mistake("buyer", "/schnellbestellung", {}, "Liste prüfen", "Fügen Sie Positionen ein"),
    "lines that are no articles": Mistake(
        "buyer", "/schnellbestellung", {"Positionen": "XX-1; 2\nXX-2; viel"}, "Liste prüfen", "XX-1", marked=True
    ),
    "a cart without a name": Mistake("buyer", "/warenkorb/gespeichert", {}, "Anlegen und öffnen", "Namen"),
    "no such day": Mistake("buyer", "/bestellungen", {"Eingereicht ab": "31.02.2026"}, "Anzeigen", "31.02.2026"),
    "a wrong old password": Mistake(
        "buyer",
        "/konto/sicherheit",
        {"Bisheriges Passwort": "stimmt nicht", "Neues Passwort wiederholen": "zwei"},
        "Passwort ändern",
        "Passwort",
    ),
    "a person without anything": Mistake(
        "admin@shop.example.org",
        "/betrieb/personen/neu",
        {"Vorname": "Nele"},
        "Anlegen und einladen",
        "Geben Sie den Nachnamen ein.",
    ),
}


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_explained(browse: Browse, axe: Axe, town: Town, name: str, width: int) -> None:
    mistake = MISTAKES[name]
    page = browse(getattr(town, mistake.who, mistake.who) or None, width=width, dark=width == 390)
    page.goto(mistake.path)
    main = page.get_by_role("main")
    for label, text in mistake.typed.items():
        main.get_by_label(label).first.fill(text)

    main.get_by_role("button", name=mistake.button).first.click()

    _expect_errors(page, mistake.says)
    for label, text in mistake.typed.items():
        field = main.get_by_label(label).first
        if field.count() and "Passwort" not in label and label != "Positionen":
            expect(field).to_have_value(text)
    axe(page)


def test_a_price_that_is_no_number(browse: Browse, axe: Axe, town: Town) -> None:
    page = browse(town.buyer)
    page.goto("/katalog?preis_von=viel")

    expect(page.get_by_role("main").get_by_role("alert")).to_be_visible()
    expect(page.get_by_role("textbox", name="von")).to_have_attribute("aria-invalid", "true")
    axe(page)


def test_a_cart_that_cannot_be_sent_yet(browse: Browse, axe: Axe, town: Town, article: str) -> None:
    page = browse(town.buyer)
    page.goto("/katalog")
    ArticlePage(page).open(article).put_into_cart(2)
    page.goto("/warenkorb")
    quantity = page.get_by_role("textbox", name=f"Menge {article}")
    quantity.fill("viele")
    quantity.press("Enter")
    _expect_errors(page, "Menge")
    expect(quantity).to_have_value("viele")
    expect(quantity).to_have_attribute("aria-invalid", "true")
    axe(page)

    page.goto("/bestellen/lieferung")
    page.get_by_role("main").get_by_role("button", name="Weiter zum Prüfen").click()
    _expect_errors(page, "Wählen Sie eine Lieferadresse.")
    axe(page)


def _expect_errors(page: Page, words: str) -> None:
    summary = page.locator("#fehlerliste")
    expect(summary).to_be_focused()
    expect(summary).to_contain_text(words)
    expect(page).to_have_title(re.compile("^Fehler: "))
    link = summary.get_by_role("link").first
    target = str(link.get_attribute("href")).removeprefix("#")
    field = page.locator(f'[id="{target}"]')
    expect(field).to_have_count(1)
    link.click()
    expect(page.locator(":focus")).to_have_count(1)
