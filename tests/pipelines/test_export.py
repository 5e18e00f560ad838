"""A list of the API in a file: whole or not at all, here and over HTTP."""

import csv

import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI

from api.app import create_app
from api.settings import ApiSettings
from data.store.repositories.keys import create_key
from pipelines.errors import ExportError
from pipelines.export import ask_elsewhere, ask_here, export_list
from tests.api.conftest import MADE_AT
from tests.api.world import plant


@pytest.fixture
def opened(sqlite_store, vault, routes_read_once) -> tuple[FastAPI, str]:
    plant(sqlite_store)
    with sqlite_store.write() as session:
        _, secret = create_key(session, vault, name="test", role="viewer", now=MADE_AT)
    return create_app(ApiSettings(), sqlite_store, vault), secret


def test_a_list_is_written_with_its_filters(opened, tmp_path):
    ask = ask_here(*opened)
    sheet, table = tmp_path / "themes.csv", tmp_path / "themes.parquet"
    size = export_list("themes/counts?group_by=theme,segment&segment=smb", sheet, ask=ask)
    assert size == sheet.stat().st_size > 0
    export_list("/v1/themes/counts?group_by=theme,segment&segment=smb", table, ask=ask)
    rows = list(csv.DictReader(sheet.read_text().splitlines()))
    found = pq.read_table(table)
    assert {row["by_segment"] for row in rows} == {"smb"}
    assert found.column("comments").to_pylist() == [int(row["comments"]) for row in rows]


def test_what_is_refused_leaves_no_file(opened, tmp_path):
    ask = ask_here(*opened)
    for listed, name, said in (
        ("acounts", "a.csv", "docs/exports.md"),
        ("accounts?segmnt=smb", "a.csv", "did you mean 'segment'"),
        ("keys", "a.parquet", "admin's key"),
        ("accounts", "a.xlsx", "end it in .csv or .parquet"),
    ):
        with pytest.raises(ExportError, match=said):
            export_list(listed, tmp_path / name, ask=ask)
    with pytest.raises(ExportError, match="can't be reached"):
        export_list("accounts", tmp_path / "a.csv", ask=ask_elsewhere("http://127.0.0.1:9", "key"))
    assert not [one for one in tmp_path.iterdir() if one.is_file()]
