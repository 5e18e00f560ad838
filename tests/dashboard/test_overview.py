"""The overview in Streamlit's own test runner: the answer first, numbers with comments, states that help."""

import html as markup
import re
from datetime import date
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from api.schemas.accounts import CoverageOut, QuietAccountOut, RoleCoverageOut
from api.schemas.drivers import DriverOut, DriverPage, DriverScaleOut, EffectOut, PlainScoreOut
from api.schemas.figures import StandingOut
from api.schemas.scores import ScoresOut
from api.schemas.search import SearchPage
from api.schemas.themes import EmergenceOut, ThemePage
from dashboard import strings
from dashboard.client import AnswerError, Client, RefusedError, UnreachableError
from dashboard.filters import FILTER_NAMES, read_filters
from dashboard.pieces import overview_accounts, overview_coverage, overview_drivers, overview_emerging
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.dashboard.fakes import PERIOD, FakeApi, card, counts, score, theme
from tests.dashboard.world import html_of, open_page, real_client

COSTS = overview_drivers.TITLE.format(score="NPS")
NUMBER = re.compile(r'<a class="go number" href="([^"]+)"[^>]*>([^<]+)</a>')


def driver(key: str = "support_speed", leave_out: float = 4.5, *, known: bool = True, **more) -> DriverOut:
    ends = {"low": leave_out - 3, "high": leave_out + 3} if known else {}
    effect = EffectOut(value=leave_out, **ends)
    fields = {
        "type": "nps",
        "scale_min": 0,
        "scale_max": 10,
        "high_is_good": True,
        "key": key,
        "name": key.replace("_", " ").capitalize(),
        "n": 13,
        "accounts": 12,
        "score": PlainScoreOut(value=-30, n=13),
        "slice_score": PlainScoreOut(value=-12, n=214),
        "leave_out": effect,
        "part": EffectOut(value=-2, low=-5, high=1),
        "lost": EffectOut(value=7.7, low=2.4, high=14.6),
        "stands_out": False,
        "family": "taxonomy themes in NPS",
        "reading": "",
    }
    return DriverOut(**{**fields, **more})


def driver_page(*found: DriverOut, survey_type: str = "nps") -> DriverPage:
    scale = DriverScaleOut(
        type=survey_type,
        scale_min=0,
        scale_max=10,
        high_is_good=True,
        score=PlainScoreOut(value=-12, n=214),
        accounts=38,
        family="taxonomy themes in NPS",
        tested=len(found),
        rate=0.1,
        reading="1 of 2 taxonomy themes in NPS stand out.",
    )
    return DriverPage(period=PERIOD, items=list(found), survey_type=survey_type, kind="taxonomy", scales=[scale])


def fake(*drivers: DriverOut, **more) -> FakeApi:
    client = FakeApi(**more)
    client.answers["/v1/drivers"] = driver_page(*(drivers or (driver(), driver("csm_engagement", -2.7))))
    return client


def run(client, **address: str) -> AppTest:
    return open_page(client, **address)


def counted(client: Client, href: str) -> int:
    """Ask for the comments of a link, as the page behind it does."""
    values = dict(parse_qsl(urlsplit(markup.unescape(href)).query))
    own = {name: value for name, value in values.items() if name not in FILTER_NAMES}
    return client.read("/v1/comments", SearchPage, {**read_filters(values).params(), **own, "limit": 1}).total


def test_answer_comes_first_with_its_evidence():
    html = html_of(run(fake()))
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "NPS fell to −12" in words
    assert "n 214 from 38 accounts" in words
    assert bare(words).endswith("17 of 41 comments of detractors speak badly of Support speed.")
    assert bare(html).index("88 detractors, 41 wrote why") < bare(html).index(COSTS)


def bare(html: str) -> str:
    return markup.unescape(re.sub(r"<[^>]+>", "", html))


def test_hostile_text_shows_as_text():
    html = html_of(run(fake()))
    assert "<script" not in html.replace("<style", "")
    assert "&lt;script&gt;alert(1)&lt;/script&gt; **bold** $x$ =cmd|" in html
    assert "Northwind &lt;Freight&gt;" in html
    assert "\u202e" not in html


def test_filters_reach_every_question():
    client = fake()
    page = run(client)
    page.selectbox(key="filter_period").set_value("30d")
    page.multiselect(key="filter_role").set_value(["admin"])
    client.asked.clear()
    page.run()
    assert not page.exception
    asked = [(path, params) for path, params in client.asked if path not in ("/v1/slices", "/v1/me")]
    assert {path for path, _ in asked} >= {"/v1/scores", "/v1/themes", "/v1/accounts", "/v1/coverage"}
    assert all(params["role"] == ("admin",) for _, params in asked)
    # The line on a card shows a year, whatever the period; what is compared with is the 30 days before.
    own = [params for _, params in asked if params.get("group_by") != "month" and "since" not in params]
    assert {params["window"] for params in own} == {"30d"}
    assert dict(page.query_params) == {"period": "30d", "role": "admin"}


