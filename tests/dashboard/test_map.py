"""The map: a loop lists what lies in it, 50,000 points stay small, and words that customers wrote do nothing."""

import json
import re
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import numpy as np
import plotly.io
import pytest
from streamlit.testing.v1 import AppTest

from api.schemas.map import MapOut
from dashboard import look
from dashboard.charts.map import MapPoints, hover_texts, map_figure
from dashboard.charts.map_shapes import core_of, inside, read_area, with_room, write_area
from dashboard.client import Client
from dashboard.pieces import map_chosen, map_themes
from data.store.models import Comment, Place
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import SAID
from tests.api.world import plant
from tests.dashboard.counted import Recorder, comment_links, listed, said
from tests.dashboard.fakes import HOSTILE
from tests.dashboard.world import html_of, open_page, real_client

# The issue: 50,000 points in a payload under 8 MB.
POINTS, MOST_BYTES = 50_000, 8_000_000
TAXONOMY = {"period": "all", "kind": "taxonomy"}


@pytest.fixture
def client(sqlite_store: Store, vault: Vault) -> Client:
    """The planted world; its comments lie on a spiral, in the order in which they were stored."""
    plant(sqlite_store)
    with sqlite_store.write() as session:
        for place, comment in enumerate(session.query(Comment).order_by(Comment.id)):
            turn, reach = place * 0.7, 0.2 + place * 0.03
            session.add(Place(comment_pk=comment.id, x=reach * np.cos(turn), y=reach * np.sin(turn), anchor=True))
    return real_client(sqlite_store, vault)


def points_of(client: Client, **asked: str) -> MapOut:
    return client.read("/v1/map", MapOut, {"kind": "taxonomy", **asked})


def articles(page: AppTest) -> int:
    while more := [one for one in page.button if one.label.startswith("Show more comments")]:
        more[0].click().run()
    assert not page.exception
    return html_of(page).count('<article class="comment">')


def planted(n: int = POINTS, words: str = "") -> MapPoints:
    rng = np.random.default_rng(7)
    theme = rng.integers(-1, 60, n)
    middle = rng.uniform(-0.9, 0.9, (61, 2))
    spots = (middle[theme] + rng.normal(0, 0.05, (n, 2))).astype(np.float32)
    text = [f"{words or 'The dock schedule is keyed in every evening'} {at} " * 4 for at in range(n)]
    polarity = rng.integers(0, 4, n).astype(np.int8)
    return MapPoints(spots[:, 0], spots[:, 1], theme.astype(np.int32), polarity, [one[:140] for one in text])


@pytest.mark.parametrize("words", ["", "Größe übermäßig — für alle Prüfgeräte", "納期が毎回遅れて困っています"])
def test_payload_of_fifty_thousand_points_is_small(words: str):
    figure = map_figure(planted(words=words), [f"Theme number {at}" for at in range(60)], colours=look.palette("dark"))
    size = len(plotly.io.to_json(figure, validate=False))
    assert size < MOST_BYTES, size
    assert sum(len(trace.x) for trace in figure.data if trace.type == "scattergl") == POINTS


def test_words_on_hover_are_text_in_lines():
    points = planted(3)
    points = MapPoints(
        points.x, points.y, np.array([0, -1, 0], np.int32), points.polarity, [HOSTILE, "a & b", "x" * 140]
    )
    hostile, plain, long = hover_texts(points, ["<b>Name</b>"], np.ones(3, bool))
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile.replace("<br>", "")
    assert set(re.findall(r"<[^>]*>", hostile + plain + long)) == {"<br>"}
    assert "\u202e" not in hostile
    assert "&quot;" not in hostile
    assert hostile.endswith("&lt;b&gt;Name&lt;/b&gt;")
    assert plain == "a &amp; b"
    assert max(len(line) for line in long.split("<br>")) < 60


def test_loop_of_given_points_lists_those_comments(client: Client):
    found = points_of(client)
    wanted = [2, 3, 4]
    x, y = (np.array([column[at] for at in wanted]) for column in (found.points.x, found.points.y))
    corners = [(x.min() - 0.02, y.min() - 0.02), (x.max() + 0.02, y.min() - 0.02)]
    corners += [(x.max() + 0.02, y.max() + 0.02), (x.min() - 0.02, y.max() + 0.02)]
    within = inside(np.array(found.points.x), np.array(found.points.y), np.array(corners))
    ids = {found.points.comment_id[at] for at in np.flatnonzero(within)}
    assert {found.points.comment_id[at] for at in wanted} <= ids
    assert len(ids) < found.shown
    recorder = Recorder(client)
    page = open_page(recorder, "map", area=write_area(corners), **TAXONOMY)  # type: ignore[arg-type]
    html = html_of(page)
    assert map_chosen.IN_LOOP in html
    assert f"<b>{len(ids)} comments</b>" in html
    assert articles(page) == len(ids)
    asked = {one for path, params in recorder.asked if path == "/v1/comments" for one in params.get("id", ())}
    assert asked == ids


