"""A theme: what it is, who says it and in which words, whose money, what it does to NPS; corrected in place."""

from collections.abc import Mapping
from typing import Any

import streamlit as st

from api.schemas.counts import CountPage
from api.schemas.taxonomy import TaxonomyOut
from api.schemas.themes import ThemeDetail
from dashboard import format as fmt
from dashboard import frame, links, loading, look, navigate, strings
from dashboard.charts.theme_months import Month, months_figure, said
from dashboard.client import MissingError
from dashboard.filters import Filters
from dashboard.pieces import theme_correct, theme_export, theme_facts, theme_heat, theme_log
from dashboard.pieces.comment_list import comment_list
from dashboard.pieces.csv_button import ICON
from dashboard.pieces.empty import empty_html
from dashboard.pieces.tables import month_range
from dashboard.pieces.theme_table import POLARITIES
from dashboard.pieces.theme_tree import read_themes, themes_question, year_params

KINDS = {"taxonomy": "Taxonomy", "discovered": "Found in the comments"}
WHO, WHO_NOTE = "Who says it", "{} by stage and role. A number opens those comments below."
WORDS = "In their words"
IMPACT = "What it does to the scores"
IMPACT_NOTE = "Two readings, each with its 95 % interval over accounts. What goes together is not shown to cause it."
MONTHS = "By month"
MONTHS_NOTE = "The twelve months to the period’s end. A bar’s lower part, in red, is what is negative."
ACCOUNTS = "Whose accounts"
EMERGING = "Emerging"
NO_KEY_TITLE, NO_KEY = "Which theme?", "This address names none. Choose one on the page Themes."
GONE_TITLE, THIS = "This theme is not shown", "This theme"
GONE = "It is hidden, or none of the accounts that you may see speaks of it. What was corrected can be taken back."
SHOWN_ACCOUNTS = 8
# What is asked of themes that are only named.
PLAIN = {"trend": False, "total": False}
NAMES_SHOWN = {"negative": "Negative", "neutral": "Neutral", "positive": "Positive"}


def render(filters: Filters) -> None:
    """Draw the page."""
    key = navigate.own_params().get("key", "")[:80]
    if not key:
        look.block(empty_html(NO_KEY_TITLE, NO_KEY))
        return
    asked = {**filters.params(), "drivers": ",".join(strings.SCORE_NAMES)}
    loading.ahead((f"/v1/themes/{key}", ThemeDetail, asked), ("/v1/taxonomy", TaxonomyOut, {}), _all_found())
    names, kinds = _names()
    try:
        theme = loading.read(f"/v1/themes/{key}", ThemeDetail, asked)
    except MissingError:
        # It may just have been hidden: the way back stays in reach.
        theme_log.note()
        look.block(empty_html(GONE_TITLE, GONE))
        theme_log.listing(key, {**names, key: THIS})
        return
    _page(filters, theme, {**names, key: theme.info.name}, {**kinds, key: theme.info.kind})


def _page(filters: Filters, theme: ThemeDetail, names: Mapping[str, str], kinds: Mapping[str, str]) -> None:
    counted = _accounts_of(filters, theme)
    frame.head(theme_facts.sentence(theme), filters, counted.period.as_of, over=_over(theme))
    theme_log.note()
    look.block(theme_facts.definition_html(theme, names) + theme_facts.lineage_html(theme.lineage, theme.info.key))
    theme_correct.buttons(theme.info.key)
    left, right = st.columns([5, 3], gap="large")
    with left:
        cell, polarity = _who(theme)
        _words(filters, theme, cell, polarity)
    with right:
        _impact(theme)
        _months(filters, theme, counted)
        if counted.items:
            frame.section(ACCOUNTS, html=theme_facts.accounts_html(counted, theme.info.key))
            _export(filters, theme)
    theme_log.listing(theme.info.key, names)
    theme_correct.dialog(theme, names, kinds)


def _over(theme: ThemeDetail) -> str:
    back = links.link(strings.PAGE_NAMES[links.THEMES], links.href(links.THEMES))
    mark = f' <span class="chip attention">{EMERGING}</span>' if theme.info.emerging or theme.alert else ""
    return f"{back} · {KINDS.get(theme.info.kind, '')}{mark}"


def _all_found() -> loading.Question:
    return themes_question("discovered", {}, **PLAIN)


def _names() -> tuple[dict[str, str], dict[str, str]]:
    """Give the themes that a correction can name, with their kinds; of all times, since corrections reach them."""
    taxonomy = loading.read("/v1/taxonomy", TaxonomyOut).themes
    found = read_themes("discovered", {}, **PLAIN).items
    names = {one.key: one.name for one in taxonomy if one.state == "active"}
    kinds = dict.fromkeys(names, "taxonomy")
    names |= {one.info.key: one.info.name for one in found}
    return names, {**kinds, **{one.info.key: "discovered" for one in found}}


