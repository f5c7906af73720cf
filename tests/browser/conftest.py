"""Chromium, a running shop, and two witnesses: the console, which must stay silent, and axe.

Nothing is faked here: the shop runs in its own server processes with the real headers, and people sign in by the form.
"""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from tests.browser.towns import Town, make_article, make_town
from tests.databases import Database, Run, Server

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PASSWORD = "webshop-demo"
EXPECTED_REFUSALS = range(400, 500)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    found = next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"]
    lean = ["--disable-gpu", "--disable-quic", "--disable-dev-shm-usage"]
    alone = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    return {**browser_type_launch_args, "executable_path": found, "args": [*quiet, *lean, *alone]}


class LiveShop:
    """A shop in its own processes, web and worker, with the demo people in a small house."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.server: Server = database.serve()
        self.worker = database.start("worker")
        self.cookies: dict[str, Any] = {}

    def url(self, path: str = "/") -> str:
        return self.server.url(path)


@pytest.fixture(scope="session")
def live_shop(run: Run) -> Iterator[LiveShop]:
    from tests.browser.seed import seed

    database = run.database("sqlite")
    seed(database)
    yield LiveShop(database)
    database.close()


class Witness:
    """Hears everything a page says on its console."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._refused: set[str] = set()

    def watch(self, page: Page) -> None:
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.heard.append(f"error: {error}"))
        page.on("response", self._response)
        page.on("requestfailed", lambda request: self._failed(request.url, request.failure or ""))

    def _response(self, response: Response) -> None:
        """A refused form or a missing page is an answer; Chromium calls it an error all the same."""
        asked = response.request
        if response.status in EXPECTED_REFUSALS and (asked.is_navigation_request() or "hx-request" in asked.headers):
            self._refused.add(response.url)

    def _failed(self, url: str, reason: str) -> None:
        if "ERR_ABORTED" not in reason:
            self.heard.append(f"request failed: {url} {reason}")

    def _console(self, message: ConsoleMessage) -> None:
        if message.text.startswith("Failed to load resource") and message.location.get("url") in self._refused:
            return
        self.heard.append(f"{message.type}: {message.text} ({message.location.get('url')})")


Browse = Callable[..., Page]


@pytest.fixture
def browse(browser: Browser, live_shop: LiveShop) -> Iterator[Browse]:
    """`browse()` for a guest, `browse("bestellung@magdeburg.example.org", width=390, dark=True)` for a person.

    A console message or a page error on any of its pages fails the test.
    """
    contexts: list[BrowserContext] = []
    witness = Witness()

    def opened(email: str | None = None, *, width: int = 1440, dark: bool = False, javascript: bool = True) -> Page:
        scheme: Literal["dark", "light"] = "dark" if dark else "light"
        context = browser.new_context(
            base_url=live_shop.url("").rstrip("/"),
            locale="de-DE",
            timezone_id="Europe/Berlin",
            viewport={"width": width, "height": 900 if width > 600 else 844},
            color_scheme=scheme,
            reduced_motion="reduce",
            java_script_enabled=javascript,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        witness.watch(page)
        if email is not None:
            _sign_in(page, live_shop, email)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not witness.heard, "the console was not silent:\n  " + "\n  ".join(witness.heard)


@pytest.fixture
def town(live_shop: LiveShop) -> Town:
    """A town hall that only this test knows."""
    with live_shop.database.session() as session:
        town = make_town(session)
        session.commit()
    return town


@pytest.fixture
def article(live_shop: LiveShop) -> str:
    """The name of an article that only this test buys, for 1.450,00 €."""
    with live_shop.database.session() as session:
        name = make_article(session, "Messgerät", "1450.00").name
        session.commit()
    return name


@pytest.fixture
def page(browse: Browse) -> Page:
    """A guest's page on a wide screen."""
    return browse()


def _sign_in(page: Page, shop: LiveShop, email: str) -> None:
    """By the form the first time; later pages of the same person start with that session's cookie."""
    if email in shop.cookies:
        page.context.add_cookies(shop.cookies[email])
        return
    page.goto("/anmelden")
    page.get_by_label("E-Mail").fill(email)
    page.get_by_label("Passwort", exact=True).fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Anmelden").click()
    page.wait_for_url(lambda url: "/anmelden" not in url)
    shop.cookies[email] = page.context.cookies()


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """`axe(page)` fails with the list of violations, if there are any."""

    def check(page: Page) -> None:
        page.evaluate(AXE.read_text())
        found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", AXE_RULES)
        lines = [
            f"{violation['id']}: {violation['help']}\n      {node['html']}\n      {node['failureSummary']}"
            for violation in found["violations"]
            for node in violation["nodes"]
        ]
        assert not lines, f"{page.url}: {len(lines)} violations\n    " + "\n    ".join(lines)

    return check
