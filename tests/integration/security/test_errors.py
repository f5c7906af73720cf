"""Errors are quiet (S-33): a reference that the log knows, and nothing else."""

import logging
import re

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import make_person, make_provider
from tests.integration.security.walking import addresses, rules
from webshop.core.actor import Role

SECRET = "geheimer-pfad /srv/webshop SELECT password_hash FROM people"
LOUD = ("geheimer", "SELECT", "Traceback", "password_hash", 'File "', ".py", "sqlalchemy", "psycopg", "sqlite")


class Broken(Exception):
    """Something nobody thought of."""


def groups(app: Flask) -> list[str]:
    """One page of every group that can be asked for as it is."""
    found: dict[str, str] = {}
    for rule in rules(app, "GET"):
        if rule.endpoint != "static":
            found.setdefault(rule.endpoint.partition(".")[0], rule.endpoint)
    return list(found.values())


@pytest.mark.parametrize(
    ("error", "status"), [(Broken(SECRET), 500), (OperationalError("SELECT password_hash", {}, Exception("disk I/O error")), 503)]
)
def test_s33_an_exception_tells_the_reader_nothing(
    client: Client,
    session: Session,
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    status: int,
) -> None:
    client.sign_in(make_person(session, *Role, organisation=make_provider(session)))
    asked = {rule.endpoint: url for rule, url in addresses(app, "GET")}

    def fail(**_values: object) -> str:
        raise error

    for endpoint in groups(app):
        monkeypatch.setitem(app.view_functions, endpoint, fail)
        caplog.clear()
        answer = client.get(asked[endpoint], may_break=True)

        assert answer.status_code == status, endpoint
        assert [word for word in LOUD if word.lower() in answer.text.lower()] == [], endpoint
        reference = re.search(r"<strong>([0-9a-f]{12})</strong>", answer.text)
        assert reference, endpoint
        assert [record for record in caplog.records if getattr(record, "reference", None) == reference[1]], endpoint


def test_s33_the_trace_is_in_the_log(
    client: Client, app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> str:
        raise Broken(SECRET)

    monkeypatch.setitem(app.view_functions, "pages.imprint", fail)
    caplog.set_level(logging.ERROR)

    client.get("/impressum", may_break=True)

    errors = [record for record in caplog.records if record.exc_info]
    assert len(errors) == 1
    assert errors[0].exc_info is not None
    assert isinstance(errors[0].exc_info[1], Broken)


def test_s33_the_error_page_needs_no_database(
    client: Client, session: Session, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database is away, even asking who is there fails."""
    client.sign_in(make_person(session))

    def away(*_given: object, **_named: object) -> None:
        raise OperationalError("SELECT 1", {}, Exception("server closed the connection"))

    monkeypatch.setattr(Session, "execute", away)
    answer = client.get("/konto", may_break=True)

    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert "überlastet" in answer.page.h1


def test_s33_nothing_shows_debug_pages(app: Flask) -> None:
    assert not app.debug
    assert not app.config["PROPAGATE_EXCEPTIONS"]
    assert not app.config.get("TRAP_HTTP_EXCEPTIONS")
