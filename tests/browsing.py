"""A browser without a screen: the test client that signs people in, checks every page and presses buttons by name."""

import contextvars
from collections.abc import Callable
from functools import cached_property
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit
from uuid import UUID

import flask
from flask import Flask
from itsdangerous import URLSafeTimedSerializer
from sqlalchemy import event, select
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction
from werkzeug.test import TestResponse

from tests.pages import Form, Page
from webshop.accounts import keys, queries
from webshop.accounts.models import Person
from webshop.accounts.sessions import establish
from webshop.core.actor import Actor
from webshop.core.clock import utcnow
from webshop.core.db import reading
from webshop.extensions import db
from webshop.organisations.models import Organisation

T = TypeVar("T")

UNSAVED = "tests_unsaved"
_LEFT_BEHIND = "tests.left_behind"


class Answer:
    """A response, and the page in it. Everything the response has is here too."""

    def __init__(self, response: TestResponse) -> None:
        self.response = response

    def __getattr__(self, name: str) -> Any:
        return getattr(self.response, name)

    def __repr__(self) -> str:
        return f"<Answer {self.response.status} {self.response.request.path}>"

    @property
    def is_html(self) -> bool:
        redirect = 300 <= self.response.status_code < 400
        return self.response.mimetype == "text/html" and not redirect and bool(self.response.data)

    @cached_property
    def page(self) -> Page:
        assert self.is_html, f"{self!r} is {self.response.mimetype}"
        fragment = "HX-Request" in self.response.request.headers and "<html" not in self.response.text
        return Page(self.response.text, fragment=fragment)


class Client:
    """Sends requests to an app, each in a context of its own like a request from outside."""

    def __init__(self, app: Flask, session: Session | None = None) -> None:
        self.app = app
        self.session = session
        self.http = app.test_client()
        self._left_behind: list[str] = app.extensions.setdefault(_LEFT_BEHIND, [])

    def get(self, url: str, **options: Any) -> Answer:
        return self.open(url, method="GET", **options)

    def head(self, url: str, **options: Any) -> Answer:
        return self.open(url, method="HEAD", **options)

    def post(self, url: str, data: dict[str, Any] | None = None, *, csrf: bool = True, **options: Any) -> Answer:
        """POST as the shop's own pages do; `csrf=False` as somebody else's page would."""
        if csrf and isinstance(data or {}, dict) and "json" not in options:
            data = {"csrf_token": self.csrf_token(), **(data or {})}
        return self.open(url, method="POST", data=data, **options)

    def open(self, url: str, *, may_break: bool = False, **options: Any) -> Answer:
        """Send a request; an answer of 500 fails the test unless it `may_break`."""
        if self.session is not None:
            self.session.flush()
        self._left_behind.clear()
        try:
            answer = Answer(self._outside(lambda: self.http.open(url, **options)))
        finally:
            if self.session is not None:
                _unbind(self.session)
                self.session.expire_all()
        assert not self._left_behind, f"{answer!r} ended with unsaved changes: {'; '.join(self._left_behind)}"
        assert may_break or answer.status_code != 500, f"{answer!r}: the log says why"
        if answer.is_html:
            problems = answer.page.problems()
            assert not problems, f"{answer!r} is no good page:\n  " + "\n  ".join(problems)
        return answer

    def click(self, answer: Answer, link: str, **options: Any) -> Answer:
        """Follow the link with this text."""
        assert link in answer.page.links, f"no link {link!r}, only {sorted(answer.page.links)}"
        return self.get(self._target(answer, answer.page.links[link]), **options)

    def submit(self, answer: Answer, button: str, *, to: str | None = None, follow: bool = True, **values: Any) -> Answer:
        """Press a button after filling fields by name, as a person would.

        `to` tells buttons of the same name apart by their form's address; field names that are no Python names go into
        `answer.page.form(button).fill(**{"name-0": …})` and `send`.
        """
        return self.send(answer, answer.page.form(button, action=to).fill(**values), follow=follow)

    def send(self, answer: Answer, form: Form, *, follow: bool = True) -> Answer:
        """Send a filled form from the page it stands on."""
        url = self._target(answer, form.action)
        if form.method == "get":
            return self.get(url, query_string=form.values, follow_redirects=follow)
        return self.open(url, method="POST", data=form.values, follow_redirects=follow)

    def sign_in(self, who: Person | Actor | str, organisation: Organisation | UUID | None = None) -> "Client":
        """Sign somebody in without the form, for the named organisation or for their first; an address will do."""
        wanted = organisation if organisation is None or isinstance(organisation, UUID) else organisation.id
        if self.session is not None:
            self.session.flush()
            sid, actor = _begin(self.session, who, wanted)
        else:
            with self.app.app_context():
                sid, actor = _begin(db.session(), who, wanted)
        self._outside(lambda: self._keep(sid, actor))
        return self

    def _keep(self, sid: str, actor: Actor) -> None:
        """Put into this browser's cookie what the shop itself would."""
        with self.app.test_request_context(environ_base=self.http.environ_base):
            establish(sid, actor)
            content = dict(flask.session)
        with self.http.session_transaction() as cookie:
            cookie.clear()
            cookie.update(content)

    def sign_out(self) -> None:
        """Forget all cookies."""
        self.http = self.app.test_client()

    def csrf_token(self) -> str:
        """A token that this browser's forms would carry."""

        def make() -> str:
            with self.http.session_transaction() as session:
                raw = session.setdefault("csrf_token", "0123456789abcdef" * 3)
            return str(URLSafeTimedSerializer(str(self.app.secret_key), salt="wtf-csrf-token").dumps(raw))

        return self._outside(make)

    @staticmethod
    def _target(answer: Answer, address: str) -> str:
        parts = urlsplit(urljoin(answer.response.request.url, address))
        assert parts.hostname in ("localhost", "127.0.0.1"), f"{address} leads out of the shop"
        return parts.path + (f"?{parts.query}" if parts.query else "")

    @staticmethod
    def _outside(work: Callable[[], T]) -> T:
        """Run without the test's app context, so that the request makes its own."""
        return contextvars.Context().run(work)


