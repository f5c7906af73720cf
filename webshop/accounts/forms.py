"""What people type in to get in."""

import unicodedata

from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired, Length

from webshop.web.forms import ShopForm, _l

MAX_EMAIL = 254
MAX_TYPED = 1000
"""More than any password; longer ones are cut nowhere, they are refused."""


def plain_email(value: str | None) -> str | None:
    """An address as accounts are found by it: without blanks around, in lower case, without control characters."""
    if value is None:
        return None
    text = unicodedata.normalize("NFC", value).strip().lower()
    return "".join(char for char in text if unicodedata.category(char)[0] != "C")


class SignInForm(ShopForm):
    """The door."""

    email = EmailField(
        _l("E-Mail-Adresse"),
        filters=[plain_email],
        validators=[InputRequired(_l("Geben Sie Ihre E-Mail-Adresse ein.")), Length(max=MAX_EMAIL)],
    )
    password = PasswordField(
        _l("Passwort"), validators=[InputRequired(_l("Geben Sie Ihr Passwort ein.")), Length(max=MAX_TYPED)]
    )
