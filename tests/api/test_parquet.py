"""Lists as Parquet: the rows, columns and order of CSV, with types, and in bounded pieces."""

import csv
import io
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
from sqlalchemy import select

from api import parquet
from api.columns import DAY, NUMBER, TEXT, TIME, TRUTH, WHOLE
from api.described import list_routes
from api.errors import TooLongError
from api.exports import cell
from api.parquet import chunks
from data.store.models import AuditEntry
from tests.api.conftest import Caller, Shared
from tests.api.tables import HOSTILE

PARQUET = {"Accept": "application/vnd.apache.parquet"}
OF_KIND = {TEXT: str, WHOLE: int, NUMBER: (int, float), TRUTH: bool, TIME: datetime, DAY: date}


def table_of(body: bytes) -> Any:
    return pq.read_table(io.BytesIO(body))


def cells_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text, newline="")))


def as_csv(value: Any) -> str:
    """A value of Parquet as CSV writes it; times come back with pytz's or zoneinfo's UTC."""
    return cell(value.astimezone(UTC) if isinstance(value, datetime) else value)


def strictly(value: Any, kind: str) -> object:
    assert value is None or isinstance(value, OF_KIND[kind]), (value, kind)
    assert kind not in (WHOLE, NUMBER, DAY) or not isinstance(value, bool | datetime)
    return _PLAIN(value, kind)


_PLAIN = parquet._cell


def test_every_list_is_there_as_parquet(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parquet, "_cell", strictly)
    client = shared.client("admin")
    client.post("/v1/views", json={"name": "late", "parameters": {"window": "90d"}})
    assert client.post("/v1/runs", json={}).status_code == 202
    for path in list_routes(shared.app):
        address = path.format(account_id="northwind", key="ease_of_use", survey_type="nps")
        answer = client.get(f"{address}.parquet")
        assert answer.headers["content-type"] == PARQUET["Accept"], path
        assert answer.headers["content-disposition"].endswith('.parquet"')
        header, *rows = cells_of(client.get(f"{address}.csv").text)
        found = table_of(answer.content)
        assert found.column_names == header
        plain = [[as_csv(value) for value in row.values()] for row in found.to_pylist()]
        assert plain == rows, path


def test_columns_have_their_types_and_texts_no_guard(shared: Shared):
    client = shared.client("viewer")
    found = table_of(client.get("/v1/themes/ease_of_use/comments", headers=PARQUET).content)
    types = {field.name: str(field.type) for field in found.schema}
    assert types["said_at"] == "timestamp[us, tz=UTC]"
    assert (types["score"], types["score_band"], types["anonymous"]) == ("double", "int64", "bool")
    assert types["sentiment"] == "double"  # also where no row has one
    texts = found.column("text").to_pylist()
    assert any(HOSTILE.removeprefix("'") == text for text in texts)
    assert not any(text.startswith("'") for text in texts)


def test_filters_and_access_hold_in_parquet(shared: Shared):
    found = table_of(shared.client("viewer").get("/v1/accounts.parquet?segment=smb&sort=-arr").content)
    assert found.column("account_id").to_pylist() == ["tessera", "pico"]
    own = table_of(shared.client("csm").get("/v1/accounts.parquet").content)
    assert own.column("account_id").to_pylist() == ["pico"]
    assert shared.client("csm").get("/v1/quarantine.parquet").status_code == 403
    assert shared.client("viewer").get("/v1/accounts.parquet?limit=3").status_code == 422
    assert shared.client("viewer").get("/v1/accounts/x.parquet").status_code == 404


def test_a_parquet_file_is_in_the_audit_trail(caller: Caller, app):
    caller().get("/v1/accounts.parquet?segment=smb")
    with app.state.store.read() as session:
        rows = session.scalars(select(AuditEntry)).all()
    assert [(row.action, row.detail["path"], row.detail["list"]) for row in rows] == [
        ("export", "/v1/accounts", "accounts")
    ]


def test_rows_are_written_in_groups_and_bounded():
    pages = ([(place, f"w{place}") for place in range(start, start + 4)] for start in range(0, 20, 4))
    parts = list(chunks(["n", "word"], pages, types={}, group_rows=8))
    file = pq.ParquetFile(io.BytesIO(b"".join(parts)))
    assert [file.metadata.row_group(at).num_rows for at in range(file.num_row_groups)] == [8, 8, 4]
    assert len(parts) == 4
    assert file.read().column("n").to_pylist() == list(range(20))
    with pytest.raises(TooLongError, match="more than 10 rows"):
        list(chunks(["n"], [[(1,)] * 11], types={}, group_rows=4, most_rows=10))
    empty = table_of(b"".join(chunks(["n", "word"], [], types={})))
    assert (empty.num_rows, empty.column_names) == (0, ["n", "word"])