def _who(theme: ThemeDetail) -> tuple[theme_heat.Cell, str]:
    own = navigate.own_params()
    cell = theme_heat.read_cell(own.get("cell", ""))
    polarity = own["polarity"] if own.get("polarity") in POLARITIES else ""
    frame.section(WHO, WHO_NOTE.format(f"{NAMES_SHOWN[polarity]} comments" if polarity else "Customers’ comments"))
    if theme.counts.comments:
        own = {"key": theme.info.key, "polarity": polarity}
        look.block(theme_heat.heat_html(theme.groups, cell, own, polarity))
    return cell, polarity


def _words(filters: Filters, theme: ThemeDetail, cell: theme_heat.Cell, polarity: str) -> None:
    """The comments of the cell that is open, or all; of one polarity, or all."""
    key = theme.info.key
    n = theme_heat.count_in(theme.groups, cell, polarity or "comments")
    title = WORDS if not cell.address else f"{WORDS}: {look.text(cell.words())}"
    note = f"{fmt.counted(n, 'comment')}, those who gave a low score first."
    frame.section(title, note, html=_polarities(theme, cell, polarity))
    params: dict[str, Any] = {**filters.params(), **cell.params()}
    if polarity:
        params["polarity"] = polarity
    each = theme_correct.comment_button(key)
    comment_list(f"/v1/themes/{key}/comments", params, key=f"words_{key}_{cell.address}_{polarity}", each=each)


def _polarities(theme: ThemeDetail, cell: theme_heat.Cell, polarity: str) -> str:
    """The choice of a polarity, each with its number in the cell."""

    def way(value: str) -> str:
        n = theme_heat.count_in(theme.groups, cell, value or "comments")
        label = f"{POLARITIES[value]} {NAMES_SHOWN[value]} {fmt.count(n)}" if value else f"All {fmt.count(n)}"
        address = links.href(links.THEME, key=theme.info.key, cell=cell.address, polarity=value)
        here = ' aria-current="true"' if value == polarity else ""
        return f'<li class="{value}"{here}>{links.link(label, address)}</li>'

    whole = (
        ""
        if not cell.address
        else links.link("All roles and stages", links.href(links.THEME, key=theme.info.key, polarity=polarity))
    )
    last = f"<li>{whole}</li>" if whole else ""
    return f'<ul class="ways" aria-label="Polarity">{"".join(way(one) for one in ("", *POLARITIES))}{last}</ul>'


def _impact(theme: ThemeDetail) -> None:
    frame.section(IMPACT, IMPACT_NOTE, html=theme_facts.impact_html(theme))


def _months(filters: Filters, theme: ThemeDetail, counted: CountPage) -> None:
    asked = year_params(filters, counted.period.as_of)
    found = _counts(asked, theme, group_by="month", sort="group", limit=24)
    by_month = {one.group["month"]: one.counts for one in found.items}
    alert = (
        f"<p><b>{EMERGING}.</b> {theme_facts.reading_html(theme.alert.reading)}</p>" if theme.alert is not None else ""
    )
    change = f"<p>{theme_facts.reading_html(theme.change.reading)}</p>" if theme.change is not None else ""
    frame.section(MONTHS, MONTHS_NOTE, html=alert + change)
    if not by_month:
        return
    last = f"{counted.period.as_of:%Y-%m}"
    shown = month_range(min(by_month), max(last, *by_month))[-12:]
    months = [
        Month(one, by_month[one].comments, by_month[one].negative) if one in by_month else Month(one, 0, 0)
        for one in shown
    ]
    figure = months_figure(months, colours=look.palette(look.current_mode()))
    alt = "; ".join(said(one) for one in months)
    st.plotly_chart(figure, theme=None, key="theme_months", config={"displayModeBar": False}, alt=alt)


def _counts(params: Mapping[str, Any], theme: ThemeDetail, **more: Any) -> CountPage:  # noqa: ANN401 - parameters
    asked = {"kind": theme.info.kind, "theme": (theme.info.key,), **more}
    return loading.read("/v1/themes/counts", CountPage, params, **asked)


def _accounts_of(filters: Filters, theme: ThemeDetail) -> CountPage:
    return _counts(filters.params(), theme, group_by="account", sort="comments", limit=SHOWN_ACCOUNTS)


def _export(filters: Filters, theme: ThemeDetail) -> None:
    own, key = navigate.own_params(), theme.info.key
    cell = theme_heat.read_cell(own.get("cell", ""))
    params: dict[str, Any] = {**filters.params(), **cell.params()}
    if own.get("polarity") in POLARITIES:
        params["polarity"] = own["polarity"]
    with st.popover(theme_export.EXPORT, icon=ICON, key="export_theme"):
        theme_export.button(
            "Comments as listed (CSV)", f"/v1/themes/{key}/comments", params, name=f"{key}-comments", key="csv_words"
        )
        theme_export.backlog(filters.params(), kind=theme.info.kind, themes=(key,), name=f"{key}-backlog")


frame.show(render)
