"""A person who is forgotten is nowhere any more and stays out of later imports; published scores are as they were."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.engine import open_engine
from data.store.models import (
    AccountPack,
    AuditEntry,
    Base,
    Comment,
    Contact,
    Correction,
    Forgetting,
    LoopAct,
    OpenedLoop,
    Original,
    QuarantinedRow,
    Response,
    SavedView,
    Ticket,
    TicketMessage,
)
from data.store.personal import erase as erasing
from data.store.personal.links import LINKS, NOT_THEIRS
from data.store.repositories.audit import record
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines import forget as forgetting
from pipelines import prepare
from pipelines.export_person import export_person
from pipelines.forget import check, forget
from pipelines.ingest import import_path
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.conftest import SECRET, in_postgres
from tests.pipelines.conftest import NOW
from tests.pipelines.world import TICKETS, write, write_lines, write_world

ADA = "Ada Long"
MORE = """response_id,survey_id,account_id,contact_id,responded_at,score,comment
r20,nps-q,a1,c2,2025-09-03,6,Ask Ada Long why the roadmap moved
r21,nps-q,a2,c3,2025-09-04,8,Nice people and Ada Long is one of them
r22,nps-q,a1,c2,2025-10-04,10,
"""
BROKEN = """response_id,survey_id,account_id,contact_id,email,responded_at,score,comment
r30,nps-q,a1,c1,ada@acme.test,2025-09-03,99,Much too high a score
"""


@pytest.fixture(scope="module")
def sqlite_world(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with Ada's world in its SQLite file, to copy from."""
    folder = tmp_path_factory.mktemp("world")
    home = folder / "home"
    home.mkdir()
    shutil.copy(sqlite_template, home / "sottovoce.db")
    _fill(Store(f"sqlite:///{home / 'sottovoce.db'}"), home, folder=folder)
    return home


@pytest.fixture(scope="module")
def postgres_world(postgres_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of a PostgreSQL database with Ada's world, to copy from."""
    name, folder = f"world_{uuid4().hex}", tmp_path_factory.mktemp("world")
    in_postgres(postgres_url, f'CREATE DATABASE "{name}" TEMPLATE "template_sottovoce"')
    _fill(_postgres(postgres_url, name), folder / "home", folder=folder)
    yield name
    in_postgres(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.slow)])
def told(request: pytest.FixtureRequest, settings: Settings, vault: Vault, tmp_path: Path) -> Iterator[Bench]:
    """A copy of Ada's world, prepared, with her name in every corner that people can write in."""
    if request.param == "sqlite":
        shutil.copytree(request.getfixturevalue("sqlite_world"), settings.home)
        store = Store(f"sqlite:///{settings.home / 'sottovoce.db'}")
        yield Bench(settings, store, vault, clock=lambda: NOW)
        store.close()
        return
    url, name = request.getfixturevalue("postgres_url"), f"test_{uuid4().hex}"
    in_postgres(url, f'CREATE DATABASE "{name}" TEMPLATE "{request.getfixturevalue("postgres_world")}"')
    store = _postgres(url, name)
    yield Bench(settings, store, vault, clock=lambda: NOW)
    store.close()
    in_postgres(url, f'DROP DATABASE "{name}" WITH (FORCE)')


def _postgres(url: str, name: str) -> Store:
    return Store(str(open_engine(url).url.set(database=name).render_as_string(hide_password=False)))


def _fill(store: Store, home: Path, *, folder: Path) -> None:
    bench = Bench(Settings(home=home), store, Vault(SECRET), clock=lambda: NOW)
    files = _write_files(folder)
    import_path(files, bench=bench)
    import_path(write(folder / "more" / "responses.csv", MORE), bench=bench)
    import_path(write(folder / "broken" / "answers.csv", BROKEN), bench=bench, kind="responses")
    prepare.run(bench)
    with bench.store.write() as session:
        _write_everywhere(session)
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()


def _write_files(folder: Path) -> Path:
    files = write_world(folder / "files")
    tickets: list[dict[str, Any]] = [
        *TICKETS,
        {**TICKETS[0], "ticket_id": "t2", "contact_id": "c1", "subject": "Roadmap of Ada Long"},
    ]
    theirs, ours = TICKETS[0]["messages"][0], TICKETS[0]["messages"][1]
    tickets[1]["messages"] = [
        {**theirs, "message_id": "m21", "author_id": "c1", "body": "Where is the roadmap we were shown"},
        {**ours, "message_id": "m22", "body": "Dear Ada, it is on its way"},
        {**theirs, "message_id": "m23", "author_id": "c2", "body": "I wait for that roadmap as well"},
    ]
    write_lines(files / "tickets.jsonl", tickets)
    return files


