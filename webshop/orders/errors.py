"""The named ways in which orders go wrong."""

from webshop.core.errors import NotFound
from webshop.core.i18n import N_


class NoSuchOrder(NotFound):
    """No order of that number, or none that this person may see."""

    def __init__(self) -> None:
        super().__init__(N_("Diese Bestellung gibt es nicht."))
