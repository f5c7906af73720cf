"""HTML in, PDF bytes out: templates of our own, plain data, packaged fonts, nothing from outside.

Every value is escaped; equal data gives equal bytes, because dates come from the data alone. Letters are German whatever
language a person reads the shop in: they are business letters of the provider.
"""

import re
import unicodedata
from typing import Any

from webshop.core import formats, rendering

LANGUAGE = "de"
_REPLACED = str.maketrans({"\u2010": "-", "\u2011": "-", "\u202f": "\u00a0", "\t": " "})
"""Characters that Fira Sans lacks; a stray one would embed a font of the machine."""


def page(template: str, data: dict[str, Any]) -> str:
    """The HTML of a document from `templates/pdf/`."""
    return rendering.render(f"pdf/{template}", LANGUAGE, printable(data))


def render(template: str, data: dict[str, Any], *, stylesheet: str = "letter.css") -> bytes:
    """The document's PDF: tagged, PDF/A-3a, the same bytes for the same data."""
    from webshop.documents import engine  # WeasyPrint is heavy: the worker loads it, a web process never does

    return engine.write(page(template, data), stylesheet)


def printable(value: Any) -> Any:
    """The data without what no letter can carry: control characters, invisible ones that turn the text round, surrogates."""
    if isinstance(value, dict):
        return {key: printable(item) for key, item in value.items()}
    if isinstance(value, list):
        return [printable(item) for item in value]
    if not isinstance(value, str):
        return value
    plain = unicodedata.normalize("NFC", value).translate(_REPLACED)
    return "".join(char for char in plain if char in "\n\u00ad" or unicodedata.category(char)[0] != "C")


def iban(value: str) -> str:
    """In groups of four, held together."""
    return formats.NBSP.join(re.findall(".{1,4}", re.sub(r"\s", "", value)))
