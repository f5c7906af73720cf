"""People in front of a running shop: they speak HTTP over real sockets, keep their cookie and send the forms they were shown."""

import contextvars
import http.client
import random
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import lxml.html
from flask import Flask

from tests.browsing import Client
from tests.databases import Database, Server
from webshop.accounts.models import Person
from webshop.core.actor import Actor

AGENT = "Visitor"
COOKIE = "webshop"
NoAnswer = (OSError, http.client.HTTPException)
"""Nobody answered, or the answer broke off: the visitor does not know what became of the request."""


@dataclass
class Reply:
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    path: str

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    @property
    def location(self) -> str:
        return urlsplit(self.headers.get("Location", "")).path

    @cached_property
    def tree(self) -> Any:
        return lxml.html.document_fromstring(self.body.decode())

    def form(self, action: str, **values: str) -> dict[str, str]:
        """The fields of the form with this address, as a browser would send them."""
        for found in self.tree.forms:
            if (found.action or self.path) == action:
                return {**dict(found.form_values()), **values}
        raise AssertionError(f"no form to {action} on {self.path} ({self.status}), only {[f.action for f in self.tree.forms]}")


@dataclass
class Visitor:
    """A browser: one address, one cookie. May move on to another server of the same shop."""

    address: str
    cookie: str = ""
    timeout: float = 30
    seen: list[int] = field(default_factory=list)
    """The status of every answer."""

    def ask(self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Reply:
        """One request; raises one of NoAnswer where nothing comes back."""
        sent = {"User-Agent": AGENT, **(headers or {})}
        if self.cookie:
            sent["Cookie"] = f"{COOKIE}={self.cookie}"
        reply = self.open(method, path, body, sent)
        for line in reply.headers.get_all("Set-Cookie", []):
            name, _, rest = line.partition("=")
            if name == COOKIE:
                self.cookie = rest.partition(";")[0]
        self.seen.append(reply.status)
        return reply

    def open(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        """The request on a connection of its own."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=self.timeout)
        try:
            connection.request(method, path, body, {"Connection": "close", **headers})
            answer = connection.getresponse()
            return Reply(answer.status, answer.headers, answer.read(), path)
        finally:
            connection.close()

    def get(self, path: str) -> Reply:
        return self.ask("GET", path)

    def go(self, path: str) -> Reply:
        """A page, wherever the address leads."""
        reply = self.get(path)
        while 300 <= reply.status < 400:
            reply = self.get(reply.location)
        return reply

    def post(self, path: str, fields: Mapping[str, Any] | Sequence[tuple[str, Any]]) -> Reply:
        body = urlencode(fields, doseq=True).encode()
        return self.ask("POST", path, body, {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, reply: Reply, action: str, **values: str) -> Reply:
        """Send the form with this address from the page on which it stands."""
        return self.post(urljoin(reply.path, action), reply.form(action, **values))

    def at(self, server: Server) -> "Visitor":
        """The same browser at another server."""
        return Visitor(server.address, self.cookie, self.timeout)


class LocalVisitor(Visitor):
    """A visitor of an app in this very process: for faults that are injected into it."""

    def __init__(self, app: Flask, cookie: str = "") -> None:
        super().__init__("http://127.0.0.1:8000", cookie)
        self.app = app

    def open(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Reply:
        browser = self.app.test_client(use_cookies=False)
        environ = {"REMOTE_ADDR": "127.0.0.1"}
        answer = contextvars.Context().run(
            lambda: browser.open(
                path, method=method, data=body, headers=dict(headers), base_url=self.address, environ_base=environ
            )
        )
        received = http.client.HTTPMessage()
        for name, value in answer.headers:
            received[name] = value
        return Reply(answer.status_code, received, answer.data, path)


def cookie_of(database: Database, who: Person | Actor | str) -> str:
    """A session without the way through the form; passwords take time."""
    client = Client(database.app)
    client.http.environ_base.update({"REMOTE_ADDR": "127.0.0.1", "HTTP_USER_AGENT": AGENT})
    client.sign_in(who)
    cookie = client.http.get_cookie(COOKIE)
    assert cookie is not None
    return cookie.value


def signed_in(server: Server, database: Database, who: Person | Actor | str, *, timeout: float = 30) -> Visitor:
    """A signed-in visitor of a server."""
    return Visitor(server.address, cookie_of(database, who), timeout)


def signed_in_here(database: Database, who: Person | Actor | str) -> LocalVisitor:
    """A signed-in visitor of the app in this process."""
    return LocalVisitor(database.app, cookie_of(database, who))


@dataclass
class Crowd:
    """Visitors who do the same over and over, each in a thread, until told to stop.

    A `turn` that raises NoAnswer is tried again after a moment: people do that. Any other error is kept and fails the test.
    """

    turns: Sequence[Callable[[], object]]
    errors: list[BaseException] = field(default_factory=list)
    unanswered: int = 0
    done: int = 0

    def __post_init__(self) -> None:
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._run, args=(turn,), daemon=True) for turn in self.turns]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, kind: object, *_rest: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(60)
        if kind is None and self.errors:
            raise self.errors[0]

    def _run(self, turn: Callable[[], object]) -> None:
        while not self._stop.is_set():
            try:
                turn()
            except StopIteration:
                return
            except NoAnswer:
                with self._lock:
                    self.unanswered += 1
                self._stop.wait(random.uniform(0.02, 0.1))
            except BaseException as error:
                self.errors.append(error)
                return
            else:
                with self._lock:
                    self.done += 1

    def wait_for(self, more: int, seconds: float = 60) -> None:
        """Until so many more turns are done."""
        goal, end = self.done + more, time.monotonic() + seconds
        while self.done < goal:
            assert not self.errors, self.errors[0]
            assert time.monotonic() < end, f"{goal - self.done} turns are missing after {seconds} s"
            time.sleep(0.01)


def together(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Do all at one instant, each in a thread; what each returned or raised."""
    barrier, results = threading.Barrier(len(works)), [None] * len(works)

    def run(index: int, work: Callable[[], Any]) -> None:
        barrier.wait(30)
        try:
            results[index] = work()
        except BaseException as error:
            results[index] = error  # type: ignore[call-overload]

    threads = [threading.Thread(target=run, args=(index, work), daemon=True) for index, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    return results
