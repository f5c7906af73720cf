"""When nothing is found: what may have been meant.

A word that no article has is cut into pieces; with few wrong letters at least one piece is right. Articles that have a
piece (and all the words that are known) give the words to compare with; the nearest one is offered, so that the
offered search finds at least that article. Two statements, at most `CANDIDATES` articles read.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import chain
from operator import add
from typing import Final

from sqlalchemy import Row, case, exists, select
from sqlalchemy.orm import Session

from webshop.catalog.matching import Query, any_of, has_code, matches, name_key, number_key
from webshop.catalog.models import Category, Manufacturer, Product, ProductStatus
from webshop.catalog.search import fold, fold_plain

CANDIDATES: Final = 200
SHORTEST: Final = 4
PIECE: Final = 3
"""Letters that a piece has at least: what the trigram index can look for."""
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Withdrawn:
    """An article that was looked for by its number and is no longer sold."""

    number: str
    name: str


def withdrawn(session: Session, query: Query) -> Withdrawn | None:
    """The withdrawn article whose number was typed, if there is one."""
    row = session.execute(
        select(Product.number, Product.name)
        .where(Product.status == ProductStatus.WITHDRAWN, matches(query.words, session.get_bind().dialect.name), has_code(query))
        .order_by(number_key())
        .limit(1)
    ).first()
    return Withdrawn(row.number, row.name) if row else None


def suggestion(session: Session, query: Query) -> str | None:
    """The query with its unknown words replaced by the nearest known ones; None where nothing is near."""
    unknown = _unknown(session, query)
    if not unknown or any(len(word) < SHORTEST for word in unknown):
        return None
    nearness = _Nearness(unknown)
    best: tuple[int, dict[str, str]] | None = None
    for row in _candidates(session, unknown, [word for word in query.words if word not in unknown]):
        found = nearness.replacements(_vocabulary(row))
        if found is not None and (best is None or found[0] < best[0]):
            best = found
    return _reworded(query, best[1]) if best else None


def _unknown(session: Session, query: Query) -> list[str]:
    """The words that no article for sale has."""
    dialect = session.get_bind().dialect.name
    known = [
        exists(select(Product.id).where(Product.status == ProductStatus.ACTIVE, matches([word], dialect))) for word in query.words
    ]
    row = session.execute(select(*(condition.label(f"word_{place}") for place, condition in enumerate(known)))).one()
    return [word for word, there in zip(query.words, row, strict=True) if not there]


def _candidates(session: Session, unknown: Sequence[str], known: Sequence[str]) -> Sequence[Row[str, str, str, str]]:
    """Articles that have all known words and a piece of each unknown one; those with most pieces first."""
    dialect = session.get_bind().dialect.name
    pieces = [_pieces(word) for word in unknown]
    hits = [case((Product.search_text.contains(piece), 1), else_=0) for piece in chain.from_iterable(pieces)]
    return session.execute(
        select(Product.name, Product.short_description, Manufacturer.name.label("manufacturer"), Category.name.label("category"))
        .join(Category, Category.id == Product.category_id)
        .outerjoin(Manufacturer, Manufacturer.id == Product.manufacturer_id)
        .where(
            Product.status == ProductStatus.ACTIVE,
            matches(known, dialect),
            *(any_of(group, dialect) for group in pieces),
        )
        .order_by(reduce(add, hits).desc(), name_key(), number_key())
        .limit(CANDIDATES)
    ).all()


def _pieces(word: str) -> list[str]:
    """Beginning, middle and end of a word."""
    size = max(PIECE, len(word) // 3)
    last = len(word) - size
    return [word[start : start + size] for start in sorted({0, last // 2, last})]


def _vocabulary(row: Row[str, str, str, str]) -> dict[str, str]:
    """The words that an article is described with, folded, each with its spelling."""
    found: dict[str, str] = {}
    for text in (row.name, row.category, row.manufacturer or "", row.short_description):
        for word in _WORD.findall(text):
            for folded in (fold(word), fold_plain(word)):
                found.setdefault(folded, word)
    return found


def _reworded(query: Query, replacements: dict[str, str]) -> str:
    """The query as it was typed, but for the replaced words."""
    words = []
    for typed in query.text.split():
        folded = fold(typed).split()
        touched = any(word in replacements for word in folded)
        words.append(" ".join(replacements.get(word, word) for word in folded) if touched else typed)
    return " ".join(words)


class _Nearness:
    """Finds the nearest word for each unknown one; remembers what it compared."""

    def __init__(self, unknown: Sequence[str]) -> None:
        self._unknown = unknown
        self._known: dict[tuple[str, str], int] = {}

    def replacements(self, vocabulary: dict[str, str]) -> tuple[int, dict[str, str]] | None:
        """What an article offers for every unknown word, and how far it is from what was typed; None where a word is too far."""
        total, found = 0, {}
        for word in self._unknown:
            most = 1 if len(word) < 6 else 2 if len(word) < 10 else 3
            distance, nearest = min(((self._distance(word, one, most), one) for one in vocabulary), default=(most + 1, ""))
            if distance > most:
                return None
            total += distance
            found[word] = vocabulary[nearest]
        return total, found

    def _distance(self, typed: str, word: str, most: int) -> int:
        if abs(len(typed) - len(word)) > most:
            return most + 1
        key = (typed, word)
        if key not in self._known:
            self._known[key] = distance(typed, word)
        return self._known[key]


def distance(one: str, other: str) -> int:
    """Letters to change, add, leave out or swap with their neighbour until the words are equal."""
    before, row = [0] * (len(other) + 1), list(range(len(other) + 1))
    for i, left in enumerate(one, start=1):
        above, row = row, [i]
        for j, right in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (left != right))
            if i > 1 and j > 1 and left == other[j - 2] and one[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = above
    return row[-1]