def test_bar_says_what_is_shown():
    page = run(fake())
    label = page.get("popover")[0].proto.popover.label
    assert label == "Last 90 days to 30\u00a0Sep\u00a02026 · everybody"


def test_more_comments_are_fetched_on_a_click():
    client = fake()
    page = run(client)
    more = next(button for button in page.button if button.label.startswith(strings.MORE_COMMENTS))
    assert more.label == f"{strings.MORE_COMMENTS} (40)"
    more.click().run()
    asked = [params for name, params in client.asked if name == "/v1/scores/nps/comments"]
    assert asked[-1]["limit"] == 8
    assert "comment number 7" in html_of(page)


def test_first_start_says_what_to_do():
    html = html_of(run(fake(empty=True)))
    assert strings.EMPTY_TITLE in html
    assert "sottovoce import data/sample" in html
    assert html.count('href="/data"') == 3
    assert "<h1" in html


def test_slice_without_scores_still_shows_themes():
    html = html_of(run(fake(cards=[])))
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
    client = fake()
    client.answers["/v1/scores"] = error
    html = html_of(run(client))
    assert title in html
    assert str(error) in html


def test_few_answers_are_muted():
    html = html_of(run(fake(cards=[card(type="ces", scale_min=1, scale_max=7, score=score(3.9, 3), before=None)])))
    assert 'class="value few">3.9 of 7' in html
    assert strings.FEW_ANSWERS in html


@pytest.mark.parametrize("error", ["/v1/drivers", "/v1/scores/nps/comments"])
def test_part_that_fails_leaves_the_rest(error: str):
    client = fake()
    client.answers[error] = AnswerError("the columns are being built")
    page = run(client)
    more = next(button for button in page.button if button.label.startswith(strings.MORE_COMMENTS))
    html = html_of(more.click().run())
    assert "the columns are being built" in html
    assert overview_accounts.TITLE in html


def test_themes_that_cost_and_carry_are_ranked_with_both_readings():
    many = [driver(f"theme_{place}", place + 1.0) for place in range(7)]
    alone = driver("one_account", 30, known=False, n=1, accounts=1)
    html = html_of(run(fake(alone, *reversed(many), driver("csm_engagement", -2.7, stands_out=True))))
    part = html[html.index(COSTS) : html.index(overview_emerging.TITLE)]
    words = bare(part)
    assert [name for name in re.findall(r"Theme \d", words)] == [f"Theme {place}" for place in (6, 5, 4, 3, 2)]
    assert words.index("Costs most") < words.index("Theme 6") < words.index("Carries most") < words.index("Csm")
    # Who is left out for too few accounts is not ranked first.
    assert "One account" not in words
    assert "−5 +7.0 (+4.0 to +10.0)" in words.replace("\n", " ")
    assert "7.7 2.4 to 14.6" in words
    assert words.count("stands out") == 1


def test_period_before_stands_beside_each_effect():
    client = fake()
    moved = driver_page(driver(leave_out=1.2, n=9))

    def by_window(params):
        return moved if "since" in params else driver_page(driver())

    def themes_by_window(params):
        found = theme() if params.get("kind") != "discovered" else theme(key="d1", name="Second shift")
        before = found.model_copy(update={"counts": counts(negative=2)})
        kind = params.get("kind", "taxonomy")
        return ThemePage(period=PERIOD, kind=kind, items=[before if "since" in params else found])

    client.answers |= {"/v1/drivers": by_window, "/v1/themes": themes_by_window}
    html = html_of(run(client))
    assert "+1.2" in html
    assert "−1.8 to +4.2, n 9" in html
    assert "▲ more</span>, was 2" in html
    asked = [params for path, params in client.asked if path == "/v1/drivers"]
    assert [sorted({"since", "as_of", "window"} & {*params}) for params in asked] == [["window"], ["as_of", "since"]]


def test_too_few_accounts_are_said_and_counted_instead():
    html = bare(html_of(run(fake(driver(known=False, n=1, accounts=1)))))
    assert "Not enough data to say what themes do to NPS" in html
    assert "Spoken badly of" in html


def test_another_score_is_chosen_and_stays_in_the_address():
    ces = card(type="ces", scale_min=1, scale_max=7, score=score(3.9, 40))
    client = fake(cards=[card(), ces])
    page = run(client, score="ces")
    assert {params["survey_type"] for path, params in client.asked if path == "/v1/drivers"} == {"ces"}
    assert page.query_params["score"] == "ces"
    page.segmented_control(key="drivers_of").set_value("nps").run()
    assert "score" not in page.query_params


