"""What all forms share: typed, translated, checked the same way."""

import unicodedata
from collections.abc import Iterable
from typing import Any, cast

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined] # newer than the stubs

from webshop.core.typed import one_line


def _l(message: str) -> str:
    """A form's text in the reader's language, marked for the catalogue; WTForms takes it for a plain string."""
    return cast(str, lazy_gettext(message))


def choices(pairs: Iterable[tuple[str, str]]) -> Any:
    """The options of a select, radio or check box field, from value and label."""
    return [SelectChoice(value=value, label=label) for value, label in pairs]


class ShopForm(FlaskForm):
    """A form with its CSRF token. Names its fields one by one: what else is sent is not read (S-9)."""

    def __init__(self, **given: Any) -> None:
        base: Any = super()  # Flask-WTF has no types
        base.__init__(**given)

    def valid(self) -> bool:
        """True when this is a POST whose fields are all as they should be."""
        return bool(cast(Any, self).validate_on_submit())

    def blame(self, field: str | None, sentence: str) -> None:
        """Put the sentence of a rule at the field it is about; above the form where it is about none."""
        if field in self._fields:
            self._fields[field].errors = [*self._fields[field].errors, sentence]
        else:
            self.form_errors.append(sentence)


def tidy(value: str | None) -> str | None:
    """Text on one line, one spelling for what looks alike (NFC); control characters go, so no mail header breaks (S-31)."""
    return value if value is None else unicodedata.normalize("NFC", one_line(value))
