"""Files made to do harm: each is refused or read within bounds, and says so; the reader's process lives on."""

import subprocess
import sys
import zipfile
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipelines.errors import InputFileError
from pipelines.ingest import import_path
from pipelines.readers import excel
from pipelines.readers.detect import open_table
from pipelines.readers.table import MAX_CELL_CHARS
from pipelines.stage import Bench
from tests.pipelines.readers.fuzz import Tally, fuzz
from tests.pipelines.readers.workbooks import write_workbook

HEADER = '<row r="1"><c r="A1" t="inlineStr"><is><t>Comment</t></is></c></row>'
MIB, GIB = 1 << 20, 1 << 30


def test_sheet_with_cells_in_opposite_corners_is_refused(tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>x</t></is></c></row>'
    file = write_workbook(tmp_path / "sparse.xlsx", [HEADER, far])
    assert file.stat().st_size < 5000
    with pytest.raises(InputFileError, match="more memory or time than a workbook gets"):
        open_table(file)


def test_one_text_shown_by_many_cells_is_refused(tmp_path: Path) -> None:
    cells = "".join(f'<c r="{letter}{{0}}" t="s"><v>0</v></c>' for letter in "ABCDE")
    rows = (f'<row r="{n}">{cells.format(n)}</row>' for n in range(2, 400))
    file = write_workbook(tmp_path / "shared.xlsx", [HEADER, *rows], strings=["x" * MAX_CELL_CHARS])
    assert file.stat().st_size < 100_000
    read = open_table(file).read()
    assert next(read).problem == "longer than 1,000,000 characters"
    with pytest.raises(InputFileError, match="hold more than"):
        list(read)


def test_zip_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(excel, "MAX_UNPACKED_BYTES", 1_000_000)
    file = write_workbook(tmp_path / "bomb.xlsx", [HEADER], strings=["x" * 2_000_000])
    with pytest.raises(InputFileError, match=r"unpacks to 0\.0 GB, at most 0\.0 GB are read: save it as CSV"):
        open_table(file)


@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".xlsx"])
def test_ten_thousand_columns_are_refused(tmp_path: Path, suffix: str) -> None:
    names = [f"c{n}" for n in range(10_000)]
    file = tmp_path / f"wide{suffix}"
    if suffix == ".csv":
        file.write_text(",".join(names) + "\n")
    elif suffix == ".jsonl":
        file.write_text("{" + ",".join(f'"{name}": 1' for name in names) + "}\n")
    else:
        write_workbook(file, ["<row>" + "".join(f'<c t="inlineStr"><is><t>{n}</t></is></c>' for n in names) + "</row>"])
    with pytest.raises(InputFileError, match="10000 columns, at most 2000 are read"):
        open_table(file)


def test_nul_and_half_a_character_are_kept_out_of_the_store(bench: Bench, tmp_path: Path) -> None:
    csv = tmp_path / "odd.csv"
    csv.write_bytes(b"Comment,Feature\nfirst\0 one,a\xed\xa0\x80b\nsecond one,\xff\xfe\n")
    lines = tmp_path / "odd.jsonl"
    lines.write_text('{"comment": "half \\ud800 a character", "feature": "\\u0000"}\n{"comment": "whole"}\n')
    assert import_path(csv, bench=bench).counts()["new"] == 2
    assert import_path(lines, bench=bench).counts()["new"] == 2


def test_numbers_and_depths_past_all_bounds_cost_their_row_only(bench: Bench, tmp_path: Path) -> None:
    deep = '{"comment": ' + "[" * 100_000 + "]" * 100_000 + "}"
    rows = [deep, '{"comment": ' + "9" * 5000 + "}", '{"comment": 1e999}', '{"comment": "this one is fine"}']
    file = tmp_path / "bounds.jsonl"
    file.write_text("\n".join(rows) + "\n")
    counts = import_path(file, bench=bench).counts()
    assert counts["read"] == 4
    assert counts["new"] >= 1


def test_generated_files_are_read_or_explained(tmp_path: Path) -> None:
    tally = Tally()
    fuzz(100, 20261101, tmp_path, tally)
    assert tally.escaped == {}
    assert tally.files.total() >= 100


