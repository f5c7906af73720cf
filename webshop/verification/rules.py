"""What a rule is."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, String, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

Find = Callable[[Session], Iterable[str]]


@dataclass(frozen=True)
class Rule:
    """A promise: its id, its sentence, how many records it is about, and which of them break it."""

    id: str
    sentence: str
    count: Callable[[Session], int]
    find: Find


def rule(id: str, sentence: str, records: Any) -> Callable[[Find], Rule]:
    """Make a rule of the function that yields the names of offending records.

    `records` is a table or a condition-free SELECT of what the rule looks at.
    """

    def count(session: Session) -> int:
        counted = records if isinstance(records, Select) else select(records)
        return session.scalar(select(func.count()).select_from(counted.order_by(None).subquery())) or 0

    def made(find: Find) -> Rule:
        return Rule(id, sentence, count, find)

    return made


def same_id(text: InstrumentedAttribute[str], id: InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """An id kept as text is this one: SQLite keeps UUIDs without hyphens, PostgreSQL shows them with."""
    return func.replace(text, "-", "") == func.replace(cast(id, String), "-", "")
