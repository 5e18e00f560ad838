"""What costs a score and what carries it: five themes each, in both readings, beside the period before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import streamlit as st

from api.schemas.base import Period
from api.schemas.drivers import DriverOut, DriverPage, DriverScaleOut
from api.schemas.scores import ScoresOut
from api.schemas.themes import CountsOut, ThemePage
from dashboard import format as fmt
from dashboard import frame, loading, look, navigate, strings
from dashboard.filters import Filters
from dashboard.pieces import effect_table

SHOWN, ALL = 5, 200
# The key of the chosen score in the address.
CHOSEN = "score"
TITLE = "What costs {score}, and what carries it"
TITLE_NO_SCORE = "What is said most"
CHOOSE = "Effect on"
NOTE = (
    "Two readings. Leave-out: the score without the answers that mention a theme. Split: each answer's points shared "
    "among the themes that it mentions. Both say what goes together, not what causes what."
)
TOO_FEW = (
    "Not enough data to say what themes do to {score}: none of {themes} is mentioned by {need} accounts while {need} "
    "others answer without it. Counted instead:"
)
NO_THEMES = "No comment in this period speaks of a theme."
COSTS, GAINS = "Costs most", "Carries most"
BAD, GOOD = "Spoken badly of", "Spoken well of"
NO_COSTS, NO_GAINS = "No theme with enough accounts pulls it down.", "No theme with enough accounts lifts it."
# Keeps what was said exactly at the beginning out of both windows, as `Slice.before` does.
TICK = timedelta(microseconds=1)
# Accounts with and without a theme under which `cx.impact` tells no interval.
LEAST_ACCOUNTS = 5


@dataclass(frozen=True)
class Found:
    """What was asked for one score, over this period and the one before (None: it has none)."""

    now: DriverPage
    before: DriverPage | None
    counts: ThemePage
    counts_before: ThemePage | None


@st.fragment
def drivers(filters: Filters, scores: ScoresOut) -> None:
    """Draw the section; another score is chosen without the rest of the page."""
    frame.show(lambda _: _drivers(filters, scores))


def _drivers(filters: Filters, scores: ScoresOut) -> None:
    kinds = list(dict.fromkeys(card.type for card in scores.items))
    if not kinds:
        _by_count(filters, scores.period)
        return
    place = st.container()
    kind = _choose(kinds)
    with place:
        frame.section(TITLE.format(score=strings.SCORE_NAMES[kind]), NOTE)
    look.block(drivers_html(filters, scores.period, kind))


def drivers_html(filters: Filters, period: Period, kind: str) -> str:
    """Write what costs one score and what carries it; counts alone where accounts are too few for an effect."""
    found = _ask(filters, period, kind)
    scale = next(iter(found.now.scales), None)
    if scale is None or not any(_is_known(one) for one in _of(found.now, scale)):
        need = TOO_FEW.format(
            score=strings.SCORE_NAMES[kind],
            need=LEAST_ACCOUNTS,
            themes=fmt.counted(len(found.now.items), "theme"),
        )
        return f'<p class="note">{need}</p>{_counted(filters, found.counts, found.counts_before)}'
    return _ranked(filters, kind, found, scale)


def _choose(kinds: Sequence[str]) -> str:
    if len(kinds) == 1:
        return kinds[0]
    asked = navigate.own_params().get(CHOSEN, "")
    default = asked if asked in kinds else kinds[0]
    chosen = st.segmented_control(
        CHOOSE,
        kinds,
        default=default,
        required=True,
        format_func=lambda kind: strings.SCORE_NAMES[kind],
        key="drivers_of",
    )
    kind = str(chosen or default)
    if kind != kinds[0]:
        st.query_params[CHOSEN] = kind
    elif CHOSEN in st.query_params:
        st.query_params.pop(CHOSEN)
    return kind


def _ask(filters: Filters, period: Period, kind: str) -> Found:
    now, before = filters.params(), earlier(filters, period)
    asked = {"survey_type": kind, "limit": ALL}
    return Found(
        loading.read("/v1/drivers", DriverPage, now, **asked),
        None if before is None else loading.read("/v1/drivers", DriverPage, before, **asked),
        themes_of(now),
        None if before is None else themes_of(before),
    )


def earlier(filters: Filters, period: Period) -> dict[str, Any] | None:
    """Give the parameters of the window of equal length before, as the scores' own comparison has it."""
    if period.since is None:
        return None
    since = period.since - (period.as_of - period.since) - TICK
    plain = {name: value for name, value in filters.params().items() if name not in ("window", "period")}
    return {**plain, "since": since.isoformat(), "as_of": (period.since - TICK).isoformat()}


def themes_of(params: Mapping[str, Any]) -> ThemePage:
    """Ask what stands behind all taxonomy themes."""
    return loading.read("/v1/themes", ThemePage, params, trend=False, total=False, limit=ALL)


def _is_known(driver: DriverOut) -> bool:
    return driver.leave_out is not None and driver.leave_out.low is not None


def _of(page: DriverPage | None, scale: DriverScaleOut) -> list[DriverOut]:
    wanted = (scale.scale_min, scale.scale_max, scale.high_is_good)
    items = page.items if page is not None else []
    return [one for one in items if (one.scale_min, one.scale_max, one.high_is_good) == wanted]


def cost(driver: DriverOut) -> float:
    """Say by how much the score would be better without these answers: above 0 it costs, below it carries."""
    value = driver.leave_out.value if driver.leave_out is not None else 0.0
    return value if driver.type != "ces" or driver.high_is_good else -value


def _ranked(filters: Filters, kind: str, found: Found, scale: DriverScaleOut) -> str:
    known = sorted((one for one in _of(found.now, scale) if _is_known(one)), key=cost)
    costs = [one for one in reversed(known) if cost(one) > 0][:SHOWN]
    gains = [one for one in known if cost(one) < 0][:SHOWN]
    about = effect_table.About(
        kind=kind,
        filters=filters,
        alone=len(found.now.scales) == 1,
        compared=found.before is not None,
        before={one.key: one for one in _of(found.before, scale)},
        counts=_by_key(found.counts),
        counts_before=_by_key(found.counts_before),
        reach=effect_table.reach_of([*costs, *gains]),
    )
    reading = look.text(scale.reading[:1].upper() + scale.reading[1:]).replace(" %", "\u00a0%")
    return (
        f'<p class="reading">{reading}</p>{effect_table.second_html()}'
        + effect_table.effects_html(COSTS, costs, about, gains=False, nothing=NO_COSTS)
        + effect_table.effects_html(GAINS, gains, about, gains=True, nothing=NO_GAINS)
    )


def _by_key(page: ThemePage | None) -> dict[str, CountsOut]:
    return {} if page is None else {one.info.key: one.counts for one in page.items}


def _by_count(filters: Filters, period: Period) -> None:
    before = earlier(filters, period)
    frame.section(TITLE_NO_SCORE)
    look.block(_counted(filters, themes_of(filters.params()), None if before is None else themes_of(before)))


def _counted(filters: Filters, page: ThemePage, before: ThemePage | None) -> str:
    """Write the themes by what is said of them, where no score can be laid at their door."""
    was = None if before is None else _by_key(before)
    tables = []
    for title, polarity in ((BAD, "negative"), (GOOD, "positive")):
        ordered = sorted(page.items, key=lambda one: -getattr(one.counts, polarity))[:SHOWN]
        spoken = [one for one in ordered if getattr(one.counts, polarity)]
        tables.append(effect_table.counts_html(title, spoken, filters, polarity=polarity, before=was) if spoken else "")
    return "".join(tables) or f'<p class="note">{NO_THEMES}</p>'
