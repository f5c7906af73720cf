"""R-1: the power fails. What the disk holds at that instant is all there is, and every confirmed order is in it.

SQLite alone: the private PostgreSQL of the tests runs without fsync on purpose.
"""

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.databases import Database, Process
from tests.stress.crowds import Buyer, buyers_at, make_town, require_consistent, require_placed, work_off
from tests.stress.disks import disk_of, new_image, stopped_clock
from tests.visitors import Crowd

pytestmark = pytest.mark.stress
BUYERS = 4


def answered(buyers: Sequence[Buyer]) -> list[str]:
    return [number for buyer in buyers for number in buyer.placed]


def start(database: Database, now) -> tuple[list[Process], list[Buyer]]:
    town = make_town(database, now, buyers=BUYERS)
    server = database.serve()
    return [server, database.start("worker")], buyers_at(server, database, town)


def require_whole(copy: Database, confirmed: list[str]) -> None:
    """The shop starts on what is left, and all that was confirmed is there."""
    assert len(confirmed) >= 10
    server = copy.serve()
    assert server.get("/health/ready?checks=database,schema") == 200
    server.stop()
    work_off(copy)
    require_placed(copy, confirmed)
    require_consistent(copy)


@pytest.fixture
def sqlite_run(run, engine_kind):
    if engine_kind != "sqlite":
        pytest.skip("files of SQLite")
    return run


def test_r1_a_copy_of_the_files_at_any_instant_holds_every_confirmed_order(sqlite_run, now):
    """The files as they are, write-ahead log and all, without a word to the shop."""
    database, copy = sqlite_run.database("sqlite"), sqlite_run.database("sqlite")
    try:
        processes, buyers = start(database, now)
        with Crowd([buyer.turn for buyer in buyers]) as crowd:
            crowd.wait_for(12)
            confirmed = answered(buyers)
            with stopped_clock(processes):
                for name in ("webshop.sqlite3", "webshop.sqlite3-wal"):
                    shutil.copyfile(database.folder / name, copy.folder / name)
        require_whole(copy, confirmed)
    finally:
        database.close()
        copy.close()


def test_r1_what_had_reached_the_disk_when_the_power_failed_holds_every_confirmed_order(sqlite_run, now, tmp_path: Path):
    """The data lie on a disk of their own; the disk is copied under load, without what the system still had in memory."""
    image = new_image(tmp_path, 64)
    with disk_of(image) as disk:
        database = sqlite_run.database("sqlite", disk=disk)
        try:
            subprocess.run(["sync", "--file-system", str(disk)], check=True)  # the shop was installed long ago
            processes, buyers = start(database, now)
            with Crowd([buyer.turn for buyer in buyers]) as crowd:
                crowd.wait_for(12)
                confirmed = answered(buyers)
                with stopped_clock(processes):
                    shutil.copyfile(image, tmp_path / "after.img")
        finally:
            database.close()
    with disk_of(tmp_path / "after.img") as disk:
        copy = Database("sqlite", tmp_path, f"sqlite:///{disk / 'webshop.sqlite3'}")
        try:
            require_whole(copy, confirmed)
        finally:
            copy.close()
