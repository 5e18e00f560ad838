"""Renewal risk: NPS down and usage down and tickets up in one window. Any one alone is noise.

Source: DOMAIN "Scores and comments belong together".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from cx.fusion import DOWN, FLAT, UNKNOWN, UP, Direction, in_words, not_enough
from cx.scores import Scale, Score, mean_of_moments, share, t_quantile, told
from cx.wording import counted, interval, listed, sentence, signed

# Half as many tickets again, and no fewer than three: conventions, printed with each reading.
LEAST_TICKET_CHANGE, LEAST_TICKETS = 0.5, 3
# Haldane and Anscombe: half a ticket a side, so that a window without any has a ratio.
_ADDED_TICKETS = 0.5
# Weeks that each side needs, as for usage.
LEAST_WEEKS = 6
# DOMAIN: accounts under the line are flagged 90 days before renewal.
RENEWAL_FLAG_DAYS = 90
# The line where none was found in the user's own data (`cx.retention`): as many detractors as promoters.
DEFAULT_LINE = 0.0
DEFAULT_LINE_SOURCE = "a convention, not found in your data"

AT_RISK, NOISE, CALM = "at_risk", "noise", "calm"


@dataclass(frozen=True)
class Leg:
    """One leg of the conjunction: whether it holds (None: can't be told), and whether it is sure by itself."""

    name: str
    holds: bool | None
    sure: bool
    direction: Direction


@dataclass(frozen=True)
class RenewalRisk:
    """The conjunction in one window.

    `state`: at_risk (all three legs), noise (one or two), calm (none), unknown (what can be told doesn't rule it out).
    `evidence`: ids behind the legs that hold.
    """

    state: str
    legs: tuple[Leg, ...]
    reading: str
    evidence: tuple[str, ...]


def ticket_direction(
    before: Sequence[float],
    now: Sequence[float],
    *,
    least_change: float = LEAST_TICKET_CHANGE,
    least_tickets: int = LEAST_TICKETS,
    evidence: Sequence[str] = (),
) -> Direction:
    """Say where support tickets go: tickets a week in the window against the weeks before it (weeks without: 0).

    Change: ratio of (tickets + .5) a week minus 1, in percent. Interval: log ratio with variance f (1 / a + 1 / b),
    f the Pearson dispersion of the weekly counts around their window's mean, at least 1: tickets come in bursts.
    Answers: does this account need more help than before (support lead, CSM)?
    Source: McCullagh and Nelder (1989), "Generalized Linear Models", 2nd ed., quasi-Poisson; Haldane (1956) for the .5.
    """
    earlier, later = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    line, weeks = 100 * least_change, len(earlier) + len(later)
    if min(len(earlier), len(later)) < LEAST_WEEKS:
        words = f"{counted(len(earlier), 'week')} before, {len(later)} now, {LEAST_WEEKS} each needed"
        return not_enough("tickets", words, line, accounts=int(weeks > 0))
    sums = [float(earlier.sum()) + _ADDED_TICKETS, float(later.sum()) + _ADDED_TICKETS]
    ratio = (sums[1] / len(later)) / (sums[0] / len(earlier))
    spread = _dispersion(earlier, later) * (1 / sums[0] + 1 / sums[1])
    margin = t_quantile(weeks - 2) * math.sqrt(spread)
    n = int(earlier.sum() + later.sum())
    low, high = math.exp(-margin) * ratio, math.exp(margin) * ratio
    change = Score(100 * (ratio - 1), n, 100 * (low - 1), 100 * (high - 1))
    state, leaning = _ticket_states(change, line, enough=max(earlier.sum(), later.sum()) >= least_tickets)
    reading = (
        f"tickets {in_words(state)}: {int(later.sum()):,} in {len(later)} weeks against {int(earlier.sum()):,} in the "
        f"{len(earlier)} before ({ratio:.1f} times, {low:.1f} to {high:.1f}; line {1 + least_change:g} times)"
    )
    return Direction("tickets", state, leaning, change, 1, line, reading, tuple(evidence))


def _dispersion(before: np.ndarray, now: np.ndarray) -> float:
    """Pearson's X^2 over its degrees of freedom, at least 1."""
    total = 0.0
    for weeks in (before, now):
        mean = float(weeks.mean())
        total += float(((weeks - mean) ** 2).sum()) / mean if mean > 0 else 0.0
    return max(1.0, total / (len(before) + len(now) - 2))


def _ticket_states(change: Score, line: float, *, enough: bool) -> tuple[str, str]:
    # A fall by a third undoes a rise by half: the line is the same on the log scale.
    past = change.value >= line or change.value <= 100 * (1 / (1 + line / 100) - 1)
    if not past or not enough:
        return FLAT, FLAT
    leaning = UP if change.value > 0 else DOWN
    sure = (change.low or 0.0) > 0 or (change.high or 0.0) < 0
    return (leaning if sure else UNKNOWN), leaning


def renewal_risk(score: Direction, usage: Direction, tickets: Direction) -> RenewalRisk:
    """Join the three legs: is this renewal at risk now, and what says so (CSM, CX leader)?

    Each leg holds by its line alone (`Direction.leaning`), not by its own interval: agreement of all three is what
    rules chance out. Simulated (3 to 8 people, 13 weeks a side): where nothing changes some leg holds in 37 % of
    accounts and all three in 0.2 % (2.6 % at the noisiest); with 3 points less, 30 % fewer users and three times the
    tickets all three hold in 87 %, with a fifth fewer users and twice the tickets in 62 %.
    Source: DOMAIN "Renewal risk is a conjunction".
    """
    legs = (_leg("NPS down", score, DOWN), _leg("usage down", usage, DOWN), _leg("tickets up", tickets, UP))
    holding = [leg for leg in legs if leg.holds]
    untold = [leg for leg in legs if leg.holds is None]
    if len(holding) == len(legs):
        state, words = AT_RISK, "renewal at risk: NPS down, usage down and tickets up in the same window"
    elif untold and len(holding) + len(untold) == len(legs):
        state = UNKNOWN
        words = f"renewal risk can't be told: no answer on {listed(leg.name for leg in untold)}"
    elif holding:
        state = NOISE
        alone = "alone is" if len(holding) == 1 else "without the third are"
        words = f"no renewal risk: {listed(leg.name for leg in holding)} {alone} noise"
    else:
        absent = (leg.name.rsplit(" ", 1) for leg in legs if leg.holds is False)
        state, words = CALM, f"no renewal risk: {listed(f'{what} not {way}' for what, way in absent)}"
    reading = " ".join(sentence(part) for part in (words, *(leg.direction.reading for leg in legs)))
    return RenewalRisk(state, legs, reading, tuple(key for leg in holding for key in leg.direction.evidence))


def _leg(name: str, direction: Direction, wanted: str) -> Leg:
    holds = None if direction.leaning == UNKNOWN else direction.leaning == wanted
    return Leg(name, holds, direction.state == wanted, direction)


@dataclass(frozen=True)
class RenewalFlag:
    """Whether an account is flagged before its renewal.

    `state`: flagged, clear, not_yet (more than the days away), past, unknown (no date, or no score to hold against
    the line).
    """

    state: str
    days_left: int | None
    line: float
    reading: str


def renewal_flag(
    as_of: date,
    renewal: date | None,
    *,
    account_level: Score | None,
    risk: RenewalRisk | None = None,
    line: float = DEFAULT_LINE,
    line_source: str = DEFAULT_LINE_SOURCE,
    days: int = RENEWAL_FLAG_DAYS,
) -> RenewalFlag:
    """Flag an account within `days` of renewal whose account-level NPS is under the line, or that is at risk.

    Answers: which renewals need a plan this quarter (CSM, CX leader)? Source: DOMAIN "flagged 90 days before renewal".
    """
    if renewal is None:
        return RenewalFlag(UNKNOWN, None, line, "No renewal date is known.")
    left = (renewal - as_of).days
    if left < 0:
        return RenewalFlag("past", left, line, f"The renewal date passed {counted(-left, 'day')} ago.")
    when = f"{counted(left, 'day')} to renewal"
    if left > days:
        return RenewalFlag("not_yet", left, line, f"{when}: flagged from {days} days on.")
    at_risk = risk is not None and risk.state == AT_RISK
    if account_level is None and not at_risk:
        return RenewalFlag(UNKNOWN, left, line, f"{when}: no account-level NPS to hold against the line.")
    under = account_level is not None and account_level.value < line
    nps = (
        ""
        if account_level is None
        else (
            f"account-level NPS {signed(account_level.value)} (n {account_level.n:,}, {interval(account_level)}) is "
            f"{'under' if under else 'not under'} the line of {signed(line)} ({line_source})"
        )
    )
    parts = [when, nps, "NPS, usage and tickets all point to risk" if at_risk else ""]
    state = "flagged" if under or at_risk else "clear"
    return RenewalFlag(state, left, line, sentence("; ".join(part for part in parts if part)))


@dataclass(frozen=True)
class OnboardingAnswers:
    """Onboarding CES of one account: sums over answers, how many are flagged, and their ids."""

    n: int
    total: float
    squares: float
    flagged: int
    scale: Scale
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class EarlyRisk:
    """Early renewal risk from onboarding. `holds` is None without answers; `flagged` is a percentage of the answers."""

    holds: bool | None
    mean: Score | None
    flagged: Score | None
    line: float
    reading: str
    evidence: tuple[str, ...]


def early_risk(answers: OnboardingAnswers) -> EarlyRisk:
    """Say whether onboarding already puts the renewal at risk: the mean CES is at or past its survey's line.

    Answers: which new customers will be hard to renew, a year ahead (implementation, CSM)? The line is the survey's
    own, with its direction; the middle of the scale where none is set. Source: DOMAIN "The line under which an
    onboarding CES means early renewal risk".
    """
    scale = answers.scale
    line = (scale.low + scale.high) / 2 if scale.flag_line is None else scale.flag_line
    mean = mean_of_moments(answers.total, answers.squares, answers.n, scale)
    flagged = told(share(answers.flagged, answers.n))
    if mean is None:
        return EarlyRisk(None, None, None, line, "No onboarding CES answer.", ())
    holds = mean.value <= line if scale.high_is_good else mean.value >= line
    bounds = "no interval" if mean.low is None or mean.high is None else f"{mean.low:.1f} to {mean.high:.1f}"
    side = "at or under" if scale.high_is_good else "at or over"
    words = (
        f"{'early renewal risk' if holds else 'no early renewal risk'}: onboarding CES {mean.value:.1f} of "
        f"{scale.high:g} (n {mean.n:,}, {bounds}), {'' if holds else 'not '}{side} the survey's line of {line:g}; "
        f"{answers.flagged:,} of {counted(mean.n, 'answer')} {side} it"
    )
    return EarlyRisk(holds, mean, flagged, line, sentence(words), answers.evidence)
