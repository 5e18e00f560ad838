"""JSON objects out of a file, one at a time: an array, a list under its usual key, or one object a line.

What a product's API answers, what its export holds and what a webhook brings are the same objects: the readers of
products take `Objects` and do not know which of the three it was.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

import ijson

from pipelines.errors import InputFileError
from pipelines.readers.encoding import detect_encoding
from pipelines.readers.jsonl import json_lines
from pipelines.readers.table import RawRow, Table

# One object with all its messages: 5,000 comments are the most that a ticket of Zendesk has.
MAX_OBJECT_BYTES = 64 * 1024 * 1024
# A million characters, each written as six, and some more.
MAX_TEXT_BYTES = 8 * 1024 * 1024
PIECE_BYTES = 1 << 20
# Between two objects of a file with several lists may lie another list: the users that tickets speak of.
MAX_BESIDE_BYTES = 256 * 1024 * 1024
# Lists and objects inside one another: a product's have less than ten. With 100,000 a file of 200 kB took 18 GB.
MAX_DEPTH = 100
SAMPLE_OBJECTS = 50
OTHER = "objects of another kind"
JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Found:
    """One object, its place (from 1; the line in a file of lines; 0: none), or why it could not be read."""

    place: int
    value: JsonObject
    problem: str | None = None


@dataclass(frozen=True)
class Objects:
    """The objects of one file or one answer: `read()` starts at the first one each time.

    `beside(key)` gives what lies in another list of the same file: the users that tickets speak of, say.
    """

    path: Path
    format: str
    read: Callable[[], Iterator[Found]]
    beside: Callable[[str], Iterator[JsonObject]]

    def good(self) -> Iterator[JsonObject]:
        """Give the objects that could be read."""
        return (one.value for one in self.read() if one.problem is None)

    def are(self, is_one: Callable[[JsonObject], bool]) -> bool:
        """Say whether the first objects are a product's: four of five, since some exports end lists with a summary."""
        found = [is_one(value) for value in islice(self.good(), SAMPLE_OBJECTS)]
        return bool(found) and found[0] and found.count(True) >= 4 * found.count(False)


def objects_of(name: str, values: Sequence[JsonObject], **beside: Sequence[JsonObject]) -> Objects:
    """Give objects that are in memory: a page of an API, or what a webhook brought.

    They have no place: the same object on another page is the same row to the quarantine.
    """
    return Objects(
        Path(name),
        "JSON",
        lambda: (Found(0, value) for value in values),
        lambda key: iter(beside.get(key, ())),
    )


def open_objects(path: Path, keys: Iterable[str]) -> Objects:
    """Open a file of JSON objects.

    Args:
        path: The file.
        keys: What the list of objects may be called ("tickets").

    Raises:
        InputFileError: It can't be read.
    """
    encoding = detect_encoding(path)
    first = _first_character(path, encoding)
    if first not in ("[", "{"):
        raise InputFileError(f"{path.name} holds no JSON object: export it again")
    if first == "[":
        return Objects(path, "JSON", lambda: _stream(path, encoding, "item", MAX_OBJECT_BYTES), lambda _: iter(()))
    key = _main_list(path, encoding, frozenset(keys))
    if key is None:
        return Objects(path, "JSONL", lambda: _lines(path, encoding), lambda _: iter(()))

    def beside(other: str) -> Iterator[JsonObject]:
        found = _stream(path, encoding, f"{other}.item", MAX_BESIDE_BYTES)
        return (one.value for one in found if one.problem is None)

    return Objects(path, "JSON", lambda: _stream(path, encoding, f"{key}.item", MAX_BESIDE_BYTES), beside)


def _first_character(path: Path, encoding: str) -> str:
    with path.open(encoding=encoding, errors="replace") as file:
        return file.read(8192).lstrip("\ufeff \t\r\n")[:1]


def _main_list(path: Path, encoding: str, keys: frozenset[str]) -> str | None:
    """Give the name of the list of objects that the first object of a file holds."""
    try:
        with _open_utf8(path, encoding) as file:
            for prefix, event, _value in ijson.parse(
                _shallow(ijson.basic_parse(_Bounded(file, MAX_BESIDE_BYTES), buf_size=PIECE_BYTES))
            ):
                if event == "start_array" and prefix in keys:
                    return prefix
                if event == "end_map" and not prefix:
                    return None
    except (ijson.JSONError, UnicodeError, _TooLongError):
        # What follows the first object of a file of lines is no JSON together with it; what is broken is said later.
        return None
    return None


def _open_utf8(path: Path, encoding: str) -> BinaryIO | io.TextIOWrapper:
    if encoding == "utf-8":
        return path.open("rb")
    return path.open(encoding=encoding, errors="replace", newline="")


class _TooLongError(Exception):
    """One object is longer, or deeper, than any that a product makes."""


