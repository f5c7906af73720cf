"""The search text of an article, and how a query is read: the same folding on both sides.

Lower case, ä→ae, ö→oe, ü→ue, ß→ss, other marks stripped, everything that is no letter or digit a blank. Words that
change with an umlaut stand there plainly too (`buero` and `buro`). The text has three parts, each ended by a line break:

    <name> ⏎ <everything else that is searched> ⏎ <numbers without separators>

so that one column tells what was hit, sorts by name alike on both databases, and carries one trigram index.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

MAX_QUERY = 200
MAX_WORDS = 8
PART = "\n"

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d"})
_INCHES = re.compile(r"(?<=\d)\s*(?:\"|″|”|''|’’)")
_WORD = re.compile(r"[^\W_]+")
_UNITS = re.compile(r"\b(\d+)(zoll|[kmgt]b|[kmg]?hz|kg|[cm]m|k?va|[mk]?wh|mah|w|ports?|mp)\b")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Words in lower-case letters and digits, one blank between them; umlauts written out, units set apart."""
    return _words(_composed(text).translate(_UMLAUTS))


@lru_cache(maxsize=8192)
def fold_plain(text: str) -> str:
    """As `fold`, but umlauts lose their dots: `buro` for Büro."""
    return _words(_composed(text).replace("ß", "ss"))


def compact(text: str) -> str:
    """A number as people type it, without any separator: `nb100166` for NB-100166."""
    return _words(_composed(text).translate(_UMLAUTS), units=False).replace(" ", "")


def search_text_for(
    number: str,
    name: str,
    manufacturer: str = "",
    manufacturer_number: str = "",
    gtin: str = "",
    short_description: str = "",
    category_names: Iterable[str] = (),
    attribute_values: Iterable[str] = (),
) -> str:
    """What the column `search_text` holds for an article; attribute values with their units (`27 Zoll`)."""
    codes = [code for code in (compact(number), compact(manufacturer_number), compact(gtin), gtin.strip().lstrip("0")) if code]
    name_words = fold(name).split()
    plain_words = _new(fold_plain(name).split(), name_words)
    texts = [manufacturer, number, manufacturer_number, gtin, short_description, *category_names, *attribute_values]
    all_words = (word for text in texts for word in (*fold(text).split(), *fold_plain(text).split()))
    other_words = _new(all_words, name_words + plain_words)
    parts = (name_words + plain_words, other_words, dict.fromkeys(codes))
    return "".join(f" {' '.join(words)} {PART}" for words in parts)


def _new(words: Iterable[str], known: list[str]) -> list[str]:
    seen = set(known)
    return [word for word in dict.fromkeys(words) if word not in seen]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", _INCHES.sub(" zoll ", text)).lower()


def _words(text: str, *, units: bool = True) -> str:
    if not text.isascii():
        text = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    words = " ".join(_WORD.findall(text))
    return _UNITS.sub(r"\1 \2", words) if units else words
