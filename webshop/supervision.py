"""Web and worker together, as `webshop demo` runs them: started, watched, and ended as one.

Each is a process of its own with its own command, so that the demo runs what a real installation runs. They end with
this process, also when it is killed.
"""

import errno
import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from webshop.core.stopping import Stop

START_S = 60
STOP_S = 30
LOOK_S = 0.2
PARENT_LOOK_S = 1.0


class CannotServe(Exception):
    """The settings do not make a shop that may be reached by people; the message says what to do."""


class Broken(Exception):
    """One of the processes ended by itself; the message says which and where to look."""


class Household:
    """The processes that make a shop."""

    def __init__(self, commands: Mapping[str, Sequence[str]], *, environment: Mapping[str, str], log: Path) -> None:
        self.log = log
        self._stopping = Stop()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        with log.open("ab") as out:
            for name, arguments in commands.items():
                self._processes[name] = subprocess.Popen(
                    [sys.executable, "-m", "webshop", *arguments, "--end-with", str(os.getpid())],
                    env=dict(environment),
                    stdin=subprocess.DEVNULL,
                    stdout=out,
                    stderr=out,
                    start_new_session=True,  # Ctrl-C is for us; we ask the others to stop
                )

    def stop_on_signals(self) -> None:
        """SIGTERM, SIGHUP and Ctrl-C end everything in good order."""
        self._stopping.on(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

    def wait_until_answering(self, url: str) -> bool:
        """True once the web answers; False when asked to stop meanwhile."""
        end = time.monotonic() + START_S
        return self._watch(lambda: _answers(url) or time.monotonic() > end)

    def wait(self) -> None:
        """Until asked to stop; Broken where a process ends by itself."""
        self._watch(lambda: False)

    def _watch(self, condition: Callable[[], bool]) -> bool:
        while not self._stopping.is_set():
            for name, process in self._processes.items():
                if process.poll() is not None:
                    raise Broken(f"„webshop {name}“ ist unerwartet zu Ende gegangen. Der Grund steht in {self.log}")
            if condition():
                return True
            self._stopping.wait(LOOK_S)
        return False

    def stop(self) -> None:
        """Ask all to stop, wait, kill what does not."""
        for process in self._processes.values():
            process.terminate()
        end = time.monotonic() + STOP_S
        for process in self._processes.values():
            try:
                process.wait(max(end - time.monotonic(), 0.1))
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def free_address(bind: str) -> tuple[str, int]:
    """Host and port; CannotServe where somebody listens there. granian would share the port without a word."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError as error:
            words = "dort lauscht schon ein Programm" if error.errno == errno.EADDRINUSE else str(error.strerror)
            raise CannotServe(
                f"{bind} ist nicht frei: {words}. Ein anderer Port geht so: WEBSHOP_BIND={host}:{int(port) + 1}"
            ) from error
    return host, int(port)


def end_with(parent: int) -> None:
    """Make this process end in good order when its parent process is gone."""

    def look() -> None:
        while os.getppid() == parent:
            time.sleep(PARENT_LOOK_S)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=look, name="end-with-parent", daemon=True).start()


def _answers(url: str) -> bool:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "127.0.0.1", parts.port, timeout=2)
    try:
        connection.request("GET", "/health/live")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
