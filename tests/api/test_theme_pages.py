"""One theme's page, drivers and alerts: what they say is counted by hand, and only what a key may see is shown."""

import random
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from cx.impact import Driver, drivers
from cx.scores import Scale
from cx.theme_sums import AccountSums, ThemeSums
from data.store.models import (
    Account,
    Comment,
    Lineage,
    Mention,
    Opportunity,
    Passage,
    Response,
    Run,
    StaleAccount,
    Survey,
    Theme,
)
from data.store.repositories.cells import refresh_cells
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.conftest import MADE_AT, Caller, Shared
from tests.conftest import SECRET

END = datetime(2026, 9, 30, 12, tzinfo=UTC)
STAMP = {"origin": "test", "row_hash": "x", "imported_at": END}
WEEKS, ACCOUNTS = 40, 30


def get(client: TestClient, address: str, **more):
    answer = client.get(address, **more)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.fixture(scope="module")
def told(make_store):
    """Forty weeks of thirty accounts: "slow" pulls the score down, "new" is on the rise since five weeks."""
    store, vault = make_store(), Vault(SECRET)
    answers = _plant(store)
    with store.write() as session:
        secrets = {
            name: create_key(session, vault, name=name, role=name, now=MADE_AT, accounts=accounts)[1]
            for name, accounts in (("viewer", None), ("csm", ["a00"]))
        }
    return Shared(create_app(ApiSettings(rate_per_s=0), store, vault), secrets), answers


def _plant(store: Store) -> list[tuple[str, int, tuple[str, ...]]]:
    """Plant answers; gives (account, points, themes) of each."""
    rng, answers, pk = random.Random(3), [], 0
    with store.write() as session:
        session.add(Survey(survey_id="nps", type="nps", scale_min=0, scale_max=10, **STAMP))
        for key, kind, parent in (
            ("slow", "taxonomy", None),
            ("fine", "taxonomy", None),
            ("top", "discovered", None),
            ("new", "discovered", "top"),
            ("old", "discovered", "top"),
            ("theirs", "discovered", None),
        ):
            values = {"nearest_key": "slow", "nearest_similarity": 0.4} if key == "new" else {}
            level = 1 if parent else 0
            session.add(
                Theme(theme_key=key, kind=kind, name=key, parent_key=parent, level=level, updated_at=END, **values)
            )
        run = Run(command="run", state="done", started_at=END, settings={}, model_keys={}, counts={})
        session.add(run)
        session.add_all(Account(account_id=f"a{n:02d}", name=f"a{n:02d}", **STAMP) for n in range(ACCOUNTS))
        session.flush()
        session.add(Lineage(run_id=run.id, happened_at=END, event="split", from_key="theirs", to_key="new", share=0.7))
        # Each layer points to the ones before.
        layers: tuple[list, ...] = ([], [], [])
        for week in range(WEEKS):
            for number in range(ACCOUNTS):
                pk += 1
                recent = week >= WEEKS - 5
                themes = ["slow"] if rng.random() < 0.3 else ["fine"] if rng.random() < 0.5 else []
                if rng.random() < (0.5 if recent else 0.1):
                    themes.append("new")
                if rng.random() < 0.2:
                    themes.append("old")
                if number and rng.random() < 0.1:
                    themes.append("theirs")
                score = rng.randint(0, 6) if "slow" in themes else rng.randint(6, 10)
                at = END - timedelta(days=7 * (WEEKS - 1 - week), hours=number)
                for rows, more in zip(layers, _said(pk, f"a{number:02d}", at, score, themes), strict=True):
                    rows += more
                point = 1 if score >= 9 else -1 if score < 7 else 0
                answers.append((f"a{number:02d}", point, tuple(themes)))
        for rows in layers:
            session.add_all(rows)
            session.flush()
        keys = [f"a{n:02d}" for n in range(ACCOUNTS)]
        session.add_all(StaleAccount(account_key=key) for key in keys)
        session.flush()
        refresh_cells(session, keys)
    return answers