class _Bounded:
    """Reads a file as UTF-8, and no further from one object to the next than an object may be long.

    Nor further without a quote than a text may be: with every piece of one the parser reads it again from its start.
    """

    def __init__(self, file: BinaryIO | io.TextIOWrapper, most: int) -> None:
        self._file, self._most, self._left = file, most, most
        self._unquoted, self._escapes = 0, False

    def read(self, size: int = -1) -> bytes:
        """Give the next bytes."""
        chunk = self._file.read(size)
        raw = chunk.encode("utf-8", "replace") if isinstance(chunk, str) else chunk
        self._left -= len(raw)
        if self._left < 0:
            raise _TooLongError(f"an object of over {self._most / 2**20:.0f} MiB")
        self._measure_text(raw)
        return raw

    def _measure_text(self, raw: bytes) -> None:
        # A quote behind a backslash ends no text; the two may lie in two pieces.
        bare = raw[self._escapes and raw[:1] == b'"' :].replace(b'\\"', b"")
        self._escapes = raw[-1:] == b"\\"
        end = bare.rfind(b'"')
        self._unquoted = self._unquoted + len(raw) if end < 0 else len(bare) - end
        if self._unquoted > MAX_TEXT_BYTES:
            raise _TooLongError(f"a text of over {MAX_TEXT_BYTES / 2**20:.0f} MiB")

    def begin(self) -> None:
        """Begin another object."""
        self._left = self._most


def _shallow(events: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """Pass events on, and end where they nest too deeply: ijson keeps a path for each level, with all those above."""
    depth = 0
    for event in events:
        kind = event[0]
        if kind in ("start_map", "start_array"):
            depth += 1
            if depth > MAX_DEPTH:
                raise _TooLongError(f"more than {MAX_DEPTH} objects inside one another")
        elif kind in ("end_map", "end_array"):
            depth -= 1
        yield event


def _stream(path: Path, encoding: str, prefix: str, most: int) -> Iterator[Found]:
    place = 0
    with _open_utf8(path, encoding) as file:
        bounded = _Bounded(file, most)
        try:
            events = _shallow(
                ijson.basic_parse(bounded, buf_size=min(PIECE_BYTES, most // 2), use_float=True, multiple_values=True)
            )
            for value in ijson.items(ijson.parse(events), prefix):
                place += 1
                bounded.begin()
                yield Found(place, value) if isinstance(value, dict) else Found(place, {}, "not a JSON object")
        except (ijson.JSONError, UnicodeError, _TooLongError) as error:
            why = " ".join(str(error).split())[:120]
            yield Found(place + 1, {}, f"the file is damaged from here on ({why}), what came before is kept")


def _lines(path: Path, encoding: str) -> Iterator[Found]:
    return (Found(row.number, row.cells, row.problem) for row in json_lines(path, encoding))


Make = Callable[[JsonObject], Iterable[JsonObject]]


def table_of(
    objects: Objects, columns: Sequence[str], make: Make, *, fits: Callable[[JsonObject], bool], tells: bool = True
) -> Table:
    """Make the rows of one kind.

    Args:
        objects: What the rows are made of.
        columns: The fields that rows may have.
        make: Gives the canonical cells of an object; {"left_out": why} for one to skip.
        fits: Says whether an object is what the file is an export of; others are left out.
        tells: Objects that can't be read, and others, are rows of this table (of one table for each file).
    """
    return Table(
        objects.path, objects.format, tuple(columns), lambda: _rows(objects, make, fits, tells), open_columns=True
    )


def _rows(objects: Objects, make: Make, fits: Callable[[JsonObject], bool], tells: bool) -> Iterator[RawRow]:
    for one in objects.read():
        if one.problem is None and fits(one.value):
            for cells in make(one.value):
                why = cells.get("left_out")
                yield RawRow(one.place, {} if why else cells, left_out=why)
        elif tells:
            yield RawRow(one.place, one.value if one.problem else {}, one.problem, None if one.problem else OTHER)


def within(value: object, *path: str) -> Any:  # noqa: ANN401 - whatever JSON holds
    """Give what lies inside an object; None where the way to it is none."""
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def word(value: object, *path: str) -> str | None:
    """Give a name, an id or a number inside an object as text; None for anything else."""
    found = within(value, *path)
    if isinstance(found, bool) or not isinstance(found, (str, int, float)):
        return None
    return str(found).strip() or None


def first_word(value: object, names: Iterable[str]) -> str | None:
    """Give what an object has under the first of these names that says anything."""
    return next((found for name in names if (found := word(value, name))), None)


def each(value: object, *path: str) -> list[JsonObject]:
    """Give the objects of a list inside an object; none where it is no list."""
    found = within(value, *path)
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []


def filled(cells: JsonObject) -> dict[str, Any]:
    """Leave out cells that hold nothing: a row speaks of what it names."""
    return {name: value for name, value in cells.items() if value is not None}
