"""Broken rows: set aside with the reason, taken back once mended, and out of the way of the rest."""

import csv
from pathlib import Path

from sqlalchemy import select

from data.store.models import QuarantinedRow
from pipelines import quarantine
from pipelines.ingest import import_path
from pipelines.stage import Bench
from tests.pipelines.tables import comments
from tests.pipelines.world import FILES, write

BROKEN = """response_id,survey_id,responded_at,score,comment,role
r1,nps,2025-01-01,9,Fine for all of us,
r2,nps,2025-01-02,11,Too good to be true,
r3,nps,not a day,5,Hm so so,
r4,nps,2025-01-04,5,Hm so so,wizard
r5,later,2025-01-05,5,Waits for its survey,
r1,nps,2025-01-01,3,The same id again,
r6,nps,2025-01-06,5,"too, many",,,x
,nps,2025-01-06,5,No id at all,
"""


def _import(bench: Bench, folder: Path, text: str = BROKEN):
    write(folder / "surveys.csv", "survey_id,type,scale_min,scale_max\nnps,nps,0,10\n")
    import_path(folder / "surveys.csv", bench=bench)
    return import_path(write(folder / "responses.csv", text), bench=bench)


def test_broken_rows_say_where_and_why(bench: Bench, tmp_path: Path) -> None:
    report = _import(bench, tmp_path)
    assert report.counts() == {"read": 8, "new": 1, "changed": 0, "same": 0, "quarantined": 7}
    found = {row.row_number: (row.column, row.value, row.reason.split(":")[0]) for row in quarantine.list_open(bench)}
    assert found == {
        3: ("score", "11", "11 lies outside the survey's range 0 to 10"),
        4: ("responded_at", "not a day", "not a date in a form that is known"),
        5: ("role", "wizard", "not one of economic_buyer, champion, admin, power_user, end_user, unknown"),
        6: ("survey_id", "later", "survey 'later' is not known"),
        7: ("response_id", "r1", "row 2 has the same id with other content"),
        8: (None, None, "8 cells where the header has 6"),
        9: ("response_id", None, "empty, but needed"),
    }
    assert quarantine.count_by_file(bench) == [(str((tmp_path / "responses.csv").resolve()), "responses", 7)]


def test_stored_rows_show_no_words(sqlite_bench: Bench, tmp_path: Path) -> None:
    _import(sqlite_bench, tmp_path)
    with sqlite_bench.store.read() as session:
        for row in session.scalars(select(QuarantinedRow)):
            assert b"so so" not in (row.row_encrypted or b"")
            assert "so so" not in f"{row.value} {row.reason}"


def test_retry_takes_rows_back_once_the_survey_is_there(bench: Bench, tmp_path: Path) -> None:
    _import(bench, tmp_path)
    assert quarantine.retry(bench).taken_back == 0
    write(tmp_path / "surveys.csv", "survey_id,type,scale_min,scale_max\nlater,ces,1,7\n")
    import_path(tmp_path / "surveys.csv", bench=bench)
    report = quarantine.retry(bench, file="responses.csv")
    assert (report.taken_back, report.still_broken) == (1, 6)
    assert comments(bench.store)["response:r5"].source == "ces"
    assert len(quarantine.list_open(bench)) == 6


def test_importing_the_mended_file_settles_its_rows(bench: Bench, tmp_path: Path) -> None:
    _import(bench, tmp_path)
    mended = BROKEN.replace(",11,", ",10,").replace("not a day", "2025-01-03").replace("wizard", "admin")
    report = _import(bench, tmp_path, mended)
    assert (report.counts()["new"], report.quarantined, report.files[0].mended) == (3, 4, 3)
    assert len(quarantine.list_open(bench)) == 4


def test_mended_rows_come_back_from_a_file(bench: Bench, tmp_path: Path) -> None:
    _import(bench, tmp_path)
    out = tmp_path / "out.csv"
    assert quarantine.export_open(bench, out) == 7
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    for row in rows:
        row["score"] = "10" if row["score"] == "11" else row["score"]
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    assert quarantine.retry_file(bench, out).taken_back == 1
    assert comments(bench.store)["response:r2"].score == 10


def test_mended_rows_are_known_by_their_own_id(sqlite_bench: Bench, tmp_path: Path) -> None:
    _import(sqlite_bench, tmp_path)
    fixed = write(tmp_path / "fixed.csv", "response_id,responded_at\nr3,2025-01-03\nr99,2025-01-03\n")
    report = quarantine.retry_file(sqlite_bench, fixed)
    assert (report.taken_back, report.unmatched) == (1, 1)
    assert comments(sqlite_bench.store)["response:r3"].month == "2025-01"


def test_dismissed_rows_stay_out(bench: Bench, tmp_path: Path) -> None:
    _import(bench, tmp_path)
    first = quarantine.list_open(bench)[0]
    assert quarantine.dismiss(bench, ids=[first.id]) == 1
    assert _import(bench, tmp_path).quarantined == 7
    assert first.id not in {row.id for row in quarantine.list_open(bench)}


def test_personal_cells_are_not_shown(sqlite_bench: Bench, tmp_path: Path) -> None:
    text = FILES["contacts.csv"].replace("ben@acme.test", "ben at acme")
    import_path(write(tmp_path / "contacts.csv", text), bench=sqlite_bench)
    row = quarantine.list_open(sqlite_bench)[0]
    assert (row.row_number, row.column, row.value) == (4, "email", "(not shown)")
