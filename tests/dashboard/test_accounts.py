"""Accounts and one account: why to look, who said it, what it stands on; a brief; nobody sees a foreign account."""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import pytest

from api.schemas.diagnosis import EvidenceOut, MismatchAtAccountOut, PromiseOut
from api.schemas.mismatch import LikenessOut, MismatchMentionOut
from api.schemas.search import SearchPage
from api.schemas.timeline import GivenScoreOut, PersonOut, TimelineOut
from dashboard import look, strings
from dashboard.charts.timeline import Dot, Row, Story, timeline_figure
from dashboard.client import Client
from dashboard.filters import FILTER_NAMES, read_filters
from dashboard.pieces import account_committee, account_evidence, account_mismatch, account_timeline
from data.store.models import WeeklyUsage
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.fakes import HOSTILE, PERIOD, comment
from tests.dashboard.world import html_of, open_page, real_client

Shown = Callable[..., str]
NUMBER = re.compile(r'<a class="go number" href="([^"]+)"[^>]*>(?:− )?([\d,]+)[^<]*</a>')


@pytest.fixture(scope="module")
def world(make_store: Callable[[], Store]) -> Store:
    """The planted world with some usage, which the tests of this module only read."""
    store = make_store()
    plant(store)
    origin = {"origin": "test", "row_hash": "0" * 64, "imported_at": NOW}
    week = {"week_start": date(2026, 9, 21), "active_users": 4, "licensed_users": 9}
    with store.write() as session:
        session.add(WeeklyUsage(account_id="pico", **week, **origin))
    return store


@pytest.fixture(scope="module")
def viewer(world: Store) -> Client:
    return real_client(world, Vault(SECRET), role="viewer")


@pytest.fixture(scope="module")
def csm(world: Store) -> Client:
    return real_client(world, Vault(SECRET), role="csm", accounts=["pico"])


@pytest.fixture(scope="module")
def shown(viewer: Client) -> Callable[..., str]:
    """Give a page's HTML; each address is opened once."""
    known: dict[tuple[str, ...], str] = {}

    def show(path: str, **address: str) -> str:
        key = (path, *sorted(f"{name}={value}" for name, value in address.items()))
        if key not in known:
            known[key] = html_of(open_page(viewer, path, **address))
        return known[key]

    return show


def behind(client: Client, href: str) -> int:
    """How many comments the search page finds at an address."""
    values = dict(parse_qsl(urlsplit(unescape(href)).query))
    own = {name: value for name, value in values.items() if name not in FILTER_NAMES}
    return client.read("/v1/comments", SearchPage, {**read_filters(values).params(), **own}).total


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("accounts", {}),
        ("accounts", {"role": "admin", "period": "all"}),
        ("account", {"id": "northwind"}),
        ("account", {"id": "northwind", "role": "admin"}),
    ],
)
def test_numbers_equal_the_comments_behind_them(viewer: Client, shown: Shown, path: str, address: dict[str, str]):
    found = NUMBER.findall(shown(path, **address))
    assert found
    for href, number in found:
        assert behind(viewer, href) == int(number.replace(",", "")), href


def test_list_is_searched_sorted_and_kept_in_the_address(viewer: Client):
    page = open_page(viewer, "accounts")
    assert html_of(page).count("/account?id=") >= 7
    page.text_input(key="accounts_search").set_value("pico").run()
    page.selectbox(key="accounts_sort").set_value("name").run()
    assert not page.exception
    assert page.query_params["search"] == "pico"
    assert page.query_params["sort"] == "name"
    table = html_of(page).split("<tbody>")[1]
    assert "Pico Payroll" in table
    assert "Northwind" not in table
    page.text_input(key="accounts_search").set_value("nobody at all").run()
    assert "No account fits" in html_of(page)


def test_address_sets_the_list(viewer: Client):
    page = open_page(viewer, "accounts", sort="-arr", segment="enterprise", risk="nonsense")
    names = re.findall(r'/account\?[^"]*id=(\w+)', html_of(page).split("<tbody>")[1])
    assert names == ["bergmann", "halden"]
    assert page.selectbox(key="accounts_sort").value == "-arr"
    assert page.multiselect(key="accounts_risk").value == []


