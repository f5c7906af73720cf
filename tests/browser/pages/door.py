"""Signing in, and choosing a password by a mailed link."""

from playwright.sync_api import Page, expect

from tests.browser.seed import PASSWORD


class SignIn:
    def __init__(self, page: Page) -> None:
        self.page = page
        self.form = page.get_by_role("main")

    def open(self) -> "SignIn":
        self.page.goto("/anmelden")
        return self

    def enter(self, email: str, password: str = PASSWORD) -> None:
        self.form.get_by_label("E-Mail").fill(email)
        self.form.get_by_label("Passwort", exact=True).fill(password)
        self.form.get_by_role("button", name="Anmelden").click()

    def expect_refusal(self) -> None:
        expect(self.form.get_by_role("alert")).to_contain_text("E-Mail-Adresse oder Passwort stimmt nicht.")
        expect(self.form.get_by_label("E-Mail")).not_to_be_empty()
        expect(self.form.get_by_label("Passwort", exact=True)).to_be_empty()


class ChoosePassword:
    """Where the link of an invitation leads."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def choose(self, password: str, repeated: str | None = None) -> None:
        self.page.get_by_label("Neues Passwort").first.fill(password)
        self.page.get_by_label("wiederholen").fill(password if repeated is None else repeated)
        self.page.get_by_role("button", name="Passwort speichern").click()
