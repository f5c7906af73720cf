"""The Host header is not believed (S-18); cookies are tied to the host and to TLS (S-12)."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.databases import Database
from tests.factories import PASSWORD, make_person, make_provider
from tests.integration.security.walking import addresses
from webshop.core.actor import Role
from webshop.outbox.models import OutboxMail

EVIL = "boese.example.org"
SHOP = "https://shop.example.org"


@pytest.mark.parametrize("host", [EVIL, f"{EVIL}:80", f"localhost.{EVIL}", "localhost@boese.example.org", "a b", ""])
def test_s18_another_host_is_refused_on_every_page(client: Client, app: Flask, host: str) -> None:
    for _rule, url in addresses(app, "GET"):
        answer = client.get(url, headers={"Host": host})
        assert answer.status_code == 400, url
        assert EVIL not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": EVIL},
        {"Forwarded": f"host={EVIL};proto=https"},
        {"X-Host": EVIL},
        {"X-Original-URL": "/konto"},
        {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "444", "X-Forwarded-Prefix": "/boese"},
    ],
)
def test_s18_forwarding_headers_that_nobody_configured_are_ignored(
    client: Client, session: Session, app: Flask, headers: dict[str, str]
) -> None:
    client.sign_in(make_person(session, *Role, organisation=make_provider(session)))

    for _rule, url in addresses(app, "GET"):
        answer = client.get(url, headers=headers)
        seen = answer.text + str(answer.headers)
        assert "boese" not in seen, url
        assert answer.headers.get("Location", "/").startswith("/"), url


def test_s18_a_reset_mail_leads_to_the_configured_address(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    client.post("/passwort-vergessen", {"email": person.email}, headers={"X-Forwarded-Host": EVIL, "Forwarded": f"host={EVIL}"})
    refused = client.post("/passwort-vergessen", {"email": person.email}, headers={"Host": EVIL})

    assert refused.status_code == 400
    mail = session.scalars(select(OutboxMail)).one()
    assert "http://127.0.0.1:8000/passwort-neu/" in mail.text
    assert EVIL not in mail.text + mail.html + mail.message_id


@pytest.fixture
def behind_tls(fresh_database: Database) -> Database:
    """A shop that people reach by TLS, through one proxy."""
    fresh_database.overrides |= {"public_url": SHOP, "proxies": 1, "testing": False}
    return fresh_database


def open_tls(client: Client, method: str, path: str, **options: Any) -> Any:
    headers = {"Host": "shop.example.org", "X-Forwarded-Proto": "https", "X-Forwarded-For": "203.0.113.7", "Referer": SHOP + "/"}
    return client.open(path, method=method, headers=headers | options.pop("headers", {}), **options)


def test_s12_behind_tls_the_cookie_is_bound_to_the_host(behind_tls: Database) -> None:
    answer = open_tls(Client(behind_tls.app), "GET", "/anmelden")

    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    name, *attributes = [part.strip() for part in cookies[0].split(";")]
    assert name.startswith("__Host-webshop=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(attributes)
    assert not [part for part in attributes if part.lower().startswith(("domain", "expires", "max-age"))]
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_s12_without_tls_the_cookie_keeps_what_it_can(client: Client) -> None:
    cookie = client.get("/anmelden").headers["Set-Cookie"]

    assert cookie.startswith("webshop=")
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_s18_behind_tls_only_the_configured_host_is_served(behind_tls: Database) -> None:
    client = Client(behind_tls.app)

    assert open_tls(client, "GET", "/impressum").status_code == 200
    assert open_tls(client, "GET", "/impressum", headers={"X-Forwarded-Host": EVIL}).status_code == 400
    assert client.get("/impressum", headers={"Host": "intern.example.org"}).status_code == 400


def test_s10_behind_tls_a_form_needs_its_referrer(behind_tls: Database) -> None:
    client = Client(behind_tls.app)
    page = open_tls(client, "GET", "/anmelden")
    cookie = page.headers["Set-Cookie"].split(";")[0]
    data = {"csrf_token": page.page.form("Anmelden", action="/anmelden").values["csrf_token"][0], "language": "en"}

    def send(**headers: str) -> int:
        return int(open_tls(client, "POST", "/sprache", data=data, headers={"Cookie": cookie, **headers}).status_code)

    assert send() == 303
    assert send(Referer=f"https://{EVIL}/") == 400
    assert send(Referer="") == 400
