"""Files over the API: kept under a name of ours, looked into, imported as confirmed, gone afterwards."""

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

import pipelines.run
from api.app import create_app
from api.errors import ParameterError
from api.settings import ApiSettings
from api.uploads import SUFFIXES, safe_name
from api.writers import Services
from data.store.models import AuditEntry, Comment, Survey, Upload
from data.store.repositories.keys import create_key
from pipelines.ingest import import_path
from pipelines.readers.detect import SUFFIXES as READ
from pipelines.run import RunReport
from pipelines.settings import Settings
from pipelines.stage import Bench
from pipelines.uploads import forget_lost
from pipelines.worker import look, work
from tests.api.conftest import MADE_AT
from tests.pipelines.world import write_world

CSV = (
    b"Date;Company;NPS score;Comment\n"
    b"03.09.2026;Acme Freight;3;Nobody answers\n"
    b"14.09.2026;Birch Clinics;9;All good\n"
    b"15.09.2026;Birch Clinics;14;Typo\n"
)


class Place:
    """An API and its worker over one store."""

    def __init__(self, store, vault, home):
        self.home = home
        self.bench = Bench(Settings(home=home), store, vault)
        import_path(write_world(home.parent / "world"), bench=self.bench)
        settings = ApiSettings(max_upload_bytes=10_000)
        self.app = create_app(settings, store, vault, services=Services(uploads=home / "uploads"))
        with store.write() as session:
            _, secret = create_key(session, vault, name="a", role="analyst", now=MADE_AT)
        self.client = TestClient(self.app, headers={"Authorization": f"Bearer {secret}"})

    def upload(self, content=CSV, **parameters):
        found = self.client.post("/v1/imports", params={"name": "a.csv", **parameters}, content=content)
        return found.json()["import_id"] if found.status_code == 202 else found

    def get(self, path):
        return self.client.get(path).json()

    def files(self):
        return sorted(path.name for path in (self.home / "uploads").rglob("*") if path.is_file())


@pytest.fixture
def opened(vault, tmp_path, monkeypatch):
    """Open a place over a store; a run does nothing."""
    monkeypatch.setattr(pipelines.run, "run", lambda _bench, refit=False: RunReport(1, [], 0.1))
    made = []

    def make(store):
        made.append(Place(store, vault, tmp_path / "bench"))
        return made[-1]

    yield make
    for place in made:
        place.client.close()


@pytest.fixture
def place(opened, sqlite_store):
    return opened(sqlite_store)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("answers.csv", "answers.csv"),
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\Rosa\\Q3 (final).XLSX", "Q3-final.xlsx"),
        ("..csv", "upload.csv"),
        ("a" * 300 + ".csv", "a" * 80 + ".csv"),
        ("/etc/cron.d/run.csv", "run.csv"),
        ("a\0b\r\n.csv", "a-b.csv"),
        ("CON.csv", "upload-CON.csv"),
        ("lpt1.xlsx", "upload-lpt1.xlsx"),
    ],
)
def test_names_lead_nowhere(name, kept):
    assert safe_name(name) == kept


def test_endings_are_those_that_are_read():
    assert {""} | SUFFIXES == READ
    for name in ("a.exe", "csv", "a", ".."):
        with pytest.raises(ParameterError, match="ending"):
            safe_name(name)


