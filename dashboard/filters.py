"""The one filter bar: it says in words what is shown, and opens to be changed. Its state is in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime

import streamlit as st

from api.schemas.slices import SlicesOut
from dashboard import format as fmt
from dashboard import loading, look, strings

# Filter -> the names of its values. Industries and tiers are each vendor's own words.
NAMES: dict[str, Mapping[str, str]] = {
    "segment": strings.SEGMENTS,
    "industry": {},
    "tier": {},
    "role": strings.ROLES,
    "stage": strings.STAGES,
    "source": strings.SOURCES,
}
# Filters whose values are what occurs in the accounts.
_FROM_DATA = ("segment", "industry", "tier")
MOST_CHARS, MOST_VALUES = 80, 20


@dataclass(frozen=True)
class Filters:
    """What every number, list and comment on a page is limited to."""

    period: str = strings.DEFAULT_PERIOD
    segment: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def params(self) -> dict[str, str | tuple[str, ...]]:
        """Give the parameters of every question to the API."""
        found: dict[str, str | tuple[str, ...]] = {name: getattr(self, name) for name in NAMES if getattr(self, name)}
        if self.period in strings.PERIODS:
            days = strings.PERIODS[self.period]
            return found if days is None else {"window": f"{days}d", **found}
        return {"period": self.period, **found}

    def words(self, as_of: datetime | None) -> str:
        """Say what is shown: "Last 90 days to 30 Sep 2026 · mid-market · all roles"; what is open is said in one."""
        until = f" to {fmt.day(as_of)}" if as_of is not None and self.period in strings.PERIODS else ""
        parts = [period_name(self.period) + until]
        for name, names in NAMES.items():
            chosen = [fmt.label(key, names) for key in getattr(self, name)]
            if chosen:
                parts.append(" + ".join(chosen))
        if len(parts) == 1:
            parts.append(strings.EVERYBODY)
        return " · ".join(parts)


def period_name(period: str) -> str:
    """Say a period in words: Last 90 days, Q3 2026, Sep 2026, 2026."""
    if period in strings.PERIOD_NAMES:
        return strings.PERIOD_NAMES[period]
    year, _, part = period.partition("-")
    if part.startswith("Q"):
        return f"{part} {year}"
    return fmt.month(period) if part else year


def read_filters(values: Mapping[str, str]) -> Filters:
    """Read filters from an address; what is not known there is left out."""
    period = values.get("period", "")
    chosen = {name: _known(values.get(name, "").split(","), names) for name, names in NAMES.items()}
    return Filters(period=period if _is_period(period) else strings.DEFAULT_PERIOD, **chosen)


def _is_period(period: str) -> bool:
    return period in strings.PERIODS or strings.CALENDAR.fullmatch(period) is not None


def _known(keys: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    wanted = [key[:MOST_CHARS] for key in dict.fromkeys(keys) if key][:MOST_VALUES]
    return tuple(key for key in wanted if not names or key in names)


def write_filters(filters: Filters) -> dict[str, str]:
    """Give the part of an address that holds the filters; defaults are left out."""
    found = {name: ",".join(getattr(filters, name)) for name in NAMES if getattr(filters, name)}
    return found if filters.period == strings.DEFAULT_PERIOD else {"period": filters.period, **found}


FILTER_NAMES = frozenset(one.name for one in fields(Filters))


def put_filters(filters: Filters) -> None:
    """Set the filters of this session; before the bar is drawn."""
    st.session_state["filters"], st.session_state["address"] = filters, write_filters(filters)
    for name in FILTER_NAMES:
        value = getattr(filters, name)
        st.session_state[f"filter_{name}"] = list(value) if isinstance(value, tuple) else value


def current_filters() -> Filters:
    """Give the filters in force."""
    found = st.session_state.get("filters")
    return found if isinstance(found, Filters) else read_filters(st.query_params.to_dict())


def restore_filters() -> None:
    """Settle the filters of this run.

    An address that is not the one that was left comes from the reader (a link, a step back, a refresh) and wins; else
    what was just chosen in the bar, else the session's: a page's own controls are forgotten when another is shown.
    """
    address = _of_address(st.query_params.to_dict())
    found = current_filters()
    if address != st.session_state.get("address"):
        found = read_filters(address)
    elif "filter_period" in st.session_state:
        chosen = {name: tuple(st.session_state.get(f"filter_{name}", ())) for name in NAMES}
        found = Filters(period=str(st.session_state["filter_period"]), **chosen)
    put_filters(found)


def _of_address(values: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in values.items() if name in FILTER_NAMES}


def filter_bar(filters: Filters, as_of: datetime | None) -> None:
    """Draw the bar and keep the address in step; what a page adds to the address stays."""
    # A key keeps the bar open while its words change under the reader's hand.
    with st.popover(look.label(filters.words(as_of)), icon=":material/tune:", width="content", key="filter_bar"):
        periods = [*strings.PERIODS, *([] if filters.period in strings.PERIODS else [filters.period])]
        st.selectbox(strings.FILTER_PERIOD, periods, format_func=period_name, key="filter_period")
        for name, names in NAMES.items():
            st.multiselect(
                strings.FILTER_TITLES[name],
                _options(name, getattr(filters, name)),
                format_func=lambda key, names=names: fmt.label(key, names),  # type: ignore[misc]
                placeholder=strings.ALL_OF[name],
                key=f"filter_{name}",
            )
    address = st.query_params.to_dict()
    wanted = {**write_filters(filters), **{name: address[name] for name in address.keys() - FILTER_NAMES}}
    if address != wanted:
        st.query_params.from_dict(wanted)


def _options(name: str, chosen: tuple[str, ...]) -> list[str]:
    """Give the values to choose from; what is chosen stays among them."""
    if name not in _FROM_DATA:
        found = list(NAMES[name])
    else:
        found = [one.value for one in getattr(loading.read("/v1/slices", SlicesOut), name)]
    return [*found, *(one for one in chosen if one not in found)]
