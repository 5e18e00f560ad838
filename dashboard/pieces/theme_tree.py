"""Themes as a tree of two levels: what is asked, what is found, and in which order."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from api.schemas.drivers import DriverOut, DriverPage
from api.schemas.themes import ThemeOut, ThemePage
from dashboard import loading, strings
from dashboard.filters import Filters

# Rows of a page of the API, and pages read at most: more themes than anybody reads.
AT_ONCE, MOST_PAGES = 200, 5
# A line needs more months than the period has: a year to the same day.
TREND_DAYS = 365
SORTS = {
    "comments": "Most comments",
    "negative": "Most negative comments",
    "positive": "Most positive comments",
    "accounts": "Most accounts",
    "impact": "Costs most NPS",
    "name": "Name",
}
DEFAULT_SORT = "comments"


@dataclass(frozen=True)
class Row:
    """A theme with what stands beside it, and the themes below it."""

    theme: ThemeOut
    months: Mapping[str, int] = field(default_factory=dict)
    impact: DriverOut | None = None
    emerging: bool = False
    above: str = ""
    children: tuple["Row", ...] = ()


def themes_question(kind: str, params: Mapping[str, Any], **more: Any) -> loading.Question:  # noqa: ANN401
    """Give the question that `read_themes` begins with."""
    return "/v1/themes", ThemePage, {**params, "kind": kind, "limit": AT_ONCE, **more}


def read_themes(kind: str, params: Mapping[str, Any], **more: Any) -> ThemePage:  # noqa: ANN401 - parameters
    """Read all themes of a kind."""
    path, _, asked = themes_question(kind, params, **more)
    page = loading.read(path, ThemePage, asked)
    items, cursor = list(page.items), page.next_cursor
    for _ in range(MOST_PAGES - 1):
        if cursor is None:
            break
        later = loading.read("/v1/themes", ThemePage, params, kind=kind, limit=AT_ONCE, cursor=cursor, **more)
        items += later.items
        cursor = later.next_cursor
    return page.model_copy(update={"items": items})


def year_params(filters: Filters, as_of: datetime) -> dict[str, Any]:
    """Give the filters with the year to the period's end instead of the period."""
    found: dict[str, Any] = {
        name: value for name, value in filters.params().items() if name not in ("window", "period")
    }
    found["window"] = f"{TREND_DAYS}d"
    # The newest record is where a window ends that does not say.
    return found if filters.period in strings.PERIODS else {**found, "as_of": as_of.isoformat()}


def read_months(kind: str, filters: Filters, as_of: datetime) -> dict[str, dict[str, int]]:
    """Give comments by month over a year, by theme."""
    found = read_themes(kind, year_params(filters, as_of), total=False)
    return {one.info.key: {month.month: month.comments for month in one.trend} for one in found.items}


def impacts_question(kind: str, params: Mapping[str, Any], level: str = "fine") -> loading.Question:
    """Give the question of `read_impacts`."""
    asked = {"survey_type": "nps", "kind": kind, "level": level, "limit": AT_ONCE}
    return "/v1/drivers", DriverPage, {**params, **asked}


def read_impacts(kind: str, params: Mapping[str, Any], level: str = "fine") -> tuple[dict[str, DriverOut], int]:
    """Give what each theme does to NPS, and how many could be tested; on the scale with most answers."""
    path, _, asked = impacts_question(kind, params, level)
    page = loading.read(path, DriverPage, asked)
    found: dict[str, DriverOut] = {}
    for one in page.items:
        if one.key is not None:
            found.setdefault(one.key, one)
    return found, page.scales[0].tested if page.scales else 0


def build(
    themes: Sequence[ThemeOut],
    *,
    months: Mapping[str, Mapping[str, int]],
    impacts: Mapping[str, DriverOut],
    emerging: frozenset[str],
    sort: str,
    names: Mapping[str, str],
) -> list[Row]:
    """Put the themes under those above them, each level in order; one whose parent is not there stands alone."""
    place = _order(sort, impacts)
    below: dict[str, list[ThemeOut]] = {}
    keys = {one.info.key for one in themes}
    for one in themes:
        parent = one.info.parent_key or ""
        below.setdefault(parent if parent in keys else "", []).append(one)

    def row(theme: ThemeOut) -> Row:
        key, parent = theme.info.key, theme.info.parent_key
        return Row(
            theme,
            months=months.get(key, {}),
            impact=impacts.get(key),
            emerging=theme.info.emerging or key in emerging,
            above="" if parent is None or parent in keys else names.get(parent, ""),
            children=tuple(row(one) for one in sorted(below.get(key, []), key=place)),
        )

    return [row(one) for one in sorted(below.get("", []), key=place)]


def _order(sort: str, impacts: Mapping[str, DriverOut]) -> Callable[[ThemeOut], Any]:
    def by_impact(one: ThemeOut) -> tuple[float, int, str]:
        found = impacts.get(one.info.key)
        without = found.leave_out.value if found is not None and found.leave_out is not None else None
        return (float("inf") if without is None else -without, -one.counts.comments, one.info.key)

    def by_count(one: ThemeOut) -> tuple[float, int, str]:
        return (-getattr(one.counts, sort), -one.counts.comments, one.info.key)

    if sort == "impact":
        return by_impact
    if sort == "name":
        return lambda one: (one.info.name.casefold(), one.info.key)
    return by_count
