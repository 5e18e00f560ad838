"""Lists as CSV: whole, in order, with the filters of the list, and harmless in a spreadsheet."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from api.exports import BOM, FORMULA_STARTS, cell, lines
from api.listing import Paging
from data.store.models import AuditEntry
from tests.api.conftest import Caller, Shared
from tests.api.tables import HOSTILE

CSV = {"Accept": "text/csv"}


def read(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text, newline="")))


def list_paths(shared: Shared) -> list[str]:
    found = []
    for path, methods in shared.app.openapi()["paths"].items():
        schema = methods.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        name = schema.get("application/json", {}).get("schema", {}).get("$ref", "").rsplit("/", 1)[-1]
        if name.endswith("Page") or name == "ScoresOut":
            found.append(path)
    return found


# An item of these has parts of its own, each a line: mentions of an account, scores of a stage.
LINE_A_PART = {"/v1/mismatch", "/v1/journey", "/v1/retention", "/v1/loops/times"}


def test_every_list_is_there_as_csv(shared: Shared):
    paths = list_paths(shared)
    assert {"/v1/accounts", "/v1/themes/counts", "/v1/comments", "/v1/loops", "/v1/retention/accounts"} <= set(paths)
    client = shared.client("admin")
    for path in paths:
        address = path.format(account_id="northwind", key="ease_of_use", survey_type="nps")
        by_header, by_suffix = client.get(address, headers=CSV), client.get(f"{address}.csv")
        plain = client.get(address, params={"limit": 200} if name_has_pages(address) else {}).json()
        assert by_header.text == by_suffix.text
        assert by_suffix.headers["content-type"] == "text/csv; charset=utf-8"
        assert by_suffix.headers["content-disposition"].startswith('attachment; filename="sottovoce-')
        rows = read(by_suffix.text)
        assert len(rows) == len(plain["items"]) or (path in LINE_A_PART and len(rows) > len(plain["items"])), path


def name_has_pages(address: str) -> bool:
    return address != "/v1/scores"


def test_csv_holds_all_pages_in_order(shared: Shared, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(Paging.answer.__kwdefaults__, "step", 3)
    client = shared.client("viewer")
    whole = client.get("/v1/accounts/bergmann/comments?limit=200&order=detractors").json()
    rows = read(client.get("/v1/accounts/bergmann/comments.csv?order=detractors").text)
    assert [row["comment_id"] for row in rows] == [one["comment_id"] for one in whole["items"]]
    assert len(rows) == whole["total"]


def test_filters_and_groups_hold_in_csv(shared: Shared):
    client = shared.client("viewer")
    rows = read(client.get("/v1/accounts.csv?segment=smb&sort=-arr").text)
    assert [row["account_id"] for row in rows] == ["tessera", "pico"]
    groups = read(client.get("/v1/themes.csv?group_by=role&sort=negative").text)
    mismatch = {row["by_role"]: row["negative"] for row in groups if row["key"] == "sales_delivery_mismatch"}
    assert mismatch == {"champion": "2", "admin": "1", "power_user": "1"}
    themes = {row["key"]: row for row in read(client.get("/v1/themes.csv").text)}
    assert themes["sales_delivery_mismatch"]["revenue"] == "424000"
    scores = read(client.get("/v1/scores.csv?group_by=segment&type=nps").text)
    assert {row["by_segment"] for row in scores} == {"enterprise", "mid_market", "smb"}
    assert client.get("/v1/accounts.csv?limit=3").status_code == 422
    assert client.get("/v1/accounts/nobody/themes.csv").status_code == 404


def test_json_stays_the_default(shared: Shared):
    client = shared.client("viewer")
    for accept in ("*/*", "application/json", "application/json, text/csv;q=0.5", "text/csv;q=0", "text/html"):
        kind = client.get("/v1/accounts", headers={"Accept": accept}).headers["content-type"]
        assert kind == "application/json"
    assert client.get("/v1/accounts/x.csv").status_code == 404


def test_bom_only_if_asked(shared: Shared):
    client = shared.client("viewer")
    assert not client.get("/v1/accounts.csv").content.startswith(BOM.encode())
    assert client.get("/v1/accounts.csv?bom=1").content.startswith(BOM.encode() + b"account_id,")


def test_hostile_text_is_no_formula(shared: Shared):
    rows = read(shared.client("viewer").get("/v1/themes/ease_of_use/comments.csv").text)
    assert HOSTILE in {row["text"] for row in rows}
    assert cell("=1+1") == "'=1+1"
    assert (cell(-4.5), cell(-3), cell(84000.0), cell(None), cell(True)) == ("-4.5", "-3", "84000", "", "true")


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=("Cs",))), min_size=2, max_size=2), min_size=1))
def test_no_cell_begins_a_formula(rows: list[list[str]]):
    back = list(csv.reader(io.StringIO(lines(rows), newline="")))
    for cells, given_cells in zip(back, rows, strict=True):
        for found, text in zip(cells, given_cells, strict=True):
            assert not found.startswith(FORMULA_STARTS)
            assert found.removeprefix("'") == text.removeprefix("'")


def test_every_export_is_in_the_audit_trail(caller: Caller, app):
    client = caller()
    client.get("/v1/accounts")
    client.get("/v1/accounts/nobody/comments.csv")
    client.get("/v1/accounts.csv?segment=smb")
    with app.state.store.read() as session:
        rows = session.scalars(select(AuditEntry)).all()
    assert [(row.action, row.detail["path"], row.detail["parameters"]) for row in rows] == [
        ("export", "/v1/accounts", [["segment", "smb"]])
    ]
    assert rows[0].actor.startswith("key_")