def test_account_opens_with_its_finding_and_its_committee(shown: Shown):
    html = shown("account", id="northwind")
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "Northwind Freight" in words
    ways, anchors = (re.findall(pattern, html) for pattern in (r'href="#(\w+)"', r'<div class="section" id="(\w+)"'))
    quiet = re.findall(r'<dt id="(\w+)"', html)
    assert [one for one in ways if one not in quiet] == anchors
    assert anchors[:2] == ["steps", "committee"]
    assert sorted(ways) == sorted(anchors + quiet)
    assert "Weights (seat-signed): economic buyer 3, champion 4" in html
    lane = html[html.index("<h3>Economic buyer</h3>") :]
    assert "Nobody in this role answered." in lane[: lane.index("<h3>Champion</h3>")]
    assert "Economic Buyer of Northwind</span> never answered" in lane
    champion = lane[lane.index("<h3>Champion</h3>") : lane.index("<h3>Admin</h3>")]
    assert "NPS 4" in champion
    assert "In the demo the dock schedule filled itself." in champion
    # Findings carry their comments, opened on demand.
    finding = html[html.index('class="finding"') : html.index('id="committee"')]
    assert "<details" in finding
    assert "Four days for a first answer" in finding


def test_sections_that_hold_nothing_are_named_in_one_place(shown: Shown):
    html = shown("account", id="northwind", period="30d", stage="decision")
    quiet = dict(re.findall(r'<dt id="(\w+)">[^<]+</dt><dd>([^<]+)</dd>', html))
    assert quiet["comments"] == strings.NO_COMMENTS_HERE
    assert html.count(strings.NO_COMMENTS_HERE) == 1
    # What follows the filters is empty, what is of the whole account is not.
    assert {"steps", "committee", "risks"}.isdisjoint(quiet)
    every = shown("account", id="northwind", period="all")
    assert "comments" not in re.findall(r'<dt id="(\w+)"', every)


def test_loop_shows_its_clock_and_owner(shown: Shown):
    html = shown("account", id="northwind")
    loops = html[html.index("Open loops") :]
    assert "<b>Overdue:</b>" in loops
    assert "Jonas Ek" in loops
    assert "/loops?loop=9002" in loops


def test_filters_narrow_lists_and_say_what_they_leave_whole(shown: Shown):
    whole = shown("account", id="northwind")
    admins = shown("account", id="northwind", role="admin")
    said = "always of the whole account"
    assert said not in whole
    assert said in admins
    assert "Last 90 days · Admin" in admins
    below = admins[admins.index('id="comments"') :]
    assert "Closed as solved. It is not solved." in below
    assert "Six weeks of set-up." not in below
    assert "Six weeks of set-up." in whole[whole.index('id="comments"') :]


def test_period_reaches_the_diagnosis(shown: Shown):
    html = shown("account", id="tessera", period="30d")
    assert "Every report comes out" not in html[html.index('id="comments"') :]
    every = shown("account", id="tessera", period="all")
    assert "Every report comes out" in every[every.index('id="comments"') :]


def test_hostile_words_show_as_text(shown: Shown):
    whole, brief = shown("account", id="bergmann"), shown("account", id="bergmann", view="brief")
    for html in (whole, brief):
        assert "<script" not in html.replace("<style", "")
        assert "<img" not in html
        assert "\u202e" not in html
    assert "&lt;script&gt;alert(1)" in whole


def test_csm_sees_its_own_accounts_only(csm: Client):
    listed = html_of(open_page(csm, "accounts"))
    assert "Pico Payroll" in listed
    assert "Northwind" not in listed
    assert "Pico Payroll" in html_of(open_page(csm, "account", id="pico"))


@pytest.mark.parametrize("account_id", ["northwind", "nowhere", "", "../themes", "a b?c#d"])
def test_foreign_account_is_as_if_it_were_not(csm: Client, account_id: str):
    html = html_of(open_page(csm, "account", id=account_id))
    assert strings.MISSING_TITLE in html
    assert "Northwind" not in html


