"""Search over the real API: the number said is the number listed and exported, the address holds everything."""

import csv
import html as markup
import io
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from api.schemas.base import Period
from api.schemas.search import FoundComment, HighlightOut, SearchPage
from api.schemas.taxonomy import TaxonomyOut
from api.schemas.views import ViewPage
from dashboard.client import AnswerError, Client, MissingError
from dashboard.filters import Filters
from dashboard.pieces import search_list, search_views
from dashboard.pieces.search_asked import PATH, Asked, of_view, read_asked
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.fakes import HOSTILE, FakeApi, comment
from tests.dashboard.world import html_of, open_page, real_client

MISMATCH = "sales_delivery_mismatch"
# Searches of every kind that other pages lead to.
SEARCHES: list[dict[str, str]] = [
    {},
    {"period": "all"},
    {"theme": MISMATCH, "polarity": "negative", "voice": "customer", "period": "all"},
    {"source": "nps", "score_band": "detractor", "period": "all"},
    {"source": "nps", "score_band": "detractor,passive,promoter", "period": "all"},
    {"account": "northwind", "role": "admin", "stage": "usage", "period": "all"},
    {"voice": "vendor", "period": "all"},
    {"q": "set up", "mode": "words", "period": "all"},
    {"source": "csat", "scale": "csat:1:5", "score_band": "detractor", "period": "all"},
    {"language": "en", "segment": "mid_market", "period": "2026-Q3"},
]


@pytest.fixture(scope="module")
def client(make_store: Callable[[], Store]) -> Client:
    """An analyst of everything over the planted world, for the tests that save nothing."""
    store = make_store()
    plant(store)
    return real_client(store, Vault(SECRET), role="analyst")


def search(client: Any, **address: str) -> AppTest:
    return open_page(client, "search", **address)


