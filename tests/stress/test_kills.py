"""R-1: an order that a page has shown as placed survives, whatever happens to the processes."""

import random
import time

import pytest

from tests.stress.crowds import buyers_at, make_town, require_consistent, require_placed, work_off
from tests.visitors import Crowd

pytestmark = pytest.mark.stress
ROUNDS = 3
BUYERS = 6


def test_r1_orders_shown_as_placed_survive_kill_9_of_all_processes(fresh_database, now):
    """Web and worker are killed in the middle of their work, round after round, and nobody loses an order."""
    town = make_town(fresh_database, now, buyers=BUYERS)
    chance = random.Random(26)
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")
    worker = fresh_database.start("worker")
    buyers = buyers_at(server, fresh_database, town, timeout=10)
    unanswered = 0

    for _ in range(ROUNDS):
        with Crowd([buyer.turn for buyer in buyers]) as crowd:
            crowd.wait_for(8)
            time.sleep(chance.uniform(0, 0.3))
            worker.kill()
            server.kill()
        unanswered += crowd.unanswered
        server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")
        worker = fresh_database.start("worker")
        for buyer in buyers:
            buyer.move_to(server)
    with Crowd([buyer.turn for buyer in buyers]) as crowd:
        crowd.wait_for(BUYERS)
    worker.stop()
    server.stop()

    work_off(fresh_database)
    placed = [number for buyer in buyers for number in buyer.placed]
    assert len(placed) >= ROUNDS * 8
    assert unanswered >= ROUNDS, "no request was under way when the processes were killed"
    require_placed(fresh_database, placed)
    require_consistent(fresh_database)
