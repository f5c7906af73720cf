"""Which keys a file has had already, in a private temporary database on disk: memory does not grow with the file."""

import sqlite3
from types import TracebackType
from typing import Self


class Seen:
    """Remembers keys with the line they first stood in. Use it as a context."""

    def __enter__(self) -> Self:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("CREATE TABLE seen (key TEXT PRIMARY KEY, line INTEGER NOT NULL) WITHOUT ROWID")
        self._database.execute("BEGIN")
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._database.close()

    def first_line(self, key: str, line: int) -> int | None:
        """The line that has the key already; None, and remembered from now on, where there is none."""
        added = self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", (key, line))
        if added.rowcount:
            return None
        found = self._database.execute("SELECT line FROM seen WHERE key = ?", (key,)).fetchone()
        return int(found[0])
