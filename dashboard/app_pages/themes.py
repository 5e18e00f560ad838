"""Themes: what customers speak of, in the taxonomy's words and in their own, how often, where it leads."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from api.schemas.comments import CommentPage
from api.schemas.drivers import DriverOut
from api.schemas.slices import MeOut
from api.schemas.themes import ThemeOut, ThemePage
from dashboard import format as fmt
from dashboard import frame, loading, look, navigate
from dashboard.filters import Filters
from dashboard.links import comments_link, theme_link
from dashboard.pieces import comment, theme_export, theme_facts, theme_log, theme_table
from dashboard.pieces.theme_tree import (
    DEFAULT_SORT,
    SORTS,
    build,
    impacts_question,
    read_impacts,
    read_months,
    read_themes,
    themes_question,
)

KINDS = {"taxonomy": "Themes of the taxonomy", "discovered": "Found in the comments"}
# What is asked of themes that emerge.
NEW = {"emerging": True, "trend": False, "total": False}
NOTES = {
    "taxonomy": "The list that every comment is held against.",
    "discovered": "Groups that the words themselves make. Counted apart from the taxonomy: the two are never added up.",
}
COLUMNS_NOTE = (
    "By month: comments in the twelve months to the period's end. NPS without it: by how much NPS would move without "
    "the answers that mention the theme, 95 % interval over accounts; bold is more than chance does. What goes "
    "together is not shown to cause it."
)
SEARCH, SORT = "Search in themes", "Sort by"
NOTHING_FOUND = "No theme has “{}” in its name or definition. Try another word, or widen the filters above."
NOTHING_SAID = "No comment in this slice speaks of one. Widen the filters above."
EMERGING_TITLE = "Emerging"
EMERGING_SHOWN = 3
MOST_SEARCH = 80


def render(filters: Filters) -> None:
    """Draw the page."""
    if not loading.read("/v1/me", MeOut).has_data:
        frame.no_data()
    params = filters.params()
    loading.ahead(
        *(themes_question(kind, params, trend=False) for kind in KINDS),
        themes_question("discovered", params, **NEW),
        impacts_question("taxonomy", params),
    )
    pages = {kind: read_themes(kind, params, trend=False) for kind in KINDS}
    emerging = _emerging_of(params)
    impacts, tested = read_impacts("taxonomy", params)
    as_of = pages["taxonomy"].period.as_of
    frame.head(_sentence(pages["taxonomy"], impacts, tested, emerging), filters, as_of)
    theme_log.note()
    search, sort = _controls()
    for kind, page in pages.items():
        found = impacts if kind == "taxonomy" else _impacts_of_found(params)
        if kind == "discovered":
            _emerging(params, emerging)
        _list(filters, page, found, emerging, search=search, sort=sort)
    look.block(f'<p class="note">{COLUMNS_NOTE}</p>')
    theme_log.hidden()


def _sentence(page: ThemePage, impacts: Mapping[str, DriverOut], tested: int, emerging: list[ThemeOut]) -> str:
    hurting = max(page.items, key=lambda one: (one.counts.negative, one.counts.comments), default=None)
    if hurting is None or not hurting.counts.comments:
        return "No comment in this slice speaks of a theme of the taxonomy."
    counts = hurting.counts
    key = hurting.info.key
    negative = comments_link(fmt.count(counts.negative), theme=key, polarity="negative", voice="customer")
    parts = [
        f"<b>{theme_link(key, hurting.info.name)} is spoken of worst</b>: {negative} of "
        f"its {fmt.counted(counts.comments, 'comment')} are negative, from {fmt.counted(counts.accounts, 'account')}."
    ]
    parts.append(_impact_words(impacts, tested))
    if emerging:
        parts.append(f"<b>{fmt.counted(len(emerging), 'theme')}</b> {'is' if len(emerging) == 1 else 'are'} emerging.")
    return " ".join(part for part in parts if part)


def _impact_words(impacts: Mapping[str, DriverOut], tested: int) -> str:
    clear = [one for one in impacts.values() if one.stands_out and one.leave_out is not None]
    if not clear:
        many = f"None of the {fmt.counted(tested, 'theme')} said at enough accounts" if tested else "No theme"
        return f"{many} moves NPS more than chance does."
    most = max(clear, key=lambda one: abs(one.leave_out.value if one.leave_out else 0.0))
    return f"<b>{look.text(most.name or '')}</b> moves NPS most: {theme_facts.reading_html(most.reading)}"


def _impacts_of_found(params: Mapping[str, Any]) -> dict[str, DriverOut]:
    """Discovered themes are ranked among those of their own level."""
    above, _ = read_impacts("discovered", params, "top")
    return {**above, **read_impacts("discovered", params)[0]}


def _controls() -> tuple[str, str]:
    """Draw search and order, both kept in the address."""
    asked = navigate.own_params()
    search = asked.get("q", "")[:MOST_SEARCH]
    sort = asked.get("sort", DEFAULT_SORT)
    st.session_state["themes_q"] = search
    st.session_state["themes_sort"] = sort if sort in SORTS else DEFAULT_SORT
    # Room for two at a desk; on a phone one stands under the other.
    left, right, _ = st.columns([2, 2, 3])
    left.text_input(
        SEARCH, key="themes_q", max_chars=MOST_SEARCH, placeholder="Name or definition", on_change=_keep, args=("q",)
    )
    right.selectbox(
        SORT, list(SORTS), format_func=SORTS.__getitem__, key="themes_sort", on_change=_keep, args=("sort",)
    )
    return search, str(st.session_state["themes_sort"])


def _keep(name: str) -> None:
    value = str(st.session_state[f"themes_{name}"]).strip()
    if value and value != DEFAULT_SORT:
        st.query_params[name] = value
    else:
        st.query_params.pop(name, None)


def _emerging_of(params: Mapping[str, Any]) -> list[ThemeOut]:
    return list(read_themes("discovered", params, **NEW).items)


def _emerging(params: Mapping[str, Any], emerging: list[ThemeOut]) -> None:
    """New themes with a comment each: nothing of them is known but what was said."""
    if not emerging:
        return
    frame.section(EMERGING_TITLE, "Found in the comments, said at several accounts; the taxonomy has no word for them.")
    shown = emerging[:EMERGING_SHOWN]
    look.block(f'<div class="grid">{"".join(_emerging_html(params, one) for one in shown)}</div>')


def _emerging_html(params: Mapping[str, Any], theme: ThemeOut) -> str:
    page = loading.read(f"/v1/themes/{theme.info.key}/comments", CommentPage, params, limit=1)
    said = (
        f"{theme_table.count_link(theme, theme.counts.comments)} comments, "
        f"{fmt.counted(theme.counts.accounts, 'account')}"
    )
    alert = f'<p class="note">{theme_facts.reading_html(theme.alert.reading)}</p>' if theme.alert is not None else ""
    quotes = "".join(comment.comment_html(one) for one in page.items)
    return f'<div><b>{theme_link(theme.info.key, theme.info.name)}</b><p class="note">{said}</p>{alert}{quotes}</div>'


def _list(
    filters: Filters,
    page: ThemePage,
    impacts: Mapping[str, DriverOut],
    emerging: list[ThemeOut],
    *,
    search: str,
    sort: str,
) -> None:
    params, kind = filters.params(), page.kind
    frame.section(KINDS[kind], f"{NOTES[kind]} {theme_table.total_words(page.total)}")
    found = read_themes(kind, params, trend=False, total=False, search=search).items if search else page.items
    if not found:
        look.block(f'<p class="note">{look.text(NOTHING_FOUND.format(search) if search else NOTHING_SAID)}</p>')
        return
    rows = build(
        found,
        months=read_months(kind, filters, page.period.as_of),
        impacts=impacts,
        emerging=frozenset(one.info.key for one in emerging),
        sort=sort,
        names={one.info.key: one.info.name for one in page.items},
    )
    look.block(theme_table.table_html(rows, KINDS[kind], opened=bool(search)))
    keys = tuple(one.info.key for one in found)
    theme_export.themes_export(params, kind=kind, search=search, sort=sort, found=keys)


frame.show(render)
