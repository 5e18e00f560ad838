"""Nothing that was planted reaches a log, at the most talkative level, tracebacks included."""

import io
import logging
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from api.app import create_app
from api.settings import ApiSettings
from pipelines import embed, prepare, summarise
from pipelines.ingest import import_path
from pipelines.logs import clean_line, configure_logs
from pipelines.posted import import_posted
from pipelines.stage import Bench
from tests.pipelines.world import write, write_world

PLANTED = ("Ottilie Brankovic", "ottilie@planted.test", "Purple pelicans ate the invoice", "planted-token-4711")
ROWS = f"""response_id,survey_id,account_id,contact_id,responded_at,score,comment
r90,nps-q,a1,c90,2025-09-03,6,"{PLANTED[2]}, says {PLANTED[0]} ({PLANTED[1]})"
r91,nps-q,a1,c90,2025-09-03,777,{PLANTED[2]}
"""
CONTACTS = f"contact_id,account_id,name,email,role\nc90,a1,{PLANTED[0]},{PLANTED[1]},admin\n"


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch):
    """The log at debug level; gives what was written since."""
    root = logging.getLogger()
    before, level = root.handlers, root.level
    monkeypatch.setattr(logging, "raiseExceptions", logging.raiseExceptions)
    configure_logs("DEBUG")
    handler, written = root.handlers[0], io.StringIO()
    assert isinstance(handler, logging.StreamHandler)
    handler.setStream(written)
    yield written.getvalue
    root.handlers = before
    root.setLevel(level)


def _holds(log: str) -> list[str]:
    return [one for one in PLANTED if one.casefold() in log.casefold()]


def test_import_and_run_log_no_words_names_or_addresses(sqlite_bench: Bench, tmp_path: Path, logged):
    folder = write_world(tmp_path / "files")
    import_path(folder, bench=sqlite_bench)
    import_path(write(tmp_path / "more" / "contacts.csv", CONTACTS), bench=sqlite_bench)
    import_path(write(tmp_path / "more" / "responses.csv", ROWS), bench=sqlite_bench)
    for stage in (prepare, embed, summarise):
        stage.run(sqlite_bench)
    log = logging.getLogger("pipelines.run")
    with sqlite_bench.store.read() as session:
        try:
            session.execute(text("SELECT * FROM nowhere WHERE name = :name"), {"name": PLANTED[0]})
        except Exception as error:
            log.error("the run failed: %s", type(error).__name__, exc_info=error)
    try:
        import_posted(sqlite_bench, PLANTED[2])  # type: ignore[arg-type]
    except AttributeError:
        log.exception("job failed")
    try:
        raise ValueError(f"row {PLANTED[2]} of {PLANTED[0]}")
    except ValueError as error:
        try:
            raise RuntimeError(PLANTED[3]) from error
        except RuntimeError:
            log.exception("wrapped")
    written = logged()
    assert [line for line in written.splitlines() if _holds(line)] == []
    assert "OperationalError at" in written
    assert "RuntimeError at test_logs.py" in written


def test_served_requests_log_no_questions(sqlite_bench: Bench, logged):
    app = create_app(ApiSettings(), sqlite_bench.store, sqlite_bench.vault)
    with TestClient(app, raise_server_exceptions=False) as client:
        headers = {"Authorization": f"Bearer {PLANTED[3]}"}
        client.get("/v1/comments", params={"q": PLANTED[2]}, headers=headers)
        client.get(f"/v1/accounts/{PLANTED[0]}", headers=headers)
    logging.getLogger("uvicorn.access").warning("GET /v1/comments?q=%s HTTP/1.1 200", PLANTED[2].replace(" ", "+"))
    written = logged()
    assert [line for line in written.replace("+", " ").splitlines() if _holds(line)] == []


@pytest.mark.parametrize(
    ("line", "gone"),
    [
        ("sent to ottilie@planted.test now", "ottilie"),
        ("GET /v1/comments?q=purple+pelicans&limit=5 failed", "pelicans"),
        ("Authorization: Bearer abcdef123456789", "abcdef"),
        ("key sv_Zm9vYmFyYmF6cXV4 is refused", "Zm9v"),
        ("IntegrityError [parameters: ('Ottilie',)]", "Ottilie"),
        ("duplicate key value DETAIL: Key (email)=(o@p.test)", "o@p"),
        ("card 4111 1111 1111 1111", "4111"),
    ],
)
def test_lines_of_others_are_cleaned(line: str, gone: str):
    assert gone not in clean_line(line)


def test_counts_and_stages_stay():
    line = "stage prepare: 1200 in, 3400 out, 12.25 s"
    assert clean_line(line) == line
