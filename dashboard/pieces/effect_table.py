"""Themes by what they do to a score: both readings with their intervals, what is said, and the period before."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from api.schemas.drivers import DriverOut, EffectOut
from api.schemas.themes import CountsOut, ThemeOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.filters import Filters
from dashboard.links import comments_link, theme_link
from dashboard.look import text
from dashboard.pieces import behind
from dashboard.pieces.theme_table import whisker_html

STANDS_OUT = "stands out"
SAID = {"negative": "Said badly of it", "positive": "Said well of it"}
WITHOUT, LOST, PART = "{score} without these answers", "Split: its part of what is lost", "Split: its part of the score"
BEFORE, NOT_BEFORE, NO_BEFORE = "Leave-out in the period before", "nobody mentioned it", "none to compare with"
# On a phone each cell names itself.
WITHOUT_SHORT, BEFORE_SHORT = "{score} without", "Period before"
# There the second reading and the period before open on a click, for all rows at once (theme.css).
SECOND, SECOND_NOTE = "The split and the period before, too", "They stand under each theme now."
# Normal deviate of a two-sided 95 % test.
Z = 1.96


@dataclass(frozen=True)
class About:
    """What all rows of a table share; `reach` is that of the whiskers, `alone`: the score has one scale."""

    kind: str
    filters: Filters
    alone: bool
    compared: bool
    before: Mapping[str | None, DriverOut]
    counts: Mapping[str, CountsOut]
    counts_before: Mapping[str, CountsOut]
    reach: float


def reach_of(drivers: Sequence[DriverOut]) -> float:
    """Give how far from zero leave-outs and their intervals reach, so that all whiskers have one axis."""
    effects = [one.leave_out for one in drivers if one.leave_out is not None]
    return max((abs(end) for one in effects for end in (one.value, one.low, one.high) if end is not None), default=0.0)


def effects_html(title: str, drivers: Sequence[DriverOut], about: About, *, gains: bool, nothing: str) -> str:
    """Write a table of themes, most effect first."""
    if not drivers:
        return f'<h3 class="under">{title}</h3><p class="note">{nothing}</p>'
    name = strings.SCORE_NAMES[about.kind]
    heads = (WITHOUT.format(score=name), "", PART if gains else LOST, "Answers", SAID[_polarity(gains)], BEFORE)
    cells = "".join(f'<th scope="col">{head or HIDDEN}</th>' for head in heads)
    rows = "".join(_row(one, about, gains=gains) for one in drivers)
    return (
        f'<h3 class="under">{title}</h3><div class="scroll"><table class="stack movers"><thead><tr>'
        f'<th scope="col">Theme</th>{cells}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


HIDDEN = '<span class="unseen">Interval</span>'


def second_html() -> str:
    """Write what opens, on a phone, the figures that stand in columns of their own on a wider screen."""
    return f'<details class="second"><summary>{SECOND}</summary><p class="note">{SECOND_NOTE}</p></details>'


def _polarity(gains: bool) -> str:
    return "positive" if gains else "negative"


def _row(driver: DriverOut, about: About, *, gains: bool) -> str:
    key, effect = driver.key or "", driver.leave_out
    if effect is None:
        return ""
    sure = f' <span class="note">{STANDS_OUT}</span>' if driver.stands_out else ""
    score = fmt.bound(about.kind, driver.slice_score.value + effect.value)
    answers = behind.of_score(about.kind, about.filters, theme=key) if about.alone else text
    return (
        f'<tr><th scope="row">{theme_link(key, driver.name or "")}{sure}</th>'
        f'<td data-label="{WITHOUT_SHORT.format(score=strings.SCORE_NAMES[about.kind])}">{score} '
        f'<span class="note wide-line">{fmt.signed_decimal(effect.value)} ({_interval(effect)})</span></td>'
        f'<td class="drawn">{_whisker(effect, about.reach)}</td>'
        f'<td class="second" data-label="{PART if gains else LOST}">{_split(driver, gains=gains)}</td>'
        f'<td data-label="Answers">{answers(fmt.count(driver.n))} '
        f'<span class="note wide-line">{fmt.counted(driver.accounts, "account")}</span></td>'
        f'<td data-label="{SAID[_polarity(gains)]}">{_said(key, about, gains=gains)}</td>'
        f'<td class="second" data-label="{BEFORE_SHORT}">{_before(driver, about)}</td></tr>'
    )


def _whisker(effect: EffectOut, reach: float) -> str:
    if effect.low is None or effect.high is None:
        return ""
    return whisker_html(effect.value, effect.low, effect.high, reach)


def _interval(effect: EffectOut) -> str:
    if effect.low is None or effect.high is None:
        return "too few accounts for an interval"
    return f"{fmt.signed_decimal(effect.low)} to {fmt.signed_decimal(effect.high)}"


def _split(driver: DriverOut, *, gains: bool) -> str:
    effect = driver.part if gains else driver.lost
    value = fmt.signed_decimal(effect.value) if gains else fmt.one_decimal(effect.value)
    if effect.low is None or effect.high is None:
        return value
    ends = f"{fmt.one_decimal(effect.low)} to {fmt.one_decimal(effect.high)}"
    return f'{value} <span class="note wide-line">{ends}</span>'


def _said(key: str, about: About, *, gains: bool) -> str:
    polarity = _polarity(gains)
    counts = about.counts.get(key)
    now = getattr(counts, polarity) if counts is not None else 0
    was = about.counts_before.get(key)
    before = getattr(was, polarity) if was is not None else 0
    return said_html(key, polarity, now, before if about.compared else None, about.filters)


def said_html(key: str, polarity: str, now: int, before: int | None, filters: Filters) -> str:
    """Write how many comments speak so of a theme, as the way to them, and how many did in the period before."""
    link = comments_link(fmt.count(now), filters, theme=key, polarity=polarity, voice="customer") if now else "0"
    if before is None:
        return link
    return f'{link} <span class="note wide-line">{_moved(now, before, polarity)}was {fmt.count(before)}</span>'


def _moved(now: int, before: int, polarity: str) -> str:
    """Mark a change of counts that chance alone does not make at 95 %.

    Two Poisson counts over equal times: their difference has the variance of their sum.
    """
    if abs(now - before) <= Z * math.sqrt(now + before):
        return ""
    worse = (now > before) == (polarity == "negative")
    return f'<span class="{"down" if worse else "up"}">{"▲ more" if now > before else "▼ fewer"}</span>, '


def _before(driver: DriverOut, about: About) -> str:
    if not about.compared:
        return f'<span class="note">{NO_BEFORE}</span>'
    was = about.before.get(driver.key)
    if was is None or was.leave_out is None:
        return f'<span class="note">{NOT_BEFORE}</span>'
    if was.leave_out.low is None:
        few = f'<span class="few">{fmt.signed_decimal(was.leave_out.value)}</span>'
        return f"{few} {_note(f'n {fmt.count(was.n)}, too few')}"
    known = f"{_interval(was.leave_out)}, n {fmt.count(was.n)}"
    return f"{fmt.signed_decimal(was.leave_out.value)} {_note(known)}"


def _note(words: str) -> str:
    return f'<span class="note wide-line">{words}</span>'


def counts_html(
    title: str, themes: Sequence[ThemeOut], filters: Filters, *, polarity: str, before: Mapping[str, CountsOut] | None
) -> str:
    """Write themes by what is said of them alone, where too few accounts allow an effect."""
    rows = "".join(_count_row(one, filters, polarity=polarity, before=before) for one in themes)
    heads = "".join(f'<th scope="col">{head}</th>' for head in (SAID[polarity], "Comments", "Accounts"))
    return (
        f'<h3 class="under">{title}</h3><div class="scroll"><table class="stack movers counts"><thead><tr>'
        f'<th scope="col">Theme</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    )


def _count_row(one: ThemeOut, filters: Filters, *, polarity: str, before: Mapping[str, CountsOut] | None) -> str:
    key, now = one.info.key, getattr(one.counts, polarity)
    was = None if before is None else (getattr(before[key], polarity) if key in before else 0)
    comments = comments_link(fmt.count(one.counts.comments), filters, theme=key, voice="customer")
    return (
        f'<tr><th scope="row">{theme_link(key, one.info.name)}</th>'
        f'<td data-label="{SAID[polarity]}">{said_html(key, polarity, now, was, filters)}</td>'
        f'<td data-label="Comments">{comments}</td>'
        f'<td data-label="Accounts">{fmt.count(one.counts.accounts)}</td></tr>'
    )