def _write_everywhere(session: Session) -> None:
    pk = session.scalar(select(Comment.id).where(Comment.comment_id == "response:r2"))
    session.add(
        SavedView(
            view_id="v1", name="What Ada Long says", page="search", parameters={"q": "ada long"}, owner="key_a",
            accounts=None, created_at=NOW, updated_at=NOW,
        )
    )  # fmt: skip
    loop = OpenedLoop(
        signal_key="response:r2", account_id="a1", source="nps", role="economic_buyer", reasons=["detractor"],
        said_at=NOW, opened_at=NOW, also=[], why="Ada Long is not content", state="open",
    )  # fmt: skip
    session.add(loop)
    session.flush()
    session.add(LoopAct(loop_id=loop.id, position=1, act="touch", at=NOW, by="s1", note="Called Ada, she was kind"))
    session.add(
        Correction(
            action="tag", comment_pk=pk, theme_key="speed", payload={"examples": ["ADA LONG waits"]}, made_by="key_a",
            made_at=NOW,
        )
    )  # fmt: skip
    detail = {"path": "/v1/comments", "parameters": [["q", "Ada Long"]], "list": "comments", "accounts": None}
    record(session, actor="key_a", action="export", detail=detail, now=NOW)
    record(session, actor="key_b", action="export", detail={**detail, "accounts": ["a2"]}, now=NOW)


def _scores(bench: Bench) -> list:
    """What is published of scores: by survey, account, role, stage and month."""
    with bench.store.read() as session:
        rows = session.scalars(select(Response)).all()
        return sorted(
            (r.survey_id, r.account_id, r.role, str(r.stage), f"{r.responded_at:%Y-%m}", r.score) for r in rows
        )


def _everything(bench: Bench) -> str:
    """Every value of every table, encrypted ones opened."""
    found = []
    with bench.store.read() as session:
        for table in Base.metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                for name, value in row.items():
                    sealed = value is not None and name.endswith("_encrypted")
                    found.append(bench.vault.decrypt(value) if sealed else json.dumps(value, default=str))
    return "\n".join(found).casefold()


def test_nothing_of_the_person_is_left(told: Bench):
    before = _scores(told)
    report = forget(told, contact_id="c1")
    assert report.clean, report.findings
    everything = _everything(told)
    for trace in ("ada", "ada@acme.test", "slower every month", "roadmap we were shown", "much too high"):
        assert trace not in everything.replace("canada", ""), trace
    assert _scores(told) == before
    with told.store.read() as session:
        assert session.scalar(select(func.count()).select_from(Response).where(Response.contact_id == "c1")) == 0
        assert not session.scalars(select(Response.response_id).where(Response.response_id.in_(["r1", "r2"]))).all()
        assert session.scalars(select(QuarantinedRow.id)).all() == []
        # What others wrote in her ticket stays with it; her words and the answers to them are gone.
        kept = session.execute(select(TicketMessage.message_id, TicketMessage.ticket_id)).all()
        assert {message for message, _ in kept} == {"m1", "m2", "m3", "m23"}
        assert str(dict(kept)["m23"]).startswith(erasing.PREFIX)
        assert session.scalar(select(func.count()).select_from(Ticket)) == 2
        assert str(session.scalar(select(OpenedLoop.signal_key))).startswith(f"response:{erasing.PREFIX}")
        row = session.scalars(select(AuditEntry).where(AuditEntry.action == "forget person")).one()
        assert "c1" not in json.dumps(row.detail)
        assert session.scalar(select(Forgetting.plan_encrypted)) is None


def test_exports_that_may_hold_the_person_are_listed(told: Bench):
    report = forget(told, email="ADA@acme.test")
    assert [(one.actor, one.path) for one in report.exports] == [("key_a", "/v1/comments")]


def test_importing_the_same_files_again_brings_nobody_back(told: Bench, tmp_path: Path):
    forget(told, contact_id="c1")
    before = _everything(told)
    report = import_path(_write_files(tmp_path), bench=told)
    again = import_path(write(tmp_path / "broken" / "answers.csv", BROKEN), bench=told, kind="responses")
    left_out = {file.kind: sum(file.left_out.values()) for file in (*report.files, *again.files) if file.left_out}
    assert left_out == {"contacts": 2, "responses": 1, "tickets": 1, "review_notes": 1}
    assert again.counts()["quarantined"] == 0
    assert check(told, contact_id="c1", email="ada@acme.test", name=ADA).clean
    assert sorted(_everything(told).splitlines()) == sorted(before.splitlines())


def test_a_killed_forgetting_goes_on_where_it_was(told: Bench, monkeypatch: pytest.MonkeyPatch):
    def killed(*_args: object, **_more: object) -> None:
        raise KeyboardInterrupt

    for place in ("erase", "sweep", "_delete_uploads", "_count_again", "_proven"):
        with monkeypatch.context() as patch:
            patch.setattr(forgetting, place, killed)
            with pytest.raises(KeyboardInterrupt):
                forget(told, contact_id="c1")
        looked = check(told, contact_id="c1", name=ADA)
        assert looked.known
        assert looked.open
    report = forget(told, contact_id="c1")
    assert (report.clean, report.resumed) == (True, True)
    assert check(told, contact_id="c1", email="ada@acme.test", name=ADA).clean
    with pytest.raises(NotFoundError, match="c1"):
        forget(told, contact_id="c1")


