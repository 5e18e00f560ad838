"""Retention: does the score tell who leaves, where is the line, is revenue kept, and who is under the line now."""

import re
from typing import Any

import streamlit as st

from api.schemas.retention import RetentionOut
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, loading, look, navigate
from dashboard.charts.churn_bands import churn_figure, said
from dashboard.client import AnswerError
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces import retention_accounts as accounts
from dashboard.pieces import retention_line as line_piece
from dashboard.pieces import retention_money as money
from dashboard.pieces.csv_button import csv_button
from dashboard.pieces.retention_question import is_long, question

LINE_TITLE = "Does the score tell who leaves?"
LINE_NOTE = (
    "Share of accounts that churned in a quarter, by their account NPS before it; beneath, how many account-quarters. "
    "Hollow: fewer than 5."
)
SEGMENTS_TITLE = "The line by segment"
SEGMENTS_NOTE = "Each segment is searched for itself; of several, one may be found by chance."
UNDER_TITLE = "Under the line now"
UNDER_NOTE = (
    "Still customers, the lowest NPS first; the latest of the running quarter and the four before. "
    "Muted: fewer than 5 respondents."
)
NOBODY_UNDER = "No account that was heard is under the line."
MONEY_TITLE = "Is revenue kept?"
MONEY_NOTE = (
    "Net and gross revenue retention over twelve months: ● value, band 95 % interval, ┃ median, ┆ top quartile."
)
LAGS_TITLE = "How early does it tell?"
LAGS_NOTE = "Correlation of an account's NPS with what became of it, in the same quarter and up to four quarters later."
LEFT_TITLE = "Who left"
NOBODY_LEFT = "Nobody left in these quarters."
SHOWN = 10
CURRENCIES = "Put currencies together"
CURRENCY, RATES = "Currency", "Rates: what one unit of each other currency is worth"
APPLY, APART = "Apply", "Tell them apart"
# An API note on currencies; the page says it beside the control that mends it.
_SEVERAL = re.compile(r"Revenue stands in ([^:]+):")


def render(filters: Filters) -> None:
    """Draw the page."""
    params = question(filters, loading.read("/v1/me", MeOut).as_of)
    own = navigate.own_params()
    asked = {name: own[name] for name in ("currency", "rates") if own.get(name)}
    turned, wrong = asked, ""
    try:
        found = loading.read("/v1/retention", RetentionOut, {**params, **turned})
    except AnswerError as error:
        if not turned:
            raise
        turned, wrong = {}, str(error)
        found = loading.read("/v1/retention", RetentionOut, params)
    if found.period.as_of.year == 1970:
        frame.no_data()
    frame.head(line_piece.headline(found), filters, found.period.as_of)
    quarters = _quarters(found)
    look.block(f'<p class="note">{_looked_at(filters, found)}</p>')
    if found.lines and found.accounts:
        _line(found, quarters)
        _under(found, filters)
        _money(found, quarters, asked, wrong)
        _lags(found, quarters)
        _left(found, filters)
    _export({**params, **turned})


def _quarters(found: RetentionOut) -> str:
    return f"{money.quarter_name(found.first)} to {money.quarter_name(found.last)}"


def _looked_at(filters: Filters, found: RetentionOut) -> str:
    said_ = f"Finished quarters looked at: {_quarters(found)}, {fmt.counted(found.accounts, 'account')}."
    if is_long(filters.period):
        return said_
    return f"{said_} A period of less than a year can't show who leaves: it says only where the quarters end."


def _line(found: RetentionOut, quarters: str) -> None:
    frame.section(LINE_TITLE, LINE_NOTE)
    line = found.lines[0].line
    left, right = st.columns([2, 3], gap="large")
    with left:
        look.block(line_piece.card_html(line, quarters))
    with right:
        if any(band.n for band in found.bands):
            kind = "found" if line.state == line_piece.FOUND else "by default"
            name = f"line {fmt.signed(line.line)}, {kind}"
            figure = churn_figure(found.bands, line=line.line, name=name, colours=look.palette(look.current_mode()))
            alt = "Churn a quarter by account NPS before it. " + ". ".join(said(band) for band in found.bands)
            config = {"displayModeBar": False, "responsive": True}
            st.plotly_chart(figure, theme=None, key="churn_bands", config=config, alt=f"{alt}. {name.capitalize()}.")
    if len(found.lines) > 1:
        frame.section(SEGMENTS_TITLE, SEGMENTS_NOTE, html=line_piece.segments_html(found.lines))


