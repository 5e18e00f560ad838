"""What goes wrong in a user's first hour is said in one line, and spoils no number."""

import socket
from datetime import timedelta

import pytest
from sqlalchemy import select

from api.errors import PortTakenError
from api.serve import require_free_port
from data.errors import NotFoundError, StoreError
from data.store.engine import open_engine
from data.store.models import Account, Response
from pipelines.errors import InputFileError
from pipelines.ingest import import_path
from pipelines.reading.account import read_account
from pipelines.stage import utc_now


def _write(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_answer_from_the_future_is_set_aside(sqlite_bench, tmp_path):
    late = (utc_now() + timedelta(days=40)).date()
    file = _write(tmp_path / "a.csv", f"Date,NPS score,Comment\n{late},3,too slow\n2026-01-01,9,quick now\n")
    report = import_path(file, bench=sqlite_bench, survey="nps-a")
    assert (report.counts()["new"], report.quarantined) == (1, 1)


def test_corrected_mapping_of_rows_without_an_id_is_warned_of(sqlite_bench, tmp_path):
    file = _write(tmp_path / "m.csv", "Wann,Note,Comment\n2026-01-01,3,too slow\n")
    first = import_path(file, bench=sqlite_bench, survey="nps-m")
    again = import_path(file, bench=sqlite_bench, survey="nps-m", mapping={"score": "Note", "responded_at": "Wann"})
    assert not any("count twice" in note for note in first.files[0].notes)
    assert any("count twice" in note for note in again.files[0].notes)


def test_bytes_that_are_no_text_are_refused(sqlite_bench, tmp_path):
    file = tmp_path / "b.csv"
    file.write_bytes(bytes(range(256)) * 12)
    with pytest.raises(InputFileError, match="not text"):
        import_path(file, bench=sqlite_bench)


def test_answers_before_accounts_join_them_by_id_and_are_found_by_name(sqlite_bench, tmp_path):
    answers = _write(tmp_path / "a.csv", "Account,Date,NPS score,Comment\nA07,2026-01-01,3,too slow\n")
    import_path(answers, bench=sqlite_bench, survey="nps-a")
    accounts = _write(tmp_path / "accounts.csv", "account_id,name\nA07,Brackwater Lifts\n")
    import_path(accounts, bench=sqlite_bench, kind="accounts")
    with sqlite_bench.store.read() as session:
        assert session.scalars(select(Account.account_id)).all() == ["A07"]
        assert session.scalars(select(Response.account_id)).all() == ["A07"]
    assert read_account(sqlite_bench.store, "brackwater lifts", clock=utc_now()).row.account_id == "A07"
    with pytest.raises(NotFoundError, match=r"A07 \(Brackwater Lifts\)"):
        read_account(sqlite_bench.store, "Brackw", clock=utc_now())


def test_address_that_is_no_database_is_explained():
    with pytest.raises(StoreError, match="sqlite:///PATH"):
        open_engine("banana")


def test_taken_port_is_explained():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(PortTakenError, match="--port"):
            require_free_port("127.0.0.1", other.getsockname()[1])
