"""What a search asks for: the filters of the bar, and what the address of the page says beside them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from dashboard import links, strings
from dashboard.filters import NAMES, Filters, read_filters, write_filters

# Parameters of GET /v1/comments that the bar does not hold: one value each, and several joined with commas.
ONE = ("q", "mode", "theme", "polarity", "voice", "scale", "since", "as_of")
MANY = ("account", "language", "feature", "score_band", "motion", "account_age", "engagement")
MODES = {"both": "Words and meaning", "words": "Words", "meaning": "Meaning"}
DEFAULT_MODE = "both"
POLARITIES = ("negative", "neutral", "positive")
VOICES = ("customer", "vendor")
BANDS = ("detractor", "passive", "promoter", "unknown")
# What a saved view holds of one value.
MOST_CHARS = 400
# Fixed words; others are the vendor's own.
_FIXED: Mapping[str, tuple[str, ...]] = {
    "mode": tuple(MODES),
    "polarity": POLARITIES,
    "voice": VOICES,
    "score_band": BANDS,
    "account_age": ("under_90d", "90d_to_1y", "1y_to_2y", "over_2y", "unknown"),
    "engagement": ("low", "medium", "high", "unknown"),
}
PATH = "/v1/comments"


@dataclass(frozen=True)
class Asked:
    """One search. `own` is the page's part of the address: names of the API, values as they stand there."""

    filters: Filters
    own: Mapping[str, str]

    def params(self) -> dict[str, Any]:
        """Give the parameters of the question to the API."""
        return {**self.filters.params(), **{name: _split(name, value) for name, value in self.own.items()}}

    def several(self, name: str) -> tuple[str, ...]:
        """Give the values of a parameter of the page's own."""
        return tuple(self.own.get(name, "").split(",")) if self.own.get(name) else ()

    def one(self, name: str) -> str:
        """Give the value of a parameter of the page's own, "" where it is not asked for."""
        return self.own.get(name, "")

    def without(self, *names: str) -> "Asked":
        """Leave some parts out; a polarity goes with its theme, and how to search with what is searched for."""
        left = {*names, *(["polarity"] if "theme" in names else []), *(["mode"] if "q" in names else [])}
        open_ = {name: () for name in left & set(NAMES)}
        period = "all" if "period" in left else self.filters.period
        own = {name: value for name, value in self.own.items() if name not in left}
        return Asked(replace(self.filters, period=period, **open_), own)

    @property
    def href(self) -> str:
        """Give the address of the page that shows this search."""
        return links.href(links.SEARCH, self.filters, **self.own)

    @property
    def address(self) -> dict[str, str]:
        """Give the parameters of that address."""
        return {**write_filters(self.filters), **self.own}


def read_asked(filters: Filters, values: Mapping[str, str]) -> Asked:
    """Read a search from an address; what is not known there is left out."""
    own = {name: _known(name, values.get(name, "")[:MOST_CHARS]) for name in (*ONE, *MANY)}
    if own["mode"] == DEFAULT_MODE or not own["q"]:
        own["mode"] = ""
    if not own["theme"]:
        own["polarity"] = ""
    if filters.period in strings.PERIODS:
        # A window says where it begins.
        own["since"] = own["since"] if strings.PERIODS[filters.period] is None else ""
    else:
        own["since"] = own["as_of"] = ""
    return Asked(filters, {name: value for name, value in own.items() if value})


def of_view(parameters: Mapping[str, str | list[str]]) -> Asked:
    """Read a saved view: parameters of the API, as the page's address has them."""
    joined = {name: value if isinstance(value, str) else ",".join(value) for name, value in parameters.items()}
    days = {f"{number}d": name for name, number in strings.PERIODS.items() if number is not None}
    joined["period"] = joined.get("period") or days.get(joined.get("window", ""), "all")
    return read_asked(read_filters(joined), joined)


def _known(name: str, value: str) -> str:
    value = value.strip()
    fixed = _FIXED.get(name)
    if fixed is None:
        return value
    return ",".join(word for word in value.split(",") if word in fixed) if name in MANY else value * (value in fixed)


def _split(name: str, value: str) -> str | tuple[str, ...]:
    return tuple(value.split(",")) if name in MANY else value
