"""Overview: each score with the comments under it, what hurts, what is new, whom to look at, who did not answer."""

from typing import Any

import streamlit as st

from api.schemas.scores import ScoreCard, ScoresOut
from api.schemas.themes import ThemeOut
from dashboard import format as fmt
from dashboard import loading, look, strings
from dashboard.charts.trend import Point, trend_figure
from dashboard.client import Api, ClientError, RefusedError
from dashboard.filters import Filters, current_filters, filter_bar
from dashboard.pieces import comment, empty, score_card, sentence, tables

SHOWN_COMMENTS, MORE_COMMENTS = 3, 5
SHOWN_THEMES, SHOWN_ACCOUNTS, SHOWN_EMERGING = 8, 6, 3
# At most this many months on a card's line.
TREND_MONTHS = 12


def render() -> None:
    """Draw the page."""
    filters = current_filters()
    try:
        _render(loading.get_client(), filters)
    except RefusedError as error:
        look.block(empty.empty_html(strings.NO_KEY_TITLE, str(error)))
    except ClientError as error:
        look.block(empty.empty_html(strings.UNREACHABLE_TITLE, str(error)))


def _render(client: Api, filters: Filters) -> None:
    params = filters.params()
    found = loading.load_scores(client, client.identity, loading.asked(params, comments=SHOWN_COMMENTS))
    if found.period.as_of.year == 1970:
        look.block(empty.no_data_html())
        return
    brand = f'<p class="brand">{strings.TITLE}</p>'
    look.block(f'{brand}<h1 class="lead">{sentence.headline(found.items)}</h1>')
    filter_bar(filters, found.period.as_of)
    months = _months(client, filters)
    _cards(client, params, found, months)
    _themes(client, params)
    _emerging(client, params)
    _accounts(client, params, found)
    _coverage(client, params)


def _months(client: Api, filters: Filters) -> dict[tuple[Any, ...], list[Point]]:
    """Scores by month over the last year, whatever the period: a trend needs more than the period."""
    params = {**filters.params(), "window": "365d", "group_by": "month", "comments": 0, "compare": "false"}
    found = loading.load_scores(client, client.identity, loading.asked(params))
    return {_scale(card): _points(card) for card in found.items}


def _scale(card: ScoreCard) -> tuple[Any, ...]:
    return (card.type, card.scale_min, card.scale_max, card.high_is_good)


def _points(card: ScoreCard) -> list[Point]:
    ordered = sorted(card.groups, key=lambda one: one.group["month"])[-TREND_MONTHS:]
    return [Point(one.group["month"], one.score.value, one.score.n, one.score.low, one.score.high) for one in ordered]


def _cards(client: Api, params: dict[str, Any], found: ScoresOut, months: dict[tuple[Any, ...], list[Point]]) -> None:
    if not found.items:
        return
    columns = st.columns(max(3, len(found.items)) if len(found.items) <= 4 else 3, gap="large")
    for place, card in enumerate(found.items):
        with columns[place % len(columns)]:
            _card(client, params, card, months.get(_scale(card), []))


def _card(client: Api, params: dict[str, Any], card: ScoreCard, points: list[Point]) -> None:
    look.block(score_card.head_html(card))
    if len(points) >= 2:
        limits = {"nps": (-100.0, 100.0), "csat": (0.0, 100.0)}.get(card.type, (card.scale_min, card.scale_max))
        figure = trend_figure(points, kind=card.type, limits=limits, colours=look.palette(look.current_mode()))
        st.plotly_chart(
            figure, theme=None, key=f"trend_{_scale(card)}", config={"displayModeBar": False, "responsive": True}
        )
    _comments(client, params, card)


def _comments(client: Api, params: dict[str, Any], card: ScoreCard) -> None:
    key = f"shown_{_scale(card)}"
    wanted = int(st.session_state.get(key, SHOWN_COMMENTS))
    shown = card.comments
    if wanted > SHOWN_COMMENTS:
        scale = {"scale_min": card.scale_min, "scale_max": card.scale_max, "high_is_good": str(card.high_is_good)}
        asked = loading.asked(params, limit=wanted, **scale)
        shown = loading.load_score_comments(client, client.identity, card.type, asked).items
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


def _themes(client: Api, params: dict[str, Any]) -> None:
    asked = loading.asked(params, group_by="role", sort="negative", total="false", limit=SHOWN_THEMES)
    found = loading.load_themes(client, client.identity, asked)
    hurting = [theme for theme in found.items if theme.counts.negative]
    body = tables.themes_html(hurting) if hurting else f'<p class="note">{strings.NO_THEMES}</p>'
    look.block(_section(strings.THEMES_TITLE, strings.THEMES_NOTE) + body)


def _emerging(client: Api, params: dict[str, Any]) -> None:
    asked = loading.asked(
        params, kind="discovered", emerging="true", trend="false", total="false", limit=SHOWN_EMERGING
    )
    found = loading.load_themes(client, client.identity, asked)
    if not found.items:
        return
    body = "".join(_emerging_html(client, params, theme) for theme in found.items)
    look.block(_section(strings.EMERGING_TITLE, strings.EMERGING_NOTE) + f'<div class="grid">{body}</div>')


def _emerging_html(client: Api, params: dict[str, Any], theme: ThemeOut) -> str:
    asked = loading.asked(params, limit=1)
    page = loading.load_theme_comments(client, client.identity, theme.info.key, asked)
    quotes = "".join(comment.comment_html(one) for one in page.items)
    counts = theme.counts
    said = (
        f"{fmt.counted(counts.comments, 'comment')}, {fmt.counted(counts.accounts, 'account')}, "
        f"{fmt.count(counts.negative)} negative"
    )
    return f'<div><b>{look.text(theme.info.name)}</b><p class="note">{said}</p>{quotes}</div>'


def _accounts(client: Api, params: dict[str, Any], found: ScoresOut) -> None:
    page = loading.load_accounts(client, client.identity, loading.asked(params, sort="-flagged", limit=SHOWN_ACCOUNTS))
    flagged = [account for account in page.items if account.flagged]
    as_of = found.period.as_of
    body = tables.accounts_html(flagged, as_of) if flagged else f'<p class="note">{strings.NO_ACCOUNTS}</p>'
    look.block(_section(strings.ACCOUNTS_TITLE, strings.ACCOUNTS_NOTE) + body)


def _coverage(client: Api, params: dict[str, Any]) -> None:
    covered = loading.load_coverage(client, client.identity, loading.asked(params))
    look.block(
        f'<div class="section"><h2 class="title">{strings.COVERAGE_TITLE}</h2></div>{tables.coverage_html(covered)}'
    )


render()