def test_nothing_emerging_says_what_was_looked_at():
    client = fake()
    looked = EmergenceOut(told=True, themes=80, family="80 themes over the last 5 looks", rate=0.1, reading="")

    def themes(params):
        items = [] if params.get("kind") == "discovered" else [theme()]
        return ThemePage(period=PERIOD, kind=params.get("kind", "taxonomy"), items=items, emergence=looked)

    client.answers["/v1/themes"] = themes
    html = bare(html_of(run(client)))
    assert overview_emerging.NOTHING in html
    assert "None of them is on the rise" in html


def test_accounts_say_why_by_risk_with_the_currency_once():
    client = fake()
    page = client._accounts({})
    standing = StandingOut(as_of=NOW, risk="at_risk", flag="flagged", why="Usage down 31 %.", evidence=[])
    calm = page.items[0].model_copy(update={"account_id": "calm", "name": "Calm Ltd", "flagged": 0})
    risky = page.items[0].model_copy(update={"standing": standing})
    loud = calm.model_copy(update={"account_id": "loud", "name": "Loud Ltd", "flagged": 3})
    client.answers["/v1/accounts"] = lambda params: page.model_copy(
        update={"items": [risky] if "risk" in params else [risky, loud, calm]}
    )
    html = html_of(run(client))
    part = bare(html[html.index(overview_accounts.TITLE) : html.index(overview_coverage.TITLE)])
    assert part.count("Northwind Freight") == 1
    assert part.index("Northwind Freight") < part.index("Loud Ltd")
    assert "At riskRenewal flagged Usage down 31 %. 11 of 12 answers low." in part
    assert "ARR, EUR" in part
    assert "EUR 84k" not in part
    assert "Calm Ltd" not in part


def test_who_did_not_answer_is_named():
    client = fake()
    asked = [
        RoleCoverageOut(role="admin", contacts=2, answered=0),
        RoleCoverageOut(role="champion", contacts=1, answered=1),
    ]
    fields = {"name": "Orchard <Foods>", "renewal_date": date(2026, 10, 30), "arr": 60_000, "currency": "EUR"}
    quiet = [
        QuietAccountOut(account_id="orchard", answered=False, roles=asked[:1], **fields),
        QuietAccountOut(account_id="pico", answered=True, roles=asked, **{**fields, "name": "Pico"}),
    ]
    client.answers["/v1/coverage"] = CoverageOut(
        accounts=7, accounts_answered=6, roles=asked, revenue={"EUR": (832_500, 772_500)}, quiet=quiet
    )
    html = html_of(run(client))
    part = html[html.index(overview_coverage.TITLE) :]
    assert "Orchard &lt;Foods&gt;" in part
    words = bare(part)
    assert "Nobody answered.Ask Admin (2)" in words
    assert "PicoAdmin (2)30" in words.replace("\n", "")
    assert "ARR EUR772k832k60k" in words


def test_each_scale_of_a_type_is_linked_to_its_own_list():
    both = [card(type="ces", scale_min=1, scale_max=top, score=score(3.9, 40), wrote=30) for top in (5, 7)]
    html = html_of(run(fake(cards=both)))
    assert html.count("with a comment") == 2
    for scale in ("ces%3A1%3A5", "ces%3A1%3A7"):
        assert f"scale={scale}" in html


def test_each_number_opens_as_many_comments(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    client = real_client(sqlite_store, vault)
    addresses: list[dict[str, str]] = [
        {},
        {"role": "admin"},
        {"period": "2026-Q3", "segment": "mid_market"},
        {"period": "all", "score": "csat"},
        {"source": "ticket"},
    ]
    for address in addresses:
        links = NUMBER.findall(html_of(run(client, **address)))
        assert len(links) >= 4, address
        for href, label in links:
            assert counted(client, href) == int(label), (address, href)


def test_page_drives_the_real_api_in_process(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    client = real_client(sqlite_store, vault)
    html = html_of(run(client))
    words = bare(html)
    assert "NPS is −12" in words
    assert "18 detractors, 6 wrote why" in words
    assert "Sales-delivery mismatch" in words
    assert "Orchard FoodsNobody answered." in words
    assert "<script" not in html
    refused = html_of(run(Client(client.identity.partition("#")[0], "sv_wrong", transport=client._transport)))
    assert strings.REFUSED_TITLE in refused


def test_client_says_when_nobody_answers():
    with pytest.raises(UnreachableError, match="sottovoce serve"):
        Client("http://127.0.0.1:9", "sv_x").read("/v1/scores", ScoresOut, {})
