"""The journey page: stages with their words, gaps named, and every number equal to the list behind it."""

import pytest

from api.schemas.journey import JourneyAgentOut, JourneyMismatchCellOut, JourneyMismatchOut
from api.schemas.mismatch import CommitmentOut, LikenessOut, MismatchAccountOut, MismatchMentionOut
from dashboard.client import Client
from dashboard.filters import Filters
from dashboard.pieces import journey_mismatch, journey_stages
from data.store.models import Account, StaleAccount
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import SAID
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.counted import Recorder, comment_links, listed, said
from tests.dashboard.fakes import NOW, score
from tests.dashboard.world import html_of, open_page, real_client

HOSTILE_NAME = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def planted(make_store):
    """A planted store that the tests here only read."""
    store = make_store()
    plant(store)
    with store.write() as session:
        session.get_one(Account, "lumen").name = HOSTILE_NAME
        session.add(StaleAccount(account_key="lumen"))
    return store


@pytest.fixture(scope="module")
def client(planted: Store) -> Client:
    return real_client(planted, Vault(SECRET))


@pytest.fixture(scope="module")
def html(client: Client) -> str:
    """The page over all time; opened once, as opening is what costs."""
    return html_of(open_page(client, "journey", period="all"))


def test_gaps_are_named_first(html: str):
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "4 of 8 stages are heard" in words
    assert "nobody is asked at <b>consideration, decision, handoff and renewal</b>" in words
    assert "The largest share of low answers is at <b>" in words
    assert "<b>No signal here:</b> nobody is asked at handoff in this period. Ask for kick-off feedback." in html


def test_numbers_equal_the_lists_behind_them(client: Client, html: str):
    links = comment_links(html)
    counted = [(said(label), values) for label, values in links if said(label) is not None]
    assert {"score_band", "theme", "account"} <= {name for _, values in counted for name in values}
    assert [listed(client, values) for _, values in counted] == [number for number, _ in counted]


def test_low_answers_have_their_words_beneath(client: Client):
    html = html_of(open_page(client, "journey", period="all", stage="onboarding"))
    low = next(one.text for one in SAID if one.source == "ces" and (one.score or 9) <= 4)
    assert html.index("flagged answers") < html.index(low[:20])
    assert "95\u00a0% interval" in html
    assert "n 4 from 4 accounts" in html
    # Stages that were filtered out are no gaps.
    assert "No signal here" not in html
    assert "1 of 1 stage is heard" in html


def test_mismatch_stands_beside_the_promises(html: str):
    assert html.index("What they say") < html.index("What is on record")
    assert "No commitment is on record for this account." in html
    assert "first said" in html


def test_hostile_text_shows_as_text(html: str):
    assert "<script>alert" not in html
    assert "<img" not in html
    assert "\u202e" not in html


def test_filters_reach_every_question_and_quiet_periods_offer_more(client: Client):
    recorder = Recorder(client)
    html = html_of(open_page(recorder, "journey", period="30d", role="admin"))
    asked = [(path, params) for path, params in recorder.asked if path not in ("/v1/me", "/v1/slices")]
    assert {path for path, _ in asked} >= {"/v1/journey", "/v1/mismatch"}
    assert {params["role"] for _, params in asked} == {("admin",)}
    # The one longer look says that nobody complains lately.
    assert sorted({params["window"] for _, params in asked}) == ["30d", "365d"]
    assert "Nobody speaks of a broken promise in this period." in html
    assert "in the last 12 months</a>" in html


def test_csm_reads_own_accounts_only(planted: Store):
    own = real_client(planted, Vault(SECRET), role="csm", accounts=["pico"])
    html = html_of(open_page(own, "journey", period="all"))
    assert "Northwind" not in html
    assert "Pico" in html or "from 1 of 1 accounts" in html


def test_first_start_says_what_to_do(sqlite_store: Store, vault: Vault):
    assert 'class="empty"' in html_of(open_page(real_client(sqlite_store, vault), "journey"))


def test_few_answers_of_an_agent_are_muted():
    shared = {"type": "csat", "scale_min": 1, "scale_max": 5, "high_is_good": True}
    agents = [
        JourneyAgentOut(**shared, score=score(80, 10), agent_id="S1", name="Marek <b>"),
        JourneyAgentOut(**shared, score=score(50, 2), agent_id="S2", name=None),
    ]
    html = journey_stages.agents_html(agents)
    assert "Marek &lt;b&gt;" in html
    assert '<tr class="few"><th scope="row">not on the staff list' in html
    assert "S2" not in html


def test_heat_counts_complaints_only():
    counts = JourneyMismatchOut(comments=4, negative=3, respondents=4, accounts=2)
    cells = [JourneyMismatchCellOut(stage="usage", role="unknown", counts=counts)]
    html = journey_mismatch.heat_html(cells, Filters())
    assert "Not known" in html
    assert "Read 3 complaints: people of unknown role, Usage" in html
    assert ">4<" not in html


def test_nearest_complaint_stands_first_beside_its_promise():
    fields = {"said_at": NOW, "source": "nps", "role": "champion", "score": 3, "score_band": -1, "confidence": 0.9}
    far = MismatchMentionOut(comment_id="a", passage="Nothing of it came.", **fields)
    likenesses = [LikenessOut(commitment_id="K1", similarity=0.62)]
    near = MismatchMentionOut(comment_id="b", passage="No <b>sync</b>.", likenesses=likenesses, **fields)
    promise = CommitmentOut(
        commitment_id="K1", text="Sync is live <i>", made_by_name="Ida", handed_over_on=NOW.date(), comments=1
    )
    account = MismatchAccountOut(
        account_id="x",
        name="X",
        comments=2,
        people=1,
        review_notes=0,
        roles={"champion": 2},
        stages={},
        months={},
        mentions=[far, near],
        commitments=[promise],
    )
    html = journey_mismatch.account_html(account, Filters(), least=0.35)
    assert html.index("No &lt;b&gt;sync") < html.index("Sync is live &lt;i&gt;") < html.index("Nothing of it came.")
    assert "Similarity 0.62: seems to contradict; read both." in html
    assert "Promised by Ida, handed over" in html
