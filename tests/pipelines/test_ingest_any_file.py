"""One file with any columns: what is guessed, what can be overridden, and that nothing makes it fall over."""

import csv
import io
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select

from data.store.models import SavedMapping, Survey
from pipelines.errors import InputFileError, MappingError
from pipelines.ingest import import_path
from pipelines.stage import Bench
from tests.pipelines.tables import comments
from tests.pipelines.world import write, write_lines


def _texts(bench: Bench) -> list[str]:
    from data.store.models import Comment, Original

    with bench.store.read() as session:
        bodies = session.scalars(select(Original.body_encrypted).join(Comment).order_by(Comment.id)).all()
    return [bench.vault.decrypt(body) for body in bodies]


def test_one_text_column_is_enough(sqlite_bench: Bench, tmp_path: Path) -> None:
    file = write(tmp_path / "notes.csv", "Verbatim\nslow, slow, slow\nslow, slow, slow\nnice\n")
    report = import_path(file, bench=sqlite_bench)
    assert (report.counts()["new"], report.files[0].kind) == (3, "in_app")
    assert _texts(sqlite_bench) == ["slow, slow, slow", "slow, slow, slow", "nice"]
    assert any("dated by their first import" in note for note in report.files[0].notes)
    grown = write(file, file.read_text() + "another\n")
    assert import_path(grown, bench=sqlite_bench).counts() == {
        "read": 4,
        "new": 1,
        "changed": 0,
        "same": 3,
        "quarantined": 0,
    }


def test_text_with_a_named_survey(sqlite_bench: Bench, tmp_path: Path) -> None:
    report = import_path(write(tmp_path / "f.csv", "Feedback\nToo slow\n"), bench=sqlite_bench, survey="nps-2025")
    assert report.files[0].kind == "responses"
    comment = next(iter(comments(sqlite_bench.store).values()))
    assert (comment.source, comment.score, comment.survey_id) == ("nps", None, "nps-2025")


@pytest.mark.parametrize(
    ("header", "scores", "type_", "survey_id"),
    [("NPS score", (0, 10), "nps", "nps-export"), ("Stars", (1, 5), "csat", "csat-export")],
)
def test_survey_is_made_from_the_header(
    sqlite_bench: Bench, tmp_path: Path, header: str, scores: tuple[int, int], type_: str, survey_id: str
) -> None:
    rows = f"Review,{header}\nGreat all round,{scores[1]}\nBad all round,{scores[0]}\n"
    report = import_path(write(tmp_path / "export.csv", rows), bench=sqlite_bench)
    assert any(survey_id in note for note in report.files[0].notes)
    with sqlite_bench.store.read() as session:
        survey = session.scalars(select(Survey)).one()
        assert (survey.survey_id, survey.type) == (survey_id, type_)
    assert {c.score_band for c in comments(sqlite_bench.store).values()} == {1, -1}


def test_score_of_unknown_scale_is_left_out_and_said(sqlite_bench: Bench, tmp_path: Path) -> None:
    file = write(tmp_path / "f.csv", "Review,Rating\nGreat all round,8\nBad all round,3\n")
    report = import_path(file, bench=sqlite_bench)
    assert report.files[0].kind == "in_app"
    assert "give --survey" in report.files[0].notes[0]


def test_typical_export_is_understood(sqlite_bench: Bench, tmp_path: Path) -> None:
    file = write(
        tmp_path / "q3.csv",
        "#;Account Name;E-mail;How likely are you to recommend us?;What is the main reason for your score?;"
        "Responded at\n"
        "1;Acme;ada@acme.test;9 - Very likely;Good people, and they answer;25.03.2025 14:00\n"
        '2;Birch;ben@birch.test;3;"Nothing works\nat all here";01.04.2025 09:30\n',
    )
    report = import_path(file, bench=sqlite_bench)
    assert report.counts()["new"] == 2
    part = report.files[0]
    assert (part.kind, part.columns["account_name"], part.columns["email"]) == ("responses", "Account Name", "E-mail")
    found = sorted(comments(sqlite_bench.store).values(), key=lambda c: c.said_at)
    assert [(c.score, c.said_at.isoformat()[:16], c.source) for c in found] == [
        (9.0, "2025-03-25T14:00", "nps"),
        (3.0, "2025-04-01T09:30", "nps"),
    ]


def test_columns_can_be_overridden_and_are_remembered(sqlite_bench: Bench, tmp_path: Path) -> None:
    text = "A,B,C\nwhat they really said here,9,2025-01-01\nand this one too really,2,2025-01-02\n"
    file = write(tmp_path / "f.csv", text)
    wanted = {"text": "A", "score": "b", "date": "C"}
    report = import_path(file, bench=sqlite_bench, mapping=wanted, survey="nps", save_as="vendor x")
    assert report.files[0].columns == {"comment": "A", "score": "B", "responded_at": "C"}
    with sqlite_bench.store.read() as session:
        assert session.get_one(SavedMapping, "vendor x").columns["score"] == "B"
    other = write(tmp_path / "g.csv", text.replace("really", "truly"))
    report = import_path(other, bench=sqlite_bench)
    assert report.files[0].columns["score"] == "B"
    assert report.files[0].notes[0] == "columns as in the saved mapping 'vendor x'"
    assert len({c.survey_id for c in comments(sqlite_bench.store).values()}) == 1


