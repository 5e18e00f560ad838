"""Files as programs write them: encodings, delimiters, cells over several lines, rows that do not fit."""

import csv
import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.readers import delimited
from pipelines.readers.detect import open_table

ROWS = [["Größe", "Comment"], ["1", "naïve – „quoted“"], ["2", "two\nlines, with; all|kinds"]]


def _write(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(ROWS)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_encodings_and_delimiters_are_found(tmp_path: Path, encoding: str, delimiter: str) -> None:
    table = open_table(_write(tmp_path / "a.csv", delimiter, encoding))
    assert [list(table.columns), *([*row.cells.values()] for row in table.read())] == ROWS
    assert [row.number for row in table.read()] == [2, 3]


def test_single_bad_bytes_are_read_as_cp1252(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"Comment\n" + "é good\n".encode() * 30 + b"caf\xe9 slow\n")
    assert list(open_table(tmp_path / "a.csv").read())[-1].cells == {"Comment": "café slow"}


def test_header_names_are_never_twice_or_empty(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("Comment,,Comment,\n1,2,3,4\n")
    assert open_table(tmp_path / "a.csv").columns == ("Comment", "column 2", "Comment (2)", "column 4")


def test_ragged_rows_are_problems_and_blank_ones_nothing(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,b\n1,2\n\n1\n1,2,3\n1,2,\n,\n5,6\n")
    rows = list(open_table(tmp_path / "a.csv").read())
    assert [(row.number, row.problem is None) for row in rows] == [
        (2, True),
        (4, False),
        (5, False),
        (6, True),
        (8, True),
    ]


def test_open_quote_costs_one_line_only(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('id,text\n1,fine\n2,"never closed\n3,fine too\n4,and this\n')
    rows = list(open_table(tmp_path / "a.csv").read())
    assert [row.problem for row in rows] == [None, "a quote is never closed", None, None]
    assert rows[-1].cells == {"id": "4", "text": "and this"}


def test_endless_cell_is_a_problem(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delimited, "MAX_CELL_CHARS", 1000)
    monkeypatch.setattr(delimited, "LINE_CHARS", 1001)
    (tmp_path / "a.csv").write_text(f"id,text\n1,{'x' * 5000}\n2,fine\n")
    rows = list(open_table(tmp_path / "a.csv").read())
    assert rows[0].problem is not None
    assert rows[-1].cells == {"id": "2", "text": "fine"}


def test_nul_bytes_are_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"id,text\n1,a\0b\n")
    assert next(open_table(tmp_path / "a.csv").read()).cells["text"] == "ab"


def test_text_file_without_header(tmp_path: Path) -> None:
    line = "we have waited for three weeks now and nobody ever told us why, which is not what we were promised"
    (tmp_path / "a.txt").write_text(f"{line}\nshort one\n")
    table = open_table(tmp_path / "a.txt")
    assert [row.cells["text"] for row in table.read()] == [line, "short one"]
    assert "no header" in table.notes[0]


def test_broken_json_lines_are_problems(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"a": {"b": 1}}\n[1]\n{"a": \n{"a": NaN}\n' + "[" * 5000 + "\n")
    rows = list(open_table(tmp_path / "a.jsonl").read())
    assert [row.problem is None for row in rows] == [True, False, False, True, False]
    assert (rows[0].cells, rows[3].cells) == ({"a.b": 1}, {"a": None})


def test_parquet_with_equal_names_keeps_both(tmp_path: Path) -> None:
    pq.write_table(pa.table([pa.array([1]), pa.array(["x"])], names=["a", "a"]), tmp_path / "a.parquet")
    table = open_table(tmp_path / "a.parquet")
    assert (table.total, next(table.read()).cells) == (1, {"a": 1, "a (2)": "x"})


@given(st.lists(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0\r")), min_size=3, max_size=3)))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True)
def test_what_csv_writes_is_read_back(tmp_path: Path, rows: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["a", "b", "c"], *rows])
    (tmp_path / "a.csv").write_bytes(out.getvalue().encode())
    filled = [row for row in rows if any(cell and not cell.isspace() for cell in row)]
    assert [list(row.cells.values()) for row in open_table(tmp_path / "a.csv").read()] == filled
