"""The witnesses of the browser tests hear what they must hear."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.conftest import LiveShop, Witness

FAULTS = {
    "image-alt": "document.querySelector('main').append(document.createElement('img'))",
    "color-contrast": "const p = document.createElement('p'); p.textContent = 'kaum zu lesen'; p.style.color = '#ddd';"
    " p.style.background = '#fff'; document.querySelector('main').append(p)",
    "label": "document.querySelector('main').append(document.createElement('input'))",
}
NOISES = {
    "log": "console.log('hallo')",
    "exception": "setTimeout(() => { throw new Error('kaputt') })",
    "inline style": "document.body.insertAdjacentHTML('beforeend', '<p style=\"color:red\">rot</p>')",
    "inline script": "const s = document.createElement('script'); s.textContent = 'window.boese = 1'; document.body.append(s)",
    "foreign host": "document.body.insertAdjacentHTML('beforeend', '<img src=\"https://bilder.example.org/x.png\" alt=\"\">')",
    "missing file": "document.body.insertAdjacentHTML('beforeend', '<img src=\"/static/img/fehlt.svg\" alt=\"\">')",
}


@pytest.mark.parametrize("rule", FAULTS)
def test_axe_finds_planted_faults(page: Page, axe: Callable[[Page], None], rule: str) -> None:
    page.goto("/anmelden")
    axe(page)

    page.evaluate(FAULTS[rule])
    with pytest.raises(AssertionError, match=rule):
        axe(page)


@pytest.mark.parametrize("noise", NOISES)
def test_nothing_is_said_without_being_heard(browser: Browser, live_shop: LiveShop, noise: str) -> None:
    witness = Witness()
    with browser.new_context(base_url=live_shop.url("")) as context:
        page = context.new_page()
        witness.watch(page)
        page.goto("/anmelden")
        assert witness.heard == []

        page.evaluate(NOISES[noise])
        page.wait_for_timeout(300)
    assert witness.heard


def test_a_missing_page_is_an_answer_and_no_noise(page: Page) -> None:
    answer = page.goto("/gibt-es-nicht")

    assert answer is not None
    assert answer.status == 404


def test_people_sign_in_by_the_form(browse: Callable[..., Page]) -> None:
    for email in ("bestellung@magdeburg.example.org", "abwicklung@shop.example.org"):
        page = browse(email)
        page.goto("/")
        assert page.get_by_role("button", name="Abmelden").count() == 1
