"""What the vendor believes, and a score says, against what customers wrote.

Source: DOMAIN "Scores and comments belong together".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cx.errors import ScaleError
from cx.scores import Score
from cx.wording import interval, listed, sentence, signed

GREEN, YELLOW, RED = "green", "yellow", "red"
# Under three answers nothing is held against a health status, and one detractor is a person, not a gap. Conventions.
LEAST_ANSWERS, LEAST_DETRACTORS = 3, 2
# As many detractors as promoters; half of the CSAT answers flagged; two thirds of the theme mentions complaints (in the
# shipped sample the middle account has 60 %). Conventions, printed with the reading.
NPS_LINE, FLAGGED_LINE, NEGATIVE_LINE = 0.0, 50.0, 67.0
# An older status no longer says what the vendor believes now.
STALE_DAYS = 60
# See `contradictions`.
TONE_LINE = 0.5
# Three sure complaints, or praises, are as much as tags can say.
FULL_TAGS = 3.0


@dataclass(frozen=True)
class Health:
    """The vendor's own view of an account: green, yellow or red, and the day it was set."""

    status: str | None
    scored_on: date


@dataclass(frozen=True)
class Heard:
    """What customers of one account said lately; None where nothing was said.

    `nps`: user level, with the number of detractors among its answers. `csat_flagged`: percentage of CSAT answers at
    or under their line. `negative`: percentage of theme mentions that complain (n: mentions). `evidence`: ids of the
    comments and answers that speak against green.
    """

    nps: Score | None = None
    detractors: int = 0
    csat_flagged: Score | None = None
    negative: Score | None = None
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True)
class PerceptionGap:
    """Internal health against what customers said.

    `state`: gap (green inside, unhappy outside), reverse (red inside, nobody unhappy), agrees, unknown. `sure`: the
    interval of at least one figure lies wholly past its line.
    """

    state: str
    sure: bool
    reading: str
    evidence: tuple[str, ...]


def perception_gap(health: Health | None, heard: Heard, as_of: date) -> PerceptionGap:
    """Hold the vendor's health status against what customers said.

    Unhappy: user-level NPS under 0 with two detractors or more, half of the CSAT answers flagged, or two thirds of the
    mentions complaints, each from three answers on. Answers: which "green" accounts are not (CX leader, CSM)?
    Source: DOMAIN "Perception gap".
    """
    if health is None or health.status not in (GREEN, YELLOW, RED):
        return PerceptionGap("unknown", False, "No health status is known.", ())
    if (as_of - health.scored_on).days > STALE_DAYS:
        days = (as_of - health.scored_on).days
        return PerceptionGap("unknown", False, f"The health status is {days} days old: not held against answers.", ())
    figures = [
        _figure("NPS", heard.nps, NPS_LINE, low_is_bad=True, enough=heard.detractors >= LEAST_DETRACTORS),
        _figure("flagged CSAT", heard.csat_flagged, FLAGGED_LINE),
        _figure("complaints among mentions", heard.negative, NEGATIVE_LINE),
    ]
    known = [figure for figure in figures if figure is not None]
    if not known:
        words = f"health is {health.status}, but fewer than {LEAST_ANSWERS} answers are there to hold against it"
        return PerceptionGap("unknown", False, sentence(words), ())
    bad = [figure for figure in known if figure[0]]
    said = listed(words for _, _, words in (bad or known))
    if health.status == GREEN and bad:
        sure = any(clear for _, clear, _ in bad)
        reading = sentence(f"perception gap: health is green, customers say otherwise: {said}")
        return PerceptionGap("gap", sure, reading, heard.evidence)
    if health.status == RED and not bad:
        return PerceptionGap("reverse", False, sentence(f"health is red, but customers are not unhappy: {said}"), ())
    return PerceptionGap("agrees", False, sentence(f"health is {health.status}; customers say: {said}"), ())


def _figure(
    name: str, score: Score | None, line: float, *, low_is_bad: bool = False, enough: bool = True
) -> tuple[bool, bool, str] | None:
    """Give (past its line, wholly past it, words); None under the least n."""
    if score is None or score.n < LEAST_ANSWERS:
        return None
    if low_is_bad:
        past, sure = score.value < line, score.high is not None and score.high < line
        words = f"{signed(score.value)} (n {score.n:,}, {interval(score)}; line {signed(line)})"
    else:
        past, sure = score.value >= line, score.low is not None and score.low > line
        words = f"{score.value:.0f} % (n {score.n:,}, {interval(score, unit=' %')}; line {line:g} %)"
    return past and enough, sure and enough, f"{name} {words}"


@dataclass(frozen=True)
class Contradiction:
    """A comment whose tone speaks against its score. `strength` 0..1: how far the tone is on the other side."""

    comment_id: str
    strength: float
    reading: str


def tone(sentiment: ArrayLike, positive: ArrayLike, negative: ArrayLike) -> NDArray[np.float64]:
    """Tone of comments, -1..1, each input (n,): the mean of the text's sentiment and of its tags.

    `positive`, `negative`: sums of the confidences of a comment's positive and negative tags; their difference over
    three, cut at +-1, is the tags' half.
    """
    tags = (np.asarray(positive, dtype=float) - np.asarray(negative, dtype=float)) / FULL_TAGS
    return (np.clip(np.asarray(sentiment, dtype=float), -1.0, 1.0) + np.clip(tags, -1.0, 1.0)) / 2


def contradictions(
    comment_ids: Sequence[str], bands: ArrayLike, tones: ArrayLike, *, line: float = TONE_LINE
) -> list[Contradiction]:
    """Rank the comments whose words speak against their score, the plainest first, down to `line`.

    `bands` (n,): `cx.scores.score_band`, those between (0) never contradict. Strength: -band * tone. Never asserted,
    only put before a reader: of the shipped sample's 444 high and low scores 15 pass .5, of the 5 of these that were
    labelled by hand 4 contradict, and all three planted ones are there. Weighing and line were chosen with that sample
    in view; on other data the precision is unmeasured. Answers: which scores should not be taken at face value (CSM)?

    Raises:
        ScaleError: The lengths differ.
    """
    band, heard = np.asarray(bands, dtype=float), np.asarray(tones, dtype=float)
    if not len(comment_ids) == len(band) == len(heard):
        raise ScaleError(
            f"{len(comment_ids)} ids, {len(band)} bands and {len(heard)} tones: give one of each a comment"
        )
    strength = -band * heard
    order = np.argsort(-strength, kind="stable")
    picked = order[strength[order] >= line]
    return [
        Contradiction(comment_ids[i], float(strength[i]), CONTRADICTION_READINGS[band[i] > 0]) for i in map(int, picked)
    ]


# By whether the score is high.
CONTRADICTION_READINGS = {
    True: "High score, critical words: read it before counting it as a promoter.",
    False: "Low score, warm words: perhaps the scale was read the wrong way round; ask.",
}
