"""Files that nobody would export: the fixtures bent out of shape, and tables of cells that broke somebody's code."""

import csv
import io
import json
import zipfile
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from hypothesis import strategies as st
from openpyxl import Workbook

FIXTURES = Path(__file__).parent / "fixtures"
WORDS = (
    *("", " ", "0", "-1", "9", "10", "11", "1e999", "nan", "-inf", "1" * 400, "1,5", "1.234,5", "true", "null", "N/A"),
    *("2025-01-01", "31/12/2025", "0000-00-00", "9999-12-31T23:59:60Z", "12/31/1e9", "2025-02-30", "1700000000000"),
    *("a@b.test", "<a@b.test>", "=1+1", "@SUM(A1)", "+49", '"', '""', "'", "\0", "\x1f", "\ufeff", "\u202e", "\u2028"),
    *("\r", "\n", "\r\n", "\t", ";", ",", "|", "\\", "{", "[", "[]", "{}", "é", "ß" * 300, "x" * 5000, "😀", "e\u0301"),
    *(
        '{"ImportId":"QID1"}',
        '{"ImportId":',
        "Open-Ended Response",
        "[[[[[[[[",
        '{"a":' * 60,
        "%s%n",
        "../../etc/passwd",
    ),
    *("how likely are you to recommend us", "ticket_id", "survey_id", "Comment", "Score", "Submitted At", "Timestamp"),
)
VALUES: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 10**40, -(10**18), 1e308, 0.1, [], {}, [[]], [None], [{}], {"": None}, {"id": {}}),
    *("\ud800", [["x"] * 3] * 3, {"a": {"b": {"c": {"d": 1}}}}, ["a", 1, None, {"id": 1}], *WORDS[:40]),
)
BYTES = (
    b"\0",
    b"\xff",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xed\xa0\x80",
    b"\xc3",
    b'"',
    b"\n",
    b"\r",
    b",",
    b"[",
    b"{",
    b"}",
)
TABLES = sorted(path.name for path in FIXTURES.glob("*.csv"))
TREES = sorted(path.name for path in FIXTURES.glob("*.json*"))
NAMES = ("id", "type", "score", "created_at", "answers", "comment", "\ud800")
SUFFIXES = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".xlsx", ".xls", ".ods", ".parquet", "")
HEADERS = "Comment NPS Date Email id account_id response_id role stage arr name survey_id body ticket_id week_start"


@dataclass(frozen=True)
class Made:
    """A file's bytes, its ending, and how it was made."""

    how: str
    suffix: str
    content: bytes


def _read(name: str) -> bytes:
    return (FIXTURES / name).read_bytes()


def _place(draw: st.DrawFn, length: int) -> int:
    return draw(st.integers(0, max(0, length)))


def _bent(draw: st.DrawFn, content: bytes) -> bytes:
    """Change bytes in some places."""
    for _ in range(draw(st.integers(1, 4))):
        start = _place(draw, len(content))
        end = min(len(content), start + draw(st.sampled_from((0, 1, 2, 8, 60, 400))))
        how = draw(st.integers(0, 4))
        if how == 0:
            middle = draw(st.sampled_from(BYTES)) * draw(st.sampled_from((1, 1, 1, 3, 500)))
        elif how == 1:
            middle = draw(st.sampled_from(WORDS)).encode("utf-8", "surrogatepass")
        elif how == 2:
            middle = content[start:end] * draw(st.sampled_from((2, 3, 50)))
        else:
            middle = b"" if how == 3 else draw(st.binary(max_size=6))
        content = content[:start] + middle + content[end:]
    return content


@st.composite
def bent_fixtures(draw: st.DrawFn) -> Made:
    """Give a fixture with bytes changed, sometimes in another encoding or under another ending."""
    name = draw(st.sampled_from(TABLES + TREES))
    content = _bent(draw, _read(name))
    how = draw(st.integers(0, 9))
    if how == 0:
        text = content.decode("utf-8", "replace")
        content = text.encode(
            draw(st.sampled_from(("utf-16", "utf-16-le", "utf-32", "cp1252", "shift_jis"))), "replace"
        )
    suffix = draw(st.sampled_from(SUFFIXES)) if how == 1 else Path(name).suffix
    return Made("bytes of an export", suffix, content)


