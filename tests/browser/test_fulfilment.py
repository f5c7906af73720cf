"""The warehouse's way: take an entry, deliver it, or say why not and try again; the buyer sees it."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import LiveShop
from tests.browser.journeys import ordered
from tests.browser.pages.cart import CartPage
from tests.browser.pages.catalogue import ArticlePage
from tests.browser.pages.checkout import Delivery
from tests.browser.pages.fulfilment import Queue
from tests.browser.pages.orders import OrderPage
from tests.browser.towns import Town, make_article

Browse = Callable[..., Page]
WAREHOUSE = "abwicklung@shop.example.org"


def test_two_positions_to_the_end(browse: Browse, live_shop: LiveShop, town: Town) -> None:
    with live_shop.database.session() as session:
        names = [make_article(session, name, "24.00").name for name in ("Netzkabel", "Steckleiste")]
        session.commit()
    buyer = browse(town.buyer)
    number = _ordered_both(buyer, names)
    desk = browse(WAREHOUSE)
    desk.goto("/")
    queue = Queue(desk)

    queue.search(number)
    queue.claim(names[0])
    queue.finish("00340434161094000001")
    expect(desk.get_by_role("status").filter(has_text="erledigt")).to_be_visible()

    queue.open().search(number)
    queue.claim(names[1])
    queue.main.get_by_role("button", name="Nicht ausführbar").click()
    expect(desk.locator("#fehlerliste")).to_be_focused()
    queue.fail("Der Karton ist leer.")
    queue.open().show("Angehalten")
    queue.search(number)
    expect(queue.row(names[1])).to_contain_text("Der Karton ist leer.")
    queue.row(names[1]).get_by_role("link", name=names[1], exact=True).click()
    queue.retry()
    OrderPage(buyer).open(number).expect_state("Freigegeben")

    queue.open().search(number)
    queue.claim(names[1])
    queue.finish("00340434161094000002")

    order = OrderPage(buyer).open(number)
    order.expect_state("Abgeschlossen")
    for name in names:
        expect(order.main.get_by_role("row").filter(has_text=name)).to_contain_text("Erledigt")


def test_the_list_leads_to_what_is_late_or_whose(browse: Browse, town: Town, live_shop: LiveShop) -> None:
    with live_shop.database.session() as session:
        name = make_article(session, "Klemme", "12.00").name
        session.commit()
    number = ordered(browse(town.buyer), name, 1, button="Verbindlich bestellen")
    desk = browse(WAREHOUSE)
    desk.goto("/abwicklung")
    queue = Queue(desk)

    queue.main.get_by_label("Kunde").select_option(label=town.name)
    expect(desk.get_by_role("status").filter(has_text="1 Auftrag")).to_be_visible()
    expect(queue.row(name)).to_contain_text(number)
    queue.claim(name)
    queue.open().show("Von mir übernommen")
    expect(queue.row(name)).to_contain_text("In Arbeit")
    queue.row(name).get_by_role("link", name=name, exact=True).click()
    desk.get_by_role("button", name="Zurücklegen").click()
    queue.open().search(number)
    expect(queue.row(name)).to_contain_text("Wartet")


def _ordered_both(page: Page, names: list[str]) -> str:
    """Two lines, below the limit: no approval."""
    page.goto("/katalog")
    for name in names:
        ArticlePage(page).open(name).put_into_cart(1)
    cart = CartPage(page).open()
    cart.choose_cost_centre_for_all("11120")
    cart.go_on()
    return Delivery(page).fill("Rathaus").go_on().submit("Verbindlich bestellen")
