"""All that a database holds, as plain data, and what became different in it: for proofs that something changed nothing else.

Values that differ from run to run (ids, moments, secrets, numbers of documents) are replaced by words, so that two runs of
the same work can be compared.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect, select
from sqlalchemy.orm import Session

from webshop.tables import metadata

Row = dict[str, Any]
Snapshot = dict[str, dict[tuple[Any, ...], Row]]
"""Rows by table and primary key."""

_WORDS = (
    (re.compile(r"\$argon2[^\s\"]+"), "<password>"),
    (re.compile(r"\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b"), "<id>"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "<hash>"),
    (re.compile(r"(?<![\w-])[\w-]{43}(?![\w-])"), "<secret>"),
    (re.compile(r"\b(BE|AB)-\d{4}-\d{5,}"), r"<\1>"),
    (re.compile(r"\b\d{1,2}:\d{2}\b"), "<clock>"),
    (re.compile(r" \(\d+\)$"), ""),
    (re.compile(r"\bNr\d+\b|\b[a-z_]+\d+@"), "<person>"),
)
_COUNTED = {"seq", "id", "mail_id", "document_id", "last"}
"""Whole numbers that only count up."""


def snapshot(session: Session | Connection, *, without: Iterable[str] = ()) -> Snapshot:
    """Every row of every table; `without` names columns (`table.column`) that may change at any time."""
    connection = session.connection() if isinstance(session, Session) else session
    left_out, there = set(without), set(inspect(connection).get_table_names())
    found: Snapshot = {}
    for table in metadata.sorted_tables:
        if table.name not in there:
            continue
        keys = [column.name for column in table.primary_key]
        rows = connection.execute(select(table)).mappings()
        found[table.name] = {
            tuple(row[key] for key in keys): {
                name: value for name, value in row.items() if f"{table.name}.{name}" not in left_out
            }
            for row in rows
        }
    return found


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """What happens inside, also in requests of the test's client, is taken back at the end."""
    with session.begin_nested() as aside:
        session.connection()  # the savepoint is set now, not with the first statement of this very session
        yield
        aside.rollback()
    session.expire_all()


def fingerprint(session: Session | Connection, *, without: Iterable[str] = ()) -> dict[str, str]:
    """One hash per table."""
    return {
        name: hashlib.sha256(repr(sorted(map(repr, rows.items()))).encode()).hexdigest()
        for name, rows in snapshot(session, without=without).items()
    }


def changes(before: Snapshot, after: Snapshot, *, ignore: Iterable[str] = ()) -> list[str]:
    """What was added, removed and altered, one line a row, in an order and in words that two runs share."""
    left_out, lines = set(ignore), []
    for table in after:
        if table in left_out:
            continue
        old, new = before[table], after[table]
        lines += [f"+ {table} {plain(new[key])}" for key in new.keys() - old.keys()]
        lines += [f"- {table} {plain(old[key])}" for key in old.keys() - new.keys()]
        for key in old.keys() & new.keys():
            altered = {name: (old[key][name], value) for name, value in new[key].items() if old[key][name] != value}
            if altered:
                lines.append(f"~ {table} { ({name: _step(*values) for name, values in altered.items()}) }")
    return sorted(lines)


def plain(row: Mapping[str, Any]) -> str:
    """A row in words that two runs share."""
    return repr({name: _plain(value, name) for name, value in row.items()})


def _step(before: Any, after: Any) -> Any:
    """From one value to the other; of amounts and counts only by how much."""
    if isinstance(before, int | Decimal) and isinstance(after, int | Decimal) and not isinstance(after, bool):
        return f"{after - before:+}"
    return _plain(after)


def _plain(value: Any, name: str = "") -> Any:
    if isinstance(value, UUID):
        return "<id>"
    if isinstance(value, datetime):
        return "<moment>"
    if isinstance(value, dict):
        return {key: _plain(item, key) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, int) and name in _COUNTED:
        return "<count>"
    if isinstance(value, str):
        if name == "subject_id" and value.isdigit():
            return "<count>"
        for pattern, word in _WORDS:
            value = pattern.sub(word, value)
    return value
