"""R-25: a full disk lies to nobody."""

import pytest

from tests.stress.crowds import buyers_at, make_town, require_consistent, require_placed, work_off
from tests.stress.disks import small_disk
from tests.visitors import Crowd

pytestmark = pytest.mark.stress
BUYERS = 4
READ = ("/katalog", "/bestellungen", "/warenkorb", "/konto", "/impressum")


def fill(ballast) -> None:
    """Write until nothing fits any more."""
    with ballast.open("ab", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1 << 9):
            try:
                while file.write(b"x" * size) == size:
                    pass
            except OSError:
                continue


def test_r25_with_a_full_disk_nothing_is_confirmed_reading_goes_on_and_room_mends_it(run, engine_kind, now):
    """The data folder lies on a small disk that fills up under load; a PostgreSQL server watches its own disk."""
    if engine_kind != "sqlite":
        pytest.skip("the data folder holds SQLite's file")
    with small_disk(24) as disk:
        database = run.database("sqlite", disk=disk)
        database.overrides["data_dir"] = disk
        try:
            town = make_town(database, now, buyers=BUYERS)
            server, worker = database.serve(WEBSHOP_WEB_PROCESSES="2"), database.start("worker")
            buyers = buyers_at(server, database, town)
            reader = buyers[0].visitor.at(server)

            with Crowd([buyer.turn for buyer in buyers]) as crowd:
                crowd.wait_for(BUYERS)
                while 503 not in {status for buyer in buyers for status in buyer.visitor.seen}:
                    fill(disk / "ballast")
                    crowd.wait_for(1)
                fill(disk / "ballast")
                reading = [reader.get(page).status for page in READ]
                live, ready = server.get("/health/live"), server.get("/health/ready?checks=disk")
                crowd.wait_for(2 * BUYERS)
                confirmed_meanwhile = sum(len(buyer.placed) for buyer in buyers)
                (disk / "ballast").unlink()
                goal = confirmed_meanwhile + 2 * BUYERS
                while sum(len(buyer.placed) for buyer in buyers) < goal:
                    crowd.wait_for(1)
            assert worker.stop() == 0
            assert server.stop() == 0

            assert reading == [200] * len(READ)
            assert (live, ready) == (200, 503)
            assert {status for buyer in buyers for status in buyer.visitor.seen} == {200, 303, 503}
            assert '"event": "unhandled"' not in server.output
            work_off(database)
            require_placed(database, [number for buyer in buyers for number in buyer.placed])
            require_consistent(database)
        finally:
            database.close()
