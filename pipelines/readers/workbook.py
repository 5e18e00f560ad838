"""Run as a process of its own (`python -m pipelines.readers.workbook FILE`): a workbook's rows, as lines of JSON.

A file of 5 kB can ask for 512 GB (two cells in opposite corners of a sheet), and what reads it is aborted then. Here it
is this process, with bounds on its memory and time, and not the worker.

First comes {"sheet", "sheets"}, then [row, cells] for each row of the first sheet that has any; {"error"} instead where
it can't be read. Cells that JSON does not have are [kind, text]: see `excel.py`.
"""

import json
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from pipelines.readers.apart import bound
from pipelines.readers.table import is_blank

# Addresses, not pages in use: 250,000 rows of 20 cells took 0.5 GiB. Linux holds a process to it, others may not.
MAX_BYTES = 4 << 30
MAX_CPU_S = 120
# Of one row, and of all rows together: one long text may stand in a workbook once and be shown by a million cells.
MAX_ROW_CHARS = 4_000_000
MAX_CHARS = 1 << 30
Row = tuple[int, list[Any]]


def main(path: str) -> None:
    """Write the rows of a workbook."""
    bound(most_bytes=MAX_BYTES, cpu_s=MAX_CPU_S)
    try:
        with CalamineWorkbook.from_path(path) as workbook:
            for line in _lines(workbook):
                sys.stdout.write(json.dumps(line) + "\n")
    except (CalamineError, OSError, ValueError) as error:
        sys.stdout.write(json.dumps({"error": str(error)}) + "\n")


def _lines(workbook: CalamineWorkbook) -> Iterator[object]:
    for name in workbook.sheet_names:
        rows = _filled(workbook.get_sheet_by_name(name))
        first = next(rows, None)
        if first is not None:
            yield {"sheet": name, "sheets": list(workbook.sheet_names)}
            yield _told(*first)
            yield from _bounded(rows)
            return
    yield {"error": "it has no sheet with rows"}


def _filled(sheet: CalamineSheet) -> Iterator[Row]:
    """Give the rows that hold anything, numbered as a person does."""
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        if not all(is_blank(cell) for cell in cells):
            yield number, cells


def _bounded(rows: Iterator[Row]) -> Iterator[object]:
    chars = 0
    for number, cells in rows:
        size = sum(len(cell) for cell in cells if isinstance(cell, str))
        chars += size
        if chars > MAX_CHARS:
            yield {"error": f"its rows hold more than {MAX_CHARS:,} characters"}
            return
        yield _told(number, cells) if size <= MAX_ROW_CHARS else [number, None]


def _told(number: int, cells: list[Any]) -> object:
    while cells and is_blank(cells[-1]):
        cells = cells[:-1]
    return [number, [_cell(cell) for cell in cells]]


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return ["time", value.isoformat()]
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, time):
        return ["clock", value.isoformat()]
    if isinstance(value, timedelta):
        return ["seconds", str(value.total_seconds())]
    return value


if __name__ == "__main__":
    main(sys.argv[1])
