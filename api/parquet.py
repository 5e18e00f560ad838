"""Rows as Parquet, written as they come: one row group in memory at a time, whatever the list's length.

The same rows, columns and order as CSV; numbers, times (UTC), days and booleans as such, texts as they are: no
spreadsheet reads them, so no formula is guarded against.
"""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from api.columns import DAY, NUMBER, TEXT, TIME, TRUTH, WHOLE, types_of
from api.errors import TooLongError

# Rows of a group: some megabytes of texts.
GROUP_ROWS = 5_000
# What a file's end lists of each group stays in memory until it is written: a few megabytes at so many rows.
MOST_ROWS = 5_000_000


class _Sink(io.RawIOBase):
    """Takes bytes as a file does, and gives them on."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._place = 0

    def writable(self) -> bool:
        return True

    def write(self, part: Any) -> int:  # noqa: ANN401 - whatever has bytes
        body = bytes(part)
        self._parts.append(body)
        self._place += len(body)
        return len(body)

    def tell(self) -> int:
        return self._place

    def take(self) -> bytes:
        """Give what came since the last time."""
        taken = b"".join(self._parts)
        self._parts.clear()
        return taken


def chunks(
    header: Sequence[str],
    pages: Iterable[Iterable[Sequence[object]]],
    *,
    types: Mapping[str, str],
    group_rows: int = GROUP_ROWS,
    most_rows: int = MOST_ROWS,
) -> Iterator[bytes]:
    """Write pages of rows into a Parquet file, and give its bytes as they come; an empty list has its columns, too.

    Raises:
        TooLongError: There are more than `most_rows`. The file is without its end then: no reader takes it for whole.
    """
    # Here and not above: it takes 50 MB and most of a second, which an API that nobody asks for Parquet never pays.
    import pyarrow as pa
    import pyarrow.parquet as pq

    type_of = {
        TEXT: pa.string(),
        WHOLE: pa.int64(),
        NUMBER: pa.float64(),
        TRUTH: pa.bool_(),
        TIME: pa.timestamp("us", tz="UTC"),
        DAY: pa.date32(),
    }
    kinds = types_of(header, types)
    schema = pa.schema([(name, type_of[kind]) for name, kind in zip(header, kinds, strict=True)])
    sink, written = _Sink(), 0
    writer = pq.ParquetWriter(sink, schema)
    for group in _groups(chain.from_iterable(pages), group_rows):
        written += len(group)
        if written > most_rows:
            raise TooLongError(f"the list has more than {most_rows:,} rows: ask for a shorter period, or for CSV")
        columns = zip(*group, strict=True)
        cells = ([_cell(value, kind) for value in column] for column, kind in zip(columns, kinds, strict=True))
        arrays = [pa.array(column, field.type) for column, field in zip(cells, schema, strict=True)]
        writer.write_table(pa.Table.from_arrays(arrays, schema=schema))
        yield sink.take()
    writer.close()
    yield sink.take()


def _groups(rows: Iterable[Sequence[object]], size: int) -> Iterator[list[Sequence[object]]]:
    group: list[Sequence[object]] = []
    for row in rows:
        group.append(row)
        if len(group) == size:
            yield group
            group = []
    if group:
        yield group


def _cell(value: Any, kind: str) -> object:  # noqa: ANN401 - whatever a row holds
    if value is None:
        return None
    if kind == TEXT:
        return value if isinstance(value, str) else str(value)
    return float(value) if kind == NUMBER else value
