"""JSON lines: one object a line; objects inside objects become columns with a dot ("person.email")."""

import json
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError
from pipelines.readers.encoding import detect_encoding, read_lines
from pipelines.readers.header import clean_name
from pipelines.readers.table import MAX_COLUMNS, RawRow, Table

# The columns are those of the first rows; canonical ones are also taken where they come later.
SAMPLE_LINES = 1000
# A ticket with all its messages is one line.
LINE_CHARS = 20_000_000
FLATTEN_DEPTH = 3


def open_jsonl(path: Path) -> Table:
    """Open a file of JSON objects, one a line.

    Raises:
        InputFileError: No line is a JSON object.
    """
    encoding = detect_encoding(path)
    columns: dict[str, None] = {}
    for row in islice(_rows(path, encoding), SAMPLE_LINES):
        if row.problem is None:
            columns.update(dict.fromkeys(row.cells))
    if not columns:
        raise InputFileError(
            f"{path.name} holds no JSON object on a line of its own: write one object a line "
            "(`jq -c '.[]' file.json > file.jsonl` does it for an array)"
        )
    if len(columns) > MAX_COLUMNS:
        raise InputFileError(f"{path.name} has {len(columns)} columns, at most {MAX_COLUMNS} are read: cut it down")
    return Table(path, "JSONL", tuple(columns), lambda: _rows(path, encoding), open_columns=True)


def json_lines(path: Path, encoding: str) -> Iterator[RawRow]:
    """Give the object of each line as it is nested, or what is wrong with the line."""
    number, rest = 0, False
    for line in read_lines(path, encoding, LINE_CHARS):
        is_cut = len(line) == LINE_CHARS and not line.endswith("\n")
        if not rest:
            number += 1
            if is_cut:
                yield RawRow(number, {"line": line[:1000]}, problem=f"longer than {LINE_CHARS:,} characters")
            elif line.strip():
                yield _line(number, line)
        # What follows of a line that was cut is no line of its own.
        rest = is_cut or (rest and not line.endswith("\n"))


def _rows(path: Path, encoding: str) -> Iterator[RawRow]:
    for row in json_lines(path, encoding):
        yield row if row.problem is not None else RawRow(row.number, dict(_flatten(row.cells, "", 0)))


def _line(number: int, line: str) -> RawRow:
    try:
        value = json.loads(line, parse_constant=lambda _: None)
    except RecursionError:
        return RawRow(number, {}, problem="the line nests too deeply")
    except ValueError as error:
        return RawRow(number, {"line": line[:1000]}, problem=f"not valid JSON ({error})"[:200])
    if not isinstance(value, dict):
        return RawRow(number, {"line": line[:1000]}, problem="not a JSON object")
    return RawRow(number, value)


def _flatten(value: Mapping[str, Any], prefix: str, depth: int) -> Iterator[tuple[str, Any]]:
    for key, item in value.items():
        name = prefix + clean_name(key)
        if isinstance(item, dict) and item and depth < FLATTEN_DEPTH:
            yield from _flatten(item, f"{name}.", depth + 1)
        else:
            yield name, item
