"""CSV and TSV: any encoding and delimiter, cells over several lines, rows with too many or too few cells."""

import csv
from collections import Counter, deque
from collections.abc import Iterator
from pathlib import Path

from pipelines.errors import InputFileError
from pipelines.readers.encoding import detect_encoding, read_lines
from pipelines.readers.header import column_names
from pipelines.readers.table import MAX_CELL_CHARS, RawRow, Table, is_blank

DELIMITERS = (",", ";", "\t", "|")
# A delimiter that no text holds: for files with one column, whose texts may hold all the others.
NO_DELIMITER = "\x1f"
SAMPLE_RECORDS = 200
# In a .txt file commas are those of prose where no more than this share of the lines has as many as the first.
PROSE_SHARE = 0.5
# Lines are read in pieces of this size at most, so that a file of one endless line does not fill the memory.
LINE_CHARS = MAX_CELL_CHARS + 1
# After a quote that is never closed, reading resumes at the next line; at most this often a file.
MAX_RESUMES = 100
# A first line of a one-column file with more words than this is a comment, not a name (survey questions are shorter).
HEADER_WORDS = 15


class _Lines:
    """Lines of the file, of which those of the current record are kept and can be read again."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines
        self._again: deque[str] = deque()
        self.record: list[str] = []
        # Whether a line of the current record was longer than LINE_CHARS: the rest of it is dropped.
        self.cut = False

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._again.popleft() if self._again else self._whole(next(self._lines))
        self.record.append(line)
        return line

    def _whole(self, line: str) -> str:
        if line.endswith(("\n", "\r")):
            return line
        for piece in self._lines:
            self.cut = True
            if piece.endswith(("\n", "\r")):
                break
        return f"{line}\n" if self.cut else line

    def read_again(self, lines: list[str]) -> None:
        self._again.extendleft(reversed(lines))


def open_delimited(path: Path) -> Table:
    """Open a CSV, TSV or one-column text file.

    Raises:
        InputFileError: The file has no header.
    """
    encoding = detect_encoding(path)
    delimiter = sniff_delimiter(path, encoding)
    first = next((r for r in _records(path, encoding, delimiter) if isinstance(r, list) and any(r)), None)
    if first is None:
        raise InputFileError(f"{path.name} has no rows: export it again, with a header row")
    headless = len(first) == 1 and len(first[0].split()) > HEADER_WORDS
    columns = ("text",) if headless else column_names(first, path)
    notes = ["no header: the first line was taken as a comment"] if headless else []
    if encoding not in ("utf-8", "utf-8-sig"):
        notes.append(f"encoding {encoding}")
    return Table(
        path,
        "TSV" if delimiter == "\t" else "CSV",
        columns,
        lambda: _rows(path, encoding, delimiter, columns, headless=headless),
        notes=tuple(notes),
    )


def sniff_delimiter(path: Path, encoding: str) -> str:
    """Give the delimiter under which most records have as many cells as the header, widest first."""
    best, best_score = NO_DELIMITER, 0.0
    for delimiter in DELIMITERS:
        widths = []
        for record in _records(path, encoding, delimiter):
            if isinstance(record, list) and any(record):
                widths.append(len(record))
            if len(widths) == SAMPLE_RECORDS:
                break
        if not widths or widths[0] < 2:
            continue
        agreeing = Counter(widths)[widths[0]] / len(widths)
        score = agreeing + min(widths[0], 50) / 1000
        if score > best_score and (agreeing > PROSE_SHARE or path.suffix.lower() != ".txt"):
            best, best_score = delimiter, score
    return best


def _records(path: Path, encoding: str, delimiter: str) -> Iterator[list[str] | str]:
    """Yield records as lists of cells, or as a string that says why a line could not be cut."""
    csv.field_size_limit(MAX_CELL_CHARS)
    lines = _Lines(read_lines(path, encoding, LINE_CHARS, newline=""))
    resumes = 0
    while True:
        lines.record.clear()
        lines.cut = False
        try:
            record = next(csv.reader(lines, delimiter=delimiter, strict=False), None)
        except csv.Error as error:
            record, reason = None, str(error)
        else:
            if record is None:
                return
            reason = "a quote is never closed" if len(lines.record) > 1 and _is_open(lines, delimiter) else ""
        if lines.cut:
            record, reason = None, "limit"
        if not reason and record is not None:
            yield record
            continue
        if "limit" in reason:
            reason = f"longer than {MAX_CELL_CHARS:,} characters (a quote that is never closed?)"
        yield reason
        if resumes < MAX_RESUMES:
            resumes += 1
            lines.read_again(lines.record[1:])


def _is_open(lines: _Lines, delimiter: str) -> bool:
    """Say whether the record that ended with the file still stood inside quotes."""
    try:
        following = next(lines)
    except StopIteration:
        pass
    else:
        lines.record.pop()
        lines.read_again([following])
        return False
    # One more line would be swallowed: then the quote is open.
    probe = [*lines.record, "\n", "x\n"]
    reader = csv.reader(probe, delimiter=delimiter)
    next(reader)
    return reader.line_num > len(lines.record)


def _rows(path: Path, encoding: str, delimiter: str, columns: tuple[str, ...], *, headless: bool) -> Iterator[RawRow]:
    number, seen_header = 0, headless
    width = len(columns)
    for record in _records(path, encoding, delimiter):
        number += 1
        if isinstance(record, str):
            yield RawRow(number, {}, problem=record)
        elif not any(cell and not cell.isspace() for cell in record):
            continue
        elif not seen_header:
            seen_header = True
        elif len(record) == width or (len(record) > width and all(is_blank(cell) for cell in record[width:])):
            yield RawRow(number, dict(zip(columns, record, strict=False)))
        else:
            lines = f"{len(record)} cells where the header has {width}"
            yield RawRow(number, {f"cell {n}": cell for n, cell in enumerate(record, 1)}, problem=lines)
