"""Excel workbooks: the first sheet that holds rows, read by a process of its own (`workbook.py` says why)."""

import zipfile
from collections.abc import Generator, Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError
from pipelines.readers.apart import lines_apart, one_line
from pipelines.readers.header import column_names
from pipelines.readers.table import MAX_CELL_CHARS, RawRow, Table, is_blank

# An .xlsx is a zip: one that unpacks to more than this is no spreadsheet that a person made (a million rows: 0.3 GB).
MAX_UNPACKED_BYTES = 1 << 30
MEND = "save it as .xlsx or CSV"
_CELLS = {
    "time": datetime.fromisoformat,
    "date": date.fromisoformat,
    "clock": time.fromisoformat,
    "seconds": lambda text: timedelta(seconds=float(text)),
}


def open_excel(path: Path) -> Table:
    """Open an .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises:
        InputFileError: It can't be read, unpacks to too much, needs too much memory, or no sheet holds rows.
    """
    _refuse_bomb(path)
    lines = _lines(path)
    head, first = next(lines), next(lines)
    lines.close()
    columns = column_names(_cells(first[1]), path)
    others = [other for other in head["sheets"] if other != head["sheet"]]
    notes = (f"sheet {head['sheet']!r} was read; not read: {', '.join(others)}",) if others else ()
    return Table(path, "Excel", columns, lambda: _rows(path, columns), notes=notes)


def _refuse_bomb(path: Path) -> None:
    try:
        if not zipfile.is_zipfile(path):
            return
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _unreadable(path, str(error)) from error
    if unpacked > MAX_UNPACKED_BYTES:
        raise InputFileError(
            f"{path.name} unpacks to {unpacked / 1e9:.1f} GB, at most {MAX_UNPACKED_BYTES / 1e9:.1f} GB are read: "
            "save it as CSV"
        )


def _lines(path: Path) -> Generator[Any, None, None]:
    return lines_apart("pipelines.readers.workbook", path, kind="a workbook", mend=MEND)


def _unreadable(path: Path, why: str) -> InputFileError:
    return InputFileError(f"{path.name} can't be read as a workbook ({one_line(why)}): {MEND}")


def _cells(told: list[Any]) -> list[Any]:
    return [_CELLS[cell[0]](cell[1]) if isinstance(cell, list) else cell for cell in told]


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[RawRow]:
    width, lines = len(columns), _lines(path)
    next(lines)
    next(lines)
    for number, told in lines:
        if told is None or any(isinstance(cell, str) and len(cell) > MAX_CELL_CHARS for cell in told):
            yield RawRow(number, {}, problem=f"longer than {MAX_CELL_CHARS:,} characters")
            continue
        cells = _cells(told)
        if any(not is_blank(cell) for cell in cells[width:]):
            values = {f"cell {n}": cell for n, cell in enumerate(cells, 1)}
            yield RawRow(number, values, problem=f"{len(cells)} cells where the header has {width}")
        else:
            # Cells at the end that hold nothing are blank as those between.
            yield RawRow(number, dict(zip(columns, cells + [""] * (width - len(cells)), strict=True)))
