"""Search, map and mismatch as callers see them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import ApiSettings
from data.store.models import Comment, Commitment, PassageText, StaleAccount
from data.store.queries import meaning
from data.store.repositories import embeddings
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines import index, place, promises
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.api.conftest import MADE_AT, Shared
from tests.api.tables import SAID
from tests.api.world import plant
from tests.conftest import SECRET
from tests.hashing import HashingEmbedder


class Questions(HashingEmbedder):
    """The query embedder: hashing, with the folder of the index beside it."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder


@pytest.fixture(scope="module")
def searched(
    sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, embedded: None
) -> Iterator[dict[str, TestClient]]:
    """Clients by key over the planted world, with vectors, index, map and two commitments."""
    import shutil

    home = tmp_path_factory.mktemp("searched")
    shutil.copy(sqlite_template, home / "sottovoce.db")
    store, vault = Store(f"sqlite:///{home / 'sottovoce.db'}"), Vault(SECRET)
    plant(store)
    questions = Questions(home / "search")
    with store.write() as session:
        rows = session.execute(select(PassageText.text_key, PassageText.text)).all()
        embeddings.put(session, questions.key, [row[0] for row in rows], questions.embed([row[1] for row in rows]))
        for key, account, text in (
            ("K1", "bergmann", "SAP link goes live by March"),
            ("K2", "pico", "Payslips in one click"),
        ):
            session.add(Commitment(commitment_id=key, account_id=account, handed_over_on=date(2026, 3, 1), text=text))
        secrets = {
            name: create_key(session, vault, name=name, role=role, now=MADE_AT, accounts=accounts)[1]
            for name, role, accounts in (("viewer", "viewer", None), ("csm", "csm", ["pico"]))
        }
    bench = Bench(Settings(home=home), store, vault, clock=lambda: datetime(2026, 10, 1, tzinfo=UTC))
    for stage in (index, promises, place):
        stage.run(bench)
    app = create_app(ApiSettings(rate_per_s=0), store, vault, questions)
    yield {
        name: TestClient(app, headers={"Authorization": f"Bearer {secret}"}, raise_server_exceptions=False)
        for name, secret in secrets.items()
    }
    store.close()


@pytest.fixture(scope="module")
def embedded() -> Iterator[None]:
    """The stages embed by hashing."""
    patch = pytest.MonkeyPatch()
    for module in (index, place, promises):
        patch.setattr(module, "open_embedder", lambda _: HashingEmbedder())
    yield
    patch.undo()


def get(client: TestClient, address: str):
    answer = client.get(address)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_search_pages_through_one_ranking(searched: dict[str, TestClient]):
    client = searched["viewer"]
    whole = get(client, "/v1/comments?q=signed for an SAP link&limit=200")
    assert whole["mode"] == "both"
    assert whole["items"][0]["found_by"] == ["words", "meaning"]
    assert whole["items"][0]["similarity"] > 0.25
    ids, cursor = [], ""
    while cursor is not None:
        page = get(client, f"/v1/comments?q=signed for an SAP link&limit=2{cursor and '&cursor=' + cursor}")
        ids += [one["comment_id"] for one in page["items"]]
        cursor = page["next_cursor"]
    assert ids == [one["comment_id"] for one in whole["items"]]
    assert len(ids) == whole["total"] == len(set(ids))


def test_search_finds_nothing_of_others(searched: dict[str, TestClient]):
    for mode in ("words", "meaning", "both"):
        for q in ("SAP link", "filter", "second shift evening hours"):
            items = get(searched["csm"], f"/v1/comments?q={q}&mode={mode}&limit=200")["items"]
            assert {one["account_id"] for one in items} <= {"pico"}
    found = get(searched["csm"], "/v1/comments?q=payslip list filter&mode=meaning")["items"]
    assert found[0]["text"].startswith("Could the payslip list")
    assert get(searched["csm"], "/v1/comments?account=northwind")["items"] == []
    assert searched["csm"].get("/v1/comments?theme=d_shift").status_code == 404
    assert get(searched["csm"], "/v1/comments")["total"] == 2


