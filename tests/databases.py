"""Databases for tests: migrated once per run, then copied, which takes milliseconds on both engines.

All processes of one run (pytest-xdist's workers too) share a folder, and through it the template and the server.
"""

import fcntl
import http.client
import itertools
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import Engine, create_engine
from sqlalchemy.orm import Session

from tests import clusters
from webshop import schema, tables
from webshop.config import Settings
from webshop.core.db import configure_engine

EngineKind = Literal["sqlite", "postgres"]
PREFIX = "webshop-tests-"
TEMPLATE = "webshop_template"
SECRET_KEY = "only-for-tests-" + "x" * 40
PROJECT = Path(__file__).resolve().parent.parent
COMMAND = (sys.executable, "-m", "webshop.cli")

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Run:
    """One call of pytest, with all its workers."""

    folder: Path
    owner_pid: int

    @classmethod
    def begin(cls) -> "Run":
        for left_over in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
            owner = left_over.name.removeprefix(PREFIX).partition("-")[0]
            if owner.isdigit() and not Path(f"/proc/{owner}").exists():
                shutil.rmtree(left_over, ignore_errors=True)
        return cls(Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")), os.getpid())

    def end(self) -> None:
        if (note := self.folder / "cluster").exists():
            clusters.Cluster(Path(note.read_text())).stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def locked(self) -> Iterator[None]:
        with (self.folder / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    def cluster(self) -> clusters.Cluster:
        """The server, started by whoever needs it first."""
        note = self.folder / "cluster"
        with self.locked():
            if not note.exists():
                note.write_text(str(clusters.start(self.owner_pid).folder))
        return clusters.Cluster(Path(note.read_text()))

    def database(self, kind: EngineKind, *, disk: Path | None = None) -> "Database":
        """A new, migrated, empty database; a SQLite file may lie on a disk of its own."""
        folder = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=self.folder))
        if kind == "sqlite":
            path = (disk or folder) / "webshop.sqlite3"
            shutil.copyfile(self._sqlite_template(), path)
            return Database(kind, folder, f"sqlite:///{path}")
        cluster, name = self.cluster(), f"webshop_{os.getpid()}_{next(_numbers)}"
        self._postgres_template(cluster)
        cluster.create(name, TEMPLATE)
        return Database(kind, folder, cluster.url(name), cluster=cluster, name=name)

    def _sqlite_template(self) -> Path:
        path = self.folder / "template.sqlite3"
        with self.locked():
            if not path.exists():
                unfinished = self.folder / "unfinished.sqlite3"
                unfinished.unlink(missing_ok=True)
                migrate(f"sqlite:///{unfinished}")
                unfinished.rename(path)
        return path

    def _postgres_template(self, cluster: clusters.Cluster) -> None:
        done = self.folder / "template.postgres"
        with self.locked():
            if not done.exists():
                cluster.drop(TEMPLATE)
                cluster.create(TEMPLATE)
                migrate(cluster.url(TEMPLATE))
                done.touch()


