"""Fusion: where the score goes, beside where usage goes. Usage is the primary reading beside the score.

Source: DOMAIN "Scores and comments belong together".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cx.scores import Clusters, Scale, Score, score_of_clusters, t_quantile
from cx.wording import counted, interval, sentence, signed

UP, DOWN, FLAT, UNKNOWN = "up", "down", "flat", "unknown"
# A tenth of the scale: one point of 0-10. A convention, printed with each reading.
LEAST_SCORE_CHANGE = 0.1
# Under three people who answered both times nothing is said. A convention.
LEAST_PEOPLE = 3
# A tenth more or fewer weekly active users. A convention, printed with each reading.
LEAST_USAGE_CHANGE = 0.10
# Weeks that each side needs, and active users a week before: with fewer, one person's holiday is a change.
LEAST_WEEKS, LEAST_USERS = 6, 5.0
# Yuen (1974): a fifth of the weeks is cut at each end, so that holiday weeks don't make a direction.
TRIM = 0.2
# Weeks more alike than this are read as if they were this much alike: more would leave no information at all.
MOST_AUTOCORRELATION = 0.8
# Rounding to whole users leaves this variance at least.
_ROUNDING_VARIANCE = 1 / 12


@dataclass(frozen=True)
class Direction:
    """Which way something goes, and how sure that is.

    `state`: up or down where the change is past the line and its interval leaves out no change; flat where it is under
    the line; else unknown. `leaning`: the same by the line alone, unknown only where there is too little data: one of
    several legs that must all agree (`cx.risk`). `change` has its n (people, weeks or tickets) and interval. Score: up
    is better, in points; usage and tickets: percent.
    """

    of: str
    state: str
    leaning: str
    change: Score | None
    accounts: int
    line: float
    reading: str
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pairs:
    """The same people's answers in two windows, on one scale.

    `differences`: moments of later minus earlier, one person each, clustered by account (`cx.scores.sum_clusters`);
    `earlier`: sum of the earlier scores; `evidence`: ids of the later answers, where they are to be listed.
    """

    differences: Clusters
    earlier: float
    scale: Scale
    evidence: tuple[str, ...] = ()


def score_direction(
    pairs: Pairs | None,
    *,
    accounts: int = 1,
    least_people: int = LEAST_PEOPLE,
    least_change: float = LEAST_SCORE_CHANGE,
) -> Direction:
    """Say where the score goes, by the people who answered in both windows.

    Change: mean over people of later minus earlier, with a t interval (over accounts where there are several); turned
    round where a low score is good. The line is `least_change` of the scale's range. Simulated: with 3 to 15 people
    whose answers wander by .7 to 2 points, up or down is said wrongly in at most 3 % each; a fall of 3 points is found
    in 30, 51, 69 and 94 % with 3, 4, 5 and 8 people. Answers: do the same people like us more or less than before, so
    that a change is not just other people answering (CSM, CX leader)?
    Source: paired t interval; Kish (1965) for accounts, as in `cx.scores`.
    """
    n = pairs.differences.n if pairs else 0
    if pairs is None or n < least_people:
        words = f"{counted(n, 'person', 'people')} answered both times, {least_people} needed"
        return not_enough("score", words, least_change, accounts=min(n, accounts))
    span = pairs.scale.high - pairs.scale.low
    raw = score_of_clusters(pairs.differences, Scale("change", -span, span))
    change = raw if pairs.scale.high_is_good else _turned(raw)
    line = least_change * span
    state, leaning = _states(change, line)
    before, after = pairs.earlier / n, (pairs.earlier + pairs.differences.total) / n
    people = f"{counted(n, 'person', 'people')} who answered both times"
    reading = (
        f"score {in_words(state)}: {signed(change.value, 1)} points among {people} ({interval(change, decimals=1)}; "
        f"from {before:.1f} to {after:.1f}; line {line:g})"
    )
    return Direction("score", state, leaning, change, accounts, line, reading, pairs.evidence)


def usage_direction(
    before: Sequence[float], now: Sequence[float], *, least_change: float = LEAST_USAGE_CHANGE
) -> Direction:
    """Say where weekly active users go: the weeks of the window against the weeks before it, in time order.

    Change: ratio of the 20 % trimmed means minus 1, in percent. Interval: Yuen's standard errors on the log ratio,
    noise being the weeks beside a straight line through their window, and n counted as n (1 - r) / (1 + r) with r its
    lag-1 autocorrelation. Simulated (13 weeks a side): where nothing changes, up or down is said in at most 3.5 % each
    for r up to .6 (7 % at .9); with weekly ups and downs of 5 %, 30 % fewer users are found in 97 %, an even slide to
    30 % fewer in 77 %, to half in 94 %. It knows no seasons: a window is compared with the one before, not with last
    year's.
    Answers: do people use it more or less than before, the usual ups and downs and holiday weeks apart (CSM, PM)?
    Source: Yuen (1974), Biometrika 61; Sen (1968), JASA 63, for the line; Bartlett (1946), JRSS Supplement 8.
    """
    earlier, later = np.asarray(before, dtype=float), np.asarray(now, dtype=float)
    line = 100 * least_change
    if min(len(earlier), len(later)) < LEAST_WEEKS:
        words = f"{counted(len(earlier), 'week')} before, {len(later)} now, {LEAST_WEEKS} each needed"
        return not_enough("usage", words, line, accounts=int(len(earlier) + len(later) > 0))
    base, latest = trimmed_mean(earlier), trimmed_mean(later)
    if base < LEAST_USERS:
        return not_enough("usage", f"about {base:.0f} active users a week before, {LEAST_USERS:g} needed", line)
    change = _log_change(earlier, later)
    state, leaning = _states(change, line)
    reading = (
        f"usage {in_words(state)}: {signed(change.value)} % weekly active users ({interval(change, unit=' %')}; "
        f"from {base:.0f} to {latest:.0f} a week over {counted(len(later), 'week')}; line {line:g} %)"
    )
    return Direction("usage", state, leaning, change, 1, line, reading)


def not_enough(of: str, words: str, line: float, *, accounts: int = 1) -> Direction:
    """Say that a direction can't be told, and what is lacking."""
    return Direction(of, UNKNOWN, UNKNOWN, None, accounts, line, f"{of}: not enough data ({words})")


