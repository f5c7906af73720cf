"""One place that turns what went wrong into a page: quiet, with a reference that the log knows (S-33)."""

import logging
import secrets

from flask import Flask, Response, g, make_response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException, SecurityError

from webshop.core.db import is_conflict, is_unavailable
from webshop.core.errors import NotFound, ShopError, TooMany
from webshop.core.formats import Worded
from webshop.core.i18n import N_
from webshop.web.filters import language
from webshop.web.reading import give_up

log = logging.getLogger(__name__)

RETRY_AFTER_S = 5
TITLES = {
    400: N_("Die Anfrage war unvollständig"),
    401: N_("Anmeldung nötig"),
    403: N_("Dafür fehlt Ihnen das Recht"),
    404: N_("Seite nicht gefunden"),
    405: N_("So lässt sich diese Seite nicht aufrufen"),
    409: N_("Inzwischen geändert"),
    413: N_("Zu viele Daten"),
    422: N_("Das ließ sich nicht ausführen"),
    429: N_("Zu viele Versuche"),
    500: N_("Hier ist etwas schiefgegangen"),
    503: N_("Der Shop ist gerade überlastet"),
}
SENTENCES = {
    400: N_("Die Seite war zu lange offen, oder es fehlten Angaben. Laden Sie die Seite neu und versuchen Sie es noch einmal."),
    401: N_("Melden Sie sich an, um diese Seite zu sehen."),
    403: N_("Wenden Sie sich an die Kundenadministration Ihrer Organisation."),
    404: N_("Die Adresse gibt es nicht, oder Sie haben keinen Zugriff darauf."),
    405: N_("Gehen Sie zurück und verwenden Sie die Schaltflächen der Seite."),
    409: N_("Jemand anderes war schneller. Laden Sie die Seite neu."),
    413: N_("Die Angaben oder die Datei sind größer als erlaubt."),
    422: N_("Prüfen Sie Ihre Angaben."),
    429: N_("Warten Sie einen Augenblick und versuchen Sie es dann noch einmal."),
    500: N_("Der Fehler ist gemeldet. Ihre Bestellungen sind davon nicht betroffen."),
    503: N_("Es ging nichts verloren und nichts wurde doppelt ausgeführt. Versuchen Sie es in einigen Sekunden noch einmal."),
}


def error_page(status: int, sentence: str | None = None, *, retry_after: int | None = None) -> Response:
    """The error page of a status; needs no database and no person."""
    g.without_person = status >= 500
    title = TITLES.get(status, TITLES[500 if status >= 500 else 400])
    text = sentence or _(SENTENCES.get(status, SENTENCES[500 if status >= 500 else 400]))
    page = render_template("errors/error.html", status=status, title=_(title), sentence=text, reference=reference())
    response = make_response(page, status)
    if retry_after is not None or status == 503:
        response.headers["Retry-After"] = str(retry_after or RETRY_AFTER_S)
    return response


def reference() -> str:
    """The number under which the log knows this request."""
    if "request_id" not in g:
        g.request_id = secrets.token_hex(6)
    return str(g.request_id)


def say(error: ShopError) -> str:
    """The error's sentence in the reader's language."""
    text = _(error.message)
    if not error.params:
        return text
    spoken = language()
    return text % {name: value.said_in(spoken) if isinstance(value, Worded) else value for name, value in error.params.items()}


def init_errors(app: Flask) -> None:
    """Register the handlers; each rolls back first."""

    @app.errorhandler(ShopError)
    def shop_error(error: ShopError) -> ResponseReturnValue:
        give_up()
        if isinstance(error, TooMany):
            return error_page(429, say(error), retry_after=error.retry_after)
        return error_page(error.status, None if isinstance(error, NotFound) else say(error))

    @app.errorhandler(CSRFError)
    def csrf_error(_error: CSRFError) -> ResponseReturnValue:
        give_up()
        return error_page(400)

    @app.errorhandler(SecurityError)
    def unknown_host(_error: SecurityError) -> ResponseReturnValue:
        """A host that is not ours (S-18): without one no address can be built, so no page of ours either."""
        return Response("Unbekannter Rechnername. Unknown host.\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def http_error(error: HTTPException) -> ResponseReturnValue:
        if error.code is None or error.code < 400:
            return error
        give_up()
        return error_page(error.code)

    @app.errorhandler(Exception)
    def bug(error: Exception) -> ResponseReturnValue:
        give_up()
        if is_conflict(error) or is_unavailable(error) or isinstance(error, PoolTimeout | InterfaceError):
            log.warning("database busy or away", extra={"reference": reference(), "kind": type(error).__name__})
            return error_page(503)
        if isinstance(error, DBAPIError) and _client_fault(error):
            return error_page(400)
        log.error("unhandled", exc_info=error, extra={"reference": reference()})
        return error_page(500)


def _client_fault(error: DBAPIError) -> bool:
    """Values that no column can hold: NUL bytes, numbers out of range (S-34)."""
    state = str(getattr(error.orig, "sqlstate", "") or "")
    return state in ("22003", "22021", "22P05") or "too large" in str(error.orig)
