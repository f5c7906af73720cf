"""Getting in and out."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.browsing import Answer, Client
from tests.databases import Database
from tests.factories import PASSWORD, make_organisation, make_person, make_provider, make_role
from tests.pages import text_of
from webshop.accounts.models import FailedSignIn, Person, WebSession
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow
from webshop.extensions import db

WRONG = "E-Mail-Adresse oder Passwort stimmt nicht."


def house(answer: Answer) -> str:
    """The organisation that the strip on top of the page names."""
    return text_of(answer.page.select(".leiste__mandant")[0]).removesuffix("Organisation wechseln")


def enter(client: Client, email: str, password: str = PASSWORD, **options: Any) -> Any:
    """Type both into the sign-in page and send it."""
    page = client.get("/anmelden", **options)
    return client.submit(page, "Anmelden", to="/anmelden", email=email, password=password, follow=False)


def test_the_right_password_leads_in_and_sign_out_leads_out(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    answer = enter(client, f" {person.email.upper()} ")
    assert answer.status_code == 303
    page = client.get("/konto")
    assert person.email in page.page.text

    client.submit(page, "Abmelden", follow=False)
    assert client.get("/konto").status_code == 303


def test_a_guest_comes_back_to_the_page_they_wanted(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    door = client.get("/konto/sicherheit", follow_redirects=True)
    answer = client.submit(door, "Anmelden", to="/anmelden", email=person.email, password=PASSWORD)

    assert answer.request.path == "/konto/sicherheit"


def test_a_wrong_password_says_one_sentence_and_keeps_the_address(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    answer = enter(client, person.email, "etwas ganz anderes")

    assert answer.status_code == 422
    assert answer.page.errors == {"password": WRONG}
    assert answer.page.title.startswith("Fehler: ")
    assert answer.page.one("#email").get("value") == person.email
    assert answer.page.one("#password").get("value", "") == ""


def test_whoever_never_chose_a_password_or_was_shut_out_does_not_get_in(client: Client, session: Session) -> None:
    invited = make_person(session)
    shut_out = make_person(session, password=PASSWORD, active=False)

    assert enter(client, invited.email).page.errors == {"password": WRONG}
    assert enter(client, shut_out.email).page.errors == {"password": WRONG}


def test_whoever_holds_no_role_today_does_not_get_in(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    session.refresh(person, ["roles"])
    person.roles[0].valid_to = berlin_date(utcnow()) - timedelta(days=1)

    answer = enter(client, person.email)

    assert answer.status_code == 422
    assert "keine Rolle" in answer.page.errors["password"]
    assert session.scalars(select(WebSession)).all() == []


def test_the_first_organisation_is_chosen_and_others_can_be(client: Client, session: Session) -> None:
    person = make_person(session, Role.BUYER, password=PASSWORD, organisation=make_organisation(session, "Stadt Burg"))
    other = make_organisation(session, "Amt Weida")
    make_role(session, person, Role.APPROVER, other)

    enter(client, person.email)
    page = client.get("/konto")
    assert house(page) == "Amt Weida"

    client.post("/konto/organisation", {"organisation_id": str(make_organisation(session, "Stadt Burg").id)})
    assert house(client.get("/konto")) == "Stadt Burg"


def test_nobody_acts_for_an_organisation_without_a_role_there(client: Client, session: Session) -> None:
    person, foreign = make_person(session), make_organisation(session, "Stadt Halle")
    client.sign_in(person)

    for wanted in (str(foreign.id), "", "x", "0" * 32):
        assert client.post("/konto/organisation", {"organisation_id": wanted}).status_code == 404


def test_a_good_sign_in_takes_its_try_back(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    enter(client, person.email, "etwas ganz anderes")
    assert len(session.scalars(select(FailedSignIn)).all()) == 1

    enter(client, person.email)

    assert session.scalars(select(FailedSignIn)).all() == []


def test_an_old_hash_is_renewed_at_sign_in(client: Client, session: Session) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    person = make_person(session)
    person.password_hash = weak

    assert enter(client, person.email).status_code == 303

    session.refresh(person)
    assert person.password_hash != weak
    client.sign_out()
    assert enter(client, person.email).status_code == 303


def test_r23_no_transaction_is_open_while_passwords_are_compared(
    fresh_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with fresh_database.session() as session:
        email = make_person(session, password=PASSWORD).email
        session.commit()
    open_ones: list[bool] = []
    for name in ("verify", "hash"):
        slow = getattr(PasswordHasher, name)

        def watched(self: PasswordHasher, *given: Any, slow: Any = slow) -> Any:
            open_ones.append(db.session().in_transaction())
            return slow(self, *given)

        monkeypatch.setattr(PasswordHasher, name, watched)
    client = Client(fresh_database.app)

    assert enter(client, email).status_code == 303
    client.post("/konto/sicherheit", {"old": PASSWORD, "password": "drei Pflaumen im Korb", "repeated": "drei Pflaumen im Korb"})

    assert open_ones == [False, False, False]


def test_a_person_signs_in_while_another_one_signs_in(fresh_database: Database) -> None:
    """Twenty real sign-ins at once, none of them lost, none of them refused."""
    from concurrent.futures import ThreadPoolExecutor

    with fresh_database.session() as session:
        emails = [make_person(session, password=PASSWORD).email for _ in range(20)]
        session.commit()
    clients = [Client(fresh_database.app) for _ in emails]

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(enter, clients, emails))

    assert {answer.status_code for answer in answers} == {303}
    with fresh_database.session() as session:
        assert len(session.scalars(select(WebSession)).all()) == 20


def test_provider_and_customer_are_told_apart(client: Client, session: Session) -> None:
    admin = make_person(session, Role.ADMIN, organisation=make_provider(session))
    buyer = make_person(session)

    assert "Personen" in client.sign_in(admin).get("/konto").page.links
    client.sign_out()
    assert "Personen" not in client.sign_in(buyer).get("/konto").page.links


def test_roles_count_by_the_day_in_berlin(session: Session, now: datetime) -> None:
    from webshop.accounts.queries import actor_for

    person = make_person(session)
    session.refresh(person, ["roles"])
    person.roles[0].valid_from = date(2026, 12, 1)
    session.flush()
    half_past_midnight = datetime.fromisoformat("2026-12-01T00:30:00+01:00")

    assert actor_for(session, person.id, now=half_past_midnight - timedelta(hours=1)) is None
    actor = actor_for(session, person.id, now=half_past_midnight)
    assert actor is not None
    assert actor.roles == {Role.BUYER}
    assert session.get_one(Person, person.id).name == actor.name
