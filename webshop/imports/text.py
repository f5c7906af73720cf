"""Texts as they may be stored: no characters that a database or a mail refuses, no invisible ones that deceive."""

import unicodedata
from typing import Any

ALLOWED_CONTROLS = frozenset("\n\r\t")
UNWANTED = frozenset({"Cc", "Cs"})
DIRECTIONS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Marks that turn the reading direction: what is shown would not be what is there."""


def unwanted(text: str) -> str:
    """The name of the first character that may not be stored, such as `U+0000`; empty if all are fine."""
    if text.isascii() and text.isprintable():
        return ""
    for char in text:
        if char not in ALLOWED_CONTROLS and (char in DIRECTIONS or unicodedata.category(char) in UNWANTED):
            return f"U+{ord(char):04X}"
    return ""


INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
"""Marks without width that shops' pages leave in names; searches and comparisons would stumble over them."""


def one_line(text: str) -> str:
    """Without line breaks, with single blanks, without invisible marks."""
    return " ".join((text if text.isascii() else text.translate(INVISIBLE)).split())


def paragraphs(text: str) -> str:
    """With plain line breaks and nothing around."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def unwanted_inside(value: Any) -> str:
    """As `unwanted`, for all texts in a JSON value."""
    if isinstance(value, str):
        return unwanted(value)
    if isinstance(value, dict):
        return next((found for pair in value.items() for item in pair if (found := unwanted_inside(item))), "")
    if isinstance(value, list):
        return next((found for item in value if (found := unwanted_inside(item))), "")
    return ""