@dataclass
class Database:
    """A database of its own, with real commits, and the processes that work on it."""

    kind: EngineKind
    folder: Path
    url: str
    cluster: clusters.Cluster | None = None
    name: str = ""
    overrides: dict[str, Any] = field(default_factory=dict)
    """Settings that differ from the defaults of tests; set them before `app` or a process is made."""
    _processes: list["Process"] = field(default_factory=list)

    @property
    def settings(self) -> Settings:
        values = {"database_url": self.url, "data_dir": self.folder / "data", "secret_key": SECRET_KEY, "testing": True}
        return Settings(**{**values, **self.overrides})

    @property
    def environment(self) -> dict[str, str]:
        """The environment of a process that works on this database."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith("WEBSHOP_")}
        given = {
            "database_url": self.url,
            "data_dir": self.folder / "data",
            "secret_key": SECRET_KEY,
            **self.overrides,
        }
        return kept | {f"WEBSHOP_{name.upper()}": str(value) for name, value in given.items()} | {"PYTHONUNBUFFERED": "1"}

    @cached_property
    def app(self) -> Flask:
        from webshop.app import create_app

        (self.folder / "data").mkdir(exist_ok=True)
        return create_app(self.settings)

    @cached_property
    def engine(self) -> Engine:
        """An engine beside the app's, for looking and meddling from outside."""
        engine = create_engine(self.url, pool_size=40)
        configure_engine(engine)
        return engine

    @contextmanager
    def session(self) -> Iterator[Session]:
        """A session of its own; commit it yourself. Any thread may have one."""
        with Session(self.engine) as session:
            yield session

    def start(self, *arguments: str, **environment: str) -> "Process":
        """Start `webshop …` on this database; it is killed with the test at the latest."""
        process = Process(arguments, self.folder / f"process-{len(self._processes)}.log", self.environment | environment)
        self._processes.append(process)
        return process

    def serve(self, **environment: str) -> "Server":
        """Start `webshop serve` on a free port and wait until it answers."""
        port = free_port()
        address = f"http://127.0.0.1:{port}"
        given = {"WEBSHOP_BIND": f"127.0.0.1:{port}", "WEBSHOP_PUBLIC_URL": address, "WEBSHOP_WEB_PROCESSES": "1"}
        server = Server(("serve",), self.folder / f"process-{len(self._processes)}.log", self.environment | given | environment)
        server.address = address
        self._processes.append(server)
        server.wait_until_ready()
        return server

    def webshop(self, *arguments: str, input: str | None = None, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run `webshop …` on this database to its end."""
        given: dict[str, Any] = {"stdin": subprocess.DEVNULL} if input is None else {"input": input}
        given |= {"cwd": PROJECT, "env": self.environment, "timeout": timeout}
        return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, **given)

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        if "engine" in self.__dict__:
            self.engine.dispose()
        if "app" in self.__dict__:
            from webshop.extensions import db

            with self.app.app_context():
                for engine in db.engines.values():
                    engine.dispose()
        if self.cluster is not None:
            self.cluster.drop(self.name)
        shutil.rmtree(self.folder, ignore_errors=True)


def migrate(url: str) -> None:
    """Bring an empty database to the newest schema, the way the product does it.

    `WEBSHOP_TEST_SCHEMA=models` takes the tables from the models instead, while a migration is being written.
    """
    engine = create_engine(url)
    configure_engine(engine)
    if os.environ.get("WEBSHOP_TEST_SCHEMA") == "models":
        tables.metadata.create_all(engine)
    else:
        schema.upgrade(engine)
    engine.dispose()


class Process:
    """A `webshop` process that a test may stop, kill, freeze and thaw; with all the processes it started."""

    def __init__(self, arguments: tuple[str, ...], log: Path, environment: dict[str, str]) -> None:
        self.log = log
        with log.open("wb") as out:
            self.popen = subprocess.Popen(
                [*COMMAND, *arguments],
                cwd=PROJECT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text(errors="replace")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process and all that it started."""
        with suppress(ProcessLookupError):
            os.killpg(self.popen.pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.popen.wait()

    def freeze(self) -> None:
        self.signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self.signal(signal.SIGCONT)

    def stop(self, seconds: float = 30) -> int:
        """Ask the process itself to end, as a service manager would; its exit status."""
        self.popen.terminate()
        return self.popen.wait(seconds)

    def wait_until(self, condition: Callable[[], Any], seconds: float = 30) -> Any:
        """What the condition returns once it is true; fails when the process ends or the time is up."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            assert self.popen.poll() is None, f"ended with {self.popen.returncode}:\n{self.output}"
            assert time.monotonic() < end, f"not within {seconds} s:\n{self.output}"
            time.sleep(0.05)
        return found


class Server(Process):
    """`webshop serve` on a port of its own."""

    address: str

    def url(self, path: str = "/") -> str:
        return self.address + path

    def wait_until_ready(self, seconds: float = 60) -> None:
        self.wait_until(lambda: self.get("/health/live") == 200, seconds)

    def get(self, path: str) -> int | None:
        """The status of a GET without cookies; None where nobody answers."""
        host = urlsplit(self.address).netloc
        connection = http.client.HTTPConnection(host, timeout=10)
        try:
            connection.request("GET", path)
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
