"""An article's address: its number, a dash, its name in plain letters.

Numbers hold dashes themselves, and names may begin with figures, so an address is read against the numbers that exist:
of all numbers that it begins with, the one whose full address it is counts, else the longest. The number alone will do,
and a name that has changed since: the page then leads on to the address as it is now.
"""

from collections.abc import Iterable
from typing import Final

from webshop.catalog.models import Product
from webshop.catalog.search import fold

LONGEST_NUMBER: Final = 40
LONGEST_NAME: Final = 80


def article_address(number: str, name: str) -> str:
    """What stands in the URL: `NB-100166-lenovo-v510`."""
    words: list[str] = []
    for word in fold(name).split():
        if len("-".join([*words, word])) > LONGEST_NAME:
            break
        words.append(word)
    return "-".join([number, *words])


def possible_numbers(address: str) -> list[str]:
    """The numbers that an address may begin with, also where somebody typed small letters."""
    parts = address[: LONGEST_NUMBER + 1].split("-")
    if len(address) > LONGEST_NUMBER + 1:
        parts = parts[:-1]
    beginnings = ["-".join(parts[:end]) for end in range(len(parts), 0, -1)]
    fitting = [text for text in beginnings if 0 < len(text) <= LONGEST_NUMBER]
    return list(dict.fromkeys([*fitting, *(text.upper() for text in fitting)]))


def addressed(address: str, products: Iterable[Product]) -> Product | None:
    """The article that an address means, of those whose numbers it may begin with."""
    return max(products, key=lambda one: (article_address(one.number, one.name) == address, len(one.number)), default=None)