@st.composite
def bent_tables(draw: st.DrawFn) -> Made:
    """Give an export's table with cells, columns and rows changed."""
    name = draw(st.sampled_from(TABLES))
    rows = list(csv.reader(io.StringIO(_read(name).decode("utf-8-sig"))))
    for _ in range(draw(st.integers(1, 5))):
        row = draw(st.integers(0, min(4, len(rows) - 1)))
        column, how = _place(draw, max(1, len(rows[row])) - 1), draw(st.integers(0, 6))
        if how == 0:
            rows.insert(row, list(rows[draw(st.integers(0, len(rows) - 1))]))
        elif how == 1 and len(rows) > 1:
            del rows[row]
        elif how == 2:
            rows = [[*one[:column], *one[column + 1 :]] for one in rows]
        elif how == 3:
            rows = [[*one[:column], *one[column : column + 1] * 2, *one[column + 1 :]] for one in rows]
        elif rows[row]:
            rows[row][min(column, len(rows[row]) - 1)] = draw(st.sampled_from(WORDS))
    out = io.StringIO()
    csv.writer(out, delimiter=draw(st.sampled_from(",,,;\t|"))).writerows(rows)
    return Made("cells of an export", ".csv", out.getvalue().encode("utf-8", "surrogatepass"))


def _nodes(value: Any, found: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        found.append((value, key))
        _nodes(inner, found)
    return found


@st.composite
def bent_trees(draw: st.DrawFn) -> Made:
    """Give an export's JSON with values of other kinds in some places."""
    name = draw(st.sampled_from(TREES))
    lines = _read(name).decode().splitlines() if name.endswith("l") else [_read(name).decode()]
    values = [json.loads(line) for line in lines]
    for _ in range(draw(st.integers(1, 5))):
        nodes = _nodes(values, [])
        if not nodes:
            break
        holder, key = nodes[draw(st.integers(0, len(nodes) - 1))]
        how = draw(st.integers(0, 5))
        if how == 0:
            del holder[key]
        elif how == 1 and isinstance(holder, dict):
            holder[draw(st.sampled_from(NAMES))] = deepcopy(holder[key])
        else:
            # A copy: the next change may be inside it.
            holder[key] = deepcopy(draw(st.sampled_from(VALUES)))
    text = "\n".join(json.dumps(value) for value in values)
    return Made("values of an export", Path(name).suffix, text.encode())


@st.composite
def tables(draw: st.DrawFn) -> Made:
    """Give a table of cells with any number of columns."""
    width = draw(st.integers(1, 6))
    header = st.sampled_from(HEADERS.split()) | st.sampled_from(WORDS)
    rows = [draw(st.lists(header, min_size=width, max_size=width))]
    rows += draw(st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=7), max_size=6))
    out = io.StringIO()
    csv.writer(out, delimiter=draw(st.sampled_from(",;\t|"))).writerows(rows)
    suffix = draw(st.sampled_from((".csv", ".csv", ".txt", ".tsv")))
    return Made("a table", suffix, out.getvalue().encode("utf-8", "surrogatepass"))


raw_bytes = st.builds(Made, st.just("any bytes"), st.sampled_from(SUFFIXES), st.binary(max_size=200))


def _workbook() -> bytes:
    book, out = Workbook(), io.BytesIO()
    for row in csv.reader(io.StringIO(_read("surveymonkey.csv").decode("utf-8-sig"))):
        book.active.append(row)
    book.save(out)
    return out.getvalue()


def _parquet() -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table({"Comment": ["too slow", "fine"], "NPS": [3, 9], "said": [{"a": [1]}, None]}), out)
    return out.getvalue()


WORKBOOK, PARQUET = _workbook(), _parquet()


@st.composite
def bent_workbooks(draw: st.DrawFn) -> Made:
    """Give a workbook with the bytes of one part changed before it is packed, or of the packed file."""
    if draw(st.integers(0, 3)) == 0:
        return Made("a workbook", ".xlsx", _bent(draw, WORKBOOK))
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(out, "w") as new:
        chosen = draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            new.writestr(name, _bent(draw, old.read(name)) if name == chosen else old.read(name))
    return Made("a workbook", ".xlsx", out.getvalue())


@st.composite
def bent_parquets(draw: st.DrawFn) -> Made:
    """Give a Parquet file with bytes changed."""
    return Made("a Parquet file", ".parquet", b"PAR1" + _bent(draw, PARQUET[4:]))


# How many of a hundred files are made in which way. A workbook starts a process each time.
SHARES: tuple[tuple[int, Callable[[], st.SearchStrategy[Made]]], ...] = (
    (34, bent_fixtures),
    (24, bent_tables),
    (24, bent_trees),
    (10, tables),
    (4, lambda: raw_bytes),
    (3, bent_parquets),
    (1, bent_workbooks),
)
