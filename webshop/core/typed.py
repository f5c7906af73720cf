"""What people type: whole numbers, decimals, days. Generous where only one thing can be meant, ValueError elsewhere.

Only the digits 0 to 9 count: other scripts' digits, signs and exponents are refused (S-8). A point before groups of
three is a thousands separator, so `1.200` is never read as 1,2 (`design.md` section 12).
"""

import re
import unicodedata
from datetime import date
from decimal import Decimal

LONGEST = 12
"""Digits that any number of ours can have."""
_PLAIN = re.compile(r"[0-9]{1,12}")
_GROUPED = re.compile(r"[0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3}){1,3}")
_DECIMAL = re.compile(r"([0-9]{1,3}(?:[. \u00a0\u202f][0-9]{3}){1,3}|[0-9]{1,12})(?:,([0-9]{1,4}))?")
_POINT = re.compile(r"([0-9]{1,12})\.([0-9]{1,2}|[0-9]{4})")
_SEPARATORS = re.compile(r"[. \u00a0\u202f]")

MONTHS = ("jan", "feb", "mär", "apr", "mai", "jun", "jul", "aug", "sep", "okt", "nov", "dez")
ENGLISH_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NUMERIC_DAY = re.compile(r"([0-9]{1,2})[./-]([0-9]{1,2})(?:[./-]([0-9]{4}|[0-9]{2})?)?")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})")
_WORDY_DAY = re.compile(r"([0-9]{1,2})\.? ?([a-zä]{3,9})\.?(?: ([0-9]{4}))?")


def one_line(text: str) -> str:
    """A text on one line: runs of blanks become one blank; control characters and lone surrogates go."""
    kept = "".join(char if unicodedata.category(char) not in ("Cc", "Cs") else " " for char in text)
    return " ".join(kept.split())


def lines_of_text(text: str) -> str:
    """A text of several lines: each on its own without control characters; no empty lines before and after."""
    return "\n".join(one_line(line) for line in text.splitlines()).strip()


def whole_number(text: str) -> int:
    """`12`, `1.200`, `1 200`; never a sign, a fraction or an exponent."""
    cleaned = text.strip()
    if _GROUPED.fullmatch(cleaned):
        cleaned = _SEPARATORS.sub("", cleaned)
    if not _PLAIN.fullmatch(cleaned):
        raise ValueError("not a whole number")
    return int(cleaned)


def decimal_number(text: str) -> Decimal:
    """`33,5`, `1.234,50`, and `33.5` or `1234.50` where the point can only be a decimal one."""
    cleaned = text.strip()
    if match := _DECIMAL.fullmatch(cleaned):
        return Decimal(f"{_SEPARATORS.sub('', match[1])}.{match[2] or '0'}")
    if match := _POINT.fullmatch(cleaned):
        return Decimal(f"{match[1]}.{match[2]}")
    raise ValueError("not a number")


def percentage(text: str) -> Decimal:
    """A part of a hundred: more than nothing, at most 100, at most two places."""
    value = decimal_number(text)
    if not 0 < value <= 100 or value != round(value, 2):
        raise ValueError("not a percentage")
    return round(value, 2)


def day(text: str, today: date) -> date:
    """`30.11.2026`, `30.11.26`, `30.11.`, `30. November 2026`, `2026-11-30`; without a year the next such day."""
    cleaned = " ".join(text.split()).lower()
    if match := _ISO_DAY.fullmatch(cleaned):
        return date(int(match[1]), int(match[2]), int(match[3]))
    if match := _NUMERIC_DAY.fullmatch(cleaned.replace(". ", ".")):
        year = int(match[3]) if match[3] else None
        return _dated(2000 + year if year is not None and year < 100 else year, int(match[2]), int(match[1]), today)
    if match := _WORDY_DAY.fullmatch(cleaned):
        return _dated(int(match[3]) if match[3] else None, _month(match[2]), int(match[1]), today)
    raise ValueError("not a day")


def _month(word: str) -> int:
    for names in (MONTHS, ENGLISH_MONTHS):
        if word[:3] in names:
            return names.index(word[:3]) + 1
    raise ValueError("not a month")


def _dated(year: int | None, month: int, of_month: int, today: date) -> date:
    if year is not None:
        return date(year, month, of_month)
    for candidate in range(today.year, today.year + 9):
        try:
            found = date(candidate, month, of_month)
        except ValueError:
            continue  # 29 February comes every few years
        if found >= today:
            return found
    raise ValueError("no such day")
