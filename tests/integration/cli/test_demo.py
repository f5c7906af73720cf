"""`webshop demo`: one command, a shop; it keeps what happened and leaves no process behind."""

import http.client
import os
import signal
import stat
import time

import pytest
from sqlalchemy import func, select

from tests.databases import free_port
from tests.integration.cli.calling import call
from tests.integration.cli.test_serving import alive, children, soon
from webshop.accounts.models import Person
from webshop.documents.models import Document, DocumentState

pytestmark = [pytest.mark.stress, pytest.mark.timeout(280)]
READY = "Ende mit Strg-C."


def start(database):
    port = free_port()
    database.overrides |= {"bind": f"127.0.0.1:{port}", "secret_key": "", "web_processes": 2}
    process = database.start("demo")
    process.wait_until(lambda: READY in process.output, 200)
    return process, port


def all_below(pid: int) -> list[int]:
    found = children(pid)
    return found + [deeper for child in found for deeper in all_below(child)]


def get(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_the_demo_starts_keeps_what_happened_and_leaves_nothing_running(fresh_database):
    process, port = start(fresh_database)
    assert f"http://127.0.0.1:{port}" in process.output
    assert "bestellung@magdeburg.example.org" in process.output
    assert "webshop-demo" in process.output
    assert get(port, "/anmelden") == 200
    key = fresh_database.folder / "data" / "secret-key"
    assert stat.S_IMODE(os.stat(key).st_mode) == 0o600
    first_key = key.read_text()
    with fresh_database.session() as session:
        people = session.scalar(select(func.count(Person.id)))
    running = all_below(process.popen.pid)
    assert len(running) >= 4

    process.popen.send_signal(signal.SIGINT)
    begun = time.monotonic()
    assert process.popen.wait(30) == 0
    print(f"stopped within {time.monotonic() - begun:.1f} s")
    assert "Der Shop ist beendet." in process.output
    assert not any(alive(pid) for pid in running)

    begun = time.monotonic()
    process, port = start(fresh_database)
    print(f"second start within {time.monotonic() - begun:.1f} s")
    with fresh_database.session() as session:
        assert session.scalar(select(func.count(Person.id))) == people
    assert key.read_text() == first_key
    process.wait_until(lambda: stored(fresh_database) > 0, 60)
    running = all_below(process.popen.pid)
    os.kill(process.popen.pid, signal.SIGKILL)
    process.popen.wait()
    assert soon(lambda: not any(alive(pid) for pid in running), 40), "killed, the demo left processes behind"

    verified = call(fresh_database, "verify")
    assert verified.returncode == 0, verified.stdout


def stored(database) -> int:
    with database.session() as session:
        return session.scalar(select(func.count(Document.id)).where(Document.state == DocumentState.STORED)) or 0


def test_the_demo_says_when_its_port_is_taken(fresh_database):
    server = fresh_database.serve()
    fresh_database.overrides |= {"bind": server.address.removeprefix("http://")}

    process = fresh_database.start("demo")

    assert process.popen.wait(120) == 1
    assert "dort lauscht schon ein Programm" in process.output
