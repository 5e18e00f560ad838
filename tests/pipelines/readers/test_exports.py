"""Exports of products, in their exact layout with its traps: counts, and the cells that are easily read wrong."""

import csv
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook
from sqlalchemy import select

from data.store.models import Account, Original, Response, Survey, Ticket, TicketMessage
from data.store.models import Comment as StoredComment
from pipelines import quarantine
from pipelines.errors import InputFileError, MappingError
from pipelines.fields import FIELD, KINDS
from pipelines.import_report import ImportReport
from pipelines.ingest import import_path
from pipelines.plan import Wishes
from pipelines.readers.detect import find_export
from pipelines.stage import Bench
from pipelines.uploads import look
from tests.pipelines.world import write, write_world

FIXTURES = Path(__file__).parent / "fixtures"


def _counts(report: ImportReport) -> list[tuple[str | None, str, int, int, int]]:
    """Give source, kind, new, quarantined, left out of each part."""
    return [(f.source, f.kind, f.new, f.quarantined, sum(f.left_out.values())) for f in report.files]


def _answers(bench: Bench) -> dict[str, tuple[str, float | None, str, str | None, str | None]]:
    """Give response id -> (survey, score, time in UTC, account, contact)."""
    with bench.store.read() as session:
        return {
            r.response_id: (r.survey_id, r.score, f"{r.responded_at:%Y-%m-%dT%H:%M:%S}", r.account_id, r.contact_id)
            for r in session.scalars(select(Response))
        }


def _texts(bench: Bench) -> dict[str, str]:
    with bench.store.read() as session:
        rows = session.execute(select(StoredComment.comment_id, Original.body_encrypted).join(StoredComment))
        return {comment_id: bench.vault.decrypt(body) for comment_id, body in rows}


def _survey(bench: Bench, survey_id: str) -> tuple[str, float, float, bool]:
    with bench.store.read() as session:
        found = session.scalars(select(Survey).where(Survey.survey_id == survey_id)).one()
        return found.type, found.scale_min, found.scale_max, found.high_is_good


def test_qualtrics(sqlite_bench: Bench, tmp_path: Path) -> None:
    import_path(write_world(tmp_path / "world") / "accounts.csv", bench=sqlite_bench)
    file = FIXTURES / "qualtrics.csv"
    report = import_path(file, bench=sqlite_bench, zone="Europe/Berlin")
    assert _counts(report) == [("Qualtrics", "responses", 2, 1, 2), ("Qualtrics", "responses", 3, 0, 2)]
    assert report.files[0].left_out == {
        "previews, tests and spam (Status)": 1,
        "neither a score nor a comment": 1,
    }
    answers = _answers(sqlite_bench)
    # Winter and summer time of the account's zone; the company by its name, else by the address.
    assert answers["R_1aA"] == ("nps-qualtrics", 9.0, "2025-03-03T08:01:00", "a1", "C-1")
    assert answers["R_2bB"][:4] == ("nps-qualtrics", 2.0, "2025-07-03T21:58:00", "a2")
    assert answers["R_5eE/csat"][:4] == ("csat-qualtrics", 4.0, "2025-03-05T10:01:00", None)
    texts = _texts(sqlite_bench)
    assert texts["response:R_1aA"] == 'Support answers within the hour, and "knows" us;\nnothing to add'
    assert texts["response:R_2bB"] == "=SUM(A1) is all the export gives, ünbelievable – 0 rows"
    assert texts["response:R_2bB/csat"] == "Call me"
    assert _survey(sqlite_bench, "csat-qualtrics") == ("csat", 1, 5, True)
    assert "Q2 - Topics" in report.files[0].unused
    broken = quarantine.list_open(sqlite_bench)
    assert [(row.row_number, row.column, row.value) for row in broken] == [(8, "score", "eleven")]
    assert "How likely is it that you would recommend" in broken[0].reason
    again = import_path(file, bench=sqlite_bench, zone="Europe/Berlin").counts()
    assert (again["new"], again["changed"], again["quarantined"]) == (0, 0, 1)
    assert quarantine.retry_cells(sqlite_bench, {broken[0].id: {"score": "10"}}).taken_back == 1
    assert _answers(sqlite_bench)["R_5eE"][:3] == ("nps-qualtrics", 10.0, "2025-03-05T10:01:00")


