"""What every request's transactions begin with (whether they may write; no tenant yet), and how they end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from flask import Flask
from sqlalchemy.exc import DBAPIError

from webshop.core.db import read_only, unbound
from webshop.extensions import db
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


def give_up() -> None:
    """Take back what is open. A connection that died meanwhile has nothing left to take back, and is no error (R-26)."""
    try:
        db.session.rollback()
    except DBAPIError:
        db.session().invalidate()


def init_transactions(app: Flask) -> None:
    """End every request's transaction before the session is put away: an answer that is made stays what it is."""

    @app.teardown_appcontext
    def end(_error: BaseException | None) -> None:
        give_up()