def test_brief_is_one_block_with_scores_people_and_steps(viewer: Client):
    page = open_page(viewer, "account", id="northwind", view="brief")
    (brief,) = [str(one.proto.body) for one in page.get("html") if 'class="brief"' in str(one.proto.body)]
    for part in ("Northwind Freight", "NPS, account level", "Weights (seat-signed)", "Did not answer:", "What to do"):
        assert part in brief
    assert "popover" not in [one.type for one in page.main]
    # It is for paper: nothing in it is to be clicked.
    assert "<a " not in brief
    assert "<details" not in brief
    assert "id=northwind" in html_of(page)


def test_first_start_says_what_to_do(sqlite_store: Store, vault: Vault):
    html = html_of(open_page(real_client(sqlite_store, vault), "accounts"))
    assert strings.EMPTY_TITLE in html


def given(score: float, band: int, at: datetime, **more) -> GivenScoreOut:
    fields = {"answer_id": f"response:{at:%d%H}", "type": "nps", "scale_min": 0, "scale_max": 10, "high_is_good": True}
    return GivenScoreOut(
        **{**fields, "role": "admin", "contact_id": "c1", **more}, score=score, band=band, answered_at=at
    )


def test_members_are_those_there_and_those_who_answered():
    since = NOW - timedelta(days=90)
    people = [
        PersonOut(contact_id="c1", name="Ann", role="admin", ever_answered=True),
        PersonOut(contact_id="c2", name="Ben", role="champion", ever_answered=True),
        PersonOut(contact_id="c3", name="Cid", role="admin", ever_answered=False),
        PersonOut(contact_id="c4", name="Dan", role="admin", left_on=date(2026, 5, 1), ever_answered=True),
    ]
    scores = [
        given(7, 0, NOW - timedelta(days=60)),
        given(3, -1, NOW - timedelta(days=5)),
        given(2, -1, NOW - timedelta(days=4), type="csat"),
        given(9, 1, NOW - timedelta(days=120), contact_id="c2"),
        given(1, -1, NOW - timedelta(days=3), contact_id=None, role="end_user"),
    ]
    found = {one.name: one for one in account_committee.members(people, scores, since=since)}
    # Who left and did not answer is not asked for any more.
    assert set(found) == {"Ann", "Ben", "Cid", "Anonymous"}
    assert [(one.type, one.score) for one in found["Ann"].now] == [("nps", 3), ("csat", 2)]
    assert found["Ben"].now == []
    assert found["Ben"].earlier is not None
    assert found["Ben"].earlier.score == 9
    assert found["Anonymous"].role == "end_user"


def test_evidence_opens_and_says_what_has_no_words():
    ids = [f"response:{place}" for place in range(SHOWN_AND_MORE)]
    words = {key: comment("A word.", comment_id=key) for key in ids}
    one = EvidenceOut(comment_ids=ids, other_ids=["ticket:1", "response:x"])
    html = account_evidence.evidence_html(one, words)
    assert f"Read the {SHOWN_AND_MORE} comments" in html
    assert html.count("<article") == account_evidence.SHOWN
    assert f"{account_evidence.SHOWN} of {SHOWN_AND_MORE} shown." in html
    assert "1 answer without words and 1 ticket" in html
    bare = account_evidence.evidence_html(EvidenceOut(other_ids=["ticket:1"]), {})
    assert bare == '<p class="note">Stands on 1 ticket.</p>'
    assert account_evidence.evidence_html(EvidenceOut(), {}) == ""


SHOWN_AND_MORE = account_evidence.SHOWN + 8


def mention(similarity: float, passage: str = "Never came.") -> MismatchMentionOut:
    likenesses = [LikenessOut(commitment_id="K1", similarity=similarity)]
    fields = {"comment_id": "response:1", "said_at": NOW, "source": "nps", "role": "admin", "confidence": 0.9}
    return MismatchMentionOut(passage=passage, likenesses=likenesses, score=3, score_band=-1, **fields)


