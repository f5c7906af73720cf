"""A PostgreSQL of our own, for as long as the tests run.

A guard process starts it and waits for its owner's end: an orderly one, Ctrl-C or `kill -9`. Then it stops the server it
started and removes the files. The server listens on a socket in a private folder only, so that runs never meet. As root the
server runs as the system's `postgres` user, because PostgreSQL refuses root.

Nothing here is safe against a power cut (fsync is off): the data live for minutes.
"""

import os
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import Any

import psycopg
from psycopg import sql

OWNER = "webshop"
SETTINGS = {
    "listen_addresses": "''",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "log_min_messages": "warning",
    "log_min_error_statement": "panic",
    "max_wal_size": "256MB",
    "timezone": "'UTC'",
}


class NoPostgres(Exception):
    """There is no PostgreSQL on this machine, or it does not start."""


@dataclass(frozen=True)
class Cluster:
    """A running server; its databases belong to an ordinary role, as they would in a real house."""

    folder: Path

    def url(self, database: str) -> str:
        return f"postgresql+psycopg://{OWNER}@/{database}?host={self.folder}"

    @contextmanager
    def connection(self, database: str = "postgres", user: str = OWNER) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(dbname=database, user=user, host=str(self.folder), autocommit=True) as connection:
            yield connection

    def stop(self, seconds: float = 20) -> None:
        """End the server now rather than with its owner."""
        with suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.folder / "guard").read_text()), signal.SIGTERM)
        end = time.monotonic() + seconds
        while self.folder.exists() and time.monotonic() < end:
            time.sleep(0.02)

    def restart(self, seconds: float = 60) -> None:
        """Crash the server and start it again on the same data; returns when it takes connections."""
        before = self._server_pid()
        os.kill(int((self.folder / "guard").read_text()), signal.SIGUSR1)
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            with suppress(psycopg.OperationalError, OSError, ValueError):
                if self._server_pid() != before:
                    with self.connection(user="postgres"):
                        return
            time.sleep(0.05)
        raise NoPostgres("PostgreSQL did not come back.")

    def _server_pid(self) -> int:
        return int((self.folder / "data" / "postmaster.pid").read_text().split("\n")[0])

    def create(self, database: str, template: str | None = None) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self.connection() as connection:
            connection.execute(statement.format(sql.Identifier(database), sql.Identifier(template or "template0")))

    def drop(self, database: str) -> None:
        with self.connection() as connection:
            connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(database)))


def start(owner_pid: int) -> Cluster:
    """Start a server that ends with the process `owner_pid`."""
    guard = subprocess.Popen(
        [sys.executable, str(Path(__file__).resolve()), str(owner_pid)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    assert guard.stdout is not None
    assert guard.stderr is not None
    folder = guard.stdout.readline().strip()
    if not folder:
        raise NoPostgres(guard.stderr.read().strip() or "PostgreSQL did not start.")
    return Cluster(Path(folder))


def _binaries() -> Path:
    """Debian keeps the server's programs out of the search path; the newest version counts."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[-3]))
    found = versions[-1] if versions else shutil.which("initdb")
    if not found:
        raise NoPostgres("PostgreSQL is missing: install the package postgresql, or run pytest with --engine sqlite.")
    return Path(found).parent


def _server_user() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    raise NoPostgres("PostgreSQL does not run as root, and there is no user postgres.")


def _guard(owner_pid: int) -> None:
    owner = os.pidfd_open(owner_pid)
    signal.signal(signal.SIGTERM, _leave)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGUSR1, _begin_again)
    folder = Path(tempfile.mkdtemp(prefix="webshop-pg-", dir="/tmp"))
    server = None
    try:
        (folder / "guard").write_text(str(os.getpid()))
        _prepare(folder)
        server = _launch(folder)
        with Cluster(folder).connection(user="postgres") as connection:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN CREATEDB").format(sql.Identifier(OWNER)))
        print(folder, flush=True)
        while True:
            waiting = select.poll()
            waiting.register(owner, select.POLLIN)
            waiting.register(os.pidfd_open(server.pid), select.POLLIN)
            try:
                waiting.poll()
                break
            except BeginAgain:
                _stop(server)
                server = _launch(folder)
    finally:
        if server is not None:
            _stop(server)
        shutil.rmtree(folder, ignore_errors=True)


def _prepare(folder: Path) -> None:
    programs, user = _binaries(), _server_user()
    if user:
        os.chown(folder, user["user"], user["group"])
    data = folder / "data"
    made = subprocess.run(
        [programs / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
        cwd=folder,
        capture_output=True,
        text=True,
        **user,
    )
    if made.returncode:
        raise NoPostgres(made.stderr)
    with (data / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = {value}\n" for name, value in SETTINGS.items())


def _launch(folder: Path) -> subprocess.Popen[bytes]:
    programs, user, data = _binaries(), _server_user(), folder / "data"
    with (folder / "log").open("ab") as log:
        server = subprocess.Popen(
            [programs / "postgres", "-D", data, "-k", folder], cwd=folder, stdout=log, stderr=log, start_new_session=True, **user
        )
    for _ in range(600):
        if server.poll() is not None:
            raise NoPostgres((folder / "log").read_text())
        with suppress(psycopg.OperationalError), Cluster(folder).connection(user="postgres"):
            return server
        time.sleep(0.05)
    _stop(server)
    raise NoPostgres((folder / "log").read_text())


def _stop(server: subprocess.Popen[bytes]) -> None:
    """At once and without tidying: nobody reads these data again."""
    with suppress(ProcessLookupError):
        server.send_signal(signal.SIGQUIT)
    try:
        server.wait(timeout=20)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


class BeginAgain(Exception):
    """Somebody asked for a restart."""


def _begin_again(_number: int, _frame: FrameType | None) -> None:
    raise BeginAgain


def _leave(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit


if __name__ == "__main__":
    try:
        _guard(int(sys.argv[1]))
    except NoPostgres as problem:
        sys.exit(str(problem))
