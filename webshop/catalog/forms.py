"""What people type into the catalogue: a price range, and the quantity that a price is asked for."""

from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _
from wtforms import StringField, ValidationError

from webshop.core.i18n import N_
from webshop.core.typed import decimal_number, one_line, whole_number
from webshop.web.forms import ShopForm, _l

HIGHEST: Final = Decimal(100_000_000)
SHOWN: Final = 20
"""Characters of a wrong input that its message repeats."""


class EuroField(StringField):
    """An amount as people write it; what was typed stays in the field, what it means is `amount`."""

    amount: Decimal | None = None

    def pre_validate(self, form: Any) -> None:
        """Say what cannot be read as an amount."""
        text = one_line(self.data or "").removesuffix("€").strip()
        if not text:
            return
        try:
            amount = decimal_number(text)
        except ValueError as error:
            typed = text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
            raise ValidationError(
                _("„%(typed)s“ ist kein Betrag. Geben Sie einen Preis wie 250 oder 1.234,50 ein.", typed=typed)
            ) from error
        if amount > HIGHEST:
            raise ValidationError(_("Der Preis ist zu hoch. Geben Sie höchstens 100.000.000 ein."))
        self.amount = amount


class PriceForm(ShopForm):
    """A price range in the query string: it changes nothing, so it needs no token."""

    class Meta:
        csrf = False

    lowest = EuroField(_l(N_("von")), name="preis_von", id="preis-von")
    highest = EuroField(_l(N_("bis")), name="preis_bis", id="preis-bis")

    def validate_highest(self, field: EuroField) -> None:
        """The range must not be empty."""
        if self.lowest.amount is not None and field.amount is not None and field.amount < self.lowest.amount:
            raise ValidationError(_("Der Preis „bis“ liegt unter dem Preis „von“. Tauschen Sie die beiden Angaben."))


def quantity_asked(text: str, most: int) -> tuple[int, str]:
    """The quantity in the query string, and the sentence that says what is wrong with it; 1 where it is wrong or missing."""
    if not text.strip():
        return 1, ""
    try:
        quantity = whole_number(text)
    except ValueError:
        return 1, _("Die Menge muss eine ganze Zahl sein, zum Beispiel 12.")
    if quantity < 1:
        return 1, _("Die Menge muss mindestens 1 sein. Geben Sie eine ganze Zahl ein.")
    if quantity > most:
        return 1, _("Von diesem Artikel können Sie höchstens %(most)s auf einmal bestellen.", most=most)
    return quantity, ""