def test_file_is_looked_into_confirmed_and_imported(opened, store):
    place = opened(store)
    import_id = place.upload(name="../Q3.csv")
    assert place.files() == ["Q3.csv"]
    assert place.get(f"/v1/imports/{import_id}")["preview"] is None
    assert look(place.bench) == 1
    shown = place.get(f"/v1/imports/{import_id}")["preview"]
    assert {one["column"]: one["field"] for one in shown["columns"]} == {
        "Date": "responded_at",
        "Company": "account_name",
        "NPS score": "score",
        "Comment": "comment",
    }
    assert shown["columns"][3]["values"][0] == "Nobody answers"
    assert (shown["kind"], shown["survey"], shown["problem"]) == ("responses", "nps-q3", None)
    assert "nps-q" in shown["surveys"]
    # Read as the import will, and nothing kept: neither a row nor the survey that it would make.
    assert (shown["tried"], shown["outcomes"]) == (3, {"new": 2, "quarantined": 1})
    assert [(one["row"], one["outcome"], one["column"], one["value"]) for one in shown["read"]] == [
        (2, "new", None, None),
        (3, "new", None, None),
        (4, "quarantined", "NPS score", "14"),
    ]
    assert shown["read"][0]["values"]["account_name"] == "Acme Freight"
    assert "range 0 to 10" in shown["read"][2]["reason"]
    with place.app.state.store.read() as session:
        assert session.scalars(select(Survey).where(Survey.survey_id == "nps-q3")).all() == []

    wrong = {"survey": "nothing-known"}
    place.client.post(f"/v1/imports/{import_id}/preview", json=wrong)
    look(place.bench)
    assert "does not exist" in place.get(f"/v1/imports/{import_id}")["preview"]["problem"]
    assert place.client.post(f"/v1/imports/{import_id}/start", json=wrong).status_code == 202
    work(place.bench)
    found = place.get(f"/v1/imports/{import_id}")
    assert (found["state"], found["job"]["state"]) == ("uploaded", "failed")
    assert "--" not in found["job"]["problem"]

    confirmed = {"survey": "nps-q", "save_as": "our tool"}
    assert place.client.post(f"/v1/imports/{import_id}/start", json=confirmed).json()["state"] == "importing"
    assert place.client.post(f"/v1/imports/{import_id}/start", json=confirmed).status_code == 409
    work(place.bench)
    found = place.get(f"/v1/imports/{import_id}")
    assert (found["state"], found["preview"], place.files()) == ("imported", None, [])
    assert (found["job"]["received"], found["job"]["counts"]) == (3, {"new": 2, "quarantined": 1})
    with place.app.state.store.read() as session:
        assert session.scalars(select(Comment.account_id).where(Comment.survey_id == "nps-q", Comment.text.is_(None)))
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert actions == ["upload file", "start import", "start import"]
    assert [one["name"] for one in place.get("/v1/mappings")["items"]] == ["our tool"]

    rows = place.get("/v1/quarantine")
    assert [(one["file"], one["row_number"], one["value"]) for one in rows["items"]] == [("Q3.csv", 4, "14")]
    assert rows["total"] == 1
    assert rows["files"] == [{"file": "Q3.csv", "kind": "responses", "rows": 1}]
    mended = {"rows": [{"id": rows["items"][0]["id"], "cells": {"NPS score": "10"}}]}
    job = place.client.post("/v1/quarantine/retry", json=mended).json()
    work(place.bench)
    assert place.get(f"/v1/jobs/{job['job_id']}")["counts"] == {"taken_back": 1}
    assert place.get("/v1/quarantine")["total"] == 0
    assert place.get("/v1/quarantine?state=taken_back")["total"] == 1


def test_file_is_imported_at_once_where_nobody_wants_to_look(place):
    import_id = place.upload(preview=False)
    work(place.bench)
    assert place.get(f"/v1/imports/{import_id}")["job"]["counts"] == {"new": 2, "quarantined": 1}
    # The same file again: the rows are known, and so is the one that waits.
    place.upload(preview=False)
    work(place.bench)
    assert place.get("/v1/quarantine")["total"] == 1
    assert place.client.post("/v1/quarantine/dismiss", json={}).status_code == 422
    assert place.client.post("/v1/quarantine/dismiss", json={"file": "a.csv"}).json() == {"dismissed": 1}
    assert "dismissed" in place.client.get("/v1/quarantine.csv?state=dismissed").text


def test_what_is_no_file_leaves_nothing(place):
    assert place.upload(b"").status_code == 422
    assert place.upload(name="a.exe").status_code == 422
    assert place.upload(b"x" * 10_001).status_code == 413
    pieces = (b"y" * 1000 for _ in range(11))
    assert place.client.post("/v1/imports", content=pieces).status_code == 413
    assert place.files() == []
    assert place.get("/v1/imports")["items"] == []


def test_unreadable_file_says_so_and_can_be_deleted(place):
    import_id = place.upload(bytes(range(256)) * 12)
    look(place.bench)
    assert "not text" in place.get(f"/v1/imports/{import_id}")["preview"]["problem"]
    assert place.client.delete(f"/v1/imports/{import_id}").json()["state"] == "deleted"
    assert place.files() == []
    assert place.client.post(f"/v1/imports/{import_id}/start", json={}).status_code == 409


def test_forgotten_files_go(place):
    import_id = place.upload()
    lost = place.home / "uploads" / "up_lost"
    lost.mkdir()
    late = Bench(place.bench.settings, place.bench.store, place.bench.vault, clock=lambda: MADE_AT.replace(year=2036))
    forget_lost(late)
    assert (lost.exists(), place.files()) == (False, ["a.csv"])
    look(place.bench)
    work(late)
    assert place.files() == []
    with place.bench.store.read() as session:
        assert session.scalars(select(Upload.state).where(Upload.upload_id == import_id)).one() == "deleted"
