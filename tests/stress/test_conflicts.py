"""R-24: what the database could not do this time is done again, whole; and where it cannot be done the person is told so."""

import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy import event, text

from tests.databases import Database
from tests.factories import PASSWORD, hash_once, make_provider
from tests.integration.checkout.town_hall import make_person
from tests.snapshots import Snapshot, changes, snapshot
from tests.stress.crowds import Town, csrf, make_town, require_rules_hold
from tests.visitors import LocalVisitor, Reply, signed_in_here
from webshop.accounts.models import Person
from webshop.core import db as core_db
from webshop.core.actor import Actor, Role
from webshop.core.clock import utcnow
from webshop.organisations.models import Organisation

pytestmark = pytest.mark.stress
ERRORS = {
    "sqlite": [sqlite3.OperationalError("database is locked"), sqlite3.OperationalError("database table is locked: orders")],
    "postgres": [
        psycopg.errors.SerializationFailure("could not serialize access due to concurrent update"),
        psycopg.errors.DeadlockDetected("deadlock detected"),
        psycopg.errors.LockNotAvailable("canceling statement due to lock timeout"),
    ],
}
VOLATILE = ("web_sessions.last_seen_at",)
WRITTEN_FIRST = "failed_sign_ins"
"""A try is written down before a password is compared, and stays where the rest does not come to pass (S-14)."""


@dataclass
class House:
    """The shop in this process, its people in front of it, and one order at each stage."""

    database: Database
    town: Town
    buyer: LocalVisitor
    approver: LocalVisitor
    warehouse: LocalVisitor
    admin: LocalVisitor

    def forget_connections(self) -> None:
        from webshop.extensions import db

        with self.database.app.app_context():
            db.engine.dispose()

    def look(self) -> Snapshot:
        with self.database.session() as session:
            return snapshot(session, without=VOLATILE)


@pytest.fixture
def house(fresh_database, now) -> House:
    town = make_town(fresh_database, now, buyers=1)
    with fresh_database.session() as session:
        admin = make_person(session, make_provider(session), Role.ADMIN, now)
        session.get_one(Person, town.buyers[0].person_id).password_hash = hash_once(PASSWORD)
        session.commit()
    people = (town.buyers[0], town.approver, town.staff, admin)
    return House(fresh_database, town, *(signed_in_here(fresh_database, person) for person in people))


@contextmanager
def failing_commits(house: House, error: Exception, *, first: int, last: int) -> Iterator[list[int]]:
    """The commits with these numbers fail, counted from 1; yields the list of those that were tried."""
    from webshop.extensions import db

    with house.database.app.app_context():
        dialect = db.engine.dialect
    commit, tried = dialect.do_commit, []

    def fail(connection):
        tried.append(len(tried) + 1)
        if first <= len(tried) <= last:
            raise error
        commit(connection)

    dialect.do_commit = fail
    try:
        yield tried
    finally:
        dialect.do_commit = commit


# --- the forms: each prepares its page and returns what presses the button --------------------------------------------

Press = Callable[[], Reply]


def new_cart(house: House) -> None:
    number = house.town.first_orders[0]
    token = csrf(house.buyer.get(f"/bestellungen/{number}"))
    assert house.buyer.post(f"/bestellungen/{number}/erneut", {"csrf_token": token}).status == 303


def submitted(house: House, quantity: str = "2") -> str:
    """An order; with a large quantity one that waits for approval."""
    new_cart(house)
    page = house.buyer.get("/warenkorb")
    field = next(name for name in page.form("/warenkorb/aendern") if name.startswith("quantity-"))
    assert house.buyer.send(page, "/warenkorb/aendern", **{field: quantity}).status == 303
    review = house.buyer.get("/bestellen/pruefen")
    return house.buyer.send(review, "/bestellen/pruefen").location.rpartition("/")[2]


def sending_a_cart(house: House) -> Press:
    new_cart(house)
    page = house.buyer.get("/bestellen/pruefen")
    return lambda: house.buyer.send(page, "/bestellen/pruefen")


def changing_a_cart(house: House) -> Press:
    new_cart(house)
    page = house.buyer.get("/warenkorb")
    field = next(name for name in page.form("/warenkorb/aendern") if name.startswith("quantity-"))
    return lambda: house.buyer.send(page, "/warenkorb/aendern", **{field: "7"})


def granting(house: House) -> Press:
    number = submitted(house, "200")
    page = house.approver.get(f"/freigaben/{number}")
    form = next(form for form in page.tree.forms if "entscheidung" in form.get("class", ""))
    values = {**dict(form.form_values()), "action": "grant"}
    return lambda: house.approver.post(f"/freigaben/{number}", values)


def withdrawing(house: House) -> Press:
    number = submitted(house, "200")
    page = house.buyer.get(f"/bestellungen/{number}")
    values = {"csrf_token": csrf(page), "withdraw_reason": "Irrtum"}
    return lambda: house.buyer.post(f"/bestellungen/{number}/zurueckziehen", values)


def ordering_again(house: House) -> Press:
    new_cart(house)
    number = house.town.first_orders[0]
    token = csrf(house.buyer.get(f"/bestellungen/{number}"))
    return lambda: house.buyer.post(f"/bestellungen/{number}/erneut", {"csrf_token": token})


def claiming_and_finishing(house: House) -> Press:
    submitted(house)
    page = house.warehouse.get("/abwicklung")
    place = next(form.action for form in page.tree.forms if form.action and form.action.endswith("/uebernehmen"))
    assert house.warehouse.send(page, place).status == 303
    entry = place.removesuffix("/uebernehmen")
    shown = house.warehouse.get(entry)
    return lambda: house.warehouse.send(shown, f"{entry}/erledigt", tracking="0034")


