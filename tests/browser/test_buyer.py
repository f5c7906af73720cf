"""A buyer's way: from the sign-in to the confirmation, and once more from the start."""

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveShop
from tests.browser.journeys import ordered
from tests.browser.pages.approvals import Inbox
from tests.browser.pages.cart import CartPage, QuickOrder, SavedCarts, SplitAll
from tests.browser.pages.catalogue import ArticlePage, Catalogue
from tests.browser.pages.checkout import Delivery
from tests.browser.pages.door import SignIn
from tests.browser.pages.orders import OrderPage
from tests.browser.towns import SCHOOLS, Town, make_article

Browse = Callable[..., Page]


def test_sign_in_after_a_wrong_password(page: Page, town: Town) -> None:
    door = SignIn(page).open()
    door.enter(town.buyer, "falsches Passwort")
    door.expect_refusal()
    expect(page).to_have_title(re.compile("^Fehler: Anmelden"))
    expect(page.locator("#fehlerliste")).to_be_focused()

    door.enter(town.buyer)

    expect(page.get_by_role("heading", level=1)).to_have_text("Katalog")
    expect(page.get_by_role("banner")).to_contain_text(town.name)


def test_filters_follow_the_address(browse: Browse, town: Town) -> None:
    page = browse(town.buyer)
    page.goto("/katalog")
    catalogue = Catalogue(page)
    catalogue.search("Nordbook")
    expect(catalogue.hits).to_contain_text("26 Artikel")
    page.evaluate("window.sameDocument = true")

    catalogue.filter("Hersteller", "Elbwerk").check()

    expect(page).to_have_url(re.compile(r"hersteller="))
    expect(catalogue.hits).to_contain_text("13 Artikel")
    expect(catalogue.chip("Elbwerk")).to_be_visible()
    catalogue.filter("Verfügbarkeit", "Sofort lieferbar").check()
    expect(catalogue.chip("Sofort lieferbar")).to_be_visible()
    narrowed = page.url
    assert page.evaluate("window.sameDocument"), "filters save a page load"

    page.go_back()
    expect(catalogue.chip("Sofort lieferbar")).not_to_be_visible()
    expect(catalogue.hits).to_contain_text("13 Artikel")
    expect(catalogue.filter("Hersteller", "Elbwerk")).to_be_checked()
    expect(catalogue.filter("Verfügbarkeit", "Sofort lieferbar")).not_to_be_checked()

    page.goto(narrowed)
    catalogue.chip("Elbwerk").click()
    expect(catalogue.chip("Elbwerk")).not_to_be_visible()
    expect(catalogue.filter("Verfügbarkeit", "Sofort lieferbar")).to_be_checked()
    catalogue.chips.get_by_role("link", name="Alle zurücksetzen").click()
    expect(catalogue.hits).to_contain_text("26 Artikel")
    expect(page).to_have_url(re.compile(r"/suche\?q=Nordbook$"))


