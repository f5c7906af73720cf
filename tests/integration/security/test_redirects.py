"""Redirects stay at home (S-19): the list of known tricks, in query and hidden field, logged out and in."""

import pytest
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_person

TRICKS = [
    "//boese.example.org",
    "///boese.example.org",
    "////boese.example.org",
    "/\\boese.example.org",
    "\\\\boese.example.org",
    "\\/boese.example.org",
    "/\t/boese.example.org",
    "/\n/boese.example.org",
    "/\r/boese.example.org",
    "\t//boese.example.org",
    " //boese.example.org",
    "/ /boese.example.org",
    "/%09/boese.example.org",
    "/%0a/boese.example.org",
    "/%0d%0aLocation:%20https://boese.example.org",
    "/%5cboese.example.org",
    "/%2fboese.example.org",
    "/%2Fboese.example.org",
    "/\x00/boese.example.org",
    "/\u00a0/boese.example.org",
    "/\u0085/boese.example.org",
    "https://boese.example.org",
    "https:boese.example.org",
    "https:/boese.example.org",
    "http://localhost@boese.example.org",
    "http://localhost.boese.example.org",
    "http://localhost/konto",
    "HTTPS://boese.example.org",
    "javascript:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "konto",
    "../konto",
    "?next=/konto",
    "#",
    "",
    ".",
    "/gibt-es-nicht",
    "/abmelden",
    "/static/../konto",
    "/konto/" + "x" * 3000,
]
HONEST = ["/konto", "/konto/sicherheit", "/katalog?q=T%C3%A4ler&seite=2", "/suche?q=a+b#treffer"]


def place(answer: object) -> str:
    """Where a redirect leads."""
    headers = answer.headers  # type: ignore[attr-defined]
    return str(headers["Location"])


@pytest.mark.parametrize("target", TRICKS)
def test_s19_tricks_lead_home(client: Client, session: Session, target: str) -> None:
    person = make_person(session, password=PASSWORD)
    entered = {"email": person.email, "password": PASSWORD}

    hidden = client.post("/anmelden", {**entered, "next": target})
    assert (hidden.status_code, hidden.headers.get("Location")) in [(303, "/"), (400, None)]

    client.sign_out()
    in_query = client.post("/anmelden", entered, query_string={"next": target})
    assert (in_query.status_code, in_query.headers.get("Location")) in [(303, "/"), (400, None)]

    client.sign_in(person)
    already_in = client.get("/anmelden", query_string={"next": target})
    assert (already_in.status_code, already_in.headers.get("Location")) in [(303, "/"), (400, None)]

    language = client.post("/sprache", {"language": "de", "next": target})
    assert (language.status_code, language.headers.get("Location")) in [(303, "/"), (400, None)]


@pytest.mark.parametrize("target", HONEST)
def test_s19_our_own_pages_are_led_to(client: Client, session: Session, target: str) -> None:
    person = make_person(session, password=PASSWORD)

    assert place(client.post("/anmelden", {"email": person.email, "password": PASSWORD, "next": target})) == target
    assert place(client.get("/anmelden", query_string={"next": target})) == target
    assert place(client.post("/sprache", {"language": "de", "next": target})) == target


def test_s19_the_form_carries_no_foreign_address(client: Client) -> None:
    page = client.get("/anmelden", query_string={"next": "https://boese.example.org"}).page

    assert page.form("Anmelden", action="/anmelden").values["next"] == ["/"]
    assert [link for link in page.links.values() if "boese" in link] == []
