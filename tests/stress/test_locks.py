"""R-22 and R-23: readers and writers in many processes, and reading that waits for nobody."""

import json
import threading
import time
from datetime import timedelta

import pytest
from sqlalchemy import event, text, update

from tests.factories import PASSWORD, hash_once
from tests.stress.crowds import buyers_at, make_town, require_consistent, require_placed, work_off
from tests.visitors import Crowd, signed_in, signed_in_here
from webshop.accounts.models import Person, WebSession
from webshop.core.clock import utcnow

pytestmark = pytest.mark.stress
SECONDS = 10


def test_r22_servers_workers_and_queue_commands_at_once_meet_no_locked_database(fresh_database, engine_kind, now):
    """Two servers with two processes each, two workers and two warehouse systems read and write one file."""
    if engine_kind != "sqlite":
        pytest.skip("one file, many processes: SQLite")
    town = make_town(fresh_database, now, buyers=6)
    servers = [fresh_database.serve(WEBSHOP_WEB_PROCESSES="2") for _ in range(2)]
    workers = [fresh_database.start("worker") for _ in range(2)]
    buyers = buyers_at(servers[0], fresh_database, town)
    for buyer in buyers[::2]:
        buyer.move_to(servers[1])

    def warehouse():
        claimed = fresh_database.webshop("queue", "claim", "--worker", "lager")
        assert claimed.returncode == 0, claimed.stderr
        if entry := json.loads(claimed.stdout):
            done = fresh_database.webshop("queue", "finish", str(entry["id"]), entry["lease_token"])
            assert done.returncode == 0, done.stderr

    with Crowd([*(buyer.turn for buyer in buyers), warehouse, warehouse]) as crowd:
        time.sleep(SECONDS)
    for process in [*workers, *servers]:
        assert process.stop() == 0

    assert [status for buyer in buyers for status in buyer.visitor.seen if status >= 400] == []
    assert crowd.unanswered == 0
    told = "".join(process.output for process in [*workers, *servers])
    assert "unhandled" not in told
    assert "job failed" not in told
    # A writer that waited in vain for ten seconds on a crowded machine tries again; one that fails at once does so often.
    assert told.count("trying again") <= crowd.done // 20
    work_off(fresh_database)
    require_placed(fresh_database, [number for buyer in buyers for number in buyer.placed])
    require_consistent(fresh_database)


READ = ("/katalog", "/suche?q=nordbook", "/bestellungen", "/bestellen/pruefen", "/warenkorb", "/konto", "/impressum")


def test_r23_pages_come_while_somebody_else_holds_the_write_lock(fresh_database, engine_kind, now):
    """The lock is released only after the pages have come, so a page that waits for it never comes in time."""
    if engine_kind != "sqlite":
        pytest.skip("PostgreSQL has no lock for the whole database")
    town = make_town(fresh_database, now, buyers=1)
    server = fresh_database.serve()
    visitor = signed_in(server, fresh_database, town.buyers[0])
    (buyer,) = buyers_at(server, fresh_database, town)
    buyer.turn()
    article = visitor.get("/katalog").tree.xpath("//main//a[starts-with(@href, '/artikel/')]/@href")[0]
    pages = [*READ, article, f"/bestellungen/{buyer.last}"]
    with fresh_database.session() as session:  # the session is old enough for a page to want to note that it was seen
        session.execute(update(WebSession).values(last_seen_at=utcnow() - timedelta(minutes=10)))
        session.commit()

    with fresh_database.session() as other:
        other.execute(text("SELECT 1"))  # every transaction outside of pages begins IMMEDIATE
        begun = time.monotonic()
        answers = {page: visitor.get(page).status for page in pages}
        time.sleep(max(0, 3 - (time.monotonic() - begun)))
        answers |= {f"{page} again": visitor.get(page).status for page in pages}
        assert other.in_transaction()
        other.rollback()

    assert {page: status for page, status in answers.items() if status not in (200, 303)} == {}
    require_consistent(fresh_database)


# --- slow work and open transactions ----------------------------------------------------------------------------------