def test_what_is_drawn_becomes_the_address():
    box = {"box": [{"x": [0.1, 0.3], "y": [0.5, 0.2]}], "lasso": []}
    assert map_chosen.area_of(box) == "0.1,0.5;0.3,0.5;0.3,0.2;0.1,0.2"
    loop = {"box": [], "lasso": [{"x": [0.12345, 1, 2], "y": [0, -1, 0.5]}]}
    assert map_chosen.area_of(loop) == "0.123,0;1,-1;2,0.5"
    assert map_chosen.area_of({"box": [], "lasso": []}) == ""
    many = [(np.cos(turn), np.sin(turn)) for turn in np.linspace(0, 6.28, 400)]
    area = write_area(many)
    assert len(area) < map_chosen.MOST_CHARS
    corners = read_area(area)
    assert corners is not None
    rng = np.random.default_rng(1)
    x, y = rng.uniform(-1.5, 1.5, (2, 500))
    far = np.abs(np.hypot(x, y) - 1) > 0.02
    assert (inside(x, y, corners) == (np.hypot(x, y) < 1))[far].all()
    assert read_area("1,2;3") is None
    assert read_area("<script>;;;") is None


def test_polarities_list_as_many_as_they_say(client: Client):
    html = html_of(open_page(client, "map", **TAXONOMY))
    shown = re.search(r'aria-label="Polarity">(.*?)</ul>', html)
    assert shown is not None
    ways = re.findall(r'href="([^"]+)"[^>]*>([^<]*?)([\d,]+)</a>', shown.group(1))
    assert len(ways) == 4
    for href, _, number in ways:
        own = dict(parse_qsl(urlsplit(unescape(href)).query))
        assert articles(open_page(client, "map", **own)) == int(number)


def test_theme_shows_all_that_speak_of_it(client: Client):
    page = open_page(client, "map", theme="sales_delivery_mismatch", **TAXONOMY)
    n = sum("sales_delivery_mismatch" in dict(one.themes) for one in SAID)
    assert f"All {n}</a>" in html_of(page)
    assert articles(page) == n
    assert page.selectbox(key="map_theme").value == "sales_delivery_mismatch"
    page.selectbox(key="map_theme").set_value("").run()
    assert "theme" not in page.query_params
    assert not page.exception


def test_list_beside_the_map_counts_what_its_links_list(client: Client):
    html = html_of(open_page(client, "map", **TAXONOMY))
    found = comment_links(html)
    assert len(found) > 10
    for label, values in found:
        assert listed(client, {name: value for name, value in values.items() if name != "kind"}) == said(label), values
    assert map_themes.TITLE in html
    assert "Sales-delivery mismatch" in html


def test_filters_reach_the_map_and_its_list(client: Client):
    page = open_page(client, "map", **TAXONOMY)
    everybody = articles(page)
    page.multiselect(key="filter_role").set_value(["champion"]).run()
    champions = articles(page)
    assert 0 < champions < everybody
    assert champions == points_of(client, role="champion").shown
    assert "<script" not in html_of(page).replace("<style", "")


def test_slice_without_a_place_says_what_to_do(sqlite_store: Store, vault: Vault):
    plant(sqlite_store)
    html = html_of(open_page(real_client(sqlite_store, vault), "map", **TAXONOMY))
    assert "Nothing to draw in this slice" in html
    assert map_themes.TITLE in html


def test_chart_has_words_for_who_can_not_see_it(client: Client):
    chart = open_page(client, "map", **TAXONOMY).get("plotly_chart")[0].proto
    assert "what is alike lies together" in chart.alt
    assert json.loads(chart.spec)["layout"]["dragmode"] == "lasso"


def test_regions_hold_the_dense_part_only():
    rng = np.random.default_rng(3)
    near, far = rng.normal(0.2, 0.03, (60, 2)), rng.uniform(-1, 1, (40, 2))
    spots, far = np.vstack([near, far]).astype(np.float32), far.astype(np.float32)
    core = core_of(spots, spots)
    assert core is not None
    assert abs(core.x - 0.2) < 0.05
    assert np.abs(core.hull - 0.2).max() < 0.2
    assert core_of(far[:2], spots) is None
    assert core_of(far, spots) is None


def test_a_theme_among_many_others_has_no_region():
    rng = np.random.default_rng(4)
    spots = rng.normal(0, 0.2, (400, 2)).astype(np.float32)
    assert core_of(spots[:40], spots) is None
    assert core_of(spots[:40], spots[:40]) is not None


def test_names_never_cover_one_another():
    boxes = [("Support speed", 0.0, 0.0), ("Ease of use", 0.01, 0.01), ("Pricing", 0.8, 0.8)]
    assert with_room(boxes, width_px=1000, height_px=600, span=(2, 2)) == [0, 2]
