"""From how many accounts and people a search's comments come, the scales that it keeps, and views of a search."""

from collections.abc import Iterator

import pytest

from tests.api.conftest import Caller, Shared
from tests.api.tables import ANONYMOUS, SAID

ALL = "/v1/comments?limit=200"


def get(client, address: str) -> dict:
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def pages(client) -> Iterator[dict]:
    for more in (
        "",
        "&role=admin",
        "&voice=customer&theme=sales_delivery_mismatch",
        "&score_band=detractor&source=nps",
        "&q=set-up&mode=words",
        "&q=we&mode=words&since=2026-09-01",
        "&account=northwind",
    ):
        yield get(client, ALL + more)


def test_accounts_and_people_are_those_of_the_list(shared: Shared):
    for page in pages(shared.client("viewer")):
        rows = page["items"]
        people = {one["contact_id"] or one["comment_id"] for one in rows if not one["vendor_voice"]}
        assert page["total"] == len(rows) > 0
        assert page["accounts"] == len({one["account_id"] for one in rows} - {None})
        assert page["people"] == len(people)


def test_hidden_account_of_an_anonymous_answer_is_not_counted(shared: Shared):
    words = "manager picked this"
    assert any(words in (text or "") for *_, text in ANONYMOUS)
    page = get(shared.client("viewer"), f'{ALL}&mode=words&q="{words}"')
    assert (page["total"], page["items"][0]["account_id"], page["accounts"], page["people"]) == (1, None, 0, 1)


def test_review_notes_have_no_people(shared: Shared):
    page = get(shared.client("viewer"), f"{ALL}&voice=vendor")
    assert (page["total"], page["accounts"], page["people"]) == (1, 1, 0)


def test_list_outside_of_the_columns_is_not_reached_for(shared: Shared):
    page = get(shared.client("viewer"), f"{ALL}&language=en")
    assert (page["accounts"], page["people"]) == (None, None)
    assert page["total"] == len(SAID) + sum(text is not None for *_, text in ANONYMOUS)


def test_scale_keeps_answers_of_one(shared: Shared):
    client = shared.client("viewer")
    kept = get(client, f"{ALL}&scale=csat:1:5&score_band=detractor")
    behind = get(client, "/v1/scores/csat/comments?scale_min=1&scale_max=5&limit=200")
    ids = [one["comment_id"] for one in behind["items"]]
    assert sorted(ids) == sorted(one["comment_id"] for one in kept["items"])
    assert kept["total"] == behind["total"] > 0
    assert get(client, f"{ALL}&scale=csat:1:7")["total"] == get(client, f"{ALL}&scale=csat:1:5:low")["total"] == 0
    found = get(client, f"{ALL}&scale=nps:0:10&q=demo&mode=words")
    assert {one["source"] for one in found["items"]} == {"nps"}


@pytest.mark.parametrize("scale", ["csat", "csat:1", "ticket:1:5", "csat:1:5:high", "csat:one:5", "csat:1:5;"])
def test_scale_that_is_none_is_refused(shared: Shared, scale: str):
    refused = shared.client("viewer").get("/v1/comments", params={"scale": scale})
    assert refused.status_code == 422
    assert "csat:1:5" in refused.json()["detail"]


SEARCH = {
    "q": "SAP link",
    "mode": "words",
    "theme": "sales_delivery_mismatch",
    "polarity": "negative",
    "account": ["bergmann", "pico"],
    "voice": "customer",
    "scale": "nps:0:10",
    "score_band": ["detractor"],
    "window": "365d",
}


def test_view_of_a_search_gives_its_list(caller: Caller):
    client = caller("viewer")
    made = client.post("/v1/views", json={"name": "SAP", "page": "search", "parameters": SEARCH}).json()
    assert made["parameters"] == SEARCH
    listed = get(client, f"/v1/comments?{made['query']}")
    assert [one["account_id"] for one in listed["items"]] == ["bergmann"]


@pytest.mark.parametrize(
    ("page", "wrong"),
    [
        ("overview", {"q": "x"}),
        ("search", {"mode": "guess"}),
        ("search", {"polarity": "negative"}),
        ("search", {"q": ["a", "b"]}),
        ("search", {"scale": "csat"}),
        ("search", {"voice": "ghost"}),
        ("search", {"limit": "5"}),
    ],
)
def test_view_that_no_search_understands_is_refused(shared: Shared, page: str, wrong: dict):
    body = {"name": "x", "page": page, "parameters": wrong}
    assert shared.client("viewer").post("/v1/views", json=body).status_code == 422