class OpenWrites:
    """Which threads of this process have a transaction open that may write."""

    def __init__(self) -> None:
        self._open: dict[int, int] = {}
        self.slow_work: list[tuple[str, bool]] = []

    def watch(self, engine) -> None:
        from webshop.core.db import reading

        def begun(connection):
            if not reading():
                self._open[id(connection)] = threading.get_ident()

        def ended(connection, *_rest):
            self._open.pop(id(connection), None)

        event.listen(engine, "begin", begun)
        event.listen(engine, "commit", ended)
        event.listen(engine, "rollback", ended)

    def slow(self, name, function):
        """The function, noting whether this thread had a transaction open when it was called."""

        def noted(*args, **kwargs):
            self.slow_work.append((name, threading.get_ident() in self._open.values()))
            return function(*args, **kwargs)

        return noted


@pytest.fixture
def watched(fresh_database, monkeypatch):
    """The app in this process, with an eye on what hashes passwords while a transaction is open."""
    from argon2 import PasswordHasher

    from webshop.extensions import db

    writes = OpenWrites()
    with fresh_database.app.app_context():
        writes.watch(db.engine)
    for name in ("hash", "verify"):
        monkeypatch.setattr(PasswordHasher, name, writes.slow(f"argon2.{name}", getattr(PasswordHasher, name)))
    return writes


def test_r23_passwords_are_hashed_and_compared_while_no_transaction_is_open(fresh_database, watched, now):
    """Signing in, rightly and wrongly and as nobody, a changed password, a forgotten one, an invitation."""
    town = make_town(fresh_database, now, buyers=1)
    person = town.buyers[0]
    new = "neun Pflaumen im Korb"
    with fresh_database.session() as session:
        session.get_one(Person, person.person_id).password_hash = hash_once(PASSWORD)
        session.commit()
    watched.slow_work.clear()
    guest, inside = signed_in_here(fresh_database, person), signed_in_here(fresh_database, person)
    guest.cookie = ""

    for email, password in ((person.email, PASSWORD + "x"), ("nobody@test.example.org", PASSWORD), (person.email, PASSWORD)):
        guest.send(guest.get("/anmelden"), "/anmelden", email=email, password=password)
    page = inside.get("/konto/sicherheit")
    changed = inside.send(page, "/konto/sicherheit", old=PASSWORD, password=new, repeated=new)
    guest.cookie = ""
    asked = guest.send(guest.get("/passwort-vergessen"), "/passwort-vergessen", email=person.email)
    link = reset_link(fresh_database)
    chosen = guest.send(guest.get(link), link, password=PASSWORD, repeated=PASSWORD)

    assert (changed.status, asked.status, chosen.status) == (303, 200, 303) or asked.status == 303, asked.status
    kinds = {name for name, _ in watched.slow_work}
    assert kinds == {"argon2.hash", "argon2.verify"}
    assert len(watched.slow_work) >= 6
    assert [name for name, inside_transaction in watched.slow_work if inside_transaction] == []


def reset_link(database) -> str:
    import re

    from sqlalchemy import select

    from webshop.outbox.models import OutboxMail

    with database.session() as session:
        mail = session.scalars(select(OutboxMail.text).where(OutboxMail.kind == "password_reset")).one()
    found = re.search(r"/passwort-neu/[\w-]+", mail)
    assert found is not None
    return found[0]


class NotingRenderer:
    """Stands where the worker's printing process is; notes whether a transaction is open while it prints."""

    def __init__(self, writes: OpenWrites) -> None:
        self.render = writes.slow("render", lambda *_given, **_more: b"%PDF-1.7 for this test")

    def start(self) -> None:
        pass

    def close(self) -> None:
        pass

    def hurry(self, _seconds: float) -> None:
        pass


def test_r23_documents_are_printed_and_mails_sent_while_no_transaction_is_open(fresh_database, smtp_sink, now, monkeypatch):
    from smtplib import SMTP

    from webshop.worker import Worker

    make_town(fresh_database, now, buyers=3)
    fresh_database.overrides["smtp_url"] = smtp_sink.url
    writes = OpenWrites()
    worker = Worker(fresh_database.settings, renderer=NotingRenderer(writes))
    writes.watch(worker.context.engine)
    for name in ("connect", "data"):
        monkeypatch.setattr(SMTP, name, writes.slow(f"smtp.{name}", getattr(SMTP, name)))

    worker.run(until_idle=True)

    assert {name for name, _ in writes.slow_work} == {"render", "smtp.connect", "smtp.data"}
    assert [name for name, inside_transaction in writes.slow_work if inside_transaction] == []
    assert len(smtp_sink.messages) == 3