def in_words(state: str) -> str:
    """Write a direction's state."""
    return "not clear, the change may be chance" if state == UNKNOWN else state


def trimmed_mean(values: NDArray[np.float64]) -> float:
    """Mean without the `TRIM` smallest and largest parts."""
    cut = _cut(values)
    return float(np.sort(values)[cut : len(values) - cut].mean())


def _log_change(before: NDArray[np.float64], now: NDArray[np.float64]) -> Score:
    base, latest = trimmed_mean(before), trimmed_mean(now)
    noise = [_noise(weeks) for weeks in (before, now)]
    inflation = _inflation(noise)
    # Half a user where nobody came: the logarithm needs one, and the interval then stays wide.
    means = [max(base, 0.5), max(latest, 0.5)]
    relative = [inflation * _variance_of_trimmed(rest) / mean**2 for rest, mean in zip(noise, means, strict=True)]
    # Two are spent on the line of each window.
    free = [max(1.0, (len(rest) - 2 * _cut(rest)) / inflation - 2) for rest in noise]
    df = sum(relative) ** 2 / sum(part**2 / left for part, left in zip(relative, free, strict=True))
    margin = t_quantile(df) * math.sqrt(sum(relative))
    ratio = means[1] / means[0]
    value = 100 * (latest / base - 1)
    low, high = 100 * (ratio * math.exp(-margin) - 1), 100 * (ratio * math.exp(margin) - 1)
    return Score(value, len(before) + len(now), min(low, value), max(high, value))


def _cut(values: NDArray[np.float64]) -> int:
    return int(TRIM * len(values))


