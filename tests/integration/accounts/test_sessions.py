"""Sessions live on the server (S-11) and rights end at once (S-6)."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from tests.browsing import Answer, Client
from tests.databases import Database
from tests.factories import PASSWORD, actor_of, make_organisation, make_person, make_provider, make_role
from tests.pages import text_of
from webshop.accounts import keys, services
from webshop.accounts.models import Person, RoleAssignment, WebSession
from webshop.core.actor import Role
from webshop.core.clock import berlin_date, utcnow

NEW = "drei Pflaumen im Korb"


def house(answer: Answer) -> str:
    """The organisation that the strip on top of the page names."""
    return text_of(answer.page.select(".leiste__mandant")[0]).removesuffix("Organisation wechseln")


def enter(client: Client, person: Person) -> None:
    page = client.get("/anmelden")
    client.submit(page, "Anmelden", to="/anmelden", email=person.email, password=PASSWORD, follow=False)


def cookie(client: Client) -> str:
    found = client.http.get_cookie("webshop")
    assert found is not None
    return found.value


def replay(client: Client, value: str) -> int:
    """The status of the account page for a browser that brings this cookie."""
    thief = Client(client.app, client.session)
    thief.http.set_cookie("webshop", value)
    return int(thief.get("/konto").status_code)


def content(client: Client) -> dict[str, Any]:
    with client.http.session_transaction() as kept:
        return dict(kept)


def test_s11_the_cookie_holds_a_random_id_and_the_database_its_hash(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    enter(client, person)

    sid = content(client)["_user_id"]
    row = session.scalars(select(WebSession)).one()
    assert len(sid) >= 43
    assert sid not in row.token_hash
    assert row.token_hash == keys.digest(sid)
    assert str(person.id) not in str(content(client))


def test_s11_signing_in_makes_a_new_id_and_a_new_csrf_seed(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    client.get("/anmelden")
    guest = content(client)

    enter(client, person)
    first = content(client)
    client.get("/konto")
    assert content(client)["csrf_token"] != guest["csrf_token"]

    client.sign_out()
    enter(client, person)
    assert content(client)["_user_id"] != first["_user_id"]


def sign_out(client: Client, person: Person, session: Session) -> None:
    client.post("/abmelden")


def change_password(client: Client, person: Person, session: Session) -> None:
    answer = client.post("/konto/sicherheit", {"old": PASSWORD, "password": NEW, "repeated": NEW})
    assert answer.status_code == 303


def be_shut_out(client: Client, person: Person, session: Session) -> None:
    admin = actor_of(session, make_person(session, Role.ADMIN))
    services.deactivate(session, person, seen_version=person.version, actor=admin, now=utcnow())


def reset(client: Client, person: Person, session: Session) -> None:
    token = keys.new_link(session, person, keys.LinkPurpose.RESET, now=utcnow())
    answer = Client(client.app, session).post(f"/passwort-neu/{token}", {"password": NEW, "repeated": NEW})
    assert answer.status_code == 303


def switch(client: Client, person: Person, session: Session) -> None:
    other = make_organisation(session, "Amt Weida")
    make_role(session, person, Role.APPROVER, other)
    assert client.post("/konto/organisation", {"organisation_id": str(other.id)}).status_code == 303


def sign_in_again(client: Client, person: Person, session: Session) -> None:
    """A new sign-in in the same browser gives a new id; the old one was another session, and that one ends by hand."""
    client.post("/abmelden")
    enter(client, person)


@pytest.mark.parametrize("event", [sign_out, change_password, be_shut_out, reset, switch, sign_in_again])
def test_s11_an_old_cookie_is_worth_nothing_after(
    client: Client, session: Session, event: Callable[[Client, Person, Session], None]
) -> None:
    person = make_person(session, password=PASSWORD)
    enter(client, person)
    old = cookie(client)
    assert replay(client, old) == 200

    event(client, person, session)

    assert replay(client, old) == 303


def test_s11_a_password_change_ends_the_other_browsers_and_keeps_this_one(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    other = Client(client.app, session).sign_in(person)
    client.sign_in(person)

    change_password(client, person, session)

    assert client.get("/konto").status_code == 200
    assert other.get("/konto").status_code == 303


@pytest.mark.parametrize(
    ("column", "age"),
    [("last_seen_at", timedelta(hours=4, seconds=5)), ("expires_at", timedelta(seconds=1))],
    ids=["idle for four hours", "older than a day"],
)
def test_s11_sessions_run_out(client: Client, session: Session, column: str, age: timedelta) -> None:
    client.sign_in(make_person(session))
    assert client.get("/konto").status_code == 200

    session.execute(update(WebSession).values({column: utcnow() - age}))

    assert client.get("/konto").status_code == 303


def test_s11_a_session_ends_a_day_after_it_began_however_busy_it_was(session: Session) -> None:
    person, now = make_person(session), utcnow()

    keys.start_session(session, actor_of(session, person), user_agent="", network="", now=now)
    session.flush()

    assert session.scalars(select(WebSession.expires_at)).one() == now + timedelta(hours=24)


def test_people_see_and_end_their_sessions(client: Client, session: Session) -> None:
    person = make_person(session)
    other = Client(client.app, session).sign_in(person)
    session.execute(update(WebSession).values(user_agent="Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0"))
    client.sign_in(person)

    page = client.get("/konto/sicherheit")
    assert "Firefox unter Windows" in page.page.text
    button = next(name for name in page.page.buttons if name.startswith("Abmelden: Firefox"))
    client.submit(page, button)

    assert other.get("/konto").status_code == 303
    assert client.get("/konto").status_code == 200


def test_all_other_sessions_end_at_once(client: Client, session: Session) -> None:
    person = make_person(session)
    others = [Client(client.app, session).sign_in(person) for _ in range(3)]
    client.sign_in(person)

    answer = client.submit(client.get("/konto/sicherheit"), "Auf allen anderen Geräten abmelden")

    assert "3 weitere Geräte sind abgemeldet." in answer.page.text
    assert {other.get("/konto").status_code for other in others} == {303}


def test_s2_nobody_ends_or_sees_somebody_elses_session(client: Client, session: Session) -> None:
    victim = make_person(session)
    other = Client(client.app, session).sign_in(victim)
    session_id = session.scalars(select(WebSession.id)).one()
    client.sign_in(make_person(session))

    assert client.post(f"/konto/sitzungen/{session_id}/beenden").status_code == 404

    assert other.get("/konto").status_code == 200


def test_s6_a_role_that_ends_is_gone_with_the_next_request(client: Client, session: Session) -> None:
    admin = make_person(session, Role.ADMIN, Role.ACCOUNTING)
    client.sign_in(admin)
    assert client.get("/betrieb/personen").status_code == 200

    yesterday = berlin_date(utcnow()) - timedelta(days=1)
    session.execute(update(RoleAssignment).where(RoleAssignment.role == Role.ADMIN).values(valid_to=yesterday))

    assert client.get("/betrieb/personen").status_code == 404
    assert client.get("/konto").status_code == 200


def test_s6_a_role_in_the_future_is_none_yet(client: Client, session: Session) -> None:
    person = make_person(session, Role.ACCOUNTING)
    make_role(session, person, Role.ADMIN, make_provider(session), valid_from=berlin_date(utcnow()) + timedelta(days=1))

    assert client.sign_in(person).get("/betrieb/personen").status_code == 404


def test_s6_whoever_is_deactivated_is_out_with_the_next_request(client: Client, session: Session) -> None:
    person = make_person(session)
    client.sign_in(person)
    assert client.get("/konto").status_code == 200

    session.execute(update(Person).where(Person.id == person.id).values(active=False))

    assert client.get("/konto").status_code == 303


def test_s6_without_a_role_in_the_chosen_organisation_another_one_is_taken(client: Client, session: Session) -> None:
    person = make_person(session, organisation=make_organisation(session, "Amt Weida"))
    burg = make_organisation(session, "Stadt Burg")
    make_role(session, person, Role.APPROVER, burg)
    client.sign_in(person, burg)

    session.execute(delete(RoleAssignment).where(RoleAssignment.organisation_id == burg.id))
    assert house(client.get("/konto")) == "Amt Weida"

    session.execute(delete(RoleAssignment))
    assert client.get("/konto").status_code == 303


def test_session_person_roles_and_memberships_cost_one_statement(
    client: Client, session: Session, count_queries: Callable[[], Any]
) -> None:
    person = make_person(session, Role.BUYER, Role.APPROVER)
    for name in ("Amt Weida", "Stadt Burg", "Stadt Calbe"):
        make_role(session, person, Role.BUYER, make_organisation(session, name))
    client.sign_in(person)

    with count_queries() as queries:
        client.get("/impressum")

    assert len([query for query in queries if "web_sessions" in query or "role_assignments" in query]) == 1


def test_reading_pages_keeps_a_session_alive_but_writes_rarely(fresh_database: Database) -> None:
    with fresh_database.session() as session:
        email = make_person(session).email
        session.commit()
    client = Client(fresh_database.app).sign_in(email)

    def seen() -> Any:
        with fresh_database.session() as session:
            return session.scalars(select(WebSession.last_seen_at)).one()

    first = seen()
    client.get("/konto")
    assert seen() == first

    with fresh_database.session() as session:
        session.execute(update(WebSession).values(last_seen_at=first - timedelta(minutes=6)))
        session.commit()
    client.get("/konto")
    assert seen() >= first


def test_r23_noting_that_somebody_is_there_waits_for_nobody(fresh_database: Database) -> None:
    import time

    with fresh_database.session() as session:
        email = make_person(session).email
        session.commit()
    client = Client(fresh_database.app).sign_in(email)
    client.get("/impressum")
    with fresh_database.session() as writer:
        writer.execute(update(WebSession).values(last_seen_at=utcnow() - timedelta(minutes=30)))
        writer.commit()
        writer.execute(update(WebSession).values(user_agent="held"))

        began = time.monotonic()
        assert client.get("/impressum").status_code == 200
        assert time.monotonic() - began < 1
        writer.rollback()


def test_what_has_run_out_is_swept_up(session: Session) -> None:
    person, now = make_person(session), utcnow()
    actor = actor_of(session, person)
    keys.start_session(session, actor, user_agent="", network="", now=now - timedelta(days=2))
    keys.start_session(session, actor, user_agent="", network="", now=now)
    keys.new_link(session, person, keys.LinkPurpose.RESET, now=now - timedelta(days=40))
    session.flush()

    assert keys.sweep(session, now=now) == 2
    assert len(session.scalars(select(WebSession)).all()) == 1
