"""Scores of one account by stage or agent, each with the answers under it, detractors and flagged ones first.

Source: DOMAIN "Scores and comments belong together": never across unlike scales.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from cx.answers import Answer
from cx.scores import Scale, Score, score_band, score_of_clusters, sum_clusters

_TYPES = ("nps", "csat", "ces")


@dataclass(frozen=True)
class AccountScore:
    """One survey type and scale in one group. Every answer counts: a person may rate five tickets.

    `value` of CSAT is the percentage in the top two boxes, of CES the mean in its own range. `flagged`: detractors, or
    answers at or past their line. `answers`: the worst first.
    """

    scale: Scale
    group: str
    score: Score
    flagged: int
    before: Score | None
    answers: tuple[Answer, ...]


def account_scores(
    now: Iterable[Answer],
    before: Iterable[Answer],
    *,
    types: Sequence[str],
    group: Callable[[Answer], str | None],
) -> list[AccountScore]:
    """Score one account by any group of its answers; what the group gives None for is left out.

    Answers: where on their way, and with whom, are they content (CSM, support lead)?
    """
    current, earlier = _grouped(now, types, group), _grouped(before, types, group)
    found = []
    for (scale, name), answers in current.items():
        score = _score(answers, scale)
        past = earlier.get((scale, name), [])
        ranked = sorted(answers, key=lambda one: (score_band(one.score, scale), -one.at.timestamp(), one.answer_id))
        flagged = sum(score_band(one.score, scale) < 0 for one in answers)
        found.append(AccountScore(scale, name, score, flagged, _score(past, scale) if past else None, tuple(ranked)))
    return sorted(found, key=lambda one: (_TYPES.index(one.scale.type), one.scale.low, one.scale.high, one.group))


def _grouped(
    answers: Iterable[Answer], types: Sequence[str], group: Callable[[Answer], str | None]
) -> dict[tuple[Scale, str], list[Answer]]:
    found: dict[tuple[Scale, str], list[Answer]] = {}
    for one in answers:
        name = group(one)
        if one.scale.type in types and name is not None and one.scale.low <= one.score <= one.scale.high:
            found.setdefault((one.scale, name), []).append(one)
    return found


def points(score: float, scale: Scale) -> float:
    """What an answer adds to its score's sum (`cx.scores.score_of_clusters`): +-1 or 0, 1 or 0, or the score itself."""
    if scale.type == "ces":
        return score
    # The top two boxes don't depend on where the flag line lies.
    band = score_band(score, scale if scale.type == "nps" else _without_line(scale))
    return float(band) if scale.type == "nps" else float(band > 0)


@lru_cache(maxsize=1024)
def _without_line(scale: Scale) -> Scale:
    """Give a scale whose line no answer reaches. Made once: every answer asks for it."""
    return replace(scale, flag_line=scale.low - 1 if scale.high_is_good else scale.high + 1)


def _score(answers: Sequence[Answer], scale: Scale) -> Score:
    values = [points(one.score, scale) for one in answers]
    moments = sum_clusters([len(values)], [sum(values)], [sum(value * value for value in values)])
    score = score_of_clusters(moments, scale)
    return score if score.n > 1 else replace(score, low=None, high=None)
