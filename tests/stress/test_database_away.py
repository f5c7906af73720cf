"""R-26: the database goes away under load and comes back, and the shop goes on by itself."""

import os
import re

import pytest

from tests import clusters
from tests.databases import Database, migrate
from tests.stress.crowds import buyers_at, make_town, require_consistent, require_placed, work_off
from tests.visitors import Crowd

pytestmark = [pytest.mark.stress, pytest.mark.postgres]
BUYERS = 5
END_ALL = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> pg_backend_pid()"


@pytest.fixture
def own_server(engine_kind, tmp_path):
    """A database on a server of its own, since it is going to crash."""
    cluster = clusters.start(os.getpid())
    cluster.create("shop")
    migrate(cluster.url("shop"))
    database = Database(engine_kind, tmp_path, cluster.url("shop"), cluster=cluster, name="shop")
    yield database
    database.close()
    cluster.stop()


def end_all_connections(database: Database) -> int:
    with database.cluster.connection(user="postgres") as connection:
        return len(connection.execute(END_ALL, (database.name,)).fetchall())


def test_r26_the_shop_outlives_ended_connections_and_a_crashed_server(own_server, now):
    """Twice all connections are ended and the server crashes; nobody sees an error, nothing is lost, nothing is restarted."""
    town = make_town(own_server, now, buyers=BUYERS)
    server, worker = own_server.serve(WEBSHOP_WEB_PROCESSES="2"), own_server.start("worker")
    worker.wait_until(lambda: "worker started" in worker.output)
    buyers = buyers_at(server, own_server, town)

    with Crowd([buyer.turn for buyer in buyers]) as crowd:
        for _ in range(2):
            crowd.wait_for(BUYERS)
            assert end_all_connections(own_server) > 0
            crowd.wait_for(BUYERS)
            own_server.cluster.restart()
            crowd.wait_for(2 * BUYERS)
    assert (server.popen.poll(), worker.popen.poll()) == (None, None), worker.output[-3000:]
    assert (worker.stop(), server.stop()) == (0, 0)

    statuses = {status for buyer in buyers for status in buyer.visitor.seen}
    assert 503 in statuses, "nobody noticed that the database was away"
    assert statuses <= {200, 303, 503}
    assert crowd.unanswered == 0
    assert not re.search(r'"event": "unhandled"', server.output), server.output[-5000:]
    own_server.engine.dispose()
    work_off(own_server)
    require_placed(own_server, [number for buyer in buyers for number in buyer.placed])
    require_consistent(own_server)
