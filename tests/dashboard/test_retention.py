"""The retention page: the line and how sure, or what is missing; money beside benchmarks; who is under it now."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from streamlit.testing.v1 import AppTest

from api.schemas.retention import ChurnBandOut, RetentionOut, ValueOut
from dashboard import look
from dashboard.charts.churn_bands import churn_figure
from dashboard.client import Client
from dashboard.filters import Filters
from dashboard.pieces.retention_question import question
from data.store.models import Account, Response, StaleAccount
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.test_retention import ACCOUNTS, LEAVING, UNHAPPY, plant
from tests.conftest import SECRET
from tests.dashboard.counted import comment_links, listed
from tests.dashboard.world import html_of, open_page, real_client


@pytest.fixture(scope="module")
def planted(make_store: Callable[[], Store]) -> Store:
    """Accounts with a planted line; the newest record lies in the quarter after they left."""
    store = make_store()
    plant(store)
    with store.write() as session:
        at = datetime(2026, 10, 2, tzinfo=UTC)
        plain = {"origin": "late", "row_hash": "0", "imported_at": at}
        who = {"account_id": "a47", "contact_id": "a47-champion", "role": "champion", "survey_id": "nps", "score": 9}
        session.add(Response(response_id="late", responded_at=at, **who, **plain))
        session.get_one(Account, "a10").name = "<script>alert(1)</script>"
        session.add_all(StaleAccount(account_key=key) for key in ("a47", "a10"))
    return store


@pytest.fixture(scope="module")
def client(planted: Store) -> Client:
    return real_client(planted, Vault(SECRET))


@pytest.fixture(scope="module")
def page(client: Client) -> AppTest:
    """The page without filters; opened once, as opening is what costs."""
    return open_page(client, "retention")


@pytest.fixture(scope="module")
def html(page: AppTest) -> str:
    return html_of(page)


def test_line_is_told_with_how_sure(html: str):
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "churn, and none over it did" in words
    assert f"{LEAVING} churned, p 0.0" in words
    # Nine of the unhappy have left; the others are under the line still.
    assert f"<b>{UNHAPPY - LEAVING} of {ACCOUNTS - LEAVING} accounts</b>" in words
    assert "found in your data" in html
    assert "of resamples find it between" in html
    assert "every line is searched again" in html


def test_chart_says_the_same_in_words(page: AppTest):
    alt = page.get("plotly_chart")[0].proto.alt
    assert f"NPS −100 to −75: {LEAVING} of" in alt
    assert "95\u00a0% interval" in alt


def test_too_little_data_says_what_is_missing(client: Client):
    html = html_of(open_page(client, "retention", segment="smb"))
    words = html[html.index("<h1") : html.index("</h1>")]
    assert "<b>Not enough data for a line</b>: 24 accounts with an NPS before the quarter, 4 churned; 20 and 5" in words
    assert "<b>NPS\u00a00</b> is used: a convention" in words


def test_accounts_under_the_line_lead_to_their_words(client: Client, html: str):
    own = [values for label, values in comment_links(html) if label == "Read why" and values.get("account") == "a10"]
    assert own[0]["period"] == "2026-Q3"
    assert listed(client, own[0]) == 1
    assert "Left in" in html
    # Who left is not under the line now.
    under = html[html.index("Under the line now") : html.index("Is revenue kept?")]
    assert "id=a00" not in under
    assert "id=a47" not in under


def test_hostile_name_shows_as_text(html: str):
    assert "<script>alert" not in html
    assert "&lt;script&gt;alert(1)" in html


def test_money_stands_beside_the_benchmarks(html: str):
    assert "median 106\u00a0%, top quartile 120\u00a0%" in html
    assert "under the median" in html
    assert "Revenue stands in EUR, USD, told apart" in html


def test_controls_show_all_and_put_currencies_together(client: Client):
    page = open_page(client, "retention", currency="EUR", rates="nonsense")
    html = html_of(page)
    assert 'role="alert"' in html
    assert "told apart" in html
    page.text_input[1].set_value("usd: 0.5")
    page.button(key="more_retention_under").click()
    next(button for button in page.button if button.label == "Apply").click().run()
    assert not page.exception
    assert (page.query_params["currency"], page.query_params["rates"]) == ("EUR", "USD:0.5")
    html = html_of(page)
    assert "told apart" not in html
    assert "id=a23" in html[html.index("Under the line now") : html.index("Is revenue kept?")]


@pytest.mark.parametrize(
    ("period", "asked"),
    [
        ("90d", {"quarters": 12}),
        ("365d", {"quarters": 4}),
        ("all", {"quarters": 40}),
        ("2026-Q2", {"quarters": 12, "as_of": "2026-06-30"}),
        ("2025", {"quarters": 4, "as_of": "2025-12-31"}),
        # Still running: it ends with the newest record.
        ("2026", {"quarters": 4}),
    ],
)
def test_filters_reach_the_question(period: str, asked: dict):
    filters = Filters(period=period, role=("end_user",), segment=("enterprise",))
    newest = datetime(2026, 10, 2, tzinfo=UTC)
    assert question(filters, newest) == {"role": ("end_user",), "segment": ("enterprise",), **asked}


def test_first_start_says_what_to_do(sqlite_store: Store, vault: Vault):
    assert 'class="empty"' in html_of(open_page(real_client(sqlite_store, vault), "retention"))


def test_figure_keeps_few_apart_and_whiskers_whole():
    bands = [
        ChurnBandOut(low=-100, high=-75, n=2, accounts=2, churned=1, rate=ValueOut(value=50, n=2, low=9, high=90)),
        ChurnBandOut(low=-75, high=-50, n=0, accounts=0, churned=0),
        ChurnBandOut(low=-50, high=-25, n=40, accounts=20, churned=4, rate=ValueOut(value=10, n=40, low=4, high=23)),
    ]
    few, enough = churn_figure(bands, line=-60, name="line", colours=look.palette("dark")).data
    assert (list(few.x), list(enough.x)) == ([-87.5], [-37.5])
    assert list(enough.error_y.array) == [13]
    assert list(enough.error_y.arrayminus) == [6]


def test_answer_has_bands_that_add_up(client: Client):
    found = client.read("/v1/retention", RetentionOut, {})
    line = found.lines[0].line
    assert sum(band.n for band in found.bands) == line.n
    assert sum(band.churned for band in found.bands) == line.churned