@st.fragment
def _under(found: RetentionOut, filters: Filters) -> None:
    under = found.under
    if under is None:
        return
    frame.section(UNDER_TITLE, f"NPS under {fmt.signed(under.line)} on {fmt.day(found.period.as_of)}. {UNDER_NOTE}")
    if not under.items:
        look.block(f'<p class="note">{NOBODY_UNDER}</p>')
        return
    shown = under.items if st.session_state.get("retention_under") else under.items[:SHOWN]
    look.block(accounts.under_html(shown, filters))
    if len(shown) < len(under.items):
        more = fmt.count(len(under.items) - len(shown))
        st.button(f"Show {more} more", key="more_retention_under", on_click=_show_all, type="tertiary")
    elif under.n > len(under.items):
        look.block(f'<p class="note">The {fmt.count(len(under.items))} lowest of {fmt.count(under.n)}.</p>')


def _show_all() -> None:
    st.session_state["retention_under"] = True


def _money(found: RetentionOut, quarters: str, asked: dict[str, str], wrong: str) -> None:
    several = next((match.group(1) for note in found.notes if (match := _SEVERAL.match(note))), "")
    apart = f" Revenue stands in {text(several)}, told apart: there is no rate in the data." if several else ""
    frame.section(MONEY_TITLE, MONEY_NOTE + apart)
    if several or asked:
        _currency_form(asked, wrong)
    look.block(money.money_html(found.retention, quarters) + _notes(found))


def _currency_form(asked: dict[str, str], wrong: str) -> None:
    if wrong:
        look.block(f'<p class="note attention" role="alert">{text(wrong)}</p>')
    with st.popover(CURRENCIES, key="retention_currencies"), st.form("retention_rates", border=False):
        currency = st.text_input(CURRENCY, asked.get("currency", ""), placeholder="EUR", max_chars=3)
        rates = st.text_input(
            RATES,
            asked.get("rates", ""),
            placeholder="GBP:1.17,USD:0.92",
            max_chars=400,
        )
        if st.form_submit_button(APPLY):
            _turn(currency.strip().upper(), rates.replace(" ", "").upper())
    if asked and st.button(APART, key="more_retention_apart", type="tertiary"):
        _turn("", "")


def _turn(currency: str, rates: str) -> None:
    """Keep the currency in the address, so that a link shows the same."""
    for name, value in (("currency", currency), ("rates", rates)):
        if value:
            st.query_params[name] = value
        elif name in st.query_params:
            st.query_params.pop(name)
    st.rerun()


def _notes(found: RetentionOut) -> str:
    notes = [note for note in found.notes if not _SEVERAL.match(note)]
    lines = "".join(f"<li>{text(one)}</li>" for one in notes)
    weights = "".join(f"<li>{text(one)}</li>" for one in found.weights)
    return (
        '<details class="why"><summary>What is counted, and how much each role weighs</summary>'
        f"<ul>{lines}{weights}</ul></details>"
    )


def _lags(found: RetentionOut, quarters: str) -> None:
    segments = [one.segment for one in found.lines if one.segment is not None]
    others = "".join(
        f"<h3 class='under'>{line_piece.segment_name(one)}</h3>{money.lags_html(found.links, segment=one)}"
        for one in segments
    )
    more = f'<details class="why"><summary>By segment</summary>{others}</details>' if others else ""
    html = money.lags_html(found.links) + more + money.why_lags(found.links, quarters)
    frame.section(LAGS_TITLE, LAGS_NOTE, html=html)


def _left(found: RetentionOut, filters: Filters) -> None:
    body = f'<p class="note">{NOBODY_LEFT}</p>'
    if found.left:
        body = accounts.left_html(found.left, filters)
    note = f"{fmt.counted(len(found.left), 'account')} from {_quarters(found)}." if found.left else ""
    frame.section(LEFT_TITLE, note, html=body + accounts.quarters_html(found.quarters, filters))


def _export(params: dict[str, Any]) -> None:
    for label, path, name in (
        ("NRR and GRR as CSV", "/v1/retention", "retention"),
        ("Account-quarters as CSV", "/v1/retention/accounts", "account-quarters"),
    ):
        csv_button(label, path, params, name=name, key=f"export_{name}", type="tertiary")


frame.show(render)
