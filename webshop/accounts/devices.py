"""What a browser calls itself, in words that people recognise."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self
from uuid import UUID

from flask_babel import gettext as _

from webshop.accounts.models import WebSession

BROWSERS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def describe(user_agent: str) -> str:
    """`Firefox unter Windows`; the order of the tables matters, since browsers claim to be others as well."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS if mark in user_agent), None)
    if browser and system:
        return _("%(browser)s unter %(system)s", browser=browser, system=system)
    return browser or system or _("Unbekannter Browser")


@dataclass(frozen=True)
class Device:
    """A signed-in browser, as its owner recognises it."""

    id: UUID
    name: str
    network: str
    signed_in_at: datetime
    last_seen_at: datetime
    here: bool

    @classmethod
    def of(cls, row: WebSession, *, here: bool) -> Self:
        """The browser behind a session; `here` where it is the one that asks."""
        return cls(row.id, describe(row.user_agent), row.source, row.created_at, row.last_seen_at, here)