def test_unknown_column_in_the_mapping_is_named(sqlite_bench: Bench, tmp_path: Path) -> None:
    with pytest.raises(MappingError, match="no column 'Coment'; the file has: Comment, Score"):
        import_path(write(tmp_path / "f.csv", "Comment,Score\nHi,1\n"), bench=sqlite_bench, mapping={"text": "Coment"})


@pytest.mark.parametrize(
    ("name", "content", "match"),
    [
        ("gone.csv", None, "does not exist"),
        ("empty.csv", b"", "is empty"),
        ("a.pdf", b"%PDF-1.7 ...", "unknown format"),
        ("n.csv", b"x,y\n1,2\n3,4\n", "has no column that could be comment .*'x', 'y'.*--map text="),
        ("b.parquet", b"PAR1 and then nothing", "can't be read as Parquet"),
        ("c.xlsx", b"PK\x03\x04 broken", "can't be read as a workbook"),
        ("d.json", b"[1, 2]", "no JSON object"),
    ],
)
def test_unusable_files_say_what_to_do(
    sqlite_bench: Bench, tmp_path: Path, name: str, content: bytes | None, match: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(InputFileError, match=match):
        import_path(tmp_path / name, bench=sqlite_bench)


def test_excel_and_csv_give_the_same(sqlite_bench: Bench, tmp_path: Path) -> None:
    from datetime import datetime

    book = Workbook()
    sheet = book.active
    sheet.append(["response_id", "nps", "Comment", "responded_at"])
    sheet.append([1001, 9, "It is fine for us", datetime(2025, 3, 5, 10, 0)])
    book.save(tmp_path / "r.xlsx")
    write(tmp_path / "r.csv", "response_id,nps,Comment,responded_at\n1001,9,It is fine for us,2025-03-05 10:00\n")
    assert import_path(tmp_path / "r.xlsx", bench=sqlite_bench).counts()["new"] == 1
    assert import_path(tmp_path / "r.csv", bench=sqlite_bench).counts()["same"] == 1


def test_running_numbers_of_two_files_do_not_collide(sqlite_bench: Bench, tmp_path: Path) -> None:
    for name in ("north", "south"):
        import_path(write(tmp_path / f"{name}.csv", f"id,Comment\n1,It rains in {name}\n"), bench=sqlite_bench)
    assert len(comments(sqlite_bench.store)) == 2


def test_json_lines_may_leave_fields_out(sqlite_bench: Bench, tmp_path: Path) -> None:
    rows = [
        {"comment": "It is slow today", "person": {"email": "ada@acme.test"}},
        {"comment": "It is fine today", "feature": "Export", "commented_at": "2025-01-02"},
    ]
    report = import_path(write_lines(tmp_path / "in_app.jsonl", rows), bench=sqlite_bench)
    assert report.counts()["new"] == 2
    assert {c.feature for c in comments(sqlite_bench.store).values()} == {None, "Export"}


cells = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ["", "9", "2025-01-01", "31/12/2025", "a@b.test", "N/A", "x" * 400, '"', "é", "1e999", "\0", "=1+1", "true", "nan"]
)
headers = st.text(max_size=8) | st.sampled_from(
    "Comment NPS Date Email id account_id response_id role stage arr name survey_id body ticket_id week_start".split()
)


@st.composite
def tables(draw: st.DrawFn) -> str:
    width = draw(st.integers(1, 6))
    out = io.StringIO()
    writer = csv.writer(out, delimiter=draw(st.sampled_from(",;\t")))
    writer.writerow(draw(st.lists(headers, min_size=width, max_size=width)))
    for row in draw(st.lists(st.lists(cells, min_size=1, max_size=7), max_size=8)):
        writer.writerow(row)
    return out.getvalue()


@pytest.mark.parametrize("kind", [None, "responses", "tickets", "accounts", "contacts", "usage"])
@given(text=tables())
@hypothesis_settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_any_csv_is_imported_or_explained(bench: Bench, tmp_path: Path, kind: str | None, text: str) -> None:
    file = tmp_path / "any.csv"
    file.write_bytes(text.encode("utf-8"))
    small = replace(bench, settings=bench.settings.model_copy(update={"import_batch_rows": 3}))
    try:
        first = import_path(file, bench=small, kind=kind).counts()
    except (InputFileError, MappingError):
        return
    assert first["read"] == first["new"] + first["changed"] + first["same"] + first["quarantined"]
    again = import_path(file, bench=small, kind=kind).counts()
    assert (again["new"], again["changed"], again["read"]) == (0, 0, first["read"])
    assert again["quarantined"] == first["quarantined"]


@given(content=st.binary(max_size=300))
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
@pytest.mark.parametrize("name", ["any.csv", "any.jsonl", "any.txt"])
def test_any_bytes_are_imported_or_explained(sqlite_bench: Bench, tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    try:
        counts = import_path(tmp_path / name, bench=sqlite_bench).counts()
    except (InputFileError, MappingError):
        return
    assert counts["read"] == counts["new"] + counts["changed"] + counts["same"] + counts["quarantined"]
