"""The web server: granian in front of a plain WSGI app, one main process and several web processes.

Limits of a request are the app's (S-29); here are those of a connection (R-30). A client has ten seconds for its
headers. Waiting connections cost a file handle, no thread: `CONNECTIONS` per process may be open, and as many requests
as there are threads run at once, the others queue. Bodies are read by the app's thread, so a public shop stands behind
a reverse proxy that buffers them.

On SIGTERM no new connection is taken, running requests finish, and after `STOP_S` seconds whatever is left is ended
(R-27). A web process whose main process has died ends by itself, so that nothing holds the port.
"""

import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Callable
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.mp import MPServer

from webshop.config import Settings
from webshop.supervision import CannotServe, end_with, free_address

HEADER_TIMEOUT_MS = 10_000
CONNECTIONS = 1024
STOP_S = 28
"""Less than the 30 seconds that service managers wait by default before they kill."""

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {},
    "handlers": {},
    "loggers": {"_granian": {"propagate": True}, "granian.access": {"propagate": True}},
}
"""granian's own words go where all others go: JSON lines on standard error."""


def refuse_exposed(settings: Settings) -> None:
    """CannotServe where session cookies would cross a network in the clear (S-12).

    The address that people type counts, not the one we listen on: behind a reverse proxy that speaks TLS the shop may
    listen anywhere, as long as WEBSHOP_PUBLIC_URL says https. Only on this machine itself is http enough.
    """
    if settings.exposed:
        raise CannotServe(
            f"WEBSHOP_PUBLIC_URL ist {settings.public_url}: ohne TLS gingen Anmeldungen unverschlüsselt durchs Netz. "
            "Stellen Sie einen Reverse-Proxy mit TLS davor und setzen Sie WEBSHOP_PUBLIC_URL=https://… "
            "und WEBSHOP_PROXIES=1. Für die Vorführung im eigenen Netz genügt: webshop demo"
        )


def serve(settings: Settings) -> None:
    """Serve the shop until SIGTERM or SIGINT; SystemExit where the web processes cannot stay up."""
    folder = tempfile.mkdtemp(prefix="webshop-metrics-")
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder
    try:
        _run(settings)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


class Granian(MPServer):
    """granian's server, which remembers that it was asked to stop."""

    asked = False

    def signal_handler_interrupt(self, *args: Any, **kwargs: Any) -> None:
        """SIGTERM and SIGINT: told from another thread, since the main one may hold the event's lock (`core.stopping`)."""
        self.asked = True
        threading.Thread(target=super().signal_handler_interrupt, args=args).start()


def _run(settings: Settings) -> None:
    import webshop.wsgi  # noqa: F401 - before the processes fork: loaded once, shared, and broken code stops here

    host, port = free_address(settings.bind)
    server = Granian(
        "webshop.wsgi:app",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.web_processes,
        blocking_threads=settings.web_threads,
        backlog=CONNECTIONS,
        backpressure=CONNECTIONS,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(header_read_timeout=HEADER_TIMEOUT_MS),
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=STOP_S,
        log_dictconfig=LOGGING,
    )
    main = os.getpid()

    def load() -> Callable[..., Any]:
        stop_once()
        end_with(main)
        from webshop.wsgi import app

        return app

    try:
        server.serve(target_loader=load, wrap_loader=False)
    except SystemExit:
        if not server.asked:
            raise


def stop_once() -> None:
    """In a web process: only the first SIGTERM counts, and Ctrl-C is the main process's business.

    A terminal or a service manager sends its signal to every process, and then the main one sends SIGTERM as well;
    granian's own handler can wait for itself for ever when two arrive together.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})

    def wait() -> None:
        signal.sigwait({signal.SIGTERM})
        handler = signal.getsignal(signal.SIGTERM)
        if not callable(handler):
            os._exit(0)
        handler(signal.SIGTERM, None)

    threading.Thread(target=wait, name="stop-once", daemon=True).start()
