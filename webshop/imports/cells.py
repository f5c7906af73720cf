"""From a row's cells to values. A wrong cell never raises: it is noted, and the row is told as a whole."""

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NoReturn, TypeVar

from email_validator import EmailNotValidError, validate_email

from webshop.core.formats import eur, whole
from webshop.core.i18n import N_
from webshop.core.money import ZERO
from webshop.imports.report import Finding
from webshop.imports.text import one_line, paragraphs, unwanted, unwanted_inside

T = TypeVar("T")
MAX_PRICE = Decimal("10000000.00")
MAX_SUM = Decimal("9999999999.99")
MAX_JSON = 50_000
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_GERMAN = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
YEARS = range(1990, 2101)


class Cells:
    """One row being read. `findings` are what is wrong, `notes` what is worth telling."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self._cells = cells
        self.findings: list[Finding] = []
        self.notes: list[Finding] = []

    def has(self, column: str) -> bool:
        """True if the file has the column at all."""
        return column in self._cells

    def filled(self, column: str) -> bool:
        """True if the cell says something."""
        return bool(self._cells.get(column, "").strip())

    def wrong(self, column: str, message: str, **params: object) -> None:
        """Note what is wrong with a cell."""
        self.findings.append(Finding(column, message, params))

    def note(self, column: str, message: str, **params: object) -> None:
        """Remark on a cell that is read all the same."""
        self.notes.append(Finding(column, message, params))

    def text(self, column: str, limit: int, *, required: bool = False) -> str:
        """One line of text."""
        return self._checked(column, one_line(self._cells.get(column, "")), limit, required)

    def long_text(self, column: str, limit: int) -> str:
        """Text with paragraphs."""
        return self._checked(column, paragraphs(self._cells.get(column, "")), limit, False)

    def _checked(self, column: str, text: str, limit: int, required: bool) -> str:
        if found := unwanted(text):
            self.wrong(column, N_("Das Zeichen %(character)s ist nicht erlaubt."), character=found)
        elif len(text) > limit:
            message = N_("Der Text hat %(length)s Zeichen; möglich sind %(max)s.")
            self.wrong(column, message, length=whole(len(text)), max=whole(limit))
        elif required and not text:
            self.wrong(column, N_("Die Angabe fehlt."))
        else:
            return text
        return ""

    def whole(self, column: str, low: int, high: int, *, default: int | None = None) -> int:
        """A whole number within bounds; an empty cell is the default, or wrong where there is none."""
        text = self._cells.get(column, "").strip()
        if not text and default is not None:
            return default
        if not text:
            self.wrong(column, N_("Die Angabe fehlt."))
        elif not _WHOLE.fullmatch(text):
            self.wrong(column, N_("„%(value)s“ ist keine ganze Zahl."), value=_short(text))
        elif not low <= int(text) <= high:
            message = N_("Die Zahl %(value)s liegt nicht zwischen %(low)s und %(high)s.")
            self.wrong(column, message, value=text, low=whole(low), high=whole(high))
        else:
            return int(text)
        return default if default is not None else low

    def cents(self, column: str, *, high: Decimal = MAX_PRICE, default: Decimal | None = None) -> Decimal:
        """An amount given in whole cents, as euros."""
        text = self._cells.get(column, "").strip()
        if not text and default is not None:
            return default
        if not text:
            self.wrong(column, N_("Der Betrag fehlt."))
        elif not _WHOLE.fullmatch(text):
            message = N_("„%(value)s“ ist kein Betrag in ganzen Cent; 12,99 € heißt hier 1299.")
            self.wrong(column, message, value=_short(text))
        elif (amount := in_euros(int(text))) < 0 or amount > high:
            message = N_("Der Betrag %(value)s liegt nicht zwischen 0,00 € und %(high)s.")
            self.wrong(column, message, value=eur(amount), high=eur(high))
        else:
            return amount
        return ZERO

    def day(self, column: str, *, required: bool = False) -> date | None:
        """A date, as 2026-11-23 or 23.11.2026."""
        text = self._cells.get(column, "").strip()
        if not text:
            if required:
                self.wrong(column, N_("Das Datum fehlt."))
            return None
        if match := _ISO.fullmatch(text):
            year, month, day = map(int, match.groups())
        elif match := _GERMAN.fullmatch(text):
            day, month, year = map(int, match.groups())
        else:
            year, month, day = 0, 0, 0
        try:
            if year in YEARS:
                return date(year, month, day)
        except ValueError:
            pass
        message = N_("„%(value)s“ ist kein Datum; erwartet wird 2026-11-23 oder 23.11.2026.")
        self.wrong(column, message, value=_short(text))
        return None

    def choice(self, column: str, choices: Mapping[str, T], *, default: T) -> T:
        """One of the words of a table, whatever its case; an empty cell is the default."""
        text = one_line(self._cells.get(column, ""))
        if not text:
            return default
        if text in choices:
            return choices[text]
        for word, value in choices.items():
            if word.casefold() == text.casefold():
                return value
        message = N_("„%(value)s“ ist nicht bekannt; möglich sind: %(choices)s.")
        self.wrong(column, message, value=_short(text), choices=", ".join(choices))
        return default

    def email(self, column: str, *, required: bool = False) -> str:
        """A mail address in lower case."""
        text = self._cells.get(column, "").strip()
        if not text:
            if required:
                self.wrong(column, N_("Die E-Mail-Adresse fehlt."))
            return ""
        try:
            address = validate_email(text, check_deliverability=False, allow_smtputf8=False).normalized.lower()
        except (EmailNotValidError, UnicodeError):
            address = ""
        if not address or len(address) > 254 or unwanted(address):
            self.wrong(column, N_("„%(value)s“ ist keine E-Mail-Adresse."), value=_short(text))
            return ""
        return address

    def words(self, column: str, limit: int, *, separator: str = ";") -> tuple[str, ...]:
        """A list in one cell, each once."""
        text = self.text(column, limit)
        return tuple(dict.fromkeys(word.strip() for word in text.split(separator) if word.strip()))

    def json(self, column: str, shape: type[T], *, default: T) -> T:
        """A JSON value of the wanted shape (a list or an object); an empty cell is the default."""
        text = self._cells.get(column, "").strip()
        if not text:
            return default
        if len(text) > MAX_JSON:
            self.wrong(column, N_("Die Angabe hat mehr als %(max)s Zeichen."), max=whole(MAX_JSON))
            return default
        try:
            value = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            place = error.pos + 1 if isinstance(error, json.JSONDecodeError) else 1
            self.wrong(column, N_("Das ist kein gültiges JSON (Fehler an Stelle %(place)s)."), place=place)
            return default
        if not isinstance(value, shape):
            expected = N_("Erwartet wird eine JSON-Liste.") if shape is list else N_("Erwartet wird ein JSON-Objekt.")
            self.wrong(column, expected)
        elif found := unwanted_inside(value):
            self.wrong(column, N_("Das Zeichen %(character)s ist nicht erlaubt."), character=found)
        else:
            return value
        return default

    def objects(self, column: str, most: int) -> Sequence[Mapping[str, Any]]:
        """A JSON list of objects."""
        empty: list[Any] = []
        values = self.json(column, list, default=empty)
        if len(values) > most:
            self.wrong(column, N_("Die Liste hat %(count)s Einträge; möglich sind %(max)s."), count=len(values), max=most)
        elif not all(isinstance(value, dict) for value in values):
            self.wrong(column, N_("Jeder Eintrag der Liste muss ein JSON-Objekt sein."))
        else:
            return values
        return empty


def in_euros(cents: int) -> Decimal:
    """Whole cents as euros with two places."""
    return Decimal(cents).scaleb(-2)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _short(text: str) -> str:
    """A cell as it may be repeated in a sentence: printable, and not too much of it."""
    shown = "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text[:40])
    return f"{shown}…" if len(text) > 40 else shown