def test_qualtrics_of_the_old_exporter(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "qualtrics_legacy.csv", bench=sqlite_bench)
    assert _counts(report) == [("Qualtrics", "responses", 2, 0, 0)]
    answers = _answers(sqlite_bench)
    assert answers["R_9"][:4] == ("nps-qualtrics-legacy", 7.0, "2025-02-01T08:28:48", "domain:acme.test")
    assert answers["R_10"][1:3] == (3.0, "2025-02-02T08:28:48")  # one cell short: the header alone ends in a comma
    assert any("read as UTC: give --zone" in note for note in report.files[0].notes)


def test_surveymonkey(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "surveymonkey.csv", bench=sqlite_bench)
    assert _counts(report) == [("SurveyMonkey", "responses", 3, 0, 1), ("SurveyMonkey", "responses", 3, 0, 1)]
    answers = _answers(sqlite_bench)
    assert answers["118052219061"][:3] == ("nps-surveymonkey", 10.0, "2025-06-10T08:09:25")
    assert answers["118052219062"][1:4] == (6.0, "2025-06-13T20:09:25", "name:birch clinics")
    assert answers["118052219063"][1] == 0.0
    assert [answers[f"11805221906{n}/csat"][1] for n in (1, 2, 3)] == [5.0, 2.0, 3.0]
    assert _texts(sqlite_bench)["response:118052219062"] == "We wait for days\nand nobody says why"
    assert report.unmatched == {"Acme Freight": 2, "Birch Clinics": 2}
    assert report.without_account == 2