def test_mismatch_stands_beside_the_promise_it_comes_near():
    promises = [
        PromiseOut(commitment_id="K1", text="Import <b>by March</b>", handed_over_on=date(2026, 1, 5)),
        PromiseOut(commitment_id="K2", text="A second shift", handed_over_on=date(2026, 1, 5)),
    ]
    fields = {"people": 1, "comments": 2, "in_window": 0, "roles": ["admin"], "stages": [], "review_note_ids": []}
    found = MismatchAtAccountOut(
        mentions=[mention(0.62), mention(0.2, HOSTILE)], commitments=promises, least_similarity=0.35, **fields
    )
    html = account_mismatch.mismatch_html(found, {})
    assert "1 person (admin) in 2 comments; none of them in this period." in html
    near, far = html.split('class="pair"')[1:3]
    assert account_mismatch.CONTRADICTS in near
    assert "similarity of the words 0.62" in near
    assert "Import &lt;b&gt;by March&lt;/b&gt;" in near
    assert account_mismatch.NOT_NEAR in far
    assert "<script" not in html
    assert "1 commitment on record that nobody" in html


def story() -> Story:
    since = datetime(2025, 10, 1, tzinfo=UTC)
    dots = [Dot(NOW - timedelta(days=9), 3, -1, "NPS 3", "response:1"), Dot(NOW - timedelta(days=2), 9, 1, "NPS 9")]
    return Story(
        since=since,
        until=NOW,
        period=(NOW - timedelta(days=90), NOW),
        rows=[Row("NPS answers, 0 to 10", dots, (0, 10)), Row("Comments without a score", dots[:1])],
        tickets=[(date(2026, 9, 21), 3)],
        usage=[(date(2026, 9, 14), 40, 60), (date(2026, 9, 21), 20, 60)],
        marks=[(date(2026, 3, 1), "contract start"), (date(2026, 3, 9), "first value")],
    )


def test_timeline_has_a_row_a_kind_on_one_axis():
    figure = timeline_figure(story(), look.palette("dark"))
    said = [one.text for one in figure.layout.annotations]
    for name in ("NPS answers, 0 to 10", "Comments without a score", "Tickets opened a week", "Active users a week"):
        assert name in said
    assert {"20 active", "60 licensed", "contract start", "first value"} <= set(said)
    assert list(figure.data[0].marker.symbol) == ["triangle-down", "triangle-up-open"]
    assert [one.customdata[0][1] for one in figure.data[:2]] == ["response:1", "response:1"]
    # Labels that would meet stand on two lines.
    marks = {one.text: one.yshift for one in figure.layout.annotations if one.yshift}
    assert marks["contract start"] != marks["first value"]
    # Zero is kept.
    assert figure.layout.yaxis4.range[0] == 0
    assert timeline_figure(Story(NOW, NOW, (NOW, NOW)), look.palette("light")).data == ()


def test_timeline_says_in_words_what_it_shows():
    words = account_timeline.told(story())
    assert "NPS answers, 0 to 10: 2, 1 of them low." in words
    assert "Active users a week: 40 at first, 20 at last." in words
    assert "contract start on 1\u00a0Mar\u00a02026." in words


def test_hover_words_are_escaped():
    found = TimelineOut(
        period=PERIOD,
        renewal_date=date(2026, 11, 14),
        people=[],
        scores=[given(3, -1, NOW, comment_id="response:1")],
        tickets=[],
        usage=[],
        events=[],
    )
    said = [comment(HOSTILE), comment(HOSTILE, comment_id="ticket:2", score=None, source="ticket")]
    drawn = account_timeline.story_of(
        found, said, {one.comment_id: one for one in said}, (NOW - timedelta(days=90), NOW)
    )
    assert drawn.until > NOW
    assert [one[1] for one in drawn.marks] == ["renewal due"]
    hover = [dot.said for row in drawn.rows for dot in row.dots]
    assert len(hover) == 2
    assert not any("<script" in one or "\u202e" in one for one in hover)
    picked = {"selection": {"points": [{"customdata": ["x", "response:1"]}]}}
    assert account_timeline.picked_comment(picked) == "response:1"
    assert account_timeline.picked_comment({"selection": {"points": []}}) == ""


def test_account_with_usage_draws_it_with_words_for_all(viewer: Client):
    (chart,) = open_page(viewer, "account", id="pico").get("plotly_chart")
    assert "Active users a week" in chart.proto.alt
    assert "9 licensed" in chart.proto.spec
