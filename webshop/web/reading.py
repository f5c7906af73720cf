"""What every request's transactions begin with: whether they may write; no tenant yet."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from webshop.core.db import read_only, unbound
from webshop.web.headers import SAFE_METHODS

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment


class ReadOnlyGets:
    """WSGI middleware: GET, HEAD and OPTIONS cannot write (S-10, R-23)."""

    def __init__(self, app: WSGIApplication) -> None:
        self.app = app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        with unbound(), read_only(environ.get("REQUEST_METHOD", "GET") in SAFE_METHODS):
            return self.app(environ, start_response)