def _said(pk: int, account: str, at: datetime, score: int, themes: list[str]) -> tuple[list, ...]:
    placed = {"account_id": account, "role": "admin", "stage": "usage"}
    response = Response(response_id=str(pk), survey_id="nps", responded_at=at, score=score, **placed, **STAMP)
    comment = Comment(
        id=pk,
        comment_id=f"response:{pk}",
        kind="response",
        origin_id=str(pk),
        source="nps",
        respondent_key=account,
        survey_id="nps",
        response_id=str(pk),
        said_at=at,
        month=f"{at:%Y-%m}",
        score=score,
        score_band=-1 if score < 7 else 1 if score >= 9 else 0,
        original_hash="x",
        text=f"words {pk}",
        analysed=True,
        **placed,
    )
    passage = Passage(id=pk, comment_pk=pk, position=0, start=0, end=5, text_key=str(pk))
    mentions = [
        Mention(
            passage_id=pk,
            comment_pk=pk,
            theme_key=key,
            kind="taxonomy" if key in ("slow", "fine") else "discovered",
            polarity="negative",
            confidence=1.0,
            said_by="model",
            account_id=account,
            said_at=at,
        )
        for key in themes
    ]
    return [response, comment], [passage], mentions


def _by_hand(answers) -> dict[str | None, Driver]:
    accounts: dict[str, list[int]] = {}
    cells: dict[tuple[str, str | None], list[tuple[int, int]]] = {}
    for account, point, said in answers:
        accounts.setdefault(account, []).append(point)
        themes = [key for key in said if key in ("slow", "fine")] or [None]
        for key in themes:
            cells.setdefault((account, key), []).append((point, len(themes)))
    sums = [AccountSums(key, len(some), sum(some), sum(one**2 for one in some)) for key, some in accounts.items()]
    themes = [
        ThemeSums(
            account,
            key,
            len(some),
            sum(point for point, _ in some),
            sum(point**2 for point, _ in some),
            sum(1 / k for _, k in some),
            sum(point / k for point, k in some),
        )
        for (account, key), some in cells.items()
    ]
    found = drivers(sums, themes, scale=Scale("nps", 0, 10), family="by hand", seed=0)
    assert found is not None
    return {one.theme: one for one in found.themes}


def test_drivers_are_those_of_the_answers(told):
    shared, answers = told
    page = get(shared.client("viewer"), "/v1/drivers")
    expected = _by_hand(answers)
    assert [one["key"] for one in page["items"]] == ["slow", "fine"]
    for one in page["items"]:
        own = expected[one["key"]]
        assert one["n"] == own.n
        assert own.leave_out is not None
        assert one["leave_out"]["value"] == pytest.approx(own.leave_out.value)
        assert (one["leave_out"]["low"], one["leave_out"]["high"]) == pytest.approx(
            (own.leave_out.low, own.leave_out.high)
        )
        assert one["part"]["value"] == pytest.approx(own.part.value)
        assert one["slice_score"] == page["scales"][0]["score"]
        assert len(one["comment_ids"]) == 3
    slow, scale = page["items"][0], page["scales"][0]
    assert slow["stands_out"]
    assert scale["family"] == "taxonomy themes in NPS"
    assert scale["no_theme"]["n"] + sum(one["n"] for one in page["items"]) == len(answers)
    parts = scale["no_theme"]["part"]["value"] + sum(one["part"]["value"] for one in page["items"])
    assert parts == pytest.approx(scale["score"]["value"])


def test_drivers_by_level_and_as_csv(told):
    shared, _ = told
    client = shared.client("viewer")
    top = get(client, "/v1/drivers?kind=discovered&level=top")
    assert {one["key"] for one in top["items"]} == {"top", "theirs"}
    fine = get(client, "/v1/drivers?kind=discovered")
    assert {one["key"] for one in fine["items"]} == {"new", "old", "theirs"}
    lines = client.get("/v1/drivers.csv?kind=discovered").text.splitlines()
    assert len(lines) == 4
    assert get(client, "/v1/drivers?survey_type=ces")["items"] == []
    assert client.get("/v1/drivers?level=all").status_code == 422


