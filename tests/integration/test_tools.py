"""The tools of the tests keep their own promises: a check that cannot fail checks nothing."""

import os
import smtplib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import date, datetime
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.databases import Database
from tests.mailsink import Mode, SmtpSink
from webshop.accounts.models import Person, RoleAssignment
from webshop.core.actor import Role
from webshop.extensions import db
from webshop.organisations.models import Organisation, OrganisationKind
from webshop.web.access import actor_or_none

Counting = Callable[[], AbstractContextManager[list[str]]]
Replace = Callable[[str, Callable[[], str]], None]
GOOD = "<!doctype html><html lang='de'><head><title>Seite</title></head><body><main><h1>Seite</h1></main></body></html>"


def add(session: Session, now: datetime, email: str = "a@example.org") -> None:
    session.add(Person(email=email, first_name="Anna", last_name="Beyer", created_at=now))
    session.flush()


def people(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(Person)) or 0


@pytest.fixture
def replace(app: Flask) -> Iterator[Replace]:
    """Put another view in the place of one for the test."""
    before = dict(app.view_functions)
    yield app.view_functions.__setitem__
    app.view_functions.clear()
    app.view_functions.update(before)


@pytest.mark.parametrize("_again", [1, 2])
def test_a_test_begins_with_an_empty_database(session: Session, now: datetime, _again: int) -> None:
    assert people(session) == 0

    add(session, now)
    session.commit()


def test_a_rollback_undoes_no_more_than_the_last_commit(session: Session, now: datetime) -> None:
    add(session, now)
    session.commit()
    add(session, now, "b@example.org")
    session.rollback()

    assert people(session) == 1


def test_a_request_and_the_test_see_each_others_rows(client: Client, session: Session, now: datetime, replace: Replace) -> None:
    def view() -> str:
        add(db.session(), now, "b@example.org")
        db.session.commit()
        return GOOD.replace("<h1>Seite", f"<h1>{people(db.session())}")

    replace("pages.set_language", view)
    add(session, now)
    answer = client.post("/sprache")

    assert answer.page.h1 == "2"
    assert people(session) == 2


@pytest.mark.parametrize("how", ["flush", "statement", "pending"])
def test_a_request_that_leaves_changes_unsaved_fails(
    client: Client, session: Session, now: datetime, replace: Replace, how: str
) -> None:
    def view() -> str:
        if how == "statement":
            db.session.execute(update(Person).values(first_name="X"))
        else:
            db.session.add(Person(email="b@example.org", first_name="B", last_name="B", created_at=now))
        if how == "flush":
            db.session.flush()
        return GOOD

    replace("pages.set_language", view)
    with pytest.raises(AssertionError, match="unsaved changes"):
        client.post("/sprache")
    assert people(session) == 0


def test_a_get_cannot_write(client: Client, session: Session, now: datetime, replace: Replace) -> None:
    def view() -> str:
        add(db.session(), now)
        db.session.commit()
        return GOOD

    replace("pages.help", view)
    assert client.get("/hilfe", may_break=True).status_code >= 400
    assert people(session) == 0
    add(session, now)


@pytest.mark.parametrize(
    ("part", "problem"),
    [
        ("<h1>Zweite</h1>", "2 <h1>"),
        ("<p id='a'></p><p id='a'></p>", "occurs 2 times"),
        ("<label for='b'>B</label>", "no control"),
        ("<input name='c'>", "has no label"),
        ("<p style='color:red'></p>", "content security policy"),
        ("<button onclick='x()'>X</button>", "content security policy"),
        ("<a href='/x'></a>", "without a name"),
        ("<img src='/x.svg'>", "no alt"),
        ("<form method='post'></form>", "no csrf_token"),
        ("<p><div></p></div>", "line 1"),
    ],
)
def test_a_bad_page_fails(client: Client, replace: Replace, part: str, problem: str) -> None:
    replace("pages.help", lambda: GOOD.replace("</main>", f"{part}</main>"))
    with pytest.raises(AssertionError, match=problem):
        client.get("/hilfe")


def test_statements_are_counted(session: Session, now: datetime, count_queries: Counting) -> None:
    with count_queries() as statements:
        add(session, now)
        session.commit()
        people(session)

    assert [statement.split()[0] for statement in statements] == ["INSERT", "SELECT"]


def test_a_fresh_database_commits_for_real(fresh_database: Database, now: datetime) -> None:
    with fresh_database.session() as one, fresh_database.session() as other:
        add(one, now)
        one.commit()
        assert people(other) == 1


def test_a_fresh_database_is_shared_by_threads(fresh_database: Database, now: datetime) -> None:
    def work(number: int) -> None:
        with fresh_database.session() as session:
            add(session, now, f"{number}@example.org")
            session.commit()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with fresh_database.session() as session:
        assert people(session) == 10


@pytest.mark.postgres
def test_the_server_is_private(fresh_database: Database) -> None:
    assert fresh_database.cluster is not None
    with fresh_database.cluster.connection() as connection:
        listening = connection.execute("SHOW listen_addresses").fetchone()
        powerful = connection.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    assert (listening, powerful) == (("",), (False,))
    assert os.stat(fresh_database.cluster.folder).st_mode & 0o077 == 0


@pytest.mark.parametrize("mode", ["accept", "refuse", "bounce", "hang", "mute", "drop"])
def test_the_mail_server_can_be_ill(smtp_sink: SmtpSink, mode: Mode) -> None:
    smtp_sink.mode = mode
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "shop@example.org", "anna@example.org", "Grüße"
    mail.set_content("Guten Tag")

    def send() -> None:
        with smtplib.SMTP("127.0.0.1", smtp_sink.port, timeout=0.5) as line:
            line.send_message(mail)

    if mode == "accept":
        send()
    else:
        with pytest.raises(smtplib.SMTPException):
            send()
    assert smtp_sink.attempts == 1
    assert [message["Subject"] for message in smtp_sink.messages] == (["Grüße"] if mode in ("accept", "drop") else [])


def test_nothing_leaves_this_machine() -> None:
    with pytest.raises(RuntimeError, match="wants to connect"), socket.socket() as line:
        line.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("example.org", 80)


def test_people_are_signed_in_without_the_form(client: Client, session: Session, now: datetime, replace: Replace) -> None:
    house = Organisation(
        number="K-1", name="Stadt", kind=OrganisationKind.CUSTOMER, street="Markt 1", postcode="39104", city="Magdeburg"
    )
    session.add(house)
    add(session, now)
    person = session.scalars(select(Person)).one()
    session.add(RoleAssignment(person_id=person.id, organisation_id=house.id, role=Role.BUYER, valid_from=date(2020, 1, 1)))
    replace("pages.help", lambda: GOOD.replace("<h1>Seite", f"<h1>{actor.name if (actor := actor_or_none()) else 'Gast'}"))

    assert client.get("/hilfe").page.h1 == "Gast"
    assert client.sign_in(person).get("/hilfe").page.h1 == "Anna Beyer"
    client.sign_out()
    assert client.get("/hilfe").page.h1 == "Gast"
    assert client.sign_in("a@example.org", house).get("/hilfe").page.h1 == "Anna Beyer"
