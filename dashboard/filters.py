"""The one filter bar: it says in words what is shown, and opens to be changed. Its state is in the address."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from dashboard import format as fmt
from dashboard import strings

# Filter name -> the names of its values.
CHOICES: dict[str, Mapping[str, str]] = {
    "segment": strings.SEGMENTS,
    "role": strings.ROLES,
    "stage": strings.STAGES,
    "source": strings.SOURCES,
}
_TITLES = {
    "segment": strings.FILTER_SEGMENT,
    "role": strings.FILTER_ROLE,
    "stage": strings.FILTER_STAGE,
    "source": strings.FILTER_SOURCE,
}


@dataclass(frozen=True)
class Filters:
    """What every number, list and comment on a page is limited to."""

    period: str = strings.DEFAULT_PERIOD
    segment: tuple[str, ...] = ()
    role: tuple[str, ...] = ()
    stage: tuple[str, ...] = ()
    source: tuple[str, ...] = ()

    def params(self) -> dict[str, str | tuple[str, ...]]:
        """Give the parameters of every question to the API."""
        days = strings.PERIODS[self.period]
        found: dict[str, str | tuple[str, ...]] = {name: getattr(self, name) for name in CHOICES if getattr(self, name)}
        return found if days is None else {"window": f"{days}d", **found}

    def words(self, as_of: datetime | None) -> str:
        """Say what is shown: "Last 90 days to 30 Sep 2026 · mid-market · all roles · ..."."""
        until = f" to {fmt.day(as_of)}" if as_of is not None else ""
        parts = [strings.PERIOD_NAMES[self.period] + until]
        for name, names in CHOICES.items():
            chosen = [names[key] for key in getattr(self, name)]
            parts.append(" + ".join(chosen) if chosen else strings.ALL_OF[name])
        return " · ".join(parts)


def read_filters(values: Mapping[str, str]) -> Filters:
    """Read filters from an address; what is not known there is left out."""
    period = values.get("period", "")
    chosen = {name: _known(values.get(name, "").split(","), names) for name, names in CHOICES.items()}
    return Filters(period=period if period in strings.PERIODS else strings.DEFAULT_PERIOD, **chosen)


def _known(keys: Iterable[str], names: Mapping[str, str]) -> tuple[str, ...]:
    return tuple(key for key in dict.fromkeys(keys) if key in names)


def write_filters(filters: Filters) -> dict[str, str]:
    """Give the part of an address that holds the filters; defaults are left out."""
    found = {name: ",".join(getattr(filters, name)) for name in CHOICES if getattr(filters, name)}
    return found if filters.period == strings.DEFAULT_PERIOD else {"period": filters.period, **found}


def current_filters() -> Filters:
    """Give the filters in force, before the bar itself is drawn."""
    start = read_filters(st.query_params.to_dict())
    period = str(st.session_state.get("filter_period", start.period))
    chosen = {name: tuple(st.session_state.get(f"filter_{name}", getattr(start, name))) for name in CHOICES}
    return Filters(period=period, **chosen)


def filter_bar(filters: Filters, as_of: datetime | None) -> None:
    """Draw the bar and keep the address in step."""
    # A key keeps the bar open while its words change under the reader's hand.
    with st.popover(filters.words(as_of), icon=":material/tune:", width="content", key="filter_bar"):
        st.selectbox(
            strings.FILTER_PERIOD,
            list(strings.PERIODS),
            index=list(strings.PERIODS).index(filters.period),
            format_func=strings.PERIOD_NAMES.__getitem__,
            key="filter_period",
        )
        for name, names in CHOICES.items():
            st.multiselect(
                _TITLES[name],
                list(names),
                default=list(getattr(filters, name)),
                format_func=names.__getitem__,
                placeholder=strings.ALL_OF[name].capitalize(),
                key=f"filter_{name}",
            )
    wanted = write_filters(filters)
    if st.query_params.to_dict() != wanted:
        st.query_params.from_dict(wanted)
