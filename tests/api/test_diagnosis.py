"""The diagnosis over HTTP: its window, its ids lead to comments, and lists by risk say why."""

import csv
import io
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from data.store.queries.slices import Slice
from data.store.queries.standing import risk_slice
from data.store.repositories.keys import create_key
from data.store.repositories.standing import account_ids, refresh_standings, risk_line
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.conftest import SECRET
from tests.data.store.diagnosed import NOW, plant


@pytest.fixture(scope="module")
def client(make_store: Callable[[], Store]) -> Iterator[TestClient]:
    store, vault = make_store(), Vault(SECRET)
    plant(store)
    with store.write() as session:
        _, secret = create_key(session, vault, name="csm", role="csm", now=NOW, accounts=["acme", "mute"])
        now = risk_slice(Slice(as_of=NOW), NOW)
        refresh_standings(session, now, account_ids(session, limit=10), line=risk_line(session))
    app = create_app(ApiSettings(rate_per_s=0), store, vault, clock=lambda: NOW)
    with TestClient(app, headers={"Authorization": f"Bearer {secret}"}) as found:
        yield found


def diagnosis(client: TestClient, query: str = "", account: str = "acme") -> dict[str, Any]:
    answer = client.get(f"/v1/accounts/{account}/diagnosis{query}")
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def every(found: Any, name: str) -> list[Any]:
    """Every value of a name anywhere in an answer."""
    if isinstance(found, list):
        return [value for one in found for value in every(one, name)]
    if isinstance(found, dict):
        own = [found[name]] if name in found else []
        return own + [value for one in found.values() for value in every(one, name)]
    return []


def test_window_is_90_days_of_whole_days_unless_said(client: TestClient):
    found = diagnosis(client, "?as_of=2026-09-30")
    since, end = (datetime.fromisoformat(found["period"][name]) for name in ("since", "as_of"))
    assert ((end - since).days, f"{end:%H:%M}") == (90, "23:59")
    newest = diagnosis(client)
    # The last answer of any account came on 20 September.
    assert newest["period"]["as_of"].startswith("2026-09-20T23:59:59")
    assert newest["period_before"]["as_of"] < newest["period"]["since"]
    assert diagnosis(client, "?period=2026-Q3")["period"]["since"].startswith("2026-07-01")
    assert diagnosis(client, "?window=30d&as_of=2026-09-30")["period"]["since"].startswith("2026-08-31")


def test_other_filters_and_turned_windows_are_refused(client: TestClient):
    for query, words in (
        ("?role=admin", "'role' is not known"),
        ("?since=2026-09-01&as_of=2026-08-01", "ends before it begins"),
        ("?window=90", "write days, such as 90d"),
        ("?since=2026-01-01&window=90d", "give one of them"),
    ):
        answer = client.get(f"/v1/accounts/acme/diagnosis{query}")
        assert answer.status_code == 422
        assert words in answer.json()["detail"]


def test_every_id_leads_to_what_it_names(client: TestClient):
    found = diagnosis(client, "?as_of=2026-09-30")
    worded = {key for ids in every(found, "comment_ids") for key in ids}
    listed = client.get("/v1/accounts/acme/comments?limit=200").json()["items"]
    assert worded
    assert worded <= {one["comment_id"] for one in listed}
    others = {key.split(":")[0] for ids in every(found, "other_ids") for key in ids}
    assert others <= {"response", "ticket"}
    assert all(one["comment_ids"] or one["other_ids"] for one in found["statements"])


def test_no_figure_without_n_and_accounts(client: TestClient):
    found = diagnosis(client, "?as_of=2026-09-30")
    for name in ("account_level", "user_level", "score", "change", "mean", "share", "nps"):
        for figure in every(found, name):
            if isinstance(figure, dict) and "value" in figure:
                assert figure["n"] > 0
                assert figure["accounts"] == 1
                assert figure["low"] is None or figure["low"] <= figure["value"] <= figure["high"]
    nps = found["scores"]["nps"]
    assert nps["weights"]["by_role"]["champion"] == 4
    assert nps["missing"] == ["economic_buyer"]
    assert [one["role"] for one in nps["roles"]] == ["champion", "admin", "power_user", "end_user"]


def test_sections_say_what_a_csm_asks_for(client: TestClient):
    found = diagnosis(client, "?as_of=2026-09-30")
    assert found["headline"]["text"].startswith("Renewal in 40 days is at risk")
    assert [one["agent_name"] for one in found["scores"]["by_agent"]] == ["Lars", None]
    (slow,) = [one for one in found["themes"] if one["info"]["key"] == "support_speed"]
    assert slow["verbatims"][0]["score_band"] == -1
    assert found["mismatch"]["commitments"][0]["text"] == "The dock plan fills itself."
    assert found["mismatch"]["mentions"][1]["likenesses"] == [{"commitment_id": "K1", "similarity": 0.71}]
    assert found["risks"]["perception"]["status"] == "green"
    assert [leg["holds"] for leg in found["risks"]["renewal"]["legs"]] == [True, True, True]
    assert found["loops"][0]["owner"]["name"] == "Mia"
    assert {"theme", "score"} <= {one["what"] for one in found["changes"]}
    assert found["contradictions"][0]["comment"]["score"] == 9
    assert found["steps"][0]["owners"] == ["Mia"]


def test_silent_account_says_so(client: TestClient):
    found = diagnosis(client, account="mute")
    assert found["headline"]["text"].startswith("Nobody at this account ever said or answered anything")
    assert (found["statements"], found["scores"]["nps"]["user_level"]) == ([], None)
    assert client.get("/v1/accounts/quiet/diagnosis").status_code == 404


def test_list_by_risk_says_why(client: TestClient):
    items = client.get("/v1/accounts?sort=-risk").json()["items"]
    assert [one["account_id"] for one in items] == ["acme", "mute"]
    standing = items[0]["standing"]
    assert (standing["risk"], standing["flag"], standing["days_left"]) == ("at_risk", "flagged", 40)
    assert standing["why"].startswith("Renewal in 40 days with account-level NPS −11 (n 4), under the line of 0; NPS")
    assert standing["account_nps"]["n"] == 4
    assert {"response:r4", "ticket:T1"} <= set(standing["evidence"])
    flagged = client.get("/v1/accounts?risk=flagged").json()["items"]
    assert [one["account_id"] for one in flagged] == ["acme"]
    early = client.get("/v1/accounts?risk=flagged&as_of=2026-06-01")
    assert early.json()["items"] == []
    assert client.get("/v1/accounts?risk=burning").status_code == 422


def test_csv_has_the_risk_in_columns(client: TestClient):
    text = client.get("/v1/accounts?sort=-risk", headers={"Accept": "text/csv"}).text
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["risk"] for row in rows] == ["at_risk", "calm"]
    assert (rows[0]["renewal_flag"], rows[0]["days_to_renewal"]) == ("flagged", "40")
    assert rows[0]["why"].startswith("Renewal in 40 days")