def _begin(session: Session, who: Person | Actor | str, organisation_id: UUID | None) -> tuple[str, Actor]:
    """A session in the database for somebody who holds a role today."""
    if isinstance(who, Actor):
        person_id, organisation_id = who.person_id, organisation_id or who.organisation_id
    elif isinstance(who, Person):
        person_id = who.id
    else:
        person_id = session.scalars(select(Person.id).where(Person.email == who)).one()
    actor = queries.actor_for(session, person_id, organisation_id, now=utcnow())
    assert actor is not None, f"{who!r} holds no role in any organisation"
    assert organisation_id in (None, actor.organisation_id), f"{who!r} holds no role in that organisation"
    sid = keys.start_session(session, actor, user_agent="Tests", network="127.0.0.0", now=utcnow())
    session.commit()
    return sid, actor


# --- what a request leaves behind -------------------------------------------------------------------------------------


def watch_requests(app: Flask) -> None:
    """Note requests that end with changes which nobody committed."""
    left_behind = app.extensions.setdefault(_LEFT_BEHIND, [])

    @app.teardown_request
    def look(_error: BaseException | None) -> None:
        session = db.session()
        changed = [*session.new, *session.deleted, *(row for row in session.dirty if session.is_modified(row))]
        left_behind.extend(f"{type(row).__name__} in the session" for row in changed)
        left_behind.extend(session.info.get(UNSAVED, []))


def watch_sessions() -> None:
    """Keep the list of written but uncommitted changes in `session.info`; called once per process."""

    @event.listens_for(Session, "after_flush")
    def flushed(session: Session, _context: object) -> None:
        rows = {*session.new, *session.dirty, *session.deleted}
        session.info.setdefault(UNSAVED, []).extend(f"{type(row).__name__} written" for row in rows)

    @event.listens_for(Session, "do_orm_execute")
    def executed(state: ORMExecuteState) -> None:
        if state.is_insert or state.is_update or state.is_delete:
            what = f"{type(state.statement).__name__.upper()} {getattr(state.statement, 'table', '')}"
            state.session.info.setdefault(UNSAVED, []).append(what)

    @event.listens_for(Session, "after_transaction_end")
    def ended(session: Session, transaction: SessionTransaction) -> None:
        if transaction.parent is None:
            session.info.pop(UNSAVED, None)

    @event.listens_for(Session, "after_begin")
    def begun(_session: Session, _transaction: SessionTransaction, connection: Any) -> None:
        """In the rolled back test a request's transaction is a savepoint; it is made read-only all the same."""
        if not connection.in_nested_transaction():
            return
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql(f"PRAGMA query_only = {'ON' if reading() else 'OFF'}")
        elif reading():
            connection.exec_driver_sql("SET TRANSACTION READ ONLY")


def _unbind(session: Session) -> None:
    """The test's transaction outlives the request: it may write again, and sees all tenants."""
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA query_only = OFF")
    else:
        connection.exec_driver_sql("SET LOCAL webshop.tenant = ''")
