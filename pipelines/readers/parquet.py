"""Parquet, in batches of rows."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import InputFileError
from pipelines.readers.header import column_names
from pipelines.readers.table import RawRow, Table

BATCH_ROWS = 2000


def open_parquet(path: Path) -> Table:
    """Open a Parquet file.

    Raises:
        InputFileError: It is no Parquet file, or is damaged.
    """
    try:
        with pq.ParquetFile(path) as file:
            columns, total = column_names(file.schema_arrow.names, path), file.metadata.num_rows
    except (pa.ArrowException, OSError) as error:
        raise InputFileError(f"{path.name} can't be read as Parquet ({error}): export it again") from error
    return Table(path, "Parquet", columns, lambda: _rows(path, columns), total=total)


def _rows(path: Path, columns: tuple[str, ...]) -> Iterator[RawRow]:
    number = 1
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH_ROWS):
                # By position: two columns may have the same name.
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield RawRow(number, dict(zip(columns, cells, strict=True)))
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise InputFileError(
            f"{path.name} is damaged after row {number} ({error}): what came before is kept; export it again"
        ) from error
