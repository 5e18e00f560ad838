"""Accounts: which to look at and why, to be searched, sorted, filtered and taken along as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from api.schemas.accounts import AccountOut, AccountPage, CoverageOut
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, links, loading, look, navigate
from dashboard.filters import Filters
from dashboard.pieces import account_rows, empty
from dashboard.pieces.csv_button import csv_button

# Accounts at first, and more at each click.
SHOWN = 25
# As many flagged accounts as the opening sentence reads; more are said as "more than".
MOST_FLAGGED, NAMED = 200, 3
SORTS = {
    "-risk": "Riskiest first",
    "renewal": "Next renewal first",
    "score": "Lowest NPS first",
    "-arr": "Largest revenue first",
    "-flagged": "Most low answers first",
    "-comments": "Most comments first",
    "name": "By name",
}
RISKS = {
    "flagged": "Flagged before renewal",
    "at_risk": "Renewal at risk",
    "noise": "A sign alone",
    "calm": "Calm",
    "unknown": "Can't be told",
}
DEFAULT_SORT = "-risk"
# Characters that the API takes.
MOST_SEARCH = 200
NOTE = "Risk and NPS look at 90 days, whatever the period; low answers, comments and themes are of the period above."
NONE_TITLE = "No account fits"
NONE = "No account fits what is searched for here. Clear the search, or widen the filters above."


@dataclass(frozen=True)
class Asked:
    """What the page's own controls ask for; it is in the address."""

    search: str = ""
    sort: str = DEFAULT_SORT
    risk: tuple[str, ...] = ()

    def params(self) -> dict[str, str]:
        """Give the parameters of the list."""
        return {"search": self.search, "sort": self.sort, "risk": ",".join(self.risk)}


def asked_of(values: Mapping[str, str]) -> Asked:
    """Read what is asked for from an address; what is not known there is left out."""
    sort = values.get("sort", DEFAULT_SORT)
    risk = tuple(one for one in dict.fromkeys(values.get("risk", "").split(",")) if one in RISKS)
    search = values.get("search", "").replace("\0", "")[:MOST_SEARCH]
    return Asked(search, sort if sort in SORTS else DEFAULT_SORT, risk)


def render(filters: Filters) -> None:
    """Draw the page."""
    me = loading.read("/v1/me", MeOut)
    if not me.has_data:
        frame.no_data()
    asked = asked_of(navigate.own_params())
    params = filters.params()
    risky = {**params, "risk": "flagged", "sort": "-risk", "limit": MOST_FLAGGED}
    loading.ahead(("/v1/coverage", CoverageOut, params), ("/v1/accounts", AccountPage, risky))
    covered = loading.read("/v1/coverage", CoverageOut, params)
    flagged = loading.read("/v1/accounts", AccountPage, risky)
    frame.head(sentence_html(flagged, covered), filters, flagged.period.as_of)
    _controls(asked)
    found, following = _read(params, asked)
    if not found:
        look.block(empty.empty_html(NONE_TITLE, NONE))
        return
    look.block(f'<p class="note">{NOTE}</p>' + account_rows.rows_html(found, flagged.period.as_of, filters))
    _below(params, asked, following=following)


def sentence_html(flagged: AccountPage, covered: CoverageOut) -> str:
    """Say how many accounts are flagged before their renewal, with what they pay, and who is first."""
    among = f"of {fmt.counted(covered.accounts, 'account')}"
    answered = f"{fmt.count(covered.accounts_answered)} {among} answered in this period."
    items = flagged.items
    if not items:
        return f"<b>No account is flagged before its renewal</b>; {answered}"
    count = f"{'more than ' if flagged.next_cursor else ''}{fmt.counted(len(items), 'account')}"
    verb = "is" if len(items) == 1 else "are"
    names = ", ".join(links.account_link(one.account_id, one.name) for one in items[:NAMED])
    first = f", {names} first" if len(items) > NAMED else f": {names}"
    return f"<b>{count} {verb} flagged before renewal</b>{_money(items)}{first}. {answered}"


def _money(items: Sequence[AccountOut]) -> str:
    sums: dict[str, float] = {}
    for one in items:
        if one.arr is not None and one.currency:
            sums[one.currency] = sums.get(one.currency, 0.0) + one.arr
    return f" ({look.text(fmt.revenue(sums))} ARR)" if sums else ""


def _controls(asked: Asked) -> None:
    # The address is the truth: a step back or a link sets the controls, not the other way round.
    st.session_state["accounts_search"] = asked.search
    st.session_state["accounts_sort"] = asked.sort
    st.session_state["accounts_risk"] = list(asked.risk)
    search, sort, risk = st.columns([2, 1.4, 2.6], vertical_alignment="bottom")
    search.text_input(
        "Search", key="accounts_search", placeholder="Name, domain or id", max_chars=MOST_SEARCH, on_change=_note
    )
    sort.selectbox("Sort", list(SORTS), format_func=SORTS.__getitem__, key="accounts_sort", on_change=_note)
    risk.multiselect(
        "Risk", list(RISKS), format_func=RISKS.__getitem__, key="accounts_risk", placeholder="Any risk", on_change=_note
    )


def _note() -> None:
    """Put what was just chosen into the address; the list begins anew."""
    chosen = {
        "search": str(st.session_state["accounts_search"]).strip(),
        "sort": st.session_state["accounts_sort"],
        "risk": ",".join(st.session_state["accounts_risk"]),
    }
    for name, value in chosen.items():
        if value and value != DEFAULT_SORT:
            st.query_params[name] = value
        else:
            st.query_params.pop(name, None)
    st.session_state.pop("accounts_pages", None)


def _read(params: Mapping[str, Any], asked: Asked) -> tuple[list[AccountOut], bool]:
    """Read the pages that are shown, one after the other; each is in the cache."""
    found: list[AccountOut] = []
    cursor = None
    for _ in range(int(st.session_state.get("accounts_pages", 1))):
        page = loading.read("/v1/accounts", AccountPage, params, **asked.params(), limit=SHOWN, cursor=cursor)
        found.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return found, cursor is not None


def _below(params: Mapping[str, Any], asked: Asked, *, following: bool) -> None:
    more, export = st.columns([3, 1], vertical_alignment="center")
    if following:
        more.button(f"Show {SHOWN} more accounts", key="accounts_more", on_click=_turn, type="tertiary")
    with export:
        csv_button(
            "Download as CSV",
            "/v1/accounts",
            {**params, **asked.params()},
            name="accounts",
            key="accounts_csv",
            help="All accounts of this list, with the same filters, search and order.",
        )


def _turn() -> None:
    st.session_state["accounts_pages"] = int(st.session_state.get("accounts_pages", 1)) + 1


frame.show(render)
