"""Parquet, read by a process of its own (`parquet_rows.py` says why)."""

from collections.abc import Callable, Generator, Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError
from pipelines.readers.apart import lines_apart
from pipelines.readers.header import column_names
from pipelines.readers.parquet_rows import KIND, MAX_ROW_CHARS
from pipelines.readers.table import RawRow, Table

_CELLS: dict[str, Callable[[str], Any]] = {
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "clock": time.fromisoformat,
    "seconds": lambda text: timedelta(seconds=float(text)),
    "decimal": Decimal,
    "bytes": bytes.fromhex,
}


def open_parquet(path: Path) -> Table:
    """Open a Parquet file.

    Raises:
        InputFileError: It is no Parquet file, is damaged, has too many rows, or needs too much memory.
    """
    lines = _lines(path)
    head = next(lines)
    lines.close()
    columns = column_names(head["columns"], path)
    return Table(path, "Parquet", columns, lambda: _rows(path, columns), total=head["rows"])


def _lines(path: Path) -> Generator[Any, None, None]:
    return lines_apart("pipelines.readers.parquet_rows", path, kind="Parquet", mend="export it again")


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[RawRow]:
    number, lines = 1, _lines(path)
    next(lines)
    try:
        for told in lines:
            number += 1
            if told is None:
                yield RawRow(number, {}, problem=f"longer than {MAX_ROW_CHARS:,} characters")
            else:
                yield RawRow(number, dict(zip(columns, map(_cell, told), strict=True)))
    except InputFileError as error:
        raise InputFileError(f"{error} (after row {number}; what came before is kept)") from error


def _cell(value: Any) -> Any:  # noqa: ANN401 - whatever JSON holds
    if isinstance(value, list):
        return [_cell(one) for one in value]
    if not isinstance(value, dict):
        return value
    try:
        return _CELLS[value[KIND]](value["of"])
    except (KeyError, TypeError, ValueError, ArithmeticError):
        # An object of the file's own.
        return {name: _cell(one) for name, one in value.items()}