def signing_in(house: House) -> Press:
    guest = LocalVisitor(house.database.app)
    page = guest.get("/anmelden")
    fresh = guest.cookie

    def press() -> Reply:
        guest.cookie = fresh
        return guest.send(page, "/anmelden", email=house.town.buyers[0].email, password=PASSWORD)

    return press


def asking_for_a_link(house: House) -> Press:
    guest, email = LocalVisitor(house.database.app), colleague(house).email
    page = guest.get("/passwort-vergessen")
    return lambda: guest.send(page, "/passwort-vergessen", email=email)


def colleague(house: House) -> Actor:
    """Somebody new in the town hall."""
    with house.database.session() as session:
        organisation = session.get_one(Organisation, house.town.organisation_id)
        person = make_person(session, organisation, Role.APPROVER, utcnow())
        session.commit()
    return person


def giving_a_role(house: House) -> Press:
    place = f"/betrieb/personen/{colleague(house).person_id}"
    page = house.admin.get(place)
    values = {
        "csrf_token": csrf(page),
        "version": page.tree.xpath("//input[@name='version']/@value")[0],
        "organisation_id": str(house.town.organisation_id),
        "roles": "auditor",
        "valid_from": "",
        "valid_to": "",
    }
    return lambda: house.admin.post(f"{place}/rollen", values)


def shutting_somebody_out(house: House) -> Press:
    place = f"/betrieb/personen/{colleague(house).person_id}"
    page = house.admin.get(place)
    version = page.tree.xpath("//input[@name='version']/@value")[0]
    values = {"csrf_token": csrf(page), "version": version, "action": "deactivate"}
    return lambda: house.admin.post(f"{place}/konto", values)


FORMS = [
    sending_a_cart,
    changing_a_cart,
    granting,
    withdrawing,
    ordering_again,
    claiming_and_finishing,
    signing_in,
    asking_for_a_link,
    giving_a_role,
    shutting_somebody_out,
]


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_r24_a_conflict_at_any_commit_is_retried_and_changes_nothing_else(house, engine_kind, form):
    """Once: as if nothing had been. Again and again: the person is told so, and nothing of it has happened."""
    press = form(house)
    prepared = house.look()
    with failing_commits(house, RuntimeError(), first=0, last=0) as commits:
        smooth = press()
    wanted = changes(prepared, house.look())
    assert smooth.status in (200, 303), smooth.text[-2000:]
    assert commits
    assert wanted

    for error in ERRORS[engine_kind]:
        for at in commits:
            press = form(house)
            prepared = house.look()
            with failing_commits(house, error, first=at, last=at) as tried:
                answer = press()
            assert answer.status == smooth.status, (error, at, answer.text[-2000:])
            assert len(tried) > len(commits), "the unit of work was not repeated"
            assert differences(changes(prepared, house.look()), wanted) == ([], [])

            press = form(house)
            prepared = house.look()
            with failing_commits(house, error, first=at, last=1000):
                answer = press()
            assert (answer.status, answer.headers["Retry-After"]) == (503, "5")
            assert changes(prepared, house.look(), ignore=[WRITTEN_FIRST] if at > 1 else []) == []
            assert press().status == smooth.status
    require_rules_hold(house.database)


@contextmanager
def statements_after_commits(house: House) -> Iterator[list[str]]:
    """Yields the statements since the last commit."""
    from webshop.extensions import db

    with house.database.app.app_context():
        engine = db.engine
    since: list[str] = []

    def executed(_connection, _cursor, statement, *_rest):
        since.append(statement)

    def committed(_connection):
        since.clear()

    event.listen(engine, "after_cursor_execute", executed)
    event.listen(engine, "commit", committed)
    try:
        yield since
    finally:
        event.remove(engine, "after_cursor_execute", executed)
        event.remove(engine, "commit", committed)


@pytest.mark.parametrize("form", FORMS, ids=lambda form: form.__name__)
def test_r24_after_its_commit_a_form_asks_nothing_of_the_database(house, form):
    """A question that failed there would be taken for a failed commit, and the work that is done would be done again."""
    press = form(house)

    with statements_after_commits(house) as since:
        answer = press()

    assert answer.status == 303
    assert since == []


def differences(found: list[str], wanted: list[str]) -> tuple[list[str], list[str]]:
    """What is there too much, and what is missing."""
    return list((Counter(found) - Counter(wanted)).elements()), list((Counter(wanted) - Counter(found)).elements())


def test_r24_waiting_in_vain_for_the_write_lock_is_told_and_changes_nothing(house, engine_kind, monkeypatch):
    """The lock is held for longer than anybody waits; reading goes on; afterwards the same form does its work."""
    if engine_kind == "sqlite":
        monkeypatch.setattr(core_db, "BUSY_TIMEOUT_MS", 100)
    else:
        with house.database.cluster.connection(house.database.name) as connection:
            connection.execute(f"ALTER ROLE webshop IN DATABASE {house.database.name} SET lock_timeout = '100ms'")
        house.forget_connections()
    press = sending_a_cart(house)
    prepared = house.look()

    with house.database.session() as other:
        if engine_kind == "sqlite":
            other.execute(text("SELECT 1"))  # every transaction outside of pages begins IMMEDIATE
        else:
            other.execute(text("SELECT id FROM carts FOR UPDATE"))
        answer = press()
        reading = house.buyer.get("/bestellungen")
        other.rollback()

    assert (answer.status, answer.headers["Retry-After"], reading.status) == (503, "5", 200)
    assert changes(prepared, house.look()) == []
    assert press().status == 303
    require_rules_hold(house.database)
