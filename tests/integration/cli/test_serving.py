"""The web server: it stops in good order, leaves no orphan, and counts in all its processes."""

import http.client
import os
import signal
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.stress


def children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(part) for part in file.read().split()]


def alive(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def soon(condition, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


class Visitors:
    """People who ask for pages all the time, of whichever server is in service: what a reverse proxy does."""

    def __init__(self, servers, count: int = 6) -> None:
        self.in_service = list(servers)
        self.lock = threading.Lock()
        self.running = dict.fromkeys(servers, 0)
        self.statuses: list[object] = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.ask, args=(number,)) for number in range(count)]
        for thread in self.threads:
            thread.start()

    def ask(self, number: int) -> None:
        turn = number
        while not self.stopping.is_set():
            with self.lock:
                server = self.in_service[turn % len(self.in_service)]
                self.running[server] += 1
            turn += 1
            status: object = None
            try:
                connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=30)
                connection.request("GET", "/anmelden")
                answer = connection.getresponse()
                answer.read()
                status = answer.status
                connection.close()
            except OSError as error:
                status = repr(error)
            with self.lock:
                self.running[server] -= 1
                self.statuses.append(status)

    def take_out(self, server) -> None:
        """No new requests to this server; those under way go on."""
        with self.lock:
            self.in_service.remove(server)

    def put_in(self, server) -> None:
        with self.lock:
            self.running.setdefault(server, 0)
            self.in_service.append(server)

    def end(self) -> None:
        self.stopping.set()
        for thread in self.threads:
            thread.join(30)


@pytest.mark.timeout(240)
def test_r27_two_servers_restarted_in_turn_under_load_fail_no_request(fresh_database):
    servers = [fresh_database.serve(), fresh_database.serve()]
    visitors = Visitors(servers)
    try:
        time.sleep(1)
        for old in list(servers):
            visitors.take_out(old)
            assert old.stop(30) == 0
            visitors.put_in(fresh_database.serve())
        time.sleep(1)
    finally:
        visitors.end()

    print(f"{len(visitors.statuses)} requests")
    assert set(visitors.statuses) == {200}
    assert len(visitors.statuses) > 20


def test_a_killed_server_leaves_no_process_and_no_busy_port(fresh_database):
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")
    workers = children(server.popen.pid)
    assert len([pid for pid in workers if alive(pid)]) >= 2

    os.kill(server.popen.pid, signal.SIGKILL)
    server.popen.wait()

    assert soon(lambda: not any(alive(pid) for pid in workers))
    host, port = urlsplit(server.address).netloc.split(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, int(port)))


def test_a_web_process_that_dies_is_replaced(fresh_database):
    server = fresh_database.serve()
    (worker,) = children(server.popen.pid)

    os.kill(worker, signal.SIGKILL)

    assert soon(lambda: worker not in children(server.popen.pid) and children(server.popen.pid), 20)
    assert soon(lambda: server.get("/health/live") == 200, 20)


@pytest.mark.parametrize("signals", [[signal.SIGINT], [signal.SIGTERM] * 3, [signal.SIGINT, signal.SIGTERM]])
def test_signals_to_every_process_end_all_soon_and_in_good_order(fresh_database, signals):
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="2")

    for number in signals:
        server.signal(number)

    assert server.popen.wait(15) == 0


def test_requests_are_counted_over_all_processes(fresh_database):
    server = fresh_database.serve(WEBSHOP_WEB_PROCESSES="3")
    for _ in range(30):
        assert server.get("/anmelden") == 200

    connection = http.client.HTTPConnection(urlsplit(server.address).netloc, timeout=10)
    connection.request("GET", "/metrics")
    words = connection.getresponse().read().decode()

    counted = 'webshop_requests_total{endpoint="accounts.sign_in",method="GET",status="200"}'
    assert f"{counted} 30.0" in words


def test_r30_slow_headers_and_silent_lines_keep_nobody_waiting(fresh_database):
    server = fresh_database.serve()
    address = urlsplit(server.address)
    dripping = [socket.create_connection((address.hostname, address.port)) for _ in range(100)]
    for number, line in enumerate(dripping):
        line.sendall(b"GET /anmelden HTTP/1.1\r\nHo" if number % 2 else b"")

    begun = time.monotonic()
    status = server.get("/anmelden")
    waited = time.monotonic() - begun
    for line in dripping:
        line.close()

    print(f"{waited:.2f} s")
    assert status == 200
    assert waited < 2