@pytest.mark.parametrize("narrowed", ["", "&voice=customer", "&language=en"])
def test_few_accounts_are_searched_among_their_passages(
    searched: dict[str, TestClient], monkeypatch: pytest.MonkeyPatch, narrowed: str
):
    for client, account in (("csm", ""), ("viewer", "&account=northwind,bergmann")):
        address = f"/v1/comments?q=signed for an SAP link&mode=meaning&limit=200{account}{narrowed}"
        monkeypatch.setattr(meaning, "FEW", 500)
        everything = get(searched[client], address)
        monkeypatch.setattr(meaning, "FEW", 0)
        assert get(searched[client], address) == everything


def test_list_without_search_is_newest_first(searched: dict[str, TestClient]):
    page = get(searched["viewer"], "/v1/comments?limit=200&account=northwind,halden")
    times = [one["said_at"] for one in page["items"]]
    assert times == sorted(times, reverse=True)
    assert (page["mode"], page["more"], page["total"]) == ("list", False, len(times))
    assert {one["account_id"] for one in page["items"]} == {"northwind", "halden"}
    assert get(searched["viewer"], "/v1/comments?feature=nothing")["items"] == []


def test_highlights_lie_in_the_text(searched: dict[str, TestClient]):
    page = get(searched["viewer"], '/v1/comments?q="dock schedule" demo')
    first = page["items"][0]
    by = {mark["by"]: first["text"][mark["start"] : mark["end"]] for mark in first["highlights"]}
    assert by["words"] in ("demo", "dock schedule", "dock", "schedule")
    assert by["meaning"] == first["text"]


def test_meaning_that_is_not_served_says_so(shared: Shared):
    client = shared.client("viewer")
    page = get(client, "/v1/comments?q=demo")
    assert page["mode"] == "words"
    assert "no query embedder" in page["note"]
    refused = client.get("/v1/comments?q=demo&mode=meaning")
    assert refused.status_code == 503
    assert "mode=words" in refused.json()["detail"]


def test_search_refuses_what_it_can_not_do(searched: dict[str, TestClient]):
    client = searched["viewer"]
    assert client.get("/v1/comments", params={"q": "x" * 10_000}).status_code == 422
    assert "give theme" in client.get("/v1/comments?polarity=negative").json()["detail"]
    for q in ("NEAR( *", '"', "%00", "-", "*", "a:b^c"):
        assert client.get("/v1/comments", params={"q": q}).status_code == 200


def test_search_comes_as_csv(searched: dict[str, TestClient]):
    lines = searched["viewer"].get("/v1/comments.csv?q=quoted").text.splitlines()
    assert lines[0].endswith("themes,found_by,similarity")
    assert len(lines) > 2


def test_map_shows_the_slice(searched: dict[str, TestClient]):
    client = searched["viewer"]
    found = get(client, "/v1/map?kind=taxonomy")
    columns = found["points"]
    assert columns.pop("text") == []
    assert {len(column) for column in columns.values()} == {found["shown"]}
    # The two anonymous comments have no passages and so no place.
    assert (found["total"], found["shown"]) == (len(SAID) + 2, len(SAID))
    keys = [region["key"] for region in found["regions"]]
    counted = {one["info"]["key"]: one["counts"]["comments"] for one in get(client, "/v1/themes")["items"]}
    for region in found["regions"]:
        assert region["comments"] <= counted[region["key"]]
        assert region["shown"] == columns["theme"].count(keys.index(region["key"]))
    few = get(client, "/v1/map?kind=taxonomy&limit=5")
    assert few["shown"] <= 5
    assert few["total"] == found["total"]
    assert set(few["points"]["comment_id"]) <= set(columns["comment_id"])
    angry = get(client, "/v1/map?kind=taxonomy&theme=support_speed&polarity=negative")
    assert angry["shown"] == 2
    assert [region["key"] for region in angry["regions"]] == ["support_speed"]
    assert client.get("/v1/map?theme=support_speed").status_code == 422