def test_an_article_into_one_cart_and_another_into_a_second(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        dock, screen = (make_article(session, name, net).name for name, net in (("Dock", "149.00"), ("Sichtwand", "399.00")))
        session.commit()
    page = browse(town.buyer)
    page.goto("/katalog")

    ArticlePage(page).open(dock).put_into_cart(3)
    cart = CartPage(page).open()
    expect(cart.quantity(dock)).to_have_value("3")
    cart.set_quantity(dock, 5)
    expect(cart.line(dock)).to_contain_text("745,00 €")

    SavedCarts(page).open().create("Neue Wache")
    catalogue = Catalogue(page)
    catalogue.search(screen)
    catalogue.put_into_cart(screen)
    cart.open()
    expect(cart.main).to_contain_text("Neue Wache")
    expect(cart.line(screen)).to_be_visible()
    expect(cart.line(dock)).not_to_be_visible()

    cart.remove(screen)
    expect(cart.main).to_contain_text("Ihr Warenkorb ist leer.")
    page.get_by_role("button", name="Rückgängig").click()
    expect(cart.line(screen)).to_be_visible()

    SavedCarts(page).open()
    page.get_by_role("button", name="Öffnen: Warenkorb").click()
    expect(cart.open().line(dock)).to_be_visible()


def test_a_pasted_list_with_one_bad_line(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        mouse, keys = (make_article(session, name, "19.90") for name in ("Zeigegerät", "Tastenfeld"))
        session.commit()
        numbers, names = (mouse.number, keys.number), (mouse.name, keys.name)
    page = browse(town.buyer)
    quick = QuickOrder(page).open()

    quick.check(f"{numbers[0]}; 4; 11120; Raum 12\nXX-404; 2\n")
    expect(page).to_have_title(re.compile("^Fehler: "))
    expect(page.locator("#fehlerliste")).to_be_focused()
    expect(quick.bad_line(2)).to_have_value(re.compile(r"XX-404; ?2"))
    quick.bad_line(2).fill(f"{numbers[1]}; 2; 21110")
    quick.check_again()
    expect(quick.bad_line(2)).not_to_be_visible()
    quick.take()

    cart = CartPage(page)
    expect(page.get_by_role("status").filter(has_text="2 Positionen liegen im Warenkorb")).to_be_visible()
    expect(cart.line(names[0])).to_contain_text("Raum 12")
    expect(cart.quantity(names[1])).to_have_value("2")
    expect(cart.line(names[1])).to_contain_text("Kostenstelle 21110")


def test_250_notebooks_for_five_schools(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        notebook = make_article(session, "Schulbuch", "612.50").name
        session.commit()
    page = browse(town.buyer)
    page.goto("/katalog")
    ArticlePage(page).open(notebook).put_into_cart(250)
    cart = CartPage(page).open()
    cart.choose_cost_centre(notebook, "21110")
    cart.go_on()
    delivery = Delivery(page).fill("Rathaus", reference="DigitalPakt 7", subject="Notebooks für fünf Schulen")

    delivery.split_all()
    split = SplitAll(page)
    split.choose(*SCHOOLS)
    split.spread(dict(zip(SCHOOLS, (70, 60, 50, 40, 30), strict=True)))
    expect(split.pieces(notebook, SCHOOLS[0])).to_have_value("70")
    expect(split.pieces(notebook, SCHOOLS[4])).to_have_value("30")
    split.save()

    expect(page.get_by_role("heading", level=1)).to_have_text("Lieferung")
    expect(page.get_by_label("Ihre Bestellnummer")).to_have_value("DigitalPakt 7")
    review = delivery.go_on()
    expect(review.main).to_contain_text("153.125,00 €")
    expect(review.main).to_contain_text("70 Stück an Grundschule am Park")
    expect(review.main).to_contain_text("Freigabe nötig")
    number = review.submit()

    order = OrderPage(page).open(number)
    order.expect_state("In Freigabe")
    expect(order.main).to_contain_text("Notebooks für fünf Schulen")
    for school in SCHOOLS:
        expect(order.main.get_by_role("row").filter(has_text=school)).to_contain_text(notebook)


def test_a_question_answered_the_confirmation_and_the_same_again(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        article = make_article(session, "Messgerät", "1450.00").name
        session.commit()
    page = browse(town.buyer)
    number = ordered(page, article, 2)

    desk = browse(town.approver)
    desk.goto("/")
    Inbox(desk).open(number).decide("Rückfrage stellen", "Wofür sind die Geräte?")
    expect(desk.get_by_role("status").filter(has_text="Rückfrage")).to_be_visible()

    order = OrderPage(page).open(number)
    expect(order.main).to_contain_text("Wofür sind die Geräte?")
    order.answer("Für die Prüfung der Steckdosen.")
    expect(order.main.get_by_role("textbox", name="Ihre Antwort")).not_to_be_visible()
    expect(order.main).to_contain_text("Für die Prüfung der Steckdosen.")

    Inbox(desk).open(number).decide("Freigeben")
    page.reload()
    order.expect_state("Freigegeben")
    assert order.confirmation().startswith(b"%PDF-")

    order.order_again()
    expect(page.get_by_role("heading", level=1)).to_have_text("Warenkorb")
    expect(CartPage(page).quantity(article)).to_have_value("2")