def test_rising_theme_is_alerted_with_its_comments(told):
    shared, _ = told
    page = get(shared.client("viewer"), "/v1/themes?kind=discovered&emerging=true")
    assert {one["info"]["key"] for one in page["items"]} == {"new", "top"}
    assert page["emergence"]["told"]
    alert = {one["info"]["key"]: one["alert"] for one in page["items"]}["new"]
    assert alert["p"] <= page["emergence"]["rate"]
    assert alert["recent"]["value"] > 2 * alert["past"]["value"]
    weeks_ago = END - timedelta(days=35)
    for comment_id in alert["comment_ids"]:
        number = int(comment_id.split(":")[1])
        assert END - timedelta(days=7 * (WEEKS - 1 - (number - 1) // ACCOUNTS), hours=24) >= weeks_ago
    others = get(shared.client("viewer"), "/v1/themes?kind=discovered&emerging=false")
    assert {one["info"]["key"] for one in others["items"]} == {"old", "theirs"}
    assert "alert" in others["items"][0]


def test_theme_page_tells_its_story(told):
    shared, answers = told
    page = get(shared.client("viewer"), "/v1/themes/new")
    assert page["counts"]["comments"] == sum("new" in said for _, _, said in answers)
    assert sum(one["counts"]["comments"] for one in page["groups"]) == page["counts"]["comments"]
    assert page["groups"][0]["group"] == {"role": "admin", "stage": "usage"}
    assert page["change"]["state"] == "rising"
    assert page["change"]["comment_ids"]
    assert page["alert"]["p"] <= 0.1
    assert page["nearest"] == {"key": "slow", "name": "slow", "similarity": 0.4}
    assert page["parent"]["key"] == "top"
    assert [(one["event"], one["from_key"], one["to_key"]) for one in page["lineage"]] == [("split", "theirs", "new")]
    assert {one["type"] for one in page["drivers"]} == {"nps"}
    assert page["drivers"][0]["key"] == "new"
    bands = [one["score_band"] for one in page["verbatims"]]
    assert bands == [-1] * 5
    above = get(shared.client("viewer"), "/v1/themes/top")
    assert [one["key"] for one in above["children"]] == ["new", "old"]
    assert above["drivers"][0]["family"] == "discovered themes in NPS"


def test_bound_key_learns_nothing_of_other_themes(told):
    shared, _ = told
    csm = shared.client("csm")
    assert csm.get("/v1/themes/theirs").status_code == 404
    page = get(csm, "/v1/themes/new")
    assert (page["lineage"][0]["from_key"], page["lineage"][0]["from_name"]) == (None, None)
    assert {one["account_id"] for one in page["verbatims"]} == {"a00"}
    assert page["counts"]["accounts"] == 1
    assert {one["accounts"] for one in get(csm, "/v1/drivers")["items"]} == {1}
    keys = {one["group"]["theme"] for one in get(csm, "/v1/themes/counts?kind=discovered")["items"]}
    assert keys == {"new", "old", "top"}


def test_same_question_is_answered_from_memory(told, monkeypatch: pytest.MonkeyPatch):
    shared, _ = told
    client = shared.client("viewer")
    first = client.get("/v1/drivers?role=admin")
    monkeypatch.setattr("api.drivers.score_drivers", lambda *_, **__: pytest.fail("counted again"))
    again = client.get("/v1/drivers?role=admin")
    assert again.content == first.content
    assert again.headers["etag"] == first.headers["etag"]


class TestCounts:
    """`GET /v1/themes/counts` over the planted world."""

    def test_groups_in_any_order_with_their_total(self, shared: Shared):
        client = shared.client("viewer")
        page = get(client, "/v1/themes/counts?group_by=month,segment,theme&limit=200")
        assert page["groups"] == len(page["items"])
        assert page["total"]["comments"] == 21
        assert sum(one["counts"]["comments"] for one in page["items"]) > 21
        assert set(page["items"][0]["group"]) == {"month", "segment", "theme"}
        whole = get(client, "/v1/themes/counts?group_by=")
        assert whole["items"][0]["counts"] == whole["total"] == page["total"]

    def test_row_leads_to_its_comments(self, shared: Shared):
        client = shared.client("viewer")
        for one in get(client, "/v1/themes/counts?group_by=theme,role")["items"]:
            key, role = one["group"]["theme"], one["group"]["role"]
            listed = get(client, f"/v1/themes/{key}/comments?role={role}")
            assert listed["total"] == one["counts"]["comments"]
            if listed["total"]:
                assert one["example_comment_id"] == listed["items"][0]["comment_id"]
                said = [comment["said_at"] for comment in listed["items"]]
                assert (min(said), max(said)) == (one["first_seen"], one["last_seen"])

    def test_opportunities_behind_a_theme(self, app: FastAPI, caller: Caller):
        with app.state.store.write() as session:
            for place, (account, amount, closed) in enumerate(
                [
                    ("northwind", 1000, None),
                    ("bergmann", 500, None),
                    ("bergmann", 9000, "2026-09-01"),
                    ("pico", 7, None),
                ]
            ):
                session.add(
                    Opportunity(
                        opportunity_id=f"o{place}",
                        account_id=account,
                        amount=amount,
                        currency="EUR",
                        closed_on=datetime.fromisoformat(closed).date() if closed else None,
                        outcome="won" if closed else None,
                        **STAMP,
                    )
                )
        rows = get(caller(), "/v1/themes/counts?theme=sales_delivery_mismatch")["items"]
        # Two comments each of Northwind and Bergmann.
        assert [one["group"] for one in rows] == [{"theme": "sales_delivery_mismatch"}]
        assert (rows[0]["counts"]["open_opportunities"], rows[0]["counts"]["open_amount"]) == (2, {"EUR": 1500.0})
        earlier = get(caller(), "/v1/themes/counts?theme=sales_delivery_mismatch&as_of=2026-08-25")["items"][0]
        assert earlier["counts"]["open_opportunities"] == 3

    def test_backlog_has_a_column_for_each_thing(self, shared: Shared):
        client = shared.client("viewer")
        header, *lines = client.get("/v1/themes/counts.csv?group_by=theme,segment").text.splitlines()
        columns = header.split(",")
        for name in ("name", "definition", "owner", "by_segment", "comments", "respondents", "accounts", "revenue"):
            assert name in columns
        assert {"open_opportunities", "first_seen", "last_seen", "example_comment_id"} <= set(columns)
        assert len(lines) == get(client, "/v1/themes/counts?group_by=theme,segment")["groups"]

    def test_pages_and_orders_hold_every_group_once(self, shared: Shared):
        client = shared.client("viewer")
        for sort in ("comments", "negative", "group"):
            address = f"/v1/themes/counts?group_by=theme,role&sort={sort}&limit=7"
            seen, cursor = [], ""
            while True:
                page = get(client, address + cursor)
                seen += page["items"]
                if page["next_cursor"] is None:
                    break
                cursor = f"&cursor={page['next_cursor']}"
            groups = [tuple(one["group"].values()) for one in seen]
            assert len(groups) == len(set(groups)) == page["groups"]
            if sort == "group":
                assert groups == sorted(groups)
            else:
                numbers = [one["counts"][sort] for one in seen]
                assert numbers == sorted(numbers, reverse=True)

    def test_unknown_words_are_refused(self, shared: Shared):
        client = shared.client("viewer")
        for query in ("group_by=theme,colour", "kind=both", "sort=name"):
            assert client.get(f"/v1/themes/counts?{query}").status_code == 422


def test_unrelated_writes_leave_what_was_worked_out(told, monkeypatch: pytest.MonkeyPatch):
    shared, _ = told
    client = shared.client("viewer")
    get(client, "/v1/drivers?stage=usage")
    with shared.app.state.store.write() as session:
        session.get_one(Account, "a01").name = "Another name"
    monkeypatch.setattr("api.drivers.score_drivers", lambda *_, **__: pytest.fail("counted again"))
    assert get(client, "/v1/drivers?stage=usage")["items"]
    monkeypatch.undo()
    with shared.app.state.store.write() as session:
        session.get_one(Theme, "fine").state = "hidden"
    assert [one["key"] for one in get(client, "/v1/drivers?stage=usage")["items"]] == ["slow"]
    with shared.app.state.store.write() as session:
        session.get_one(Theme, "fine").state = "active"