def test_parquet_keeps_what_its_cells_are(tmp_path: Path) -> None:
    cells = {
        "at": datetime(2024, 1, 1, 8, tzinfo=UTC),
        "day": date(2024, 1, 2),
        "clock": time(3, 4),
        "paid": Decimal("1.50"),
        "raw": b"\xff\x00a",
        "nested": {"days": [date(2024, 1, 3)], "none": None},
        # Looks like what the process itself writes.
        "own": {"\0kind": "time", "of": "never"},
        "whole": 10**17,
    }
    file = tmp_path / "kinds.parquet"
    pq.write_table(pa.Table.from_pylist([cells, dict.fromkeys(cells)]), file)
    assert [dict(row.cells) for row in open_table(file).read()] == [cells, dict.fromkeys(cells)]


def test_parquet_of_endless_empty_rows_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.parquet"
    pq.write_table(pa.table({"comment": pa.nulls(20_000_001, pa.int8())}), file)
    assert file.stat().st_size < 100_000
    with pytest.raises(InputFileError, match="it has 20,000,001 rows, at most 20,000,000 are read"):
        open_table(file)


def peak_of_reading(file: Path) -> tuple[int, str]:
    """Read a file in a process of its own; gives the most that it or what it started held (bytes), and what it said."""
    code = (
        "import re, sys, resource as r; from pathlib import Path\n"
        "from tests.pipelines.readers.fuzz import read_through\n"
        "from pipelines.errors import PipelineError\n"
        "try: print(dict(read_through(Path(sys.argv[1]))))\n"
        "except PipelineError as error: print(error)\n"
        # Its own from /proc: what the process that it was forked from held counts in the other figure.
        "own = int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1])\n"
        "print(max(own, r.getrusage(r.RUSAGE_CHILDREN).ru_maxrss))"
    )
    done = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said, peak = done.stdout.strip().rsplit("\n", 1)
    return int(peak) * 1024, said


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "head", "part"),
    [
        ("line.csv", "Comment\n", "x"),
        ("line.jsonl", '{"comment": "', "x"),
        ("object.json", '{"responses": [{"a": "', "x"),
        ("text.json", '[{"comment": "', "x"),
        ("escapes.json", '[{"comment": "', '\\"'),
        ("array.json", '[{"comment": "x"}', ',{"comment": "' + "x" * 1008 + '"}'),
    ],
)
def test_gigabyte_of_one_line_needs_no_gigabyte(tmp_path: Path, name: str, head: str, part: str) -> None:
    file = tmp_path / name
    with file.open("w") as out:
        out.write(head)
        for _ in range(1024):
            out.write(part * (MIB // len(part)))
    peak, said = peak_of_reading(file)
    assert peak < 600 * MIB
    assert "set aside" in said if name == "line.csv" else "holds no JSON object on a line of its own" in said


@pytest.mark.slow
def test_parquet_bombs_need_no_gigabytes(tmp_path: Path) -> None:
    shown_often = pa.DictionaryArray.from_arrays(pa.array([0] * 100_000, pa.int32()), ["x" * MIB])
    pq.write_table(pa.table({"comment": shown_often}), tmp_path / "often.parquet")
    pq.write_table(
        pa.table({"comment": pa.array(["x" * (300 * MIB)], pa.large_string())}),
        tmp_path / "long.parquet",
        compression="zstd",
    )
    for name, why in (("often", "its rows hold more than 1,073,741,824 characters"), ("long", "")):
        file = tmp_path / f"{name}.parquet"
        assert file.stat().st_size < 200_000
        peak, said = peak_of_reading(file)
        assert peak < 3 * GIB
        assert why in said
        assert "can't be read as Parquet" in said or "set aside" in said


@pytest.mark.slow
@pytest.mark.parametrize(("mib", "why"), [(1023, "can't be read as a workbook"), (2048, "unpacks to 2.1 GB")])
def test_real_bomb_is_refused(tmp_path: Path, mib: int, why: str) -> None:
    file = tmp_path / "bomb.xlsx"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        with archive.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part:
            for _ in range(mib):
                part.write(bytes(MIB))
    assert file.stat().st_size < 20_000_000
    peak, said = peak_of_reading(file)
    assert peak < 600 * MIB
    assert why in said