def test_others_keep_their_words_without_the_name(told: Bench):
    with told.store.read() as session:
        before = dict(session.execute(select(Comment.comment_id, Comment.text)).all())
    forget(told, contact_id="c1")
    prepare.run(told)
    with told.store.read() as session:
        after = dict(session.execute(select(Comment.comment_id, Comment.text)).all())
    # The number that stood for her stands for nobody; the words are what they were.
    assert after["response:r20"] == before["response:r20"]
    assert "<PERSON_" in str(after["response:r20"])
    assert {one for one in before if one not in after} == {
        "response:r1",
        "response:r2",
        "review_note:n1",
        "ticket_message:m21",
    }


def test_originals_that_are_not_kept_need_no_erasing(told: Bench):
    bench = replace(told, settings=told.settings.model_copy(update={"keep_originals": False}))
    with bench.store.write() as session:
        session.query(Original).delete()
    assert forget(bench, contact_id="c1").clean


def test_a_namesake_stays(told: Bench, tmp_path: Path):
    other = "contact_id,account_id,name,email,role\nc9,a2,Ada Long,ada.long@birch.test,champion\n"
    import_path(write(tmp_path / "other" / "contacts.csv", other), bench=told)
    assert forget(told, contact_id="c1").clean
    with told.store.read() as session:
        assert session.execute(select(Contact.name, Contact.email).where(Contact.contact_id == "c9")).one() == (
            ADA,
            "ada.long@birch.test",
        )


def test_what_is_left_is_told(told: Bench, monkeypatch: pytest.MonkeyPatch):
    home = told.settings.home
    home.mkdir(exist_ok=True)  # on PostgreSQL nothing else is there
    (home / "notes.txt").write_text("call Ada Long")
    report = forget(told, contact_id="c1")
    assert [(one.place, one.blocks) for one in report.findings if one.blocks] == [("notes.txt", True)]
    with told.store.read() as session:
        assert session.scalar(select(Forgetting.done_at)) is None
    (home / "notes.txt").unlink()
    assert forget(told, contact_id="c1").clean


def test_answers_to_anonymous_surveys_are_nobodys(told: Bench):
    """They bear no contact, so that neither an export nor a forgetting can say whose they are."""
    told_of = export_person(told, contact_id="c3")
    assert "r4" not in [row["response_id"] for row in told_of["held"]["responses"]]
    forget(told, contact_id="c3")
    with told.store.read() as session:
        assert session.scalar(select(Response.contact_id).where(Response.response_id == "r4")) is None


def test_export_holds_every_row_of_the_person(told: Bench):
    found = export_person(told, contact_id="c1")
    held = found["held"]
    assert {row["response_id"] for row in held["responses"]} == {"r1", "r2"}
    assert {row["body"] for row in held["originals"]} >= {
        "Great people to work with",
        "Where is the roadmap we were shown",
    }
    assert [row["subject"] for row in held["tickets"]] == ["Roadmap of Ada Long"]
    assert [row["note"] for row in held["loop_acts"]] == ["Called Ada, she was kind"]
    assert held["corrections"][0]["theme_key"] == "speed"
    assert {row["role"] for row in held["contact_roles"]} == {"champion", "economic_buyer"}
    assert {one["place"] for one in found["named_elsewhere"]} >= {"saved_views.name", "audit.detail"}
    json.dumps(found)


# Columns that lead to a person, directly or by a row that does.
LEADING = {
    "contact_id", "respondent_key", "comment_pk", "response_id", "message_id", "passage_id", "loop_id", "signal_key",
    "correction_id", "text_key", "email",
}  # fmt: skip
# Tables with such a column whose rows are no customer's person.
OTHERS = {"staff", "persons", "embeddings", "lineage"}


def test_no_table_is_left_out_of_export_and_forgetting():
    linked = {link.table.name for link in LINKS}
    assert linked | NOT_THEIRS.keys() == set(Base.metadata.tables)
    assert not linked & NOT_THEIRS.keys()
    leading = {table.name for table in Base.metadata.sorted_tables if LEADING & set(table.c.keys())}
    assert leading - linked <= OTHERS


def test_counts_are_made_again_without_the_person(told: Bench):
    with told.store.write() as session:
        session.execute(update(AccountPack).values(stamp=1))
    forget(told, contact_id="c1")
    with told.store.read() as session:
        stamps = dict(session.execute(select(AccountPack.account_key, AccountPack.stamp)).all())
    assert stamps["a1"] != 1
