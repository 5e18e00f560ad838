"""Column names that are never empty and never twice the same."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError
from pipelines.readers.table import MAX_COLUMNS, is_blank


def column_names(cells: Sequence[Any], path: Path) -> tuple[str, ...]:
    """Name the columns: an empty name becomes "column N", a repeated one "Name (2)".

    Raises:
        InputFileError: There are more columns than a table of feedback has.
    """
    if len(cells) > MAX_COLUMNS:
        raise InputFileError(f"{path.name} has {len(cells)} columns, at most {MAX_COLUMNS} are read: cut it down")
    names: list[str] = []
    taken: set[str] = set()
    for position, cell in enumerate(cells, start=1):
        wanted = f"column {position}" if is_blank(cell) else clean_name(str(cell))
        name, count = wanted, 1
        while name in taken:
            count += 1
            name = f"{wanted} ({count})"
        taken.add(name)
        names.append(name)
    return tuple(names)


def clean_name(name: str) -> str:
    """Make a column name printable on one line, at most 150 characters."""
    plain = name.replace("\ufeff", "").encode("utf-8", "replace").decode("utf-8").replace("\0", "")
    return " ".join(plain.split())[:150] or "column"
