"""What a file has shown so far, kept on disk so that a million rows need no memory."""

import sqlite3
from types import TracebackType
from typing import Literal, Self

Sight = Literal["first", "again", "conflict"]


class SeenRows:
    """Keys with the hash of what stood there, in a scratch file that SQLite makes and deletes by itself."""

    def __init__(self) -> None:
        # The empty name is a temporary file; pages spill to disk when the cache (8 MiB) is full.
        self._scratch = sqlite3.connect("", isolation_level=None)
        self._scratch.execute("PRAGMA cache_size = -8192")
        self._scratch.execute("PRAGMA journal_mode = OFF")
        self._scratch.execute("PRAGMA synchronous = OFF")
        self._scratch.execute(
            "CREATE TABLE seen (key TEXT PRIMARY KEY, content TEXT, row_number INTEGER) WITHOUT ROWID"
        )

    def __enter__(self) -> Self:
        """Give itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Delete the scratch file."""
        self._scratch.close()

    def look(self, key: str, content: str, row_number: int) -> tuple[Sight, int]:
        """Say whether a key is met first, again with the same or with other content; and in which row it came first."""
        done = self._scratch.execute("INSERT OR IGNORE INTO seen VALUES (?, ?, ?)", (key, content, row_number))
        if done.rowcount:
            return "first", row_number
        stored, first = self._scratch.execute("SELECT content, row_number FROM seen WHERE key = ?", (key,)).fetchone()
        return ("again" if stored == content else "conflict"), first

    def count(self, key: str) -> int:
        """Count how often a key came before."""
        row = self._scratch.execute(
            "INSERT INTO seen VALUES (?, '', 0) ON CONFLICT (key) DO UPDATE SET row_number = row_number + 1 "
            "RETURNING row_number",
            (f"count {key}",),
        ).fetchone()
        return int(row[0])
