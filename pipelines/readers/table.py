"""What every reader gives: column names and rows that can be read again from the start. Readers store nothing."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

# A cell longer than this is taken for a quote that was never closed. The longest survey answers seen are far under
# 100,000 characters.
MAX_CELL_CHARS = 1_000_000
# A wider header is not a table of feedback.
MAX_COLUMNS = 2_000


@dataclass(frozen=True, slots=True)
class RawRow:
    """One row as it stands in the file; `number` counts as a person does (the header is row 1).

    A row with a `problem` could not be cut into cells: it goes to quarantine as it is. One that is `left_out` for a
    reason ("test responses") is counted and not imported.
    """

    number: int
    cells: Mapping[str, Any]
    problem: str | None = None
    left_out: str | None = None


@dataclass(frozen=True)
class Table:
    """A file opened for reading: `read()` starts at the first row each time and keeps one row at a time.

    `total` is the number of rows where the format says it; `open_columns` is true where rows may hold columns that
    the sample did not show (JSON lines).
    """

    path: Path
    format: str
    columns: tuple[str, ...]
    read: Callable[[], Iterator[RawRow]]
    total: int | None = None
    open_columns: bool = False
    notes: tuple[str, ...] = field(default=())

    def sample(self, rows: int) -> list[RawRow]:
        """Give the first rows that could be cut into cells, without those that are left out."""
        return list(islice((row for row in self.read() if row.problem is None and not row.left_out), rows))


def is_blank(value: object) -> bool:
    """Say whether a cell holds nothing."""
    return value is None or value == "" or (isinstance(value, str) and not value.strip())
