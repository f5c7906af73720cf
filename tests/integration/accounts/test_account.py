"""One's own account."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.factories import PASSWORD, make_organisation, make_person, make_role
from tests.pages import text_of
from webshop.accounts.models import Person
from webshop.audit.models import AuditEvent
from webshop.core.actor import Role
from webshop.outbox.models import OutboxMail

NEW = "drei Pflaumen im Korb"


def test_people_correct_how_they_are_reached_and_nothing_else(client: Client, session: Session) -> None:
    person = make_person(session)
    client.sign_in(person)
    page = client.get("/konto")
    form = page.page.form("Angaben speichern").fill(phone=" 0391  540 2210 ", department="Amt für\tSchule")
    form.values |= {"email": ["boss@kunde.example.org"], "first_name": ["Boss"], "active": ["0"], "roles": ["admin"]}

    answer = client.send(page, form)

    assert "Ihre Angaben sind gespeichert." in answer.page.text
    session.refresh(person)
    assert (person.phone, person.department) == ("0391 540 2210", "Amt für Schule")
    assert person.first_name == "Erika"
    event = session.scalars(select(AuditEvent)).one()
    assert (event.action, event.after) == ("person.changed", {"phone": "0391 540 2210", "department": "Amt für Schule"})


def test_r7_what_somebody_else_changed_is_not_overwritten(client: Client, session: Session) -> None:
    person = make_person(session)
    page = client.sign_in(person).get("/konto")
    person.version += 1

    answer = client.submit(page, "Angaben speichern", phone="0391 1")

    assert answer.status_code == 422
    assert "andere Person geändert" in answer.page.text
    assert answer.page.one("#phone").get("value") == "0391 1"
    assert session.scalars(select(Person.phone)).one() == ""


def test_all_roles_in_all_organisations_are_shown(client: Client, session: Session) -> None:
    person = make_person(session, Role.BUYER, Role.APPROVER)
    make_role(session, person, Role.BUYER, make_organisation(session, "Amt Weida"))

    rows = client.sign_in(person).get("/konto").page.select("dl.eckdaten > div")

    shown = {text_of(row): text_of(value) for row in rows for value in row.iter("dd")}
    assert shown["Amt WeidaBestellende Person"] == "Bestellende Person"
    assert "Freigebende Person, Bestellende Person" in shown.values()


def test_language_and_theme_are_kept_with_the_person(client: Client, session: Session) -> None:
    person = make_person(session)
    page = client.sign_in(person).get("/konto/darstellung")

    client.submit(page, "Auswahl speichern", language="en", theme="dark")

    session.refresh(person)
    assert (person.language, person.theme) == ("en", "dark")
    html = Client(client.app, session).sign_in(person).get("/konto").page.one("html")
    assert (html.get("lang"), html.get("data-kern-theme")) == ("en", "dark")


def test_the_switch_in_the_head_is_kept_with_the_person_and_with_a_guests_browser(client: Client, session: Session) -> None:
    person = make_person(session)
    client.submit(client.get("/impressum"), "English")
    assert client.get("/impressum").page.one("html").get("lang") == "en"

    client.sign_out()
    client.sign_in(person)
    answer = client.submit(client.get("/konto/sicherheit?a=b"), "English")

    assert answer.request.full_path == "/konto/sicherheit?a=b"
    assert session.scalars(select(Person.language)).one() == "en"
    assert Client(client.app, session).sign_in(person).get("/konto").page.one("html").get("lang") == "en"


@pytest.mark.parametrize(("field", "value"), [("language", "fr"), ("language", ""), ("theme", "pink"), ("theme", "")])
def test_only_languages_and_themes_that_exist_can_be_chosen(client: Client, session: Session, field: str, value: str) -> None:
    client.sign_in(make_person(session))

    answer = client.post("/konto/darstellung", {"language": "de", "theme": "auto", field: value})

    assert answer.status_code == 422


def test_the_password_changes_with_the_old_one(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    page = client.sign_in(person).get("/konto/sicherheit")

    answer = client.submit(page, "Passwort ändern", old=PASSWORD, password=NEW, repeated=NEW)

    assert "Ihr Passwort ist geändert." in answer.page.text
    assert [mail.kind for mail in session.scalars(select(OutboxMail))] == ["password_changed"]
    assert [event.action for event in session.scalars(select(AuditEvent))] == ["person.password_changed"]
    browser = Client(client.app, session)
    assert browser.post("/anmelden", {"email": person.email, "password": PASSWORD}).status_code == 422
    assert browser.post("/anmelden", {"email": person.email, "password": NEW}).status_code == 303


@pytest.mark.parametrize(
    ("old", "new", "repeated", "field"),
    [
        ("falsch geraten", NEW, NEW, "old"),
        ("", NEW, NEW, "old"),
        (PASSWORD, "kurz", "kurz", "password"),
        (PASSWORD, NEW, NEW + "x", "repeated"),
        (PASSWORD, "Erika Beispiel", "Erika Beispiel", "password"),
    ],
)
def test_s13_a_password_is_not_changed_without_proof_or_to_a_weak_one(
    client: Client, session: Session, old: str, new: str, repeated: str, field: str
) -> None:
    person = make_person(session, password=PASSWORD)
    before = person.password_hash

    answer = client.sign_in(person).post("/konto/sicherheit", {"old": old, "password": new, "repeated": repeated})

    assert answer.status_code == 422
    assert field in answer.page.errors
    session.refresh(person)
    assert person.password_hash == before


def test_the_account_costs_the_same_with_one_session_and_with_many(
    client: Client, session: Session, count_queries: Callable[[], Any]
) -> None:
    person = make_person(session)
    client.sign_in(person)
    costs = []
    for _ in range(2):
        for path in ("/konto", "/konto/darstellung", "/konto/sicherheit"):
            with count_queries() as queries:
                client.get(path)
            costs.append(len(queries))
        for _ in range(50):
            Client(client.app, session).sign_in(person)

    assert costs[:3] == costs[3:]
    assert max(costs) <= 12
