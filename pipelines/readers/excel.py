"""Excel workbooks: the first sheet that holds rows. The sheet is read whole (the format allows no other way)."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from pipelines.errors import InputFileError
from pipelines.readers.header import column_names
from pipelines.readers.table import RawRow, Table, is_blank

# An .xlsx is a zip: one that unpacks to more than this is no spreadsheet that a person made (a million rows: 0.3 GB).
MAX_UNPACKED_BYTES = 1 << 30


def open_excel(path: Path) -> Table:
    """Open an .xlsx, .xlsm, .xlsb, .xls or .ods file.

    Raises:
        InputFileError: It can't be read, unpacks to too much, or no sheet holds rows.
    """
    _refuse_bomb(path)
    try:
        with CalamineWorkbook.from_path(str(path)) as workbook:
            found = _first_sheet(workbook)
            names = list(workbook.sheet_names)
    except (CalamineError, OSError, ValueError) as error:
        raise InputFileError(f"{path.name} can't be read as a workbook ({error}): save it as .xlsx or CSV") from error
    if found is None:
        raise InputFileError(f"{path.name} has no sheet with rows: export it again, with a header row")
    name, header_row, header = found
    columns = column_names(header, path)
    others = [other for other in names if other != name]
    notes = (f"sheet {name!r} was read; not read: {', '.join(others)}",) if others else ()
    return Table(path, "Excel", columns, lambda: _rows(path, name, header_row, columns), notes=notes)


def _refuse_bomb(path: Path) -> None:
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    if unpacked > MAX_UNPACKED_BYTES:
        raise InputFileError(
            f"{path.name} unpacks to {unpacked / 1e9:.1f} GB, at most {MAX_UNPACKED_BYTES / 1e9:.1f} GB are read: "
            "save it as CSV"
        )


def _first_sheet(workbook: CalamineWorkbook) -> tuple[str, int, list[Any]] | None:
    for name in workbook.sheet_names:
        for number, cells in _cells(workbook.get_sheet_by_name(name)):
            if not all(is_blank(cell) for cell in cells):
                return name, number, _trim(cells)
    return None


def _cells(sheet: CalamineSheet) -> Iterator[tuple[int, list[Any]]]:
    # Sheets may begin below row 1: count from where the data start.
    first = sheet.start[0] + 1 if sheet.start else 1
    yield from enumerate(sheet.to_python(skip_empty_area=True), start=first)


def _trim(cells: list[Any]) -> list[Any]:
    while cells and is_blank(cells[-1]):
        cells = cells[:-1]
    return cells


def _rows(path: Path, name: str, header_row: int, columns: tuple[str, ...]) -> Iterator[RawRow]:
    width = len(columns)
    with CalamineWorkbook.from_path(str(path)) as workbook:
        for number, cells in _cells(workbook.get_sheet_by_name(name)):
            if number <= header_row or all(is_blank(cell) for cell in cells):
                continue
            if any(not is_blank(cell) for cell in cells[width:]):
                values = {f"cell {n}": cell for n, cell in enumerate(cells, 1)}
                yield RawRow(number, values, problem=f"{len(_trim(cells))} cells where the header has {width}")
            else:
                yield RawRow(number, dict(zip(columns, cells, strict=False)))