def _noise(weeks: NDArray[np.float64]) -> NDArray[np.float64]:
    """What is left of a window's weeks beside a straight line (Theil-Sen), its extremes winsorised."""
    place = np.arange(len(weeks), dtype=float)
    first, second = np.triu_indices(len(weeks), 1)
    slope = np.median((weeks[second] - weeks[first]) / (place[second] - place[first]))
    rest = weeks - slope * place
    rest = rest - trimmed_mean(rest)
    cut, ordered = _cut(rest), np.sort(rest)
    return np.clip(rest, ordered[cut], ordered[len(rest) - cut - 1])


def _variance_of_trimmed(noise: NDArray[np.float64]) -> float:
    """Yuen's squared standard error of the trimmed mean: (n - 1) s_w^2 / (h (h - 1)), s_w winsorised."""
    n = len(noise)
    kept = n - 2 * _cut(noise)
    return (n - 1) * max(float(noise.var(ddof=2)), _ROUNDING_VARIANCE) / (kept * (kept - 1))


def _inflation(noise: Sequence[NDArray[np.float64]]) -> float:
    """(1 + r) / (1 - r) for the lag-1 autocorrelation r of both windows, corrected for its bias; at least 1."""
    over = sum(float(rest[1:] @ rest[:-1]) for rest in noise)
    under = sum(float(rest @ rest) for rest in noise)
    if under <= 0:
        return 1.0
    n = sum(len(rest) for rest in noise) / len(noise)
    # Kendall (1954): a line taken out biases r by about -(2 + 4 r) / n.
    r = min(MOST_AUTOCORRELATION, max(0.0, (n * over / under + 2) / max(2.0, n - 4)))
    return (1 + r) / (1 - r)


def _states(change: Score, line: float) -> tuple[str, str]:
    if abs(change.value) < line:
        return FLAT, FLAT
    leaning = UP if change.value > 0 else DOWN
    sure = change.low is not None and change.high is not None and (change.low > 0 or change.high < 0)
    return (leaning if sure else UNKNOWN), leaning


def _turned(score: Score) -> Score:
    low = None if score.high is None else -score.high
    high = None if score.low is None else -score.low
    return Score(-score.value, score.n, low, high)


# Score first, usage second: the reading's key, what it is, what to do.
READINGS: dict[tuple[str, str], tuple[str, str, str]] = {
    (UP, UP): ("growing", "score and usage rise", "ask for a reference, open the expansion talk"),
    (UP, DOWN): (
        "problem",
        "the score rises while usage falls: those who still answer are content, others have stopped",
        "find out who stopped and why before the next review; don't report the score alone",
    ),
    (DOWN, UP): (
        "save",
        "the score falls while usage rises: frustrated, engaged users",
        "fix what they name in their comments and tell them; they still want it to work",
    ),
    (DOWN, DOWN): ("decline", "score and usage fall", "talk to the sponsor now and agree a plan with dates"),
}


@dataclass(frozen=True)
class Fusion:
    """The two directions of one account and their joint reading.

    `key`: growing, problem, save, decline; flat where a direction is flat; unknown where one can't be told.
    """

    key: str
    reading: str
    action: str
    score: Direction
    usage: Direction


def fuse(score: Direction, usage: Direction) -> Fusion:
    """Read score and usage together: which of the four is this account, and what is to be done (CSM, CX leader)?

    One of the four only where both directions are sure; else flat or unknown, and the reading says what each shows.
    Source: DOMAIN "Scores and comments belong together".
    """
    legs = f"{sentence(usage.reading)} {sentence(score.reading)}"
    found = READINGS.get((score.state, usage.state))
    if found is not None:
        key, words, action = found
        return Fusion(key, f"{sentence(words)} {legs}", action, score, usage)
    unknown = UNKNOWN in (score.state, usage.state)
    words = "no joint reading: " + ("one of the two can't be told" if unknown else "one of the two is flat")
    action = "ask the people who use it what changed" if usage.state == DOWN else "no step from these two alone"
    return Fusion(UNKNOWN if unknown else FLAT, f"{sentence(words)} {legs}", action, score, usage)
