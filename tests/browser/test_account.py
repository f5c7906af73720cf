"""An account's life: invited by mail, signed in, shown as one likes it, ended elsewhere."""

import re
from collections.abc import Callable

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from tests.browser.conftest import LiveShop
from tests.browser.pages.account import Account
from tests.browser.pages.door import ChoosePassword, SignIn
from tests.browser.towns import Town
from tests.factories import make_role
from webshop.accounts.models import Person
from webshop.core.actor import Role
from webshop.organisations.models import Organisation
from webshop.outbox.models import OutboxMail

Browse = Callable[..., Page]
NEW_PASSWORD = "vier Birnen am Gartenzaun"


def test_invited_by_mail(browse: Browse, page: Page, live_shop: LiveShop, town: Town) -> None:
    office = browse("admin@shop.example.org")
    office.goto("/betrieb/personen/neu")
    email = f"neu@{town.buyer.split('@')[1]}"
    for label, text in (("Vorname", "Nele"), ("Nachname", "Neumann"), ("E-Mail-Adresse", email)):
        office.get_by_label(label).fill(text)
    office.get_by_label("Organisation").select_option(label=town.name)
    office.get_by_role("checkbox", name="Bestellende Person").check()
    office.get_by_role("button", name="Anlegen und einladen").click()
    expect(office.get_by_role("heading", level=1)).to_have_text("Nele Neumann")

    page.goto(_link_in_mail(live_shop, email))
    choice = ChoosePassword(page)
    choice.choose(NEW_PASSWORD, "etwas ganz anderes hier")
    expect(page.locator("#fehlerliste")).to_be_focused()
    choice.choose(NEW_PASSWORD)
    SignIn(page).enter(email, NEW_PASSWORD)

    expect(page.get_by_role("banner")).to_contain_text("Nele Neumann")
    expect(page.get_by_role("banner")).to_contain_text(town.name)


def _link_in_mail(live_shop: LiveShop, email: str) -> str:
    with live_shop.database.session() as session:
        mail = session.scalars(select(OutboxMail).where(OutboxMail.to_address == email)).one()
        found = re.search(r"/einladung/\S+", mail.text)
    assert found is not None
    return found.group()


def test_language_and_back(browse: Browse, town: Town) -> None:
    page = browse(town.buyer)
    page.goto("/bestellungen")

    page.get_by_role("button", name="English").click()

    expect(page).to_have_url(re.compile("/bestellungen$"))
    expect(page.locator("html")).to_have_attribute("lang", "en")
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    page.get_by_role("button", name="Deutsch").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")
    expect(page.get_by_role("heading", level=1)).to_have_text("Bestellungen")


def test_dark_by_choice(browse: Browse, town: Town) -> None:
    page = browse(town.buyer)
    page.goto("/katalog")
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)

    Account(page).show("Darstellung").choose("Darstellung", "Dunkel")

    expect(page.get_by_role("status").filter(has_text="gespeichert")).to_be_visible()
    expect(page.locator("html")).to_have_attribute("data-kern-theme", "dark")
    assert page.evaluate(ground) != light
    page.goto("/katalog")
    expect(page.locator("html")).to_have_attribute("data-kern-theme", "dark")


def test_another_session_ended(browse: Browse, browser: Browser, live_shop: LiveShop, town: Town) -> None:
    page = browse(town.buyer)
    with browser.new_context(base_url=live_shop.url("").rstrip("/"), locale="de-DE") as elsewhere:
        other = elsewhere.new_page()
        SignIn(other).open().enter(town.buyer)
        expect(other.get_by_role("heading", level=1)).to_have_text("Katalog")
        page.goto("/katalog")
        account = Account(page).show("Sicherheit")
        expect(account.devices).to_have_count(2)

        account.devices.get_by_role("button", name="Abmelden").click()

        expect(page.get_by_role("status").filter(has_text="Das Gerät ist abgemeldet.")).to_be_visible()
        expect(account.devices).to_have_count(1)
        other.goto("/warenkorb")
        expect(other).to_have_url(re.compile("/anmelden"))


def test_switch_to_another_organisation(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        person = session.scalars(select(Person).where(Person.email == town.buyer)).one()
        stendal = session.scalars(select(Organisation).where(Organisation.name == "Hansestadt Stendal")).one()
        make_role(session, person, Role.BUYER, stendal)
        session.commit()
    page = browse(town.buyer)
    page.goto("/bestellungen")
    banner = page.get_by_role("banner")
    switch = banner.locator("summary").filter(has_text="Organisation wechseln")
    here = switch.inner_text()
    there = "Hansestadt Stendal" if town.name in here else town.name

    switch.click()
    banner.get_by_role("button", name=there).click()

    expect(switch).to_contain_text(there)
    expect(page.get_by_role("heading", level=1)).to_have_text("Katalog")
