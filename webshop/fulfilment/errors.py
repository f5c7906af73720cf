"""The named ways in which working the queue goes wrong."""

from webshop.core.errors import Conflict, NotFound
from webshop.core.i18n import N_


class NoSuchEntry(NotFound):
    """No entry of that number, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(N_("Diesen Auftrag gibt es nicht."))


class AlreadyTaken(Conflict):
    """Somebody else works on it."""
