"""The overview in Streamlit's own test runner: the answer first, numbers with comments, states that help."""

from uuid import uuid4

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from api.app import create_app
from api.schemas.scores import ScoresOut
from api.settings import ApiSettings
from dashboard import strings
from dashboard.client import AnswerError, Client, RefusedError, UnreachableError
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.dashboard.fakes import FakeApi, card, score
from tests.dashboard.world import html_of, open_page


def run(client) -> AppTest:
    return open_page(client)


def test_answer_comes_first_with_its_evidence():
    html = html_of(run(FakeApi()))
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "NPS fell to −12" in words
    assert "n 214 from 38 accounts" in words
    assert "17 of 41</b> comments of detractors speak of <b>Support speed" in words
    assert html.index("</h1>") < html.index("88 detractors, 41 wrote why") < html.index(strings.THEMES_TITLE)


def test_hostile_text_shows_as_text():
    html = html_of(run(FakeApi()))
    assert "<script" not in html.replace("<style", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold** $x$ =cmd|" in html
    assert "Northwind &lt;Freight&gt;" in html
    assert "\u202e" not in html


def test_filters_reach_every_question():
    client = FakeApi()
    page = run(client)
    page.selectbox(key="filter_period").set_value("30d")
    page.multiselect(key="filter_role").set_value(["admin"])
    client.asked.clear()
    page.run()
    assert not page.exception
    asked = [(path, params) for path, params in client.asked if path not in ("/v1/slices", "/v1/me")]
    assert {path for path, _ in asked} >= {"/v1/scores", "/v1/themes", "/v1/accounts", "/v1/coverage"}
    assert all(params["role"] == ("admin",) for _, params in asked)
    # The line on a card shows a year, whatever the period.
    assert {params["window"] for _, params in asked if params.get("group_by") != "month"} == {"30d"}
    assert dict(page.query_params) == {"period": "30d", "role": "admin"}


def test_bar_says_what_is_shown():
    page = run(FakeApi())
    label = page.get("popover")[0].proto.popover.label
    assert label == "Last 90 days to 30\u00a0Sep\u00a02026 · everybody"


def test_more_comments_are_fetched_on_a_click():
    client = FakeApi()
    page = run(client)
    more = next(button for button in page.button if button.label.startswith(strings.MORE_COMMENTS))
    assert more.label == f"{strings.MORE_COMMENTS} (40)"
    more.click().run()
    asked = [params for name, params in client.asked if name == "/v1/scores/nps/comments"]
    assert asked[-1]["limit"] == 8
    assert "comment number 7" in html_of(page)


def test_first_start_says_what_to_do():
    html = html_of(run(FakeApi(empty=True)))
    assert strings.EMPTY_TITLE in html
    assert "sottovoce import data/sample" in html


def test_slice_without_scores_still_shows_themes():
    html = html_of(run(FakeApi(cards=[])))
    assert strings.NO_SCORES in html
    assert "Support speed" in html


@pytest.mark.parametrize(
    ("error", "title"),
    [
        (UnreachableError("no answer: sottovoce serve"), strings.UNREACHABLE_TITLE),
        (AnswerError("the database is empty"), strings.UNREACHABLE_TITLE),
        (RefusedError("this key is unknown"), strings.REFUSED_TITLE),
    ],
)
def test_errors_name_the_next_step(error: Exception, title: str):
    client = FakeApi()
    client.answers["/v1/scores"] = error
    html = html_of(run(client))
    assert title in html
    assert str(error) in html


def test_few_answers_are_muted():
    html = html_of(run(FakeApi(cards=[card(type="ces", scale_min=1, scale_max=7, score=score(3.9, 3), before=None)])))
    assert 'class="value few">3.9 of 7' in html
    assert strings.FEW_ANSWERS in html


def test_page_drives_the_real_api_in_process(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    with sqlite_store.write() as session:
        _, key = create_key(session, vault, name="page", role="viewer", now=NOW)
    transport = httpx.ASGITransport(app=create_app(ApiSettings(), sqlite_store, vault))
    html = html_of(run(Client(f"http://{uuid4().hex}", key, transport=transport)))
    assert "NPS is −12" in html
    assert "18 detractors, 6 wrote why" in html
    assert "Sales-delivery mismatch" in html
    assert "<script" not in html
    refused = html_of(run(Client(f"http://{uuid4().hex}", "sv_wrong", transport=transport)))
    assert strings.REFUSED_TITLE in refused


def test_client_says_when_nobody_answers():
    with pytest.raises(UnreachableError, match="sottovoce serve"):
        Client("http://127.0.0.1:9", "sv_x").read("/v1/scores", ScoresOut, {})
