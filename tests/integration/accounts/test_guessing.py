"""Guessing is slow, and slow for the guesser only (S-14)."""

from datetime import timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.databases import Database
from tests.factories import PASSWORD, make_person
from webshop.accounts.guessing import FREE_TRIES, FREE_TRIES_ANYWHERE, SOURCE_LIMIT
from webshop.accounts.keys import new_link
from webshop.accounts.models import FailedSignIn, LinkPurpose
from webshop.core.clock import utcnow

TOWN_HALL = "203.0.113.7"
ELSEWHERE = "198.51.100.23"


def guess(client: Client, email: str, password: str = "etwas ganz anderes", *, source: str = TOWN_HALL, **headers: str) -> Any:
    return client.post(
        "/anmelden", {"email": email, "password": password}, environ_overrides={"REMOTE_ADDR": source}, headers=headers
    )


def wait(session: Session, **time: float) -> None:
    """As if so much time had passed since all tries."""
    earlier = timedelta(**time)
    for row in session.scalars(select(FailedSignIn)):
        row.at -= earlier
    session.flush()


def test_s14_forty_guesses_get_five_tries_and_then_have_to_wait(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    answers = [guess(client, person.email) for _ in range(40)]

    assert [answer.status_code for answer in answers] == [422] * FREE_TRIES + [429] * (40 - FREE_TRIES)
    assert session.scalar(select(func.count(FailedSignIn.id))) == FREE_TRIES
    last = answers[-1]
    assert 1 <= int(last.headers["Retry-After"]) <= 6
    assert f"Warten Sie {last.headers['Retry-After']} Sekunden" in last.page.errors["password"]


def test_s14_while_waiting_the_right_password_does_not_help_either(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    for _ in range(FREE_TRIES):
        guess(client, person.email)

    assert guess(client, person.email, PASSWORD).status_code == 429

    wait(session, seconds=6)
    assert guess(client, person.email, PASSWORD).status_code == 303


def test_s14_forged_forwarding_headers_make_no_new_source(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    for _ in range(FREE_TRIES):
        guess(client, person.email)

    for number in range(10):
        forged = {"X-Forwarded-For": f"192.0.2.{number}", "Forwarded": f"for=192.0.2.{number}", "X-Real-IP": f"192.0.2.{number}"}
        assert guess(client, person.email, **forged).status_code == 429


def test_s14_a_guessed_account_locks_nobody_else_in_the_town_hall_out(client: Client, session: Session) -> None:
    victim, colleague = make_person(session, password=PASSWORD), make_person(session, password=PASSWORD)
    for _ in range(40):
        guess(client, victim.email)

    assert guess(client, colleague.email, PASSWORD).status_code == 303


def test_s14_the_owner_gets_in_from_elsewhere_meanwhile(client: Client, session: Session) -> None:
    victim = make_person(session, password=PASSWORD)
    for _ in range(40):
        guess(client, victim.email, source=ELSEWHERE)

    assert guess(client, victim.email, PASSWORD).status_code == 303


def test_s14_many_sources_share_the_tries_at_one_account(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    sources = [f"198.51.100.{number}" for number in range(FREE_TRIES_ANYWHERE + 3)]
    answers = [guess(client, person.email, source=source).status_code for source in sources]

    assert answers == [422] * FREE_TRIES_ANYWHERE + [429] * 3


def test_s14_one_source_cannot_walk_through_all_accounts(client: Client, session: Session) -> None:
    now = utcnow()
    client.get("/anmelden")
    guess(client, "erste@kunde.example.org")
    source = session.scalars(select(FailedSignIn.source_hash)).one()
    session.add_all(FailedSignIn(account_hash=f"{n:064d}", source_hash=source, at=now) for n in range(SOURCE_LIMIT - 1))

    refused = guess(client, "naechste@kunde.example.org")

    assert refused.status_code == 429
    assert 800 < int(refused.headers["Retry-After"]) <= 901
    assert guess(client, "naechste@kunde.example.org", source=ELSEWHERE).status_code == 422


def test_s14_pauses_grow_with_every_further_try(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    for _ in range(FREE_TRIES):
        guess(client, person.email)
    pauses = []
    for _ in range(4):
        pause = int(guess(client, person.email).headers["Retry-After"])
        pauses.append(pause)
        wait(session, seconds=pause)
        assert guess(client, person.email).status_code == 422

    assert [round(pause / 5) for pause in pauses] == [1, 2, 4, 8]


def test_s14_after_an_hour_everything_is_forgotten(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    for _ in range(FREE_TRIES + 1):
        guess(client, person.email)

    wait(session, hours=1, seconds=1)

    assert guess(client, person.email).status_code == 422


def test_s14_a_reset_link_opens_the_door_whatever_was_guessed(client: Client, session: Session) -> None:
    person, new = make_person(session, password=PASSWORD), "drei Pflaumen im Korb"
    for _ in range(40):
        guess(client, person.email)
    token = new_link(session, person, LinkPurpose.RESET, now=utcnow())

    client.post(f"/passwort-neu/{token}", {"password": new, "repeated": new})

    assert guess(client, person.email, new).status_code == 303


def test_s14_the_old_password_cannot_be_guessed_in_an_open_session_either(client: Client, session: Session) -> None:
    client.sign_in(make_person(session, password=PASSWORD))
    new = "drei Pflaumen im Korb"

    answers = [
        client.post("/konto/sicherheit", {"old": f"geraten {n}", "password": new, "repeated": new}) for n in range(FREE_TRIES + 1)
    ]

    assert [answer.status_code for answer in answers] == [422] * FREE_TRIES + [429]
    assert "Warten Sie" in answers[-1].page.errors["old"]


def test_s14_accounts_and_sources_are_kept_as_hashes_only(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    guess(client, person.email)

    row = session.scalars(select(FailedSignIn)).one()
    assert {len(row.account_hash), len(row.source_hash)} == {64}
    assert person.email not in row.account_hash
    assert TOWN_HALL not in row.source_hash


def test_s14_an_ipv6_subscriber_is_one_source(client: Client, session: Session) -> None:
    guess(client, "a@kunde.example.org", source="2001:db8:1:2::1")
    guess(client, "b@kunde.example.org", source="2001:db8:1:2:ffff::9")
    guess(client, "c@kunde.example.org", source="2001:db8:1:3::1")

    assert session.scalar(select(func.count(FailedSignIn.source_hash.distinct()))) == 2


def test_s14_behind_a_proxy_its_header_is_believed_and_no_other(fresh_database: Database) -> None:
    fresh_database.overrides["proxies"] = 1
    with fresh_database.session() as session:
        email = make_person(session, password=PASSWORD).email
        session.commit()
    client = Client(fresh_database.app)

    for number in range(FREE_TRIES):
        forged = f"192.0.2.{number}, {TOWN_HALL}"
        assert guess(client, email, **{"X-Forwarded-For": forged}).status_code == 422

    assert guess(client, email, **{"X-Forwarded-For": TOWN_HALL}).status_code == 429
    assert guess(client, email, PASSWORD, **{"X-Forwarded-For": ELSEWHERE}).status_code == 303


def test_s14_many_guesses_at_once_do_not_slip_through(fresh_database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with fresh_database.session() as session:
        email = make_person(session, password=PASSWORD).email
        session.commit()
    clients = [Client(fresh_database.app) for _ in range(20)]
    for client in clients:
        client.csrf_token()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda client: guess(client, email).status_code, clients))

    assert set(answers) <= {422, 429}
    assert answers.count(422) < 2 * FREE_TRIES


def test_s39_reset_links_are_metered(client: Client, session: Session) -> None:
    answers = [client.post("/passwort-vergessen", {"email": "wer@kunde.example.org"}) for _ in range(FREE_TRIES + 1)]

    assert [answer.status_code for answer in answers] == [303] * FREE_TRIES + [429]
    assert "Warten Sie" in answers[-1].page.errors["email"]
    session.execute(update(FailedSignIn).values(at=utcnow() - timedelta(hours=2)))
    assert client.post("/passwort-vergessen", {"email": "wer@kunde.example.org"}).status_code == 303
