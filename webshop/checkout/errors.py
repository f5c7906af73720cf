"""The named ways in which submitting goes wrong."""

from webshop.core.errors import Conflict, Invalid
from webshop.core.i18n import N_


class SameKeyOtherContent(Conflict):
    """The form's key was used before, for something else (R-2)."""

    def __init__(self, number: str) -> None:
        super().__init__(
            N_("Dieses Formular wurde bereits abgesendet, als Bestellung %(number)s. Öffnen Sie Ihren Warenkorb neu."),
            number=number,
        )
        self.order_number = number


class AlreadyOrdered(Conflict):
    """The cart became an order in another tab or by a colleague (R-3)."""

    def __init__(self, number: str) -> None:
        super().__init__(N_("Dieser Warenkorb wurde bereits bestellt, als Bestellung %(number)s."), number=number)
        self.order_number = number


class CartChanged(Conflict):
    """The cart is not the one that was reviewed (R-3)."""

    def __init__(self) -> None:
        super().__init__(N_("Der Warenkorb wurde inzwischen geändert. Prüfen Sie ihn noch einmal."))


class OfferChanged(Conflict):
    """Price, tax, contract or availability is not what the review page showed (R-20)."""

    def __init__(self) -> None:
        super().__init__(
            N_("Preise oder Liefertermine haben sich geändert, seit Sie die Seite geöffnet haben. Prüfen Sie die neuen Angaben.")
        )


class NotOrderable(Invalid):
    """Something about the cart or one of its lines stands in the way; `field` is `line-<id>` or the delivery field."""


class Unconfirmed(NotOrderable):
    """The line changed since it was shown; the cart's page shows old and new and has the button."""
