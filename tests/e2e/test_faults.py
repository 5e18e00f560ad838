"""The machine fails: disk full, folder read-only, database gone, clock set back, several at once. Nothing is lost."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from data.store.unit_of_work import Store
from pipelines.ingest import import_path
from pipelines.run import run
from pipelines.settings import Settings
from pipelines.stage import Bench, utc_now
from tests.e2e.commands import start, warm
from tests.e2e.few import few_answers
from tests.e2e.serving import serving, until
from tests.e2e.tables import snapshot
from tests.killing import in_child
from tests.servers import execute, started_server

# A busy machine takes minutes for what an idle one does in seconds.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(1500)]

ROWS = 40
SMALL_KIB, LARGE_KIB = 1_400, 60_000
OUTAGE_S = 30.0
# The worker looks once a minute, and analyses; on a machine that does much else meanwhile.
WITHIN_S = 600.0


@pytest.fixture(scope="module")
def answers(tmp_path_factory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("faults")
    with pytest.MonkeyPatch.context() as patch:
        # One secret for all: hashes are keyed with it.
        patch.setenv("SOTTOVOCE_SECRET_FILE", str(folder / "secret.key"))
        yield few_answers(folder / "answers", ROWS)


@pytest.fixture(scope="module")
def undisturbed(answers: Path):
    warm()
    home = answers.parent / "undisturbed"
    store = Store(f"sqlite:///{home / 'sottovoce.db'}")
    found = []
    for words in (("import", str(answers)), ("run",)):
        assert _said(home, *words) == (0, "")
        found.append(snapshot(store))
        store.close()
    return found


def _environment(home: Path, url: str = "") -> dict[str, str]:
    return {
        "SOTTOVOCE_HOME": str(home),
        "SOTTOVOCE_DATABASE_URL": url,
        "SOTTOVOCE_BATCH_ROWS": "10",
        "SOTTOVOCE_IMPORT_BATCH_ROWS": "10",
    }


def _said(home: Path, *words: str, url: str = "") -> tuple[int, str]:
    """Run a command to its end; gives its exit code and the error it told."""
    code, errors = start(_environment(home, url), *words).end()
    return code, _error(errors)


def _error(errors: str) -> str:
    assert "Traceback" not in errors, errors
    return "".join(line for line in errors.splitlines() if line.startswith("Error"))


@contextmanager
def _disk(folder: Path, kib: int) -> Iterator[Path]:
    """Give a disk of a size; it needs the right to mount."""
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={kib}k", "tmpfs", str(folder)], capture_output=True)
    if made.returncode:
        pytest.skip("only root may mount a disk of its own")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def _remount(folder: Path, options: str) -> None:
    subprocess.run(["mount", "-o", f"remount,{options}", str(folder)], check=True)


def test_full_disk_is_said_and_nothing_is_lost(answers: Path, undisturbed, tmp_path: Path):
    with _disk(tmp_path / "disk", SMALL_KIB) as disk:
        home = disk / "home"
        code, said = _said(home, "import", str(answers))
        assert (code, "disk is full" in said, "free some space" in said) == (1, True, True), said
        code, said = _said(home, "backup", "--out", str(disk / "one.tar"))
        assert (code, "full" in said or "space" in said) == (1, True), said
        assert not (disk / "one.tar").exists()
        _remount(disk, f"size={LARGE_KIB}k")
        assert _said(home, "import", str(answers)) == (0, "")
        store = Store(f"sqlite:///{home / 'sottovoce.db'}")
        assert snapshot(store) == undisturbed[0]
        # Full again, in the middle of a run.
        used = sum(file.stat().st_blocks * 512 for file in disk.rglob("*") if file.is_file()) // 1024
        _remount(disk, f"size={used + 250}k")
        code, said = _said(home, "run")
        assert (code, "disk is full" in said or "No space left" in said) == (1, True), said
        _remount(disk, f"size={LARGE_KIB}k")
        assert _said(home, "run") == (0, "")
        assert snapshot(store) == undisturbed[1]
        store.close()


def test_read_only_folder_is_said(answers: Path, tmp_path: Path):
    with _disk(tmp_path / "disk", LARGE_KIB) as disk:
        home = disk / "home"
        assert _said(home, "import", str(answers))[0] == 0
        _remount(disk, "ro")
        for words in (("import", str(answers)), ("run",)):
            code, said = _said(home, *words)
            assert (code, str(home) in said or "read-only" in said, "doctor" in said) == (1, True, True), (words, said)
        code, said = _said(disk / "new", "import", str(answers))
        assert (code, "Read-only" in said, "SOTTOVOCE_" in said) == (1, True, True), said
        _remount(disk, "rw")
        assert _said(home, "themes")[0] == 0


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_two_imports_and_a_run_at_once(request, database: str, answers: Path, undisturbed, tmp_path: Path):
    url = request.getfixturevalue("empty_database") if database == "postgresql" else ""
    home = tmp_path / "home"
    each = (("import", str(answers)), ("import", str(answers)), ("run",))
    at_work = [start(_environment(home, url), *words) for words in each]
    for code, errors in [command.end() for command in at_work]:
        assert (code, _error(errors)) == (0, ""), errors
    assert _said(home, "run", url=url) == (0, "")
    store = Store(url or f"sqlite:///{home / 'sottovoce.db'}")
    # What was found first may be named from fewer comments: rows that came in and what was read of each are the same.
    got, wanted = snapshot(store), undisturbed[1]
    for table in ("accounts", "contacts", "responses", "comments", "passages", "embeddings", "passage_texts"):
        assert got[table] == wanted[table], table
    store.close()


def test_clock_that_goes_back_changes_nothing(answers: Path, undisturbed, tmp_path: Path):
    started, asked = utc_now(), 0

    def clock():
        nonlocal asked
        asked += 1
        return started - timedelta(minutes=asked)

    def work():
        settings = Settings(home=tmp_path / "home", batch_rows=10, import_batch_rows=10)
        bench = Bench(settings, settings.store(), settings.vault(), clock=clock)
        import_path(answers, bench=bench)
        run(bench)
        # Again, an hour and more further back: nothing is to do.
        run(bench)

    assert in_child(work).well
    store = Store(f"sqlite:///{tmp_path / 'home' / 'sottovoce.db'}")
    assert snapshot(store) == undisturbed[1]
    store.close()


def test_run_whose_database_goes_can_be_run_again(server, empty_database: str, answers: Path, undisturbed, tmp_path):
    home = tmp_path / "home"
    assert _said(home, "import", str(answers), url=empty_database) == (0, "")
    command = start(_environment(home, empty_database), "run")
    store = Store(empty_database)
    until(lambda: _prepared(store) > 0)
    store.close()
    with _outage(server):
        code, errors = command.end()
        assert (code, "server" in _error(errors), "doctor" in errors) == (1, True, True), errors
        code, said = _said(home, "run", url=empty_database)
        assert (code, "can't be reached" in said) == (1, True), said
    assert _said(home, "run", url=empty_database) == (0, "")
    assert snapshot(store) == undisturbed[1]
    store.close()


def test_api_and_worker_outlive_a_database_that_is_gone(server, empty_database: str, tmp_path: Path):
    rows = [
        {"kind": "responses", "response_id": f"p{n}", "survey_id": "nps-q", "account_id": "a2", "score": 2}
        for n in range(2)
    ]
    with (
        serving(tmp_path, {"SOTTOVOCE_DATABASE_URL": empty_database}) as served,
        httpx.Client(base_url=served.url, headers=served.headers, timeout=60) as client,
    ):
        posted = client.post("/v1/comments", json={"comments": [{**rows[0], "comment": "Exports are slow."}]})
        assert posted.status_code == 202, posted.text
        with _outage(server):
            for answer in (client.get("/v1/accounts"), client.get("/v1/themes"), _post(client, rows[1])):
                kind = answer.headers["content-type"]
                assert (answer.status_code, kind) == (503, "application/problem+json"), answer.text
                assert "postgres" not in answer.text
        until(lambda: client.get("/v1/accounts").status_code == 200)
        # What was promised is done, once; what was refused is not there, until it is sent again.
        job = f"/v1/jobs/{posted.json()['job_id']}"
        done = until(lambda: (found := client.get(job).json())["state"] in ("done", "failed") and found, WITHIN_S)
        assert (done["state"], done["counts"]) == ("done", {"new": 1})
        assert _ids(client) & {"response:p0", "response:p1"} == {"response:p0"}
        assert _post(client, rows[1]).status_code == 202
        until(lambda: "response:p1" in _ids(client), WITHIN_S)
    log = (tmp_path / "serve.log").read_text()
    assert "Traceback" not in log, log


def _post(client: httpx.Client, row: dict) -> httpx.Response:
    return client.post("/v1/comments", json={"comments": [{**row, "comment": "Nobody answers."}]})


def _ids(client: httpx.Client) -> set[str]:
    return {one["comment_id"] for one in client.get("/v1/accounts/a2/comments?source=nps").json()["items"]}


def _prepared(store: Store) -> int:
    with store.engine.connect() as connection:
        return int(connection.exec_driver_sql("SELECT count(*) FROM passages").scalar_one())


@contextmanager
def _outage(server) -> Iterator[None]:
    """Stop the server for half a minute, or as long as what is done meanwhile takes."""
    started = time.monotonic()
    server.stop()
    try:
        yield
        time.sleep(max(0.0, OUTAGE_S - (time.monotonic() - started)))
    finally:
        server.ensure_postgres_running()


@pytest.fixture
def server() -> Iterator:
    with started_server() as found:
        yield found


@pytest.fixture
def empty_database(server) -> str:
    execute(server.get_uri(), 'CREATE DATABASE "empty"')
    return server.get_uri("empty")
