"""Mailed links: used once, in time, the newest only (S-16)."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from tests.browsing import Client
from tests.databases import Database
from tests.factories import PASSWORD, actor_of, make_organisation, make_person
from webshop.accounts import keys, services
from webshop.accounts.models import LinkPurpose, OneTimeLink, Person
from webshop.audit.models import AuditEvent
from webshop.core.actor import Role
from webshop.core.clock import utcnow
from webshop.outbox.models import OutboxMail

NEW = "drei Pflaumen im Korb"
VOID = "Dieser Link gilt nicht mehr"


def mailed(session: Session, person: Person) -> list[str]:
    """The paths of all links mailed to a person, oldest first."""
    mails = session.scalars(select(OutboxMail).where(OutboxMail.to_address == person.email).order_by(OutboxMail.id))
    link = re.compile(r"http://127\.0\.0\.1:8000(/(?:einladung|passwort-neu)/\S+)")
    return [path for mail in mails for path in link.findall(mail.text)]


def ask(client: Client, session: Session, person: Person) -> str:
    """Ask for a reset link; the path that was mailed."""
    client.submit(client.get("/passwort-vergessen"), "Link anfordern", email=person.email)
    return mailed(session, person)[-1]


def use(client: Client, path: str, password: str = NEW, repeated: str | None = None) -> Any:
    return client.post(path, {"password": password, "repeated": password if repeated is None else repeated})


def can_enter(client: Client, person: Person, password: str) -> bool:
    browser = Client(client.app, client.session)
    return bool(browser.post("/anmelden", {"email": person.email, "password": password}).status_code == 303)


def test_a_forgotten_password_is_replaced(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    page = client.get(ask(client, session, person))
    assert person.email in page.page.text
    answer = client.submit(page, "Passwort speichern", password=NEW, repeated=NEW)

    assert answer.request.path == "/anmelden"
    assert "Ihr Passwort ist gespeichert." in answer.page.text
    assert can_enter(client, person, NEW)
    assert not can_enter(client, person, PASSWORD)


def test_an_invited_person_chooses_the_first_password(client: Client, session: Session) -> None:
    person, admin = make_person(session), actor_of(session, make_person(session, Role.ADMIN))
    services.invite(session, person, actor=admin, now=utcnow())
    session.commit()

    page = client.get(mailed(session, person)[0])
    assert page.page.h1 == f"Willkommen, {person.name}"
    client.submit(page, "Passwort speichern", password=NEW, repeated=NEW)

    assert can_enter(client, person, NEW)


def test_s16_a_link_is_used_once(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    path = ask(client, session, person)
    assert use(client, path).status_code == 303

    again = use(client, path, "noch ein anderes Passwort")

    assert again.status_code == 404
    assert again.page.h1 == VOID
    assert can_enter(client, person, NEW)


def test_s16_looking_at_a_link_does_not_use_it_up(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    path = ask(client, session, person)

    for _ in range(3):
        assert client.get(path).status_code == 200
        assert client.head(path).status_code == 200
    assert use(client, path, "kurz").status_code == 422

    assert use(client, path).status_code == 303


@pytest.mark.parametrize(("purpose", "minutes"), [(LinkPurpose.RESET, 30), (LinkPurpose.INVITATION, 7 * 24 * 60)])
def test_s16_a_link_runs_out(client: Client, session: Session, purpose: LinkPurpose, minutes: int) -> None:
    person, now = make_person(session, password=PASSWORD), utcnow()
    page = {LinkPurpose.RESET: "passwort-neu", LinkPurpose.INVITATION: "einladung"}[purpose]
    in_time = keys.new_link(session, person, purpose, now=now - timedelta(minutes=minutes - 1))
    assert client.get(f"/{page}/{in_time}").status_code == 200

    late = keys.new_link(session, person, purpose, now=now - timedelta(minutes=minutes, seconds=1))

    assert client.get(f"/{page}/{late}").page.h1 == VOID
    assert use(client, f"/{page}/{late}").status_code == 404


def test_s16_a_newer_link_voids_the_older_one(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    older, newer = ask(client, session, person), ask(client, session, person)

    assert use(client, older).status_code == 404

    assert use(client, newer).status_code == 303


def test_s16_a_password_change_voids_links(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    path = ask(client, session, person)
    client.sign_in(person)
    assert client.post("/konto/sicherheit", {"old": PASSWORD, "password": NEW, "repeated": NEW}).status_code == 303

    assert use(client, path, "noch ein anderes Passwort").status_code == 404


def test_s16_a_link_opens_its_own_account_and_page_only(client: Client, session: Session) -> None:
    person, other = make_person(session, password=PASSWORD), make_person(session, password=PASSWORD)
    path = ask(client, session, person)

    assert client.get(path.replace("passwort-neu", "einladung")).status_code == 404
    use(client, path)

    assert can_enter(client, other, PASSWORD)
    assert not can_enter(client, other, NEW)


def test_s16_a_link_works_in_a_browser_in_which_somebody_of_another_house_is_signed_in(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    path = ask(client, session, person)
    client.sign_in(make_person(session, organisation=make_organisation(session, "Amt Weida")))

    page = client.get(path)
    client.submit(page, "Passwort speichern", password=NEW, repeated=NEW)

    assert can_enter(client, person, NEW)


def test_s16_a_deactivated_person_has_no_way_in(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)
    path = ask(client, session, person)
    session.execute(update(Person).where(Person.id == person.id).values(active=False))

    assert client.get(path).status_code == 404
    assert use(client, path).status_code == 404


@pytest.mark.parametrize("token", ["x", "a" * 43, "%00", "%F0%9F%99%82", "a" * 5000])
def test_s34_made_up_links_are_no_links(client: Client, token: str) -> None:
    assert client.get(f"/passwort-neu/{token}").status_code in (400, 404)


def test_s16_the_database_knows_only_the_hash(client: Client, session: Session) -> None:
    token = ask(client, session, make_person(session, password=PASSWORD)).rpartition("/")[2]

    row = session.scalars(select(OneTimeLink)).one()

    assert len(token) >= 22
    assert token not in row.token_hash
    assert row.token_hash == keys.digest(token)


def test_s16_the_link_is_in_no_log_and_no_referrer(client: Client, session: Session, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    path = ask(client, session, make_person(session, password=PASSWORD))
    token = path.rpartition("/")[2]

    answers = [client.get(path), use(client, path, "kurz"), use(client, path), use(client, path)]

    assert {answer.headers["Referrer-Policy"] for answer in answers if answer.status_code != 303} == {"strict-origin"}
    shop = [record for record in caplog.records if not record.name.startswith("sqlalchemy")]
    assert shop
    for record in shop:
        assert token not in str(record.__dict__)
        assert NEW not in str(record.__dict__)


def test_s15_a_first_password_comes_by_reset_link_as_well(client: Client, session: Session) -> None:
    """An invitation that ran out is no dead end, and the answer does not tell who is invited."""
    person = make_person(session)

    use(client, ask(client, session, person))

    assert can_enter(client, person, NEW)


@pytest.mark.parametrize(
    ("password", "repeated", "field", "words"),
    [
        ("", "", "password", "Geben Sie ein neues Passwort ein."),
        ("kurz", "kurz", "password", "mindestens 12 Zeichen"),
        ("x" * 100 + "lang genug " * 4, "x" * 100 + "lang genug " * 4, "password", "höchstens 128"),
        ("Passwort1234", "Passwort1234", "password", "leicht zu erraten"),
        (NEW, NEW + "!", "repeated", "nicht gleich"),
        ("Stadt Magdeburg", "Stadt Magdeburg", "password", "Namen"),
    ],
)
def test_s13_a_bad_password_is_refused_at_its_field(
    client: Client, session: Session, password: str, repeated: str, field: str, words: str
) -> None:
    path = ask(client, session, make_person(session, password=PASSWORD))

    answer = use(client, path, password, repeated)

    assert answer.status_code == 422
    assert words in answer.page.errors[field]
    assert password == "" or password not in answer.text
    assert len(answer.page.select("#fehlerliste li a")) >= 1


def test_s13_a_password_of_128_characters_works_to_the_last_one(client: Client, session: Session) -> None:
    person, long = make_person(session, password=PASSWORD), ("lange Sätze sind gute Passwörter " * 5)[:128]

    use(client, ask(client, session, person), long)

    assert can_enter(client, person, long)
    assert not can_enter(client, person, long[:-1] + "!")
    assert not can_enter(client, person, long[:72])


def test_s40_a_new_password_is_told_by_mail_and_audited(client: Client, session: Session) -> None:
    person = make_person(session, password=PASSWORD)

    use(client, ask(client, session, person))

    notice = session.scalars(select(OutboxMail).order_by(OutboxMail.id)).all()[-1]
    assert (notice.kind, notice.to_address) == ("password_changed", person.email)
    assert "http://127.0.0.1:8000/passwort-vergessen" in notice.text
    event = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
    assert event is not None
    assert (event.action, event.subject_number, event.actor_name) == ("person.password_changed", person.email, person.name)
    assert "argon2" not in str(event.before) + str(event.after)


def test_s16_two_uses_at_once_are_one(fresh_database: Database) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with fresh_database.session() as session:
        person = make_person(session, password=PASSWORD)
        token = keys.new_link(session, person, LinkPurpose.RESET, now=utcnow())
        session.commit()
    clients = [Client(fresh_database.app) for _ in range(6)]
    for client in clients:
        client.csrf_token()

    with ThreadPoolExecutor(6) as pool:
        tries = [pool.submit(use, client, f"/passwort-neu/{token}", f"{NEW} {n}") for n, client in enumerate(clients)]
        answers = sorted(answer.result().status_code for answer in tries)

    assert answers.count(303) == 1
    assert set(answers) <= {303, 404, 422}
    with fresh_database.session() as session:
        assert len(session.scalars(select(OutboxMail)).all()) == 1
