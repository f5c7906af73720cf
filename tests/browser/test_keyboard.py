"""From the sign-in to the submitted order without a mouse, and every stop can be seen."""

from playwright.sync_api import Page, expect

from tests.browser.seed import PASSWORD
from tests.browser.towns import Town

MOST_STOPS = 120
SEEN = """() => {
  const el = document.activeElement;
  const ring = (style) => style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2;
  const marked = (node) => ring(getComputedStyle(node)) || ring(getComputedStyle(node, '::after'));
  const box = el.getBoundingClientRect();
  const label = el.labels && el.labels[0];
  const covered = () => {
    const x = box.left + box.width / 2, y = box.top + box.height / 2;
    const top = document.elementFromPoint(x, y);
    return top && !(el.contains(top) || top.contains(el) || (label && label.contains(top)));
  };
  return {
    marked: marked(el) || [...(el.parentElement ? [el.parentElement] : []), ...(label ? [label] : [])].some(marked),
    inside: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    covered: Boolean(box.width && covered()),
    html: el.outerHTML.slice(0, 160),
  };
}"""
IS_IT = """([role, name]) => {
  const el = document.activeElement;
  const roles = {A: 'link', BUTTON: 'button', SELECT: 'combobox', TEXTAREA: 'textbox', SUMMARY: 'summary'};
  const types = {radio: 'radio', checkbox: 'checkbox', search: 'searchbox'};
  const found = el.tagName === 'INPUT' ? (types[el.type] || 'textbox') : roles[el.tagName];
  const words = el.getAttribute('aria-label') || (el.labels && el.labels[0] ? el.labels[0].innerText : el.innerText);
  return found === role && words.replace(/\\s+/g, ' ').includes(name);
}"""


class Keys:
    """A person at the keyboard who looks where the focus is."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, role: str, name: str) -> None:
        """Tab on until the wanted control has the focus; each stop on the way must be seen."""
        for _ in range(MOST_STOPS):
            self.page.keyboard.press("Tab")
            seen = self.page.evaluate(SEEN)
            assert seen["marked"], f"no visible focus on {self.page.url}: {seen['html']}"
            assert seen["inside"], f"focus outside of the window on {self.page.url}: {seen['html']}"
            assert not seen["covered"], f"focus covered on {self.page.url}: {seen['html']}"
            if self.page.evaluate(IS_IT, [role, name]):
                return
        raise AssertionError(f"{role} {name!r} is not among {MOST_STOPS} stops of {self.page.url}")

    def press(self, key: str, heading: str) -> None:
        """Press the key and wait for the page to which it leads."""
        self.page.keyboard.press(key)
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        self.page.wait_for_load_state()

    def write(self, text: str) -> None:
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)


def test_an_order_by_keyboard_alone(page: Page, town: Town, article: str) -> None:
    keys = Keys(page)
    page.goto("/anmelden")
    keys.reach("link", "Zum Inhalt springen")
    page.keyboard.press("Enter")
    keys.reach("textbox", "E-Mail")
    keys.write(town.buyer)
    keys.reach("textbox", "Passwort")
    keys.write(PASSWORD)
    keys.press("Enter", "Katalog")

    page.keyboard.press("/")
    expect(page.get_by_role("searchbox", name="Artikel suchen")).to_be_focused()
    keys.write(article)
    keys.press("Enter", f"Suche nach „{article}“")
    keys.reach("link", "Zum Inhalt springen")
    page.keyboard.press("Enter")
    keys.reach("link", article)
    keys.press("Enter", article)
    keys.reach("textbox", "Menge")
    keys.write("2")
    keys.reach("button", "In den Warenkorb")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Warenkorb")).to_be_visible()

    page.keyboard.press("g")
    keys.press("w", "Warenkorb")
    keys.reach("combobox", "Kostenstelle")
    page.keyboard.press("ArrowDown")
    keys.reach("button", "Übernehmen")
    page.keyboard.press("Space")
    expect(page.get_by_role("main")).to_contain_text("Kostenstelle 11120")
    keys.reach("button", "Weiter zur Lieferung")
    keys.press("Enter", "Lieferung")
    keys.reach("radio", "")
    for _ in range(6):
        if page.evaluate(IS_IT, ["radio", "Rathaus"]):
            break
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Space")
    expect(page.get_by_role("radio", name="Rathaus")).to_be_checked()
    keys.reach("button", "Weiter zum Prüfen")
    keys.press("Enter", "Prüfen und absenden")
    keys.reach("button", "Zur Freigabe senden")
    keys.press("Enter", "Ihre Bestellung ist eingegangen")