def test_points_bring_how_their_comments_begin(searched: dict[str, TestClient]):
    client = searched["viewer"]
    assert get(client, "/v1/map?kind=taxonomy")["points"]["text"] == []
    points = get(client, "/v1/map?kind=taxonomy&chars=10")["points"]
    begins = dict(zip(points["comment_id"], points["text"], strict=True))
    assert set(begins.values()) == {said.text[:10] for said in SAID}
    asked = "&".join(f"id={one}" for one in points["comment_id"][:3])
    page = get(client, f"/v1/comments?{asked}&id=response:nobody")
    assert page["total"] == 3
    assert {one["comment_id"]: one["text"][:10] for one in page["items"]}.items() <= begins.items()
    assert client.get(f"/v1/comments?{asked}&q=words").status_code == 422
    assert client.get("/v1/comments?" + "&".join(f"id={place}" for place in range(101))).status_code == 422
    foreign = next(f"response:r{at:03d}" for at, said in enumerate(SAID) if said.account == "halden")
    assert get(searched["csm"], f"/v1/comments?id={foreign}")["total"] == 0


def test_map_of_some_accounts_is_theirs(searched: dict[str, TestClient]):
    found = get(searched["csm"], "/v1/map?kind=taxonomy")
    assert found["total"] == 2
    assert get(searched["csm"], "/v1/map")["regions"] == []
    assert searched["csm"].get("/v1/map?theme=d_shift").status_code == 404


def test_mismatch_stands_beside_commitments(searched: dict[str, TestClient]):
    page = get(searched["viewer"], "/v1/mismatch")
    assert [one["account_id"] for one in page["items"]] == ["bergmann", "northwind", "pico"]
    bergmann = page["items"][0]
    # Two complaints of customers, and a review note that is shown and not counted.
    assert (bergmann["comments"], bergmann["people"], bergmann["review_notes"]) == (2, 2, 1)
    assert bergmann["roles"] == {"admin": 1, "champion": 1}
    assert len(bergmann["mentions"]) == 3
    assert bergmann["first_said_at"].startswith("2026-07-22")
    assert bergmann["months"] == {"2026-07": 1, "2026-09": 1}
    mention = next(one for one in bergmann["mentions"] if one["source"] == "nps")
    assert mention["likenesses"][0]["commitment_id"] == "K1"
    [commitment] = bergmann["commitments"]
    near = mention["likenesses"][0]["similarity"] >= page["least_similarity"]
    assert (mention["comment_id"] in commitment["comment_ids"]) is near
    # A commitment that nobody complains of is listed too.
    assert page["items"][2]["mentions"] == []
    assert page["items"][2]["commitments"][0]["comments"] == 0
    summary = page["summary"]
    assert (summary["comments"], summary["accounts"], summary["share"]["n"]) == (4, 2, 6)
    assert summary["share"]["low"] < summary["share"]["value"] < summary["share"]["high"]
    quiet = get(searched["viewer"], "/v1/mismatch?quiet=false&window=30d")
    assert [one["account_id"] for one in quiet["items"]] == ["bergmann", "northwind"]
    # Since when is asked of all time.
    assert quiet["items"][0]["first_said_at"].startswith("2026-07-22")


def test_mismatch_of_some_accounts_is_theirs(searched: dict[str, TestClient]):
    page = get(searched["csm"], "/v1/mismatch")
    assert [one["account_id"] for one in page["items"]] == ["pico"]
    assert page["summary"]["comments"] == 0
    lines = searched["viewer"].get("/v1/mismatch.csv").text.splitlines()
    assert len(lines) == 1 + 3 + 2 + 1 + ("K1" not in "".join(lines[1:4]))


def test_removed_comment_leaves_every_answer(sqlite_world: Store, vault: Vault):
    with sqlite_world.write() as session:
        _, secret = create_key(session, vault, name="test", role="viewer", now=MADE_AT)
    app = create_app(ApiSettings(), sqlite_world, vault)
    client = TestClient(app, headers={"Authorization": f"Bearer {secret}"})
    assert get(client, "/v1/comments?q=dock&mode=words")["total"] == 1
    before = get(client, "/v1/mismatch")["summary"]["comments"]
    with sqlite_world.write() as session:
        gone = session.scalars(select(Comment).where(Comment.text.startswith("In the demo"))).one()
        session.delete(gone)
        session.merge(StaleAccount(account_key="northwind", stamp=99))
    assert get(client, "/v1/comments?q=dock&mode=words")["total"] == 0
    assert get(client, "/v1/mismatch")["summary"]["comments"] == before - 1
