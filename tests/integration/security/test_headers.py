"""What goes out with every answer: CSP (S-21), the other headers (S-22); text stays text (S-20)."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.browsing import Answer, Client
from tests.factories import make_organisation, make_person, make_provider
from tests.integration.security.walking import addresses
from webshop.core.actor import Role

CSP = {
    "default-src": {"'none'"},
    "script-src": {"'self'"},
    "style-src": {"'self'"},
    "img-src": {"'self'", "data:"},
    "font-src": {"'self'"},
    "connect-src": {"'self'"},
    "form-action": {"'self'"},
    "base-uri": {"'none'"},
    "object-src": {"'none'"},
    "frame-ancestors": {"'none'"},
}
PAYLOADS = (
    '<script>alert("marke")</script>',
    '"><img src=x onerror=alert("marke")>',
    "'-alert(1)-'marke",
    "{{7*7}}marke",
    "${7*7}marke",
    "javascript:alert('marke')",
)


def problems(answer: Answer) -> list[str]:
    """What is missing in the headers of an answer."""
    headers, found = answer.headers, []
    given = [part.split() for part in headers.get("Content-Security-Policy", "").split(";") if part.strip()]
    if {name: set(values) for name, *values in given} != CSP:
        found.append(f"CSP {headers.get('Content-Security-Policy')}")
    expected = {
        "X-Content-Type-Options": {"nosniff"},
        "Referrer-Policy": {"same-origin", "strict-origin"},
        "Cross-Origin-Opener-Policy": {"same-origin"},
    }
    found += [f"{name} {headers.get(name)}" for name, values in expected.items() if headers.get(name) not in values]
    if answer.request.path.startswith("/static/"):
        return found
    if headers.get("Cache-Control") != "no-store":
        found.append(f"Cache-Control {headers.get('Cache-Control')}")
    if "Cookie" not in headers.get("Vary", ""):
        found.append(f"Vary {headers.get('Vary')}")
    if re.search(r"werkzeug|python|granian|flask", str(headers.get("Server", "")) + str(headers.get("X-Powered-By", "")), re.I):
        found.append(f"Server {headers.get('Server')}")
    if answer.data and not headers["Content-Type"].endswith("charset=utf-8") and headers["Content-Type"].startswith("text/"):
        found.append(f"Content-Type {headers['Content-Type']}")
    return found


@pytest.mark.parametrize("who", ["guest", "everybody"])
def test_s21_s22_every_answer_carries_the_headers(client: Client, session: Session, app: Flask, who: str) -> None:
    if who == "everybody":
        client.sign_in(make_person(session, *Role, organisation=make_provider(session)))
    bad = {}
    for method in ("GET", "HEAD", "POST", "OPTIONS"):
        for _rule, url in addresses(app, "POST" if method == "POST" else "GET"):
            answer = client.post(url) if method == "POST" else client.open(url, method=method)
            if found := problems(answer):
                bad[f"{method} {url}"] = found
    assert bad == {}


@pytest.mark.parametrize(
    ("url", "options", "status"),
    [
        ("/gibt-es-nicht", {}, 404),
        ("/impressum", {"method": "DELETE"}, 405),
        ("/impressum", {"headers": {"Host": "boese.example.org"}}, 400),
        ("/anmelden", {"method": "POST"}, 400),
        ("/anmelden", {"method": "POST", "data": b"x" * 9_000_000}, 413),
        ("/suche?q=%00", {}, 400),
    ],
)
def test_s21_s22_errors_carry_the_headers_too(client: Client, url: str, options: dict[str, Any], status: int) -> None:
    answer = client.open(url, **options)

    assert answer.status_code == status
    assert problems(answer) == []


def test_s22_static_files_are_kept_for_a_year_under_their_hash_only(client: Client) -> None:
    page = client.get("/anmelden")
    sheet = next(link.get("href", "") for link in page.page.select("link[rel=stylesheet]"))

    assert "immutable" in client.get(sheet).headers["Cache-Control"]
    assert "immutable" not in client.get(sheet.partition("?")[0]).headers.get("Cache-Control", "")


def test_s21_pages_load_from_this_host_only(client: Client, session: Session) -> None:
    client.sign_in(make_person(session, *Role, organisation=make_provider(session)))

    for path in ("/anmelden", "/konto", "/katalog", "/betrieb/personen", "/hilfe", "/gibt-es-nicht"):
        page = client.get(path, follow_redirects=True).page
        named = ("src", "srcset", "action", "poster", "data")
        loaded = [e.get(name, "") for e in page.root.iter() for name in named if e.get(name)]
        loaded += [link.get("href", "") for link in page.select("link, use, image")]
        assert [url for url in loaded if not url.startswith(("/", "#", "data:"))] == [], path


@pytest.mark.parametrize("payload", PAYLOADS)
def test_s20_text_of_people_stays_text(client: Client, session: Session, payload: str) -> None:
    admin = make_person(session, Role.ADMIN)
    house = make_organisation(session, f"Stadt {payload}")
    person = make_person(session, first_name=payload, last_name=payload, department=payload, phone=payload, organisation=house)
    client.sign_in(admin)

    for path in ("", f"/{person.id}", "/neu", f"?suche={payload}"):
        harmless(client.get(f"/betrieb/personen{path}"), payload)
    client.sign_out()
    client.sign_in(person)
    for path in ("/konto", "/konto/darstellung", "/konto/sicherheit", f"/suche?q={payload}", f"/anmelden?next={payload}"):
        harmless(client.get(path, follow_redirects=True), payload)


def test_s20_what_is_typed_into_the_door_stays_text(client: Client) -> None:
    for payload in PAYLOADS:
        for url in ("/anmelden", "/passwort-vergessen"):
            harmless(client.post(url, {"email": payload, "password": payload}, follow_redirects=True), payload)


def harmless(answer: Answer, payload: str) -> None:
    """The payload is text on the page or an attribute's value, and no element, handler or link came of it."""
    page = answer.page
    assert [e for e in page.root.iter("script") if "marke" in "".join(e.itertext())] == []
    assert [e for e in page.root.iter("img") if e.get("src") == "x"] == []
    assert [e for e in page.root.iter() if any(str(name).startswith("on") for name in e.attrib)] == []
    assert [e for e in page.root.iter("a") if e.get("href", "").lower().startswith("javascript:")] == []
    assert "49marke" not in answer.text
