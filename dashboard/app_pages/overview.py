"""Overview: each score with the comments under it, what hurts, what is new, whom to look at, who did not answer."""

from typing import Any

import streamlit as st

from api.schemas.accounts import AccountPage, CoverageOut
from api.schemas.comments import CommentPage
from api.schemas.scores import ScoreCard, ScoresOut
from api.schemas.themes import ThemeOut, ThemePage
from dashboard import format as fmt
from dashboard import frame, loading, look, strings
from dashboard.charts.trend import Point, trend_figure
from dashboard.filters import Filters
from dashboard.pieces import comment, score_card, sentence, tables

SHOWN_COMMENTS, MORE_COMMENTS = 3, 5
SHOWN_THEMES, SHOWN_ACCOUNTS, SHOWN_EMERGING = 8, 6, 3
# At most this many months on a card's line.
TREND_MONTHS = 12


def render(filters: Filters) -> None:
    """Draw the page."""
    params = filters.params()
    found = loading.read("/v1/scores", ScoresOut, params, comments=SHOWN_COMMENTS)
    if found.period.as_of.year == 1970:
        frame.no_data()
    frame.head(sentence.headline(found.items), filters, found.period.as_of)
    months = _months(filters)
    _cards(params, found, months)
    _themes(params)
    _emerging(params)
    _accounts(params, found)
    _coverage(params)


def _months(filters: Filters) -> dict[tuple[Any, ...], list[Point]]:
    """Scores by month over the last year, whatever the period: a trend needs more than the period."""
    params = {**filters.params(), "window": "365d", "group_by": "month", "comments": 0, "compare": "false"}
    found = loading.read("/v1/scores", ScoresOut, params)
    return {_scale(card): _points(card) for card in found.items}


def _scale(card: ScoreCard) -> tuple[Any, ...]:
    return (card.type, card.scale_min, card.scale_max, card.high_is_good)


def _points(card: ScoreCard) -> list[Point]:
    ordered = sorted(card.groups, key=lambda one: one.group["month"])[-TREND_MONTHS:]
    return [Point(one.group["month"], one.score.value, one.score.n, one.score.low, one.score.high) for one in ordered]


def _cards(params: dict[str, Any], found: ScoresOut, months: dict[tuple[Any, ...], list[Point]]) -> None:
    if not found.items:
        return
    columns = st.columns(max(3, len(found.items)) if len(found.items) <= 4 else 3, gap="large")
    for place, card in enumerate(found.items):
        with columns[place % len(columns)]:
            _card(params, card, months.get(_scale(card), []))


def _card(params: dict[str, Any], card: ScoreCard, points: list[Point]) -> None:
    look.block(score_card.head_html(card))
    if len(points) >= 2:
        limits = {"nps": (-100.0, 100.0), "csat": (0.0, 100.0)}.get(card.type, (card.scale_min, card.scale_max))
        figure = trend_figure(points, kind=card.type, limits=limits, colours=look.palette(look.current_mode()))
        st.plotly_chart(
            figure, theme=None, key=f"trend_{_scale(card)}", config={"displayModeBar": False, "responsive": True}
        )
    _comments(params, card)


def _comments(params: dict[str, Any], card: ScoreCard) -> None:
    key = f"shown_{_scale(card)}"
    wanted = int(st.session_state.get(key, SHOWN_COMMENTS))
    shown = card.comments
    if wanted > SHOWN_COMMENTS:
        scale = {"scale_min": card.scale_min, "scale_max": card.scale_max, "high_is_good": str(card.high_is_good)}
        path = f"/v1/scores/{card.type}/comments"
        shown = loading.read(path, CommentPage, params, limit=wanted, **scale).items
    quotes = "".join(comment.comment_html(one) for one in shown)
    nothing = f'<p class="note">{strings.NO_COMMENTS}</p>' if card.score.flagged and not shown else ""
    look.block(score_card.under_html(card) + quotes + nothing)
    left = (card.comments_total or 0) - len(shown)
    if left > 0:
        st.button(
            f"{strings.MORE_COMMENTS} ({fmt.count(left)})",
            key=f"more_{_scale(card)}",
            on_click=_show_more,
            args=(key,),
            type="tertiary",
        )


def _show_more(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, SHOWN_COMMENTS)) + MORE_COMMENTS


def _section(title: str, note: str) -> str:
    return f'<div class="section"><h2 class="title">{title}</h2><p class="note">{note}</p></div>'


def _themes(params: dict[str, Any]) -> None:
    asked = {"group_by": "role", "sort": "negative", "total": False, "limit": SHOWN_THEMES}
    found = loading.read("/v1/themes", ThemePage, params, **asked)
    hurting = [theme for theme in found.items if theme.counts.negative]
    body = tables.themes_html(hurting) if hurting else f'<p class="note">{strings.NO_THEMES}</p>'
    look.block(_section(strings.THEMES_TITLE, strings.THEMES_NOTE) + body)


def _emerging(params: dict[str, Any]) -> None:
    asked = {"kind": "discovered", "emerging": True, "trend": False, "total": False, "limit": SHOWN_EMERGING}
    found = loading.read("/v1/themes", ThemePage, params, **asked)
    if not found.items:
        return
    body = "".join(_emerging_html(params, theme) for theme in found.items)
    look.block(_section(strings.EMERGING_TITLE, strings.EMERGING_NOTE) + f'<div class="grid">{body}</div>')


def _emerging_html(params: dict[str, Any], theme: ThemeOut) -> str:
    page = loading.read(f"/v1/themes/{theme.info.key}/comments", CommentPage, params, limit=1)
    quotes = "".join(comment.comment_html(one) for one in page.items)
    counts = theme.counts
    said = (
        f"{fmt.counted(counts.comments, 'comment')}, {fmt.counted(counts.accounts, 'account')}, "
        f"{fmt.count(counts.negative)} negative"
    )
    return f'<div><b>{look.text(theme.info.name)}</b><p class="note">{said}</p>{quotes}</div>'


def _accounts(params: dict[str, Any], found: ScoresOut) -> None:
    page = loading.read("/v1/accounts", AccountPage, params, sort="-flagged", limit=SHOWN_ACCOUNTS)
    flagged = [account for account in page.items if account.flagged]
    as_of = found.period.as_of
    body = tables.accounts_html(flagged, as_of) if flagged else f'<p class="note">{strings.NO_ACCOUNTS}</p>'
    look.block(_section(strings.ACCOUNTS_TITLE, strings.ACCOUNTS_NOTE) + body)


def _coverage(params: dict[str, Any]) -> None:
    covered = loading.read("/v1/coverage", CoverageOut, params)
    look.block(
        f'<div class="section"><h2 class="title">{strings.COVERAGE_TITLE}</h2></div>{tables.coverage_html(covered)}'
    )


frame.show(render)
