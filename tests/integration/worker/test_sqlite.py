"""R-22: SQLite is set up right or the shop does not start, and nobody meets a locked database."""

import subprocess
import sys
import time

import pytest
from sqlalchemy import text

from tests.databases import PROJECT
from tests.factories import make_organisation
from webshop import schema
from webshop.core import db as core_db
from webshop.core.db import BUSY_TIMEOUT_MS

PROCESSES, SECONDS = 8, 10

MIX = """
import sys, time
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from webshop import schema
from webshop.config import load_settings
from webshop.core import numbers
from webshop.core.clock import utcnow
from webshop.core.db import read_only
from webshop.organisations.models import Organisation

engine, end, done = schema.open_engine(load_settings()), time.monotonic() + float(sys.argv[1]), 0
while time.monotonic() < end:
    with read_only(), Session(engine) as session:
        session.scalars(select(Organisation)).all()
    with Session(engine) as session:
        organisation = session.scalars(select(Organisation)).first()
        numbers.draw(session, "XX", now=utcnow())
        session.execute(update(Organisation).values(version=Organisation.version + 1))
        session.commit()
    done += 1
print(done)
"""


def test_r22_every_pooled_connection_is_set_up_right(app, engine_kind):
    from webshop.extensions import db

    if engine_kind == "postgres":
        pytest.skip("pragmas are SQLite's")
    with app.app_context():
        for _ in range(3):
            with db.engine.connect() as connection:
                found = {
                    name: connection.execute(text(f"PRAGMA {name}")).scalar()
                    for name in ("foreign_keys", "journal_mode", "synchronous", "busy_timeout")
                }
            assert found == {"foreign_keys": 1, "journal_mode": "wal", "synchronous": 2, "busy_timeout": BUSY_TIMEOUT_MS}


def test_r22_a_database_that_could_lose_data_is_refused(fresh_database, engine_kind, monkeypatch):
    if engine_kind == "postgres":
        pytest.skip("pragmas are SQLite's")

    def careless(connection, _record):
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode = DELETE")
        connection.execute("PRAGMA synchronous = OFF")

    monkeypatch.setattr(core_db, "_sqlite_connect", careless)
    engine = schema.open_engine(fresh_database.settings)

    with pytest.raises(schema.UnusableDatabase, match="foreign_keys = 0.*synchronous = 0.*journal_mode = 'delete'"):
        schema.require_usable(engine)
    engine.dispose()


@pytest.mark.stress
def test_r22_processes_that_mix_reads_and_writes_meet_no_lock(fresh_database):
    with fresh_database.session() as session:
        make_organisation(session)
        session.commit()
    command = [sys.executable, "-c", MIX, str(SECONDS)]
    pipes = {"text": True, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    pipes |= {"cwd": PROJECT, "env": fresh_database.environment}

    begun = time.monotonic()
    running = [subprocess.Popen(command, **pipes) for _ in range(PROCESSES)]
    answers = [process.communicate(timeout=120) for process in running]

    assert [errors for _, errors in answers if errors] == []
    rounds = sum(int(told) for told, _ in answers)
    print(f"{rounds} rounds in {time.monotonic() - begun:.0f} s")
    with fresh_database.session() as session:
        assert session.execute(text("SELECT last FROM number_series WHERE series = 'XX'")).scalar() == rounds
        assert session.execute(text("SELECT version FROM organisations")).scalar() == rounds + 1
