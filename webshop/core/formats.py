"""How values read on pages, in mails and PDFs: German as `design.md` section 12 wants it, English second."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Self

from babel.dates import format_date
from babel.numbers import format_decimal

from webshop.core.clock import berlin

NBSP = "\u00a0"
MINUS = "\u2212"


def _number(value: Decimal | int, pattern: str, language: str) -> str:
    return format_decimal(value, format=pattern, locale="de_DE" if language == "de" else "en_GB").replace("-", MINUS)


def eur(amount: Decimal, language: str = "de") -> str:
    """`1.234,56 €` with a no-break space; English `€1,234.56`."""
    number = _number(amount, "#,##0.00", language)
    return f"{number}{NBSP}€" if language == "de" else f"€{number}"


def unit_price(amount: Decimal, language: str = "de") -> str:
    """A unit price: two places, up to four where it has them."""
    number = _number(amount, "#,##0.00##", language)
    return f"{number}{NBSP}€" if language == "de" else f"€{number}"


def whole(value: int, language: str = "de") -> str:
    """`1.200`."""
    return _number(value, "#,##0", language)


def decimal(value: Decimal, language: str = "de") -> str:
    """A plain number with as many places as it has, up to four."""
    return _number(value, "#,##0.####", language)


def percent(value: Decimal | int, language: str = "de") -> str:
    """`19 %` with a no-break space."""
    return f"{_number(value, '#,##0.##', language)}{NBSP if language == 'de' else ''}%"


def day(value: date | datetime, language: str = "de") -> str:
    """`23.11.2026`, a moment by its date in Berlin; English `23 November 2026`."""
    shown = berlin(value).date() if isinstance(value, datetime) else value
    return shown.strftime("%d.%m.%Y") if language == "de" else format_date(shown, "d MMMM y", locale="en_GB")


def clock_time(value: datetime, language: str = "de") -> str:
    """`10:42 Uhr`, in Berlin."""
    shown = berlin(value).strftime("%H:%M")
    return f"{shown}{NBSP}Uhr" if language == "de" else shown


def moment(value: datetime, language: str = "de") -> str:
    """`23.11.2026, 10:42 Uhr`, in Berlin."""
    return f"{day(value, language)}, {clock_time(value, language)}"


def file_size(size: int, language: str = "de") -> str:
    """`240 kB`, `1,2 MB` (decimal units)."""
    if size < 1_000_000:
        return f"{whole(max(size, 1) // 1000 or 1, language)}{NBSP}kB"
    return f"{_number(Decimal(size) / 1_000_000, '#,##0.0', language)}{NBSP}MB"


class Worded(str):
    """A value in German words that can be said in the reader's language: what the sentences of errors carry."""

    _word: Callable[[Any, str], str]
    _value: Any

    def __new__(cls, word: Callable[[Any, str], str], value: Any) -> Self:
        """As `word` says the value in German."""
        worded = super().__new__(cls, word(value, "de"))
        worded._word, worded._value = word, value
        return worded

    def said_in(self, language: str) -> str:
        """As `word` says the value in that language."""
        return self._word(self._value, language)
