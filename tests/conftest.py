"""What every test has at hand: a clock that stands still, a database that forgets, a browser that looks closely.

`session`, `app`, `client` and `fresh_database` run every test on SQLite and on PostgreSQL; `--engine` chooses one.
"""

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import prometheus_client  # noqa: F401 - decides when it is imported where it counts: before a test calls `serve` in here
import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from tests.browsing import Client, watch_requests, watch_sessions
from tests.databases import Database, EngineKind, Run
from tests.mailsink import SmtpSink

RUN: pytest.StashKey[Run] = pytest.StashKey()
ENGINES: dict[str, list[EngineKind]] = {"sqlite": ["sqlite"], "postgres": ["postgres"], "both": ["sqlite", "postgres"]}
NOT_COUNTED = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "PRAGMA", "SET ", "SELECT SET_CONFIG")


# --- one run, with its options and its files --------------------------------------------------------------------------


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--engine", choices=list(ENGINES), default="both", help="the databases that integration tests run on")


def pytest_configure(config: pytest.Config) -> None:
    given = getattr(config, "workerinput", None)
    config.stash[RUN] = Run(Path(given["webshop_run"]), given["webshop_owner"]) if given else Run.begin()
    watch_sessions()
    _stay_on_this_machine()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """pytest-xdist: tell each worker where the run's files lie."""
    run = node.config.stash[RUN]
    node.workerinput |= {"webshop_run": str(run.folder), "webshop_owner": run.owner_pid}


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and RUN in config.stash:
        config.stash[RUN].end()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent / "browser"):
            item.add_marker("browser")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "engine_kind" not in metafunc.fixturenames:
        return
    kinds = ENGINES[metafunc.config.getoption("--engine")]
    only_postgres = any(metafunc.definition.iter_markers("postgres"))
    chosen = [kind for kind in kinds if kind == "postgres" or not only_postgres]
    skipped = pytest.param("postgres", marks=pytest.mark.skip(reason="proves something about PostgreSQL (--engine sqlite given)"))
    metafunc.parametrize("engine_kind", chosen or [skipped], scope="session", indirect=True)


def _stay_on_this_machine() -> None:
    """No test talks to the world: connections leave for this machine only."""
    connect, getaddrinfo = socket.socket.connect, socket.getaddrinfo

    def guarded_connect(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not str(address[0]).startswith(("127.", "localhost", "::1")):
            raise RuntimeError(f"a test wants to connect to {address}")
        connect(self, address)

    def guarded_getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if host not in (None, "", "localhost", "127.0.0.1", "::1", "0.0.0.0"):
            raise socket.gaierror(socket.EAI_NONAME, f"a test asks for the address of {host}")
        return getaddrinfo(host, *args, **kwargs)

    socket.socket.connect = guarded_connect  # type: ignore[method-assign, assignment]
    socket.getaddrinfo = guarded_getaddrinfo


# --- fixtures ---------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def same_environment() -> Iterator[None]:
    """A command that a test runs in this process may set variables; the next test must not meet them."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys() - {"PYTEST_CURRENT_TEST"}:
        del os.environ[name]
    os.environ.update({name: value for name, value in before.items() if name != "PYTEST_CURRENT_TEST"})


@pytest.fixture
def now() -> datetime:
    """A Wednesday morning in Berlin."""
    return datetime(2026, 11, 25, 9, 0, tzinfo=UTC)


@pytest.fixture(scope="session")
def run(pytestconfig: pytest.Config) -> Run:
    return pytestconfig.stash[RUN]


@pytest.fixture(scope="session")
def engine_kind(request: pytest.FixtureRequest) -> EngineKind:
    kind: EngineKind = request.param
    return kind


@pytest.fixture(scope="session")
def shared_database(run: Run, engine_kind: EngineKind) -> Iterator[Database]:
    """The database of `app`; stays empty, because every test is rolled back."""
    database = run.database(engine_kind)
    yield database
    database.close()


@pytest.fixture(scope="session")
def app(shared_database: Database) -> Flask:
    from webshop.extensions import db

    app = shared_database.app
    watch_requests(app)
    with app.app_context():
        db.session.configure(join_transaction_mode="create_savepoint")
    return app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """A session whose commits are savepoints; the whole test is rolled back. Requests use the same connection."""
    from webshop.extensions import db

    with app.app_context():
        engines = cast(dict[str | None, Any], db.engines)
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            engines[None] = connection
            try:
                yield db.session()
                db.session.remove()
            finally:
                engines[None] = engine
                outer.rollback()


@pytest.fixture
def client(app: Flask, session: Session) -> Client:
    """A browser without a screen, on the rolled back connection."""
    return Client(app, session)


@pytest.fixture
def fresh_database(run: Run, engine_kind: EngineKind) -> Iterator[Database]:
    """A database of its own with real commits: for locks, faults and processes."""
    database = run.database(engine_kind)
    yield database
    database.close()


@pytest.fixture
def count_queries() -> Callable[[], AbstractContextManager[list[str]]]:
    """Collects the statements that reach any database; transaction control is not counted."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.lstrip().upper().startswith(NOT_COUNTED):
                statements.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    """A mail server that keeps its mails, and can be told to be ill."""
    sink = SmtpSink()
    yield sink
    sink.stop()


@pytest.fixture
def work_folder(tmp_path: Path) -> Iterator[Path]:
    """An empty folder in which the test also stands."""
    before = Path.cwd()
    os.chdir(tmp_path)
    yield tmp_path
    os.chdir(before)
