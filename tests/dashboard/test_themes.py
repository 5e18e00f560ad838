"""Themes and a theme's page over the real API: numbers equal the lists behind them, corrections show, hold and go."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from urllib.parse import parse_qsl, urlsplit
from uuid import uuid4

import httpx
import pytest
from streamlit.testing.v1 import AppTest

from api.app import create_app
from api.schemas.corrections import CorrectionPage
from api.schemas.search import SearchPage
from api.schemas.themes import GroupCountsOut, ThemePage
from api.settings import ApiSettings
from dashboard import look
from dashboard.charts.theme_months import Month, months_figure
from dashboard.client import Client
from dashboard.filters import Filters
from dashboard.pieces import theme_export, theme_heat, theme_table
from dashboard.pieces.csv_button import content
from dashboard.pieces.theme_tree import build
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW
from tests.api.world import plant
from tests.conftest import SECRET
from tests.dashboard.fakes import HOSTILE, counts, theme
from tests.dashboard.world import html_of, open_page

MISMATCH = "sales_delivery_mismatch"
ALL_TIME = {"period": "all"}


@dataclass(frozen=True)
class World:
    """The planted world behind one API: every correction here is taken back, so that all tests can share it."""

    store: Store
    vault: Vault
    transport: httpx.AsyncBaseTransport

    def client(self, role: str, accounts: list[str] | None = None) -> Client:
        with self.store.write() as session:
            _, key = create_key(session, self.vault, name=role, role=role, accounts=accounts, now=NOW)
        return Client(f"http://{uuid4().hex}", key, transport=self.transport)


@pytest.fixture(scope="module")
def world(make_store: Callable[[], Store]) -> World:
    store, vault = make_store(), Vault(SECRET)
    plant(store)
    return World(store, vault, httpx.ASGITransport(app=create_app(ApiSettings(rate_per_s=0), store, vault)))


@pytest.fixture(scope="module")
def client(world: World) -> Client:
    """An analyst of everything."""
    return world.client("analyst")


def links_in(html: str) -> Iterator[tuple[str, dict[str, str], str]]:
    """Give each link: its page, its parameters, its label."""
    for address, label in re.findall(r'<a class="go[^"]*" href="([^"]+)"[^>]*>(.*?)</a>', html):
        parts = urlsplit(unescape(address))
        yield parts.path, dict(parse_qsl(parts.query)), label


def listed(page: AppTest) -> int:
    """Count the comments on a page, after all of them were asked for."""
    while more := [one for one in page.button if one.label.startswith("Show more comments")]:
        more[0].click().run()
    return html_of(page).count('<article class="comment">')


def press(page: AppTest, key: str) -> AppTest:
    page.button(key=key).click().run()
    assert not page.exception, page.exception
    return page


def number(label: str) -> int:
    return int(re.sub(r"\D", "", label))


def test_each_count_lists_as_many_comments(client: Client):
    html = html_of(open_page(client, "themes", **ALL_TIME))
    found = [(params, label) for _, params, label in links_in(html) if "voice" in params]
    assert len(found) > 20
    for params, label in found:
        asked = {name: value for name, value in params.items() if name != "period"}
        assert client.read("/v1/comments", SearchPage, asked).total == number(label), (params, label)


def test_a_cell_lists_exactly_its_number(client: Client):
    opened = open_page(client, "theme", key=MISMATCH, **ALL_TIME)
    cells = {params["cell"]: number(label) for path, params, label in links_in(html_of(opened)) if params.get("cell")}
    assert sum(n for cell, n in cells.items() if not cell.startswith(".") and not cell.endswith(".")) == listed(opened)
    sums = [cell for cell in cells if cell.startswith(".") or cell.endswith(".")]
    for cell, n in cells.items():
        if cell in sums[2:]:
            continue
        page = open_page(client, "theme", key=MISMATCH, cell=cell, **ALL_TIME)
        assert 'aria-current="true"' in html_of(page)
        assert listed(page) == n, cell


def test_numbers_follow_the_filters(client: Client):
    page = open_page(client, "theme", key=MISMATCH, **ALL_TIME)
    everybody = listed(page)
    page.multiselect(key="filter_role").set_value(["champion"]).run()
    champions = listed(page)
    assert 0 < champions < everybody
    rows = client.read("/v1/themes", ThemePage, {"role": "champion"}).items
    assert {one.info.key: one.counts.comments for one in rows}[MISMATCH] == champions
    assert all(one["role"] == "champion" for one in csv_of(client, f"/v1/themes/{MISMATCH}/comments", page))
    table = html_of(open_page(client, "themes", role="champion", **ALL_TIME))
    for path, params, _ in links_in(table):
        if path == "/search":
            assert params["role"] == "champion"


def csv_of(client: Client, path: str, page: AppTest) -> list[dict[str, str]]:
    filters = page.session_state["filters"]
    assert isinstance(filters, Filters)
    data = content(client, path, filters.params())()
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))


def test_polarity_narrows_words_and_map_alike(client: Client):
    page = open_page(client, "theme", key="ease_of_use", polarity="negative", **ALL_TIME)
    found = list(links_in(html_of(page)))
    [way] = [number(label) for _, params, label in found if "Negative" in label and params.get("key")]
    assert listed(page) == way > 0
    cells = [number(label) for _, params, label in found if len(params.get("cell", "").split(".")) == 2]
    assert sum(cells) == 3 * way


def test_accounts_come_by_name_with_their_comments(client: Client):
    html = html_of(open_page(client, "theme", key=MISMATCH, **ALL_TIME))
    assert any(path == "/account" and label == "Northwind Freight" for path, _, label in links_in(html))
    behind = [(params, label) for path, params, label in links_in(html) if "account" in params]
    assert behind
    for params, label in behind:
        asked = {name: value for name, value in params.items() if name != "period"}
        assert client.read("/v1/comments", SearchPage, asked).total == number(label)


def test_export_is_what_the_page_lists(client: Client):
    page = open_page(client, "themes", q="support", **ALL_TIME)
    asked = theme_export.list_params(page.session_state["filters"].params(), kind="taxonomy", search="support")
    rows = list(csv.DictReader(io.StringIO(client.export("/v1/themes", asked).decode("utf-8-sig"))))
    shown = [label for path, _, label in links_in(html_of(page)) if path == "/theme"]
    assert {one["name"] for one in rows} == {"Support speed", "Support resolution"} <= set(shown)
    assert "Pricing and value" not in shown
    backlog = theme_export.backlog_params({}, kind="taxonomy", group_by="theme,segment", themes=("support_speed",))
    accounts = theme_export.backlog_params({}, kind="taxonomy", group_by="theme,account")
    assert "Northwind Freight" in client.export("/v1/themes/counts", accounts).decode("utf-8-sig")
    header = client.export("/v1/themes/counts", backlog).decode("utf-8-sig").splitlines()[0]
    assert {"name", "by_segment", "open_opportunities", "revenue_by_currency"} <= set(header.split(","))


def test_search_without_a_hit_says_so(client: Client):
    html = html_of(open_page(client, "themes", q=HOSTILE[:60], **ALL_TIME))
    assert "No theme has" in html
    assert "<script" not in html.replace("<style", "")


def test_a_rename_is_shown_first_then_made_then_undone(client: Client):
    page = press(open_page(client, "theme", key=MISMATCH, **ALL_TIME), "correct_rename")
    page.text_input(key="new_name").set_value("Promises not kept").run()
    press(page, "show_changes")
    assert "Sales-delivery mismatch → Promises not kept" in html_of(page)
    # Another choice wants another look before it is made.
    page.text_input(key="new_name").set_value("Another").run()
    assert not [one for one in page.button if one.key == "apply_correction"]
    page.text_input(key="new_name").set_value("Promises not kept").run()
    assert corrections(client) == []
    press(page, "apply_correction")
    html = html_of(page)
    assert "<b>Promises not kept</b>" in html
    assert "Renamed to “Promises not kept”" in html
    assert [one.action for one in corrections(client)] == ["rename"]
    press(page, "undo_last")
    assert "<b>Sales-delivery mismatch</b>" in html_of(page)
    assert "taken back" in html_of(page)


def corrections(client: Client) -> list:
    """Give those in force."""
    return client.read("/v1/corrections", CorrectionPage, {"undone": False}).items


def counted(client: Client) -> dict[str, int]:
    return {one.info.name: one.counts.comments for one in client.read("/v1/themes", ThemePage, {}).items}


def test_a_merge_moves_the_comments_it_said(client: Client):
    page = press(open_page(client, "theme", key="support_resolution", **ALL_TIME), "correct_merge")
    page.selectbox(key="merge_into").set_value("support_speed").run()
    press(page, "show_changes")
    before = counted(client)
    after = int(re.findall(r"Support speed.*?→ (\d+)", html_of(page))[0])
    press(page, "apply_correction")
    assert "was merged into another theme" in html_of(page)
    assert counted(client)["Support speed"] == after > before["Support speed"]
    press(page, "undo_last")
    assert counted(client) == before


def test_a_split_by_words_takes_those_comments(client: Client):
    page = press(open_page(client, "theme", key=MISMATCH, **ALL_TIME), "correct_split")
    page.text_input(key="split_name").set_value("SAP link").run()
    page.text_input(key="split_words").set_value("SAP").run()
    press(press(page, "show_changes"), "apply_correction")
    assert counted(client)["SAP link"] == 1
    press(page, "undo_last")
    assert "SAP link" not in counted(client)


def test_a_theme_moves_under_another_and_opens_there(client: Client):
    page = press(open_page(client, "theme", key="support_resolution", **ALL_TIME), "correct_move")
    page.selectbox(key="move_to").set_value("support_speed").run()
    press(press(page, "show_changes"), "apply_correction")
    html = html_of(open_page(client, "themes", **ALL_TIME))
    press(page, "undo_last")
    assert "1 theme below" in html
    assert html.index("Support speed</a>") < html.index("1 theme below") < html.index("Support resolution</a>")


def test_a_hidden_theme_keeps_its_way_back(client: Client):
    page = press(open_page(client, "theme", key="pricing_value", **ALL_TIME), "correct_hide")
    press(press(page, "show_changes"), "apply_correction")
    assert "This theme is not shown" in html_of(page)
    assert "pricing_value'" not in html_of(page)
    themes = open_page(client, "themes", **ALL_TIME)
    assert "Hidden themes" in html_of(themes)
    press(themes, f"undo_{corrections(client)[0].id}")
    assert "Hidden themes" not in html_of(themes)
    assert "Pricing and value" in html_of(themes)


def test_a_comment_loses_a_theme_and_gets_it_back(client: Client):
    page = open_page(client, "theme", key="pricing_value", **ALL_TIME)
    n = listed(page)
    press(page, next(one.key for one in page.button if one.label == "Correct its themes"))
    page.selectbox(key="tag_old").set_value("pricing_value").run()
    press(press(page, "show_changes"), "apply_correction")
    assert "is taken off the comment" in html_of(page)
    assert listed(page) == n - 1
    press(page, "undo_last")
    assert listed(page) == n


def test_only_who_may_is_offered_a_correction(world: World):
    viewer = open_page(world.client("viewer"), "theme", key=MISMATCH, **ALL_TIME)
    assert not [one for one in viewer.button if str(one.key).startswith(("correct_", "tags_"))]
    csm = open_page(world.client("csm", ["northwind"]), "theme", key=MISMATCH, **ALL_TIME)
    keys = [str(one.key) for one in csm.button]
    assert any(key.startswith("tags_") for key in keys)
    assert not any(key.startswith("correct_") for key in keys)


def test_hostile_names_show_as_text():
    rows = build([theme(name=HOSTILE)], months={}, impacts={}, emerging=frozenset(), sort="name", names={})
    html = theme_table.table_html(rows, "Themes")
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_tree_keeps_order_and_strays():
    above = theme(key="above", name="Above", kind="discovered")
    few = theme(key="few", parent_key="above", emerging=True).model_copy(update={"counts": counts(comments=2)})
    many = theme(key="many", parent_key="above")
    stray = theme(key="stray", parent_key="elsewhere").model_copy(update={"counts": counts(comments=1)})
    asked = {"months": {}, "impacts": {}, "emerging": frozenset(), "names": {"elsewhere": "Else"}}
    rows = build([few, above, stray, many], sort="comments", **asked)
    assert [one.theme.info.key for one in rows] == ["above", "stray"]
    assert [one.theme.info.key for one in rows[0].children] == ["many", "few"]
    html = theme_table.table_html(rows, "Themes")
    assert "2 themes below, 1 emerging" in html
    assert "in Else" in html


def test_heat_map_shows_silent_roles():
    groups = [GroupCountsOut(group={"role": "admin", "stage": "usage"}, counts=counts(comments=3, negative=2))]
    html = theme_heat.heat_html(groups, theme_heat.Cell(), {"key": "k"})
    assert "Buyer" in html
    assert theme_heat.count_in(groups, theme_heat.read_cell("admin.usage"), "negative") == 2
    assert theme_heat.read_cell("janitor.<b>") == theme_heat.Cell()


def test_months_are_bars_from_zero():
    figure = months_figure([Month("2026-08", 5, 3), Month("2026-09", 0, 0)], colours=look.palette("light"))
    assert [list(one.y) for one in figure.data[:2]] == [[3, 0], [2, 0]]
    assert list(figure.data[2].text) == ["5", ""]
    assert figure.layout.yaxis.rangemode == "tozero"
