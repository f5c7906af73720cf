"""No request forgery (S-10): a token on every POST, bound to the session; nothing from other sites; GET changes nothing."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_person, make_provider
from tests.integration.checkout.town_hall import make_cart, make_town_hall, notebook
from tests.integration.orders.ordering import make_order, waiting_order
from tests.integration.security.walking import addresses
from webshop import tables
from webshop.core.actor import Role


def everybody(session: Session) -> Any:
    """Somebody with every role there is, so that only the token is missing."""
    return make_person(session, *Role, organisation=make_provider(session), password=PASSWORD)


def content(session: Session) -> dict[str, str]:
    """A fingerprint of every table."""
    found = {}
    for table in tables.metadata.sorted_tables:
        rows = sorted(repr(tuple(row)) for row in session.execute(select(table)))
        found[table.name] = hashlib.sha256("\n".join(rows).encode()).hexdigest()
    return found


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


def without(_mine: Client, _other: Client) -> dict[str, str]:
    return {}


def empty(_mine: Client, _other: Client) -> dict[str, str]:
    return {"csrf_token": ""}


def wrong(mine: Client, _other: Client) -> dict[str, str]:
    return {"csrf_token": mine.csrf_token()[:-3] + "AAA"}


def foreign(_mine: Client, other: Client) -> dict[str, str]:
    """A good token, but of another browser's session."""
    with other.http.session_transaction() as kept:
        kept["csrf_token"] = "f" * 40
    return {"csrf_token": other.csrf_token()}


@pytest.mark.parametrize("token", [without, empty, wrong, foreign])
def test_s10_every_form_refuses_a_bad_token(
    client: Client, session: Session, app: Flask, token: Callable[[Client, Client], dict[str, str]]
) -> None:
    client.sign_in(everybody(session))
    client.get("/konto")
    other = Client(app, session).sign_in(make_person(session))
    before = content(session)

    answers = {url: client.post(url, token(client, other), csrf=False) for _rule, url in addresses(app, "POST")}

    assert len(answers) > 30
    assert {url: answer.status_code for url, answer in answers.items() if answer.status_code != 400} == {}
    assert changed(before, content(session)) == set()


def test_s10_a_token_from_before_sign_in_is_worth_nothing_after(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    page = client.get("/anmelden")
    old = page.page.form("Anmelden", action="/anmelden").values["csrf_token"][0]
    client.submit(page, "Anmelden", to="/anmelden", email=person.email, password=PASSWORD, follow=False)
    client.get("/konto")

    assert client.post("/abmelden", {"csrf_token": old}, csrf=False).status_code == 400
    assert client.get("/konto").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "null"},
        {"Origin": "http://localhost.boese.example.org"},
        {"Origin": "https://localhost:444"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    ],
)
def test_s10_other_sites_are_known_by_what_browsers_say(client: Client, session: Session, headers: dict[str, str]) -> None:
    client.sign_in(make_person(session))

    assert client.post("/abmelden", headers=headers).status_code == 400
    assert client.get("/konto").status_code == 200


def test_s10_requests_from_other_sites_are_refused_everywhere_even_with_a_token(
    client: Client, session: Session, app: Flask
) -> None:
    client.sign_in(everybody(session))
    before = content(session)

    for _rule, url in addresses(app, "POST"):
        assert client.post(url, headers={"Origin": "https://boese.example.org"}).status_code == 400, url

    assert changed(before, content(session)) == set()


def test_s10_our_own_pages_may_send(client: Client, session: Session) -> None:
    client.sign_in(make_person(session))

    own = {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"}

    assert client.post("/sprache", {"language": "en"}, headers=own).status_code == 303


def test_s10_no_other_method_does_anything(client: Client, session: Session, app: Flask) -> None:
    client.sign_in(everybody(session))
    before = content(session)

    for number, (_rule, url) in enumerate(addresses(app, "POST")):
        method = ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND")[number % 5]
        assert client.open(url, method=method).status_code in (400, 405), url

    assert changed(before, content(session)) == set()


def test_s10_following_every_link_changes_no_row(client: Client, session: Session, now: datetime) -> None:
    hall = make_town_hall(session, now)
    make_order(session, hall, now)
    waiting_order(session, hall, now)
    make_cart(session, hall, [(notebook(session), 2)], now)
    staff = make_person(session, *Role, organisation=make_provider(session))
    session.commit()
    visited: dict[str, set[str]] = {}
    for who in (hall.buyer, hall.approver, staff):
        client.sign_out()
        client.sign_in(who)
        before = content(session)
        visited[str(who)] = crawl(client)
        assert changed(before, content(session)) == set()

    assert all(len(paths) > 12 for paths in visited.values()), visited


def crawl(client: Client, most: int = 150) -> set[str]:
    """Follow every link of the own shop once, as long as its path is new."""
    waiting, seen = ["/"], set[str]()
    while waiting and len(seen) < most:
        url = waiting.pop(0)
        path = urlsplit(url).path
        if path in seen or path.startswith("/static"):
            continue
        seen.add(path)
        answer = client.get(url)
        assert answer.status_code < 400 or answer.status_code == 404, answer
        if 300 <= answer.status_code < 400:
            waiting.append(answer.headers["Location"])
        elif answer.is_html:
            waiting += [link for link in answer.page.links.values() if link.startswith("/")]
    return seen


def test_s10_a_view_that_writes_in_a_get_is_stopped_by_the_database(client: Client, session: Session, app: Flask) -> None:
    from webshop.core.db import read_only

    with read_only(), app.app_context():
        from sqlalchemy.exc import DBAPIError

        from webshop.extensions import db

        with pytest.raises(DBAPIError):
            db.session.execute(text("UPDATE people SET first_name = 'x'"))
        db.session.rollback()
