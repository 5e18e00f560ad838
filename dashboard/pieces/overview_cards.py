"""The score cards of the overview: value, trend, and beneath it the words of the people who pulled it down."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from api.schemas.comments import CommentOut, CommentPage
from api.schemas.scores import ScoreCard, ScoresOut
from dashboard import format as fmt
from dashboard import frame, loading, look, strings
from dashboard.charts.trend import Point, trend_figure, trend_words
from dashboard.filters import Filters
from dashboard.pieces import behind, comment, score_card

SHOWN, MORE = 3, 5
# Past so many the search page is the better place to read on.
MOST_HERE = 23
# At most this many months on a card's line.
TREND_MONTHS = 12
# Cards in a row.
ROW = 3
READ_ALL = "Read all"
LIMITS = {"nps": (-100.0, 100.0), "csat": (0.0, 100.0)}
Scale = tuple[str, float, float, bool]


def scale_of(card: ScoreCard) -> Scale:
    """Give what tells a card from the others."""
    return (card.type, card.scale_min, card.scale_max, card.high_is_good)


def cards(filters: Filters, found: ScoresOut) -> None:
    """Draw a card for each score."""
    if not found.items:
        return
    months = months_of(filters, found)
    width = len(found.items) if len(found.items) == ROW + 1 else ROW
    columns = st.columns(width, gap="large")
    for place, card in enumerate(found.items):
        with columns[place % width]:
            _card(filters, card, found.items, months.get(scale_of(card), []))


def months_of(filters: Filters, found: ScoresOut) -> dict[Scale, list[Point]]:
    """Scores by month over the last year, whatever the period: a trend needs more than the period."""
    params = {name: value for name, value in filters.params().items() if name not in ("window", "period")}
    # A window ends at the newest record; a calendar period at its own end.
    ended = {} if "period" not in filters.params() else {"as_of": found.period.as_of.isoformat()}
    asked = {"window": "365d", "group_by": "month", "comments": 0, "compare": False, **ended}
    year = loading.read("/v1/scores", ScoresOut, params, **asked)
    return {scale_of(card): _points(card) for card in year.items}


def _points(card: ScoreCard) -> list[Point]:
    ordered = sorted(card.groups, key=lambda one: one.group["month"])[-TREND_MONTHS:]
    return [Point(one.group["month"], one.score.value, one.score.n, one.score.low, one.score.high) for one in ordered]


def _card(filters: Filters, card: ScoreCard, all_cards: Sequence[ScoreCard], points: list[Point]) -> None:
    look.block(score_card.head_html(card, wrote=behind.of_card(card, all_cards, filters)))
    if len(points) >= 2:
        _trend(card, points)
    _words(filters, card, all_cards)


def _trend(card: ScoreCard, points: Sequence[Point]) -> None:
    limits = LIMITS.get(card.type, (card.scale_min, card.scale_max))
    st.plotly_chart(
        trend_figure(points, kind=card.type, limits=limits, colours=look.palette(look.current_mode())),
        theme=None,
        key=f"trend_{_key(card)}",
        config={"displayModeBar": False, "responsive": True},
        alt=trend_words(points, kind=card.type, name=strings.SCORE_NAMES[card.type]),
    )


def _key(card: ScoreCard) -> str:
    return "_".join(str(part) for part in scale_of(card))


@st.fragment
def _words(filters: Filters, card: ScoreCard, all_cards: Sequence[ScoreCard]) -> None:
    """Draw the comments under a score; more of them are fetched without the rest of the page."""
    frame.show(lambda _: _comments(filters, card, all_cards))


def _comments(filters: Filters, card: ScoreCard, all_cards: Sequence[ScoreCard]) -> None:
    key = f"shown_{_key(card)}"
    shown = _shown(filters.params(), card, int(st.session_state.get(key, SHOWN)))
    link = behind.of_card(card, all_cards, filters, bands=behind.LOW)
    quotes = "".join(comment.comment_html(one, quote=comment.quote_html(one.text, short=True)) for one in shown)
    nothing = f'<p class="note">{strings.NO_COMMENTS}</p>' if card.score.flagged and not shown else ""
    look.block(score_card.under_html(card, wrote=link) + quotes + nothing)
    left = (card.comments_total or 0) - len(shown)
    if left > 0 and len(shown) < MOST_HERE:
        label = f"{strings.MORE_COMMENTS} ({fmt.count(left)})"
        st.button(label, key=f"more_{_key(card)}", on_click=_show_more, args=(key,), type="tertiary")
    elif left > 0:
        look.block(f'<p class="note">{READ_ALL} {link(fmt.count(card.comments_total or 0))}</p>')


def _shown(params: Mapping[str, Any], card: ScoreCard, wanted: int) -> Sequence[CommentOut]:
    if wanted <= SHOWN:
        return card.comments
    scale = {"scale_min": card.scale_min, "scale_max": card.scale_max, "high_is_good": card.high_is_good}
    return loading.read(f"/v1/scores/{card.type}/comments", CommentPage, params, limit=wanted, **scale).items


def _show_more(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, SHOWN)) + MORE
