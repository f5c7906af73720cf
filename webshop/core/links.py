"""Links for mails and documents: always the configured public address, never what a request calls itself (S-18).

The address belongs to the installation as its database does, so it travels with the engine (`configure_engine`) and is at
hand wherever there is a session: in a request, a command, the worker and a test. Pages link with `url_for`.
"""

from typing import Final
from urllib.parse import quote, urlsplit

from sqlalchemy.orm import Session

from webshop.core.db import PUBLIC_URL_OPTION

LOCAL_ADDRESS: Final = "http://127.0.0.1:8000"
"""Where nobody configured an address: the address that `webshop serve` listens on by default."""

PAGES: Final = {
    "home": "/",
    "sign_in": "/anmelden",
    "invitation": "/einladung/{token}",
    "reset": "/passwort-neu/{token}",
    "forgotten": "/passwort-vergessen",
    "account": "/konto",
    "order": "/bestellungen/{number}",
    "approval": "/freigaben/{number}",
    "queue": "/abwicklung",
}
"""The pages that a mail or a document may lead to; a test holds each against the URL map."""


def public_url(session: Session) -> str:
    """The shop's address as people type it, without a slash at its end."""
    return str(session.get_bind().get_execution_options().get(PUBLIC_URL_OPTION, LOCAL_ADDRESS))


def host(session: Session) -> str:
    """The host name in the public address."""
    return urlsplit(public_url(session)).hostname or "localhost"


def link(session: Session, page: str, **parts: str) -> str:
    """The absolute address of one of `PAGES`; the parts are quoted."""
    return public_url(session) + PAGES[page].format(**{name: quote(value, safe="") for name, value in parts.items()})
