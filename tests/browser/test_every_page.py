"""Every page of every role: axe finds nothing in light and dark, wide and narrow; nothing scrolls sideways; the console is
silent under the real headers; one h1, a title of its own, and German throughout."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page
from werkzeug.exceptions import HTTPException

from tests.browser.conftest import AXE, AXE_RULES, LiveShop
from tests.browser.lived_in import LivedIn, make_lived_in

Browse = Callable[..., Page]
WIDE, NARROW, NARROWEST = (1440, 900), (390, 844), (320, 700)
COLOURS = ["color-contrast", "link-in-text-block"]
LISTS = (
    "guest",
    "buyer: catalogue",
    "buyer: cart",
    "buyer: checkout",
    "buyer: orders",
    "buyer: account",
    "buyer with nothing",
    "approver",
    "approver with nothing",
    "administrator of a house",
    "warehouse",
    "sales",
    "administrator",
    "auditor",
)
ENGLISH = re.compile(
    r"\b(Search|Cart|Order|Orders|Submit|Save|Delete|Cancel|Next|Previous|Back|Home|Log ?in|Log ?out|Sign ?in|Password|Address|"
    r"Warning|Loading|Close|Settings|Account|Price|Quantity|Total|Required|This field|Not a valid|Choose|Page|Item|Items|Date|"
    r"Approval|Approve|Delivery|Category|Filter by|Sort|Undo|Welcome|Sorry|None|True|False|undefined|null|NaN|please)\b"
)
TEXTS = """() => {
  const said = ['aria-label', 'placeholder', 'alt', 'title'].flatMap(
    (name) => [...document.querySelectorAll(`[${name}]`)].map((el) => el.getAttribute(name)));
  const hidden = [...document.querySelectorAll('.kern-sr-only, summary, option')].map((el) => el.textContent);
  const foreign = [...document.querySelectorAll('[lang="en"]')].map((el) => el.innerText);
  return {text: [document.title, document.body.innerText, ...said, ...hidden].join('\\n'), foreign};
}"""
UNVISITED = {"static", "health.live", "health.ready", "health.metrics", "health.security_txt", "pages.home"}
FILES = {"orders.export", "cart.export", "orders.confirmation"}


@pytest.fixture(scope="module")
def lived_in(live_shop: LiveShop) -> LivedIn:
    with live_shop.database.session() as session:
        made = make_lived_in(session)
        session.commit()
        session.refresh(made.town.organisation)
        session.expunge_all()
    return made


@cache
def _axe() -> str:
    return AXE.read_text()


def _violations(page: Page, *, colours_only: bool = False) -> Iterator[str]:
    only = {"type": "rule", "values": COLOURS} if colours_only else {"type": "tag", "values": AXE_RULES}
    found = page.evaluate(
        "only => axe.run(document, {runOnly: only, resultTypes: ['violations'], preload: false, iframes: false})", only
    )
    for violation in found["violations"]:
        for node in violation["nodes"]:
            yield f"{violation['id']}: {node['html'][:200]} {' '.join(node['failureSummary'].split())[:300]}"


def _look(page: Page, path: str) -> Iterator[str]:
    """Everything that is wrong with one page."""
    answer = page.goto(path)
    if answer is None or answer.status >= 500:
        yield f"status {answer and answer.status}"
        return
    expected = 404 if path in ("/gibt-es-nicht",) or path.endswith("/verbraucht") else 200
    if answer.status != expected:
        yield f"status {answer.status}"
    if (count := page.locator("h1:visible").count()) != 1:
        yield f"{count} h1"
    texts = page.evaluate(TEXTS)
    german = texts["text"]
    for foreign in texts["foreign"]:
        german = german.replace(foreign, "")
    if found := sorted(set(ENGLISH.findall(german))):
        yield f"English: {', '.join(found)}"
    page.evaluate("document.querySelectorAll('main details').forEach((el) => { el.open = true; })")
    page.evaluate(_axe())
    for (width, height), scheme in ((WIDE, "light"), (WIDE, "dark"), (NARROW, "dark"), (NARROW, "light")):
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for violation in _violations(page, colours_only=scheme == "dark"):
            yield f"{width} {scheme}: {violation}"
    for width, height in (NARROW, NARROWEST):
        page.set_viewport_size({"width": width, "height": height})
        if (over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            yield f"{over} px sideways at {width}"
    page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})


@pytest.mark.timeout(600)
@pytest.mark.parametrize("name", LISTS)
def test_pages_of(browse: Browse, lived_in: LivedIn, name: str) -> None:
    email, paths = lived_in.pages[name]
    page = browse(email or None)
    wrong, titles = [], dict[str, str]()
    for path in paths:
        wrong += [f"{path}: {problem}" for problem in _look(page, path)]
        title, place = page.title(), urlsplit(page.url).path
        if (other := titles.setdefault(title, place)) != place and "nicht gefunden" not in title and "verbraucht" not in place:
            wrong.append(f"{path}: the title of {other} too: {title}")
    assert not wrong, "\n  ".join(["", *wrong])


def test_the_list_holds_every_page(lived_in: LivedIn, live_shop: LiveShop) -> None:
    assert set(lived_in.pages) == set(LISTS)
    app = live_shop.database.app
    adapter = app.url_map.bind("127.0.0.1")
    visited = set()
    for path in (path for _, paths in lived_in.pages.values() for path in paths):
        try:
            visited.add(adapter.match(urlsplit(path).path, method="GET")[0])
        except HTTPException:
            continue
    pages = {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}

    assert pages - visited - UNVISITED - FILES == set()