def lead(page: AppTest) -> str:
    """Give the words of the sentence that the page opens with."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html_of(page), re.DOTALL)
    assert found
    return bare(found.group(1))


def bare(html: str) -> str:
    return re.sub(r"\s+", " ", markup.unescape(re.sub(r"<[^>]+>", "", html)))


def said(page: AppTest) -> int:
    """Read the number in the sentence."""
    found = re.match(r"([\d,]+|No) (comment|review note)", lead(page))
    assert found, lead(page)
    return 0 if found.group(1) == "No" else int(found.group(1).replace(",", ""))


def listed(page: AppTest) -> list[str]:
    """Give the words of all comments, after all of them were asked for."""
    while more := [one for one in page.button if one.label.startswith("Show more comments")]:
        more[0].click().run()
        assert not page.exception, page.exception
    return [bare(one) for one in re.findall(r'<article class="comment">(.*?)</blockquote>', html_of(page), re.DOTALL)]


def exported(client: Client, asked: Asked) -> list[dict[str, str]]:
    data = client.export(PATH, {**asked.params(), "bom": True})
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def drops(page: AppTest) -> dict[str, dict[str, str]]:
    """Give what each chip leaves: its words, the address."""
    found = re.findall(r'<a class="go drop" href="([^"]+)"[^>]*>(.*?)</a>', html_of(page))
    return {bare(words).removesuffix(" ×"): dict(parse_qsl(urlsplit(markup.unescape(to)).query)) for to, words in found}


def asked_of(page: AppTest, **address: str) -> Asked:
    filters = page.session_state["filters"]
    assert isinstance(filters, Filters)
    return read_asked(filters, address)


@pytest.mark.parametrize("address", SEARCHES, ids=lambda one: "&".join(f"{k}={v}" for k, v in one.items()) or "all")
def test_number_said_is_listed_and_exported(client: Client, address: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(search_list, "SHOWN", 4)
    monkeypatch.setattr(search_list, "LATER", 5)
    page = search(client, **address)
    number, rows = said(page), exported(client, asked_of(page, **address))
    assert number == len(rows) == len(listed(page)) > 0
    assert f"{len({row['account_id'] for row in rows} - {''})} account" in lead(page) or "language" in address


def test_sentence_names_every_part(client: Client):
    address = {"theme": MISMATCH, "polarity": "negative", "role": "champion", "stage": "usage", "voice": "customer"}
    page = search(client, **address)
    assert lead(page) == (
        "2 comments of champions on Sales-delivery mismatch, negative, in usage, last 90 days: "
        "from 2 accounts, 2 people."
    )
    parts = drops(page)
    assert list(parts) == [
        "Champion",
        "Customers’ own words",
        "Sales-delivery mismatch",
        "− Negative",
        "In usage",
        "Last 90 days",
    ]
    assert "polarity" not in parts["Sales-delivery mismatch"]
    assert parts["Last 90 days"] == {**address, "period": "all"}
    assert said(search(client, **parts["In usage"])) >= 2


def test_review_notes_have_no_people(client: Client):
    assert lead(search(client, voice="vendor", period="all")) == "1 review note, of all time: from 1 account."


def test_what_is_typed_goes_into_the_address(client: Client):
    page = search(client, period="all", theme=MISMATCH)
    page.text_input(key="search_q").set_value("SAP link")
    page.button(key="search_go").click().run()
    assert not page.exception
    assert page.query_params["q"] == "SAP link"
    assert said(page) == 1
    assert '<mark class="word">SAP</mark>' in html_of(page)
    again = search(client, period="all", theme=MISMATCH, q="SAP link")
    assert lead(again) == lead(page)
    assert again.text_input(key="search_q").value == "SAP link"
    page.selectbox(key="search_theme").set_value(None).run()
    assert "theme" not in page.query_params


def test_filters_narrow_the_search(client: Client):
    page = search(client, period="all")
    everybody = said(page)
    page.multiselect(key="filter_role").set_value(["champion"]).run()
    assert 0 < said(page) == len(listed(page)) < everybody
    page.multiselect(key="search_score_band").set_value(["detractor"]).run()
    assert page.query_params["score_band"] == "detractor"
    assert "champions, detractors and flagged answers" in lead(page)


def test_unknown_words_of_an_address_are_left_out(client: Client):
    page = search(client, period="all", mode="guess", polarity="negative", voice="ghost", score_band="best,detractor")
    assert list(drops(page)) == ["Detractors and flagged answers"]
    assert said(page) == len(listed(page))


def test_empty_result_says_what_to_widen(client: Client):
    page = search(client, q="waybill", mode="words", role="admin", period="all")
    assert said(page) == 0
    words = bare(html_of(page))
    assert "No comment has all of this" in words
    assert "Without Admin 1 comment" in words
    assert "Without “waybill”" in words
    assert not [one for one in page.get("download_button")]
    alone = bare(html_of(search(client, q="xylophone", mode="words", account="nobody", period="all")))
    assert "Alone at any time, and of everybody, “xylophone” finds nothing." in alone


def test_theme_that_is_not_there_shows_a_way_on(client: Client):
    page = search(client, theme="no_such_theme", period="all")
    assert "Leave the theme out" in html_of(page)
    assert page.text_input(key="search_q")


def test_meaning_that_is_not_served_says_so(client: Client):
    page = search(client, q="slow help", mode="meaning", period="all")
    assert "search by meaning is not served here" in html_of(page)
    assert "Search by words instead" in html_of(page)
    assert "Only words were searched" in html_of(search(client, q="help", period="all"))


def test_refused_address_leads_to_a_fresh_search(client: Client):
    html = html_of(search(client, scale="csat", period="all"))
    assert "is not understood" in html
    assert 'href="/search?period=all"' in html


def test_view_saved_and_opened_gives_the_same_list(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    client = real_client(sqlite_store, vault, role="viewer")
    address = {"q": "SAP link", "mode": "words", "theme": MISMATCH, "polarity": "negative", "account": "bergmann"}
    address |= {"voice": "customer", "score_band": "detractor", "segment": "enterprise,mid_market", "period": "365d"}
    page = search(client, **address)
    before, sentence = listed(page), lead(page)
    assert before
    page.text_input(key="view_name").set_value("SAP <b>promises</b>")
    page.button(key="view_save").click().run()
    assert not page.exception
    assert "“SAP &lt;b&gt;promises&lt;/b&gt;” is saved." in html_of(page)
    (view,) = client.read("/v1/views", ViewPage, {"page": "search"}).items
    assert of_view(view.parameters).address == address
    assert "View: SAP &lt;b&gt;promises" in html_of(page)
    opened = search(client, **of_view(view.parameters).address)
    assert (listed(opened), lead(opened)) == (before, sentence)
    _rename_and_delete(client, opened)


def _rename_and_delete(client: Client, page: AppTest) -> None:
    page.button(key="view_change").click().run()
    (view,) = client.read("/v1/views", ViewPage, {}).items
    page.text_input(key=f"view_name_{view.view_id}").set_value("Promises").run()
    page.button(key="view_rename").click().run()
    renamed = client.read("/v1/views", ViewPage, {}).items
    assert [(one.name, one.parameters) for one in renamed] == [("Promises", view.parameters)]
    page.button(key="view_change").click().run()
    page.button(key="view_delete").click().run()
    assert not page.exception
    assert client.read("/v1/views", ViewPage, {}).items == []
    assert "“Promises” is deleted." in html_of(page)


def test_view_needs_a_name(client: Client):
    page = search(client)
    page.button(key="view_save").click().run()
    assert search_views.NEEDS_NAME in html_of(page)
    assert client.read("/v1/views", ViewPage, {}).items == []


def test_address_to_share_holds_everything():
    asked = read_asked(Filters(period="all", role=("admin",)), {"q": "a & b", "theme": "x"})
    full = search_views.full_address(asked, "https://voc.example/pages/search")
    assert full == "https://voc.example/pages/search?period=all&role=admin&q=a+%26+b&theme=x"
    assert search_views.full_address(asked, None).startswith("/search?")


def found(text: str, *marks: tuple[int, int, str], **more: Any) -> FoundComment:
    places = [HighlightOut(start=start, end=end, by=by) for start, end, by in marks]
    return FoundComment(**comment(text).model_dump(), highlights=places, **more)


def answering(*items: FoundComment) -> FakeApi:
    fake = FakeApi()
    period = Period(as_of=NOW)
    fake.answers[PATH] = SearchPage(
        period=period, items=list(items), mode="both", total=len(items), accounts=1, people=1, more=False
    )
    fake.answers["/v1/views"] = ViewPage(items=[])
    fake.answers["/v1/taxonomy"] = TaxonomyOut.model_construct(themes=[], version="1", next_run="")
    return fake


def test_hostile_text_shows_as_text():
    html = html_of(search(answering(found(HOSTILE, (0, 8, "words"))), q="<script>alert(2)</script>"))
    assert "<script" not in html
    assert '<mark class="word">&lt;script&gt;</mark>alert(1)&lt;/script&gt; **bold**' in html
    assert "“&lt;script&gt;alert(2)&lt;/script&gt;”" in html
    assert "\u202e" not in html


def test_marks_lie_inside_each_other():
    html = search_list.marked_html("The SAP link & more", found("x", (4, 12, "meaning"), (4, 7, "words")).highlights)
    assert html == 'The <mark class="word near">SAP</mark><mark class="near"> link</mark> &amp; more'
    beyond = search_list.marked_html("short", found("x", (3, 99, "words"), (50, 60, "words")).highlights)
    assert beyond == 'sho<mark class="word">rt</mark>'


def test_long_comment_opens_at_what_was_found():
    text = "before " * 200 + "needle" + " after" * 200
    html = search_list.found_html(found(text, (1400, 1406, "words"), similarity=0.61))
    summary, whole = html.split("</summary>")
    assert '<mark class="word">needle</mark>' in summary
    assert len(bare(summary)) < 400
    assert '<mark class="word">needle</mark>' in whole
    assert "similarity 0.61" in html


def test_weak_hits_are_set_apart_in_the_order_of_the_server():
    near, weak = (0, 4, "meaning"), search_list.WEAK - 0.1
    items = (
        found("Near by meaning", near, similarity=search_list.WEAK),
        found("Weak among the strong", near, similarity=weak),
        found("Weak, with a word", near, (0, 4, "words"), similarity=weak),
        found("Weak at the end", near, similarity=weak),
    )
    strong, weaker = html_of(search(answering(*items), q="near")).split('<div class="weaker">')
    assert [bare(one) for one in re.findall(r"<blockquote.*?</blockquote>", strong)] == [one.text for one in items[:3]]
    assert search_list.WEAK_NOTE in weaker
    assert "Weak at the end" in bare(weaker)
    alone = html_of(search(answering(items[3]), q="near"))
    assert search_list.WEAK_NOTE in alone
    assert f">{search_list.WEAK_TITLE}<" not in alone
    assert "weaker" not in html_of(search(answering(*items[:3]), q="near")).split("</style>")[-1]


@pytest.mark.parametrize("error", [AnswerError("no such mode"), MissingError("no theme 'x'")])
def test_refusal_keeps_the_box(error: Exception):
    fake = answering()
    fake.answers[PATH] = error
    page = search(fake, q="x", theme="x")
    assert str(error).replace("'", "&#x27;") in html_of(page)
    assert page.text_input(key="search_q").value == "x"
