"""Which articles a query finds, and in which order: SQL that gives the same on both databases.

Every word of the query must occur in the article's search text, also inside a longer word ("tasche" finds
Notebooktasche). SQLite asks the FTS5 trigram table, PostgreSQL its trigram index by LIKE. Words of one or two letters
must begin a word. A folded word holds letters and digits only, so neither LIKE nor FTS5 sees anything of its own syntax
in what people type; it is escaped all the same (S-23).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, and_, case, column, func, or_, select, table, true
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from webshop.catalog.models import Product
from webshop.catalog.search import MAX_QUERY, MAX_WORDS, PART, compact, fold
from webshop.core.typed import one_line

TRIGRAM: Final = 3
SORT_LENGTH: Final = 120
_index = table("product_search", column("rowid"), column("product_search"))


@dataclass(frozen=True)
class Query:
    """What somebody looks for: as typed, as folded words, as a number without separators."""

    text: str
    words: tuple[str, ...]
    code: str

    def __bool__(self) -> bool:
        """True where there is something to look for."""
        return bool(self.words)


def read_query(text: str) -> Query:
    """The query behind what was typed; what goes beyond `MAX_WORDS` is not looked for."""
    shown = one_line(text[:MAX_QUERY])
    return Query(shown, tuple(dict.fromkeys(fold(shown).split()))[:MAX_WORDS], compact(shown))


# --- the order --------------------------------------------------------------------------------------------------------


class by_bytes(FunctionElement[str]):
    """Text compared byte by byte, whatever the database's collation: the same order everywhere."""

    inherit_cache = True
    name = "by_bytes"


@compiles(by_bytes, "postgresql")
def _by_bytes_pg(element: by_bytes, compiler: SQLCompiler, **options: object) -> str:
    return f'{compiler.process(element.clauses, **options)} COLLATE "C"'


@compiles(by_bytes, "sqlite")
def _by_bytes_sqlite(element: by_bytes, compiler: SQLCompiler, **options: object) -> str:
    return compiler.process(element.clauses, **options)


def name_key() -> ColumnElement[str]:
    """Sorts by folded name: the search text begins with it."""
    return by_bytes(func.substr(Product.search_text, 1, SORT_LENGTH))


def number_key() -> ColumnElement[str]:
    """Sorts by article number."""
    return by_bytes(Product.number)


def relevance(query: Query) -> ColumnElement[int]:
    """0: the number itself; 1: all words begin words of the name; 2: all occur in the name; 3: elsewhere."""
    return case((has_code(query), 0), (_in_name(query, "% {}"), 1), (_in_name(query, "%{}"), 2), else_=3)


def has_code(query: Query) -> ColumnElement[bool]:
    """Articles whose own number, maker's number or GTIN is what was typed, with or without separators."""
    return Product.search_text.like(f"%{PART}%{PART}% {_escaped(query.code)} %", escape="\\")


def _in_name(query: Query, beginning: str) -> ColumnElement[bool]:
    ending = f"%{PART}%{PART}%{PART}"
    return and_(*(Product.search_text.like(beginning.format(_escaped(word)) + ending, escape="\\") for word in query.words))


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


# --- the hits ---------------------------------------------------------------------------------------------------------


def matches(words: Iterable[str], dialect: str) -> ColumnElement[bool]:
    """Articles in which every one of the folded words occurs."""
    texts = [word if len(word) >= TRIGRAM else f" {word}" for word in words]
    if dialect != "sqlite":
        return and_(true(), *(_contains(text) for text in texts))
    indexed = [text for text in texts if len(text) >= TRIGRAM]
    found = [_contains(text) for text in texts if len(text) < TRIGRAM]
    return and_(true(), *found, *([_in_index(indexed, " AND ")] if indexed else []))


def any_of(texts: Iterable[str], dialect: str) -> ColumnElement[bool]:
    """Articles whose search text contains one of the texts; each has three characters or more."""
    if dialect != "sqlite":
        return or_(*(_contains(text) for text in texts))
    return _in_index(texts, " OR ")


def _contains(text: str) -> ColumnElement[bool]:
    return Product.search_text.contains(text, autoescape=True)


def _in_index(texts: Iterable[str], junction: str) -> ColumnElement[bool]:
    quoted = junction.join('"{}"'.format(text.replace('"', '""')) for text in texts)
    return Product.id.in_(select(_index.c.rowid).where(_index.c.product_search.op("MATCH")(quoted)))
