"""Run as a process of its own (`python -m pipelines.readers.parquet_rows FILE`): Parquet's rows, as lines of JSON.

A file of a few kB may hold a text of a gigabyte, or one that a million rows show; what reads it asks for all of that.
First comes {"columns", "rows"}, then the list of cells of each row, null for one that is too long; {"error"} where it
can't go on. Cells that JSON does not have are {KIND: text}, inside lists and objects too.
"""

import json
import os
import sys
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from pipelines.readers.apart import bound

# Addresses, not pages in use. A million rows of 12 cells take 30 s.
MAX_BYTES = 4 << 30
MAX_CPU_S = 1800
# A million rows that hold nothing are a few bytes: the end of a file's size is no end of its rows.
MAX_ROWS = 20_000_000
# Of one row as written here: a text, its double and what stands beside them.
MAX_ROW_CHARS = 4_000_000
# Of all rows: one text may stand in a file once and be shown by a million of them. Or so many times the file's bytes.
MAX_CHARS, MAX_TIMES = 1 << 30, 100
BATCH_ROWS = 500
KIND = "\0kind"


def main(path: str) -> None:
    """Write the rows of a Parquet file."""
    bound(most_bytes=MAX_BYTES, cpu_s=MAX_CPU_S)
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Its own allocator keeps a gigabyte of addresses ahead.
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        with pq.ParquetFile(path) as file:
            rows = file.metadata.num_rows
            if rows > MAX_ROWS:
                _tell({"error": f"it has {rows:,} rows, at most {MAX_ROWS:,} are read"})
                return
            _tell({"columns": file.schema_arrow.names, "rows": rows})
            _write(_lines(file), most=max(MAX_CHARS, MAX_TIMES * os.path.getsize(path)))
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        _tell({"error": str(error)})


def _tell(what: object) -> None:
    sys.stdout.write(json.dumps(what) + "\n")


def _write(lines: Iterator[str], *, most: int) -> None:
    chars = 0
    for line in lines:
        chars += len(line)
        if chars > most:
            _tell({"error": f"its rows hold more than {most:,} characters"})
            return
        sys.stdout.write(line + "\n")


def _lines(file: Any) -> Iterator[str]:  # noqa: ANN401 - pyarrow is imported once the process is bound
    for batch in file.iter_batches(BATCH_ROWS, use_threads=False):
        # By position: two columns may have the same name.
        for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
            line = json.dumps(cells, default=_cell)
            yield line if len(line) <= MAX_ROW_CHARS else "null"


def _cell(value: object) -> object:
    if isinstance(value, datetime):
        return {KIND: "time", "of": value.isoformat()}
    if isinstance(value, date):
        return {KIND: "date", "of": value.isoformat()}
    if isinstance(value, time):
        return {KIND: "clock", "of": value.isoformat()}
    if isinstance(value, timedelta):
        return {KIND: "seconds", "of": str(value.total_seconds())}
    if isinstance(value, Decimal):
        return {KIND: "decimal", "of": str(value)}
    if isinstance(value, bytes):
        return {KIND: "bytes", "of": value.hex()}
    return str(value)


if __name__ == "__main__":
    main(sys.argv[1])