def test_surveymonkey_workbook_is_read_like_its_csv(sqlite_bench: Bench, tmp_path: Path) -> None:
    book = Workbook()
    with (FIXTURES / "surveymonkey.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            book.active.append([cell or None for cell in row])
    book.save(tmp_path / "surveymonkey.xlsx")
    import_path(FIXTURES / "surveymonkey.csv", bench=sqlite_bench)
    counts = import_path(tmp_path / "surveymonkey.xlsx", bench=sqlite_bench).counts()
    assert (counts["same"], counts["read"]) == (6, 6)


def test_typeform(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "typeform.csv", bench=sqlite_bench, zone="Asia/Tokyo")
    assert _counts(report) == [("Typeform", "responses", 3, 0, 0), ("Typeform", "responses", 2, 0, 1)]
    answers = _answers(sqlite_bench)
    # The file says that its times are UTC: a zone does not move them.
    assert answers["odwdp4nzj1xg6m9l36odwdp4nzlv2gcw"][:3] == ("nps-typeform", 9.0, "2025-10-05T23:41:38")
    assert answers["1dwdp4nzj1xg6m9l36odwdp4nzlv2gcy"][1:3] == (8.0, "2025-10-07T02:40:00")
    assert answers["0dwdp4nzj1xg6m9l36odwdp4nzlv2gcx/ces"][:2] == ("ces-typeform", 2.0)
    assert _survey(sqlite_bench, "ces-typeform") == ("ces", 1, 7, True)
    assert _texts(sqlite_bench)["response:odwdp4nzj1xg6m9l36odwdp4nzlv2gcw"] == "Two days, and we were live"


def test_google_forms(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "google_forms.csv", bench=sqlite_bench)
    assert _counts(report) == [("Google Forms", "responses", 3, 0, 0)]
    answers = sorted(_answers(sqlite_bench).values(), key=lambda answer: answer[2])
    # 13/8 tells that the day comes first, for 9/8 too.
    assert [answer[1:3] for answer in answers] == [
        (3.0, "2025-08-08T20:00:00"),
        (2.0, "2025-08-09T09:15:00"),
        (5.0, "2025-08-13T14:28:27"),
    ]
    assert {answer[0] for answer in answers} == {"csat-google-forms"}
    assert import_path(FIXTURES / "google_forms.csv", bench=sqlite_bench).counts()["same"] == 3


def test_google_forms_own_csv_names_the_zone(sqlite_bench: Bench, tmp_path: Path) -> None:
    text = '"Timestamp","How likely are you to recommend us?","Why?"\n"2020/10/30 3:08:44 PM GMT+1","9","They answer"\n'
    import_path(write(tmp_path / "Pulse.csv", text), bench=sqlite_bench, zone="Asia/Tokyo")
    assert [answer[:3] for answer in _answers(sqlite_bench).values()] == [("nps-pulse", 9.0, "2020-10-30T14:08:44")]


def test_jira(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "jira.csv", bench=sqlite_bench)
    assert _counts(report) == [("Jira", "tickets", 2, 1, 0), ("Jira", "responses", 1, 1, 1)]
    with sqlite_bench.store.read() as session:
        ticket = session.scalars(select(Ticket).where(Ticket.ticket_id == "SUP-12")).one()
        assert f"{ticket.opened_at:%Y-%m-%d %H:%M} {ticket.solved_at:%d %H:%M}" == "2024-03-12 09:41 13 17:00"
        assert (ticket.account_id, ticket.contact_id, ticket.agent_id) == ("name:acme freight", "qm:ada", "712020:nina")
        sides = session.execute(
            select(TicketMessage.author_id, TicketMessage.author_side)
            .where(TicketMessage.ticket_id == "SUP-12")
            .order_by(TicketMessage.sent_at)
        ).all()
    assert [tuple(side) for side in sides] == [
        ("qm:ada", "customer"),
        ("712020:nina", "vendor"),
        ("qm:ada", "customer"),
        ("qm:cora", "customer"),
    ]
    assert set(_texts(sqlite_bench).values()) == {
        'The export of "orders, 2024"\r\ngives an empty file; every time',
        "It also fails; see a, b; and c",
        "Same here",
    }
    assert _answers(sqlite_bench) == {
        "SUP-12/satisfaction": (
            "csat-jira-service-management", 4.0, "2024-03-15T20:30:00", "name:acme freight", "qm:ada"
        )
    }  # fmt: skip
    open_rows = [(row.row_number, row.column, row.value) for row in quarantine.list_open(sqlite_bench)]
    assert open_rows == [(4, "opened_at", "31/Feb/24 11:59 PM"), (4, "score", "9")]


def test_salesforce_cases(sqlite_bench: Bench) -> None:
    report = import_path(FIXTURES / "salesforce_case.csv", bench=sqlite_bench)
    assert _counts(report) == [("Salesforce", "tickets", 2, 0, 1)]
    with sqlite_bench.store.read() as session:
        found = {t.ticket_id: t for t in session.scalars(select(Ticket))}
        assert set(found) == {"00001026", "00001027"}
        assert (found["00001026"].account_id, found["00001026"].status) == ("0013t1", "closed")
        assert found["00001027"].account_id == "name:birch clinics"
        assert f"{found['00001026'].opened_at:%Y-%m-%dT%H:%M:%S}" == "2025-03-05T10:11:12"
    assert set(_texts(sqlite_bench).values()) == {
        "The invoice lists 12 seats,\nwe have 10",
        "=HYPERLINK does not work",
    }


def test_zendesk_view_says_where_the_text_is(sqlite_bench: Bench) -> None:
    with pytest.raises(InputFileError, match=r"holds none of their words.*sottovoce pull zendesk"):
        import_path(FIXTURES / "zendesk_view.csv", bench=sqlite_bench)
    with sqlite_bench.store.read() as session:
        assert session.scalars(select(Account)).all() == []


def test_what_the_user_says_wins(sqlite_bench: Bench) -> None:
    file = FIXTURES / "typeform.csv"
    report = import_path(file, bench=sqlite_bench, kind="in_app", mapping={"text": "*Why* did you give this score?"})
    assert [(part.source, part.kind) for part in report.files] == [(None, "in_app")]
    saved = import_path(file, bench=sqlite_bench)
    assert (saved.files[0].source, saved.files[0].notes[0][:28]) == (None, "columns as in the saved mapp")


def test_survey_may_be_named(sqlite_bench: Bench) -> None:
    import_path(FIXTURES / "google_forms.csv", bench=sqlite_bench, survey="csat-onboarding")
    assert {answer[0] for answer in _answers(sqlite_bench).values()} == {"csat-onboarding"}
    with pytest.raises(MappingError, match="has: nps-typeform, ces-typeform"):
        import_path(FIXTURES / "typeform.csv", bench=sqlite_bench, survey="nps")
    with pytest.raises(MappingError, match="is NPS, the answers of this Google Forms export are CSAT"):
        import_path(FIXTURES / "google_forms.csv", bench=sqlite_bench, survey="nps-x")
    with pytest.raises(MappingError, match="time zone 'Berlin' is not known"):
        import_path(FIXTURES / "google_forms.csv", bench=sqlite_bench, zone="Berlin")


def test_preview_shows_parts_and_counts(sqlite_bench: Bench) -> None:
    shown = look(sqlite_bench, FIXTURES / "jira.csv", Wishes())
    assert (shown["source"], shown["problem"], shown["format"]) == ("Jira", None, "Jira export")
    tickets, ratings = shown["parts"]
    assert (tickets["kind"], tickets["rows"], tickets["outcomes"]) == ("tickets", 3, {"new": 2, "quarantined": 1})
    assert (ratings["survey"], ratings["rows"], ratings["left_out"]) == (
        "csat-jira-service-management",
        2,
        {"not rated": 1},
    )
    assert ratings["outcomes"] == {"new": 1, "quarantined": 1}
    assert {"column": "Issue key", "field": "ticket_id", "values": ["SUP-12", "SUP-13", "SUP-14"]} in tickets["columns"]
    assert _answers(sqlite_bench) == {}
    view = look(sqlite_bench, FIXTURES / "zendesk_view.csv", Wishes())
    assert "holds none of their words" in view["problem"]


@pytest.mark.parametrize(
    "text",
    [
        "#,Comment,Date\n1,Too slow for us,2025-01-01\n",
        "Timestamp,Comment,NPS\n2025-01-01 10:00:00,Too slow for us,3\n",
        "StartDate,EndDate,Comment\n2025-01-01,2025-01-02,Too slow for us\n",
        "Summary,Status,Description\nExport,open,It is empty\n",
        "Case Number,Subject,Description\n1,Export,It is empty\n",
        "Id,Requester,Subject,Status,Description\n1,Ada,Export,open,It is empty\n",
        "Respondent ID,Comment\n1,Too slow for us\n",
    ],
)
def test_generic_tables_are_left_to_the_generic_reader(tmp_path: Path, text: str) -> None:
    assert find_export(write(tmp_path / "f.csv", text)) is None


def test_canonical_files_are_no_exports(tmp_path: Path) -> None:
    folder = write_world(tmp_path)
    assert [find_export(file) for file in folder.iterdir()] == [None] * len(list(folder.iterdir()))


@pytest.mark.parametrize(
    "name", sorted(file.name for file in FIXTURES.glob("*.csv") if file.name != "zendesk_view.csv")
)
def test_parts_hold_canonical_columns_and_places(name: str) -> None:
    export = find_export(FIXTURES / name)
    assert export is not None
    for part in export.parts:
        assert part.kind in KINDS
        assert set(part.table.columns) <= set(FIELD[part.kind])
        rows = [row for row in part.table.read() if not row.left_out]
        assert rows
        assert all(set(row.cells) <= set(part.table.columns) for row in rows)
        assert [row.number for row in rows] == sorted(row.number for row in rows)


_SEEDS = {file.name: file.read_bytes() for file in sorted(FIXTURES.iterdir())}


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A fixture with a piece cut out, doubled, or written over: close enough to be recognised, broken all the same."""
    name = draw(st.sampled_from(sorted(_SEEDS)))
    content = _SEEDS[name]
    start = draw(st.integers(0, len(content)))
    end = draw(st.integers(start, min(len(content), start + 200)))
    middle = draw(
        st.binary(max_size=12) | st.sampled_from([b'"', b"\n", b",,,", b"\0", b"\xff\xfe", b"{}", b"[", b"9e999"])
    )
    return name, content[:start] + middle + content[end:]


@given(broken=damaged())
@hypothesis_settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], derandomize=True
)
def test_damaged_exports_are_read_or_explained(tmp_path: Path, broken: tuple[str, bytes]) -> None:
    name, content = broken
    file = tmp_path / name
    file.write_bytes(content)
    with suppress(InputFileError):
        export = find_export(file)
        for part in export.parts if export else ():
            assert all(row.number >= 1 for row in part.table.read())
