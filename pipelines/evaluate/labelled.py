"""Read a labelled file, and write predictions."""

import csv
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError

LABEL_SEPARATOR = "|"
READERS = "CSV, TSV, JSONL or Parquet"


@dataclass(frozen=True)
class LabelledRows:
    """Rows of a labelled file: ids, texts and one set of labels a row (may be empty)."""

    ids: list[str]
    texts: list[str]
    labels: list[tuple[str, ...]]


def read_rows(path: Path) -> list[dict[str, Any]]:
    """Read every row of a CSV, TSV, JSONL or Parquet file.

    Raises:
        InputFileError: The file is missing, broken or of another format.
    """
    if not path.is_file():
        raise InputFileError(f"{path} is not a file: give a {READERS} file")
    suffix = path.suffix.lower()
    try:
        if suffix == ".parquet":
            import pyarrow.parquet as parquet

            # Not `read_table`: that imports pandas.
            with parquet.ParquetFile(path) as file:
                rows: list[dict[str, Any]] = file.read().to_pylist()
            return rows
        if suffix in (".jsonl", ".ndjson"):
            return [json.loads(line) for line in path.read_text(encoding="utf-8-sig").splitlines() if line.strip()]
        if suffix in (".csv", ".tsv"):
            csv.field_size_limit(sys.maxsize)
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                return list(csv.DictReader(file, delimiter="\t" if suffix == ".tsv" else ","))
    except (OSError, ValueError, csv.Error) as error:
        raise InputFileError(f"can't read {path} ({error}): save it again as {READERS}") from error
    raise InputFileError(f"{path}: {suffix or 'no ending'} is not known: give a {READERS} file")


def read_labelled(path: Path, *, text: str, label: str | None = None, labels: str | None = None) -> LabelledRows:
    """Read texts with their labels; rows without a text are left out.

    Args:
        path: The file.
        text: Column of the text.
        label: Column of one label.
        labels: Column of several labels, joined by `|`; used where it is not empty, else `label`.

    Raises:
        InputFileError: A column is not there; names those that are.
    """
    rows = read_rows(path)
    seen = set().union(*(row.keys() for row in rows[:100])) if rows else set()
    for column in (text, label, labels):
        if column is not None and column not in seen:
            raise InputFileError(f"{path} has no column {column!r}: it has {', '.join(sorted(map(str, seen)))}")
    kept = [(row_id(row, number), row) for number, row in enumerate(rows, start=1) if str(row[text] or "").strip()]
    return LabelledRows(
        ids=[name for name, _ in kept],
        texts=[str(row[text]) for _, row in kept],
        labels=[_labels(row, label, labels) for _, row in kept],
    )


def row_id(row: dict[str, Any], number: int) -> str:
    """Give the file's own id, or the row number."""
    value = row.get("id")
    return str(number) if value is None or value == "" else str(value)


def _labels(row: dict[str, Any], label: str | None, labels: str | None) -> tuple[str, ...]:
    value = row.get(labels) if labels else None
    if value is None or value == "" or value == []:
        value = row.get(label) if label else None
    if value is None or value == "":
        return ()
    parts = value if isinstance(value, list) else str(value).split(LABEL_SEPARATOR)
    return tuple(dict.fromkeys(str(part).strip() for part in parts if str(part).strip()))


def write_predictions(path: Path | None, rows: Iterable[dict[str, Any]]) -> None:
    """Write one JSON object a line; whole or not at all."""
    if path is None:
        return
    scratch = path.with_name(path.name + ".part")
    with scratch.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    scratch.replace(path)
