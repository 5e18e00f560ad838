"""The views for BI tools: what docs/bi.md says of them, the API's own numbers, and nothing that is not to be seen."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import Column, Integer, text
from sqlalchemy.orm import Session

from api.app import create_app
from api.settings import ApiSettings
from data.store.migrations.run import views_kept
from data.store.models import Comment, Contact, Original, Staff
from data.store.repositories.bi import keep_min_group
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from tests.api.conftest import MADE_AT

PAGE = (Path(__file__).parents[2] / "docs" / "bi.md").read_text()
VIEWS = re.findall(r"^## (bi_\w+):", PAGE, re.MULTILINE)
Asked = Callable[..., Any]


def questions() -> dict[str, str]:
    return dict(re.findall(r"^### ([^:]+):[^\n]*\n+```sql\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL))


def rows_of(session: Session, statement: str) -> list[dict[str, Any]]:
    return [dict(row) for row in session.execute(text(statement)).mappings()]


@pytest.fixture
def asked(world: Store, vault) -> Asked:
    with world.write() as session:
        _, secret = create_key(session, vault, name="test", role="viewer", now=MADE_AT)
    app = create_app(ApiSettings(rate_per_s=0), world, vault)
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    return lambda address: client.get(address).raise_for_status().json()


def test_questions_of_the_page_have_the_api_s_answers(world: Store, asked: Asked, routes_read_once):
    with world.read() as session:
        found = {name: rows_of(session, statement) for name, statement in questions().items()}
    themes = asked("/v1/themes?kind=taxonomy&limit=200")["items"]
    numbers = ("comments", "respondents", "negative")
    assert [(row["theme_key"], *(row[name] for name in numbers)) for row in found["Themes"]] == [
        (one["info"]["key"], *(one["counts"][name] for name in numbers)) for one in themes if one["counts"]["comments"]
    ]
    by_role = asked("/v1/themes/counts?group_by=theme,role&limit=200")["items"]
    assert {(row["theme_key"], row["role"]): (row["comments"], row["negative"]) for row in found["Themes by role"]} == {
        (one["group"]["theme"], one["group"]["role"]): (one["counts"]["comments"], one["counts"]["negative"])
        for one in by_role
        if one["counts"]["comments"]
    }
    by_segment = asked("/v1/themes/counts?group_by=theme,segment&limit=200")["items"]
    revenue = {
        (row["theme_key"], row["segment"], row["currency"]): float(row["revenue"])
        for row in found["Accounts and revenue behind themes by segment"]
    }
    assert revenue == {
        (one["group"]["theme"], one["group"]["segment"], currency): amount
        for one in by_segment
        for currency, amount in one["counts"]["revenue"].items()
    }
    over_time = {tuple(row.values()) for row in found["Themes over time"]}
    assert over_time == {
        (one["info"]["key"], month["month"], month["comments"], month["negative"], month["accounts"])
        for one in themes
        for month in one["trend"]
        if month["comments"]
    }
    scores = {(row["survey_type"], row["scale_max"]): (row["value"], row["n"]) for row in found["Scores"]}
    cards = asked("/v1/scores")["items"]
    expected = {(one["type"], one["scale_max"]): (one["score"]["value"], one["score"]["n"]) for one in cards}
    assert scores == {key: (pytest.approx(value), n) for key, (value, n) in expected.items()}
    by_role = {(row["survey_type"], row["role"]): (row["value"], row["n"]) for row in found["Scores by role"]}
    assert by_role == {
        (one["type"], group["group"]["role"]): (pytest.approx(group["score"]["value"]), group["score"]["n"])
        for one in asked("/v1/scores?group_by=role")["items"]
        for group in one["groups"]
    }


def test_columns_are_those_of_the_page(world: Store):
    for view in VIEWS:
        part = PAGE.split(f"## {view}:")[1].split("\n## ")[0]
        said = [name for row in re.findall(r"^\| ([a-z_, ]+) \|", part, re.MULTILINE)[1:] for name in row.split(", ")]
        with world.read() as session:
            assert list(session.execute(text(f"SELECT * FROM {view} LIMIT 1")).keys()) == said, view
    assert len(VIEWS) == 7


def test_views_show_no_person_and_no_small_group(world: Store):
    with world.write() as session:
        session.add(Original(comment_pk=1, body_encrypted=b"the very words"))
        session.get_one(Comment, 2).empty_reason = "says nothing"
    with world.read() as session:
        cells = [
            str(one) for view in VIEWS for row in rows_of(session, f"SELECT * FROM {view}") for one in row.values()
        ]
        people = {one for (one,) in session.query(Contact.contact_id)}
        hidden = [one for pair in session.query(Contact.name, Contact.email) for one in pair]
        hidden += [one for pair in session.query(Staff.name, Staff.email) for one in pair]
        said = rows_of(session, "SELECT * FROM bi_comments ORDER BY comment_number")
        scored = rows_of(session, "SELECT * FROM bi_scores WHERE anonymous")
    shown = "\n".join(cells)
    assert people & set(cells) == set()
    assert [one for one in [*filter(None, hidden), "the very words"] if one in shown] == []
    assert 2 not in {row["comment_number"] for row in said}
    anonymous = [row for row in said if row["anonymous"] and not row["vendor_voice"] and row["survey_id"]]
    assert anonymous
    assert {row["respondent"] for row in anonymous} == {None}
    assert {row["account_id"] for row in scored if row["account_hidden"]} == {None}
    assert {row["role"] for row in scored if row["role_hidden"]} == {"unknown"}
    assert all(row["respondent"] is None for row in said if row["vendor_voice"])


def test_a_larger_smallest_group_hides_more(world: Store):
    counted = "SELECT COUNT(*) AS n, COUNT(account_id) AS accounts FROM bi_scores WHERE anonymous"
    with world.read() as session:
        before = rows_of(session, counted)[0]
    keep_min_group(world, 1)
    with world.read() as session:
        open_ = rows_of(session, counted)[0]
    keep_min_group(world, 1000)
    with world.read() as session:
        assert rows_of(session, counted)[0] == {"n": 0, "accounts": 0}
    assert open_["accounts"] == open_["n"] == before["n"] > before["accounts"]


def test_a_table_may_be_made_anew_while_views_read_it(sqlite_world: Store):
    from alembic.operations import Operations
    from alembic.runtime.migration import MigrationContext

    with sqlite_world.engine.connect().execution_options(sottovoce_write=True) as connection, connection.begin():
        operations = Operations(MigrationContext.configure(connection))
        with views_kept(connection), operations.batch_alter_table("opportunities", recreate="always") as batch:
            batch.add_column(Column("tried", Integer))
        assert connection.exec_driver_sql("SELECT COUNT(*) FROM bi_opportunities").scalar_one() == 0
