"""Answers in words as numbers: "Very satisfied" is 5 of 5, "Extremely likely - 10" is 10."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from pipelines.coerce import to_score, to_words

# "Extremely likely - 10": SurveyMonkey writes the ends of a Net Promoter question so (the text of choices in its API).
_AT_THE_END = re.compile(r"^\D+[-–:(]\s*(\d{1,2})\)?$")
# Longer than any answer that is picked: "Very satisfied with the people, but ..." is a comment.
_RUNG_CHARS = 60
# Two-sided: how far from the middle; one-sided: how much of it.
_DEGREES = {"extremely": 3, "very": 3, "strongly": 3, "completely": 3, "": 2, "somewhat": 1, "slightly": 1, "fairly": 1}
_GOOD = {"satisfied", "agree", "easy", "happy"}
_BAD = {"dissatisfied", "unsatisfied", "disagree", "difficult", "hard", "unhappy"}
_ONE_SIDED = {"not at all": 1, "not so": 2, "not very": 2, "slightly": 2, "somewhat": 3, "moderately": 3, "very": 4}
_ONE_SIDED |= {"quite": 4, "extremely": 5}
_TELLING_ONE_SIDED = ("not at all", "not so", "not very", "moderately")
_MIDDLE = re.compile(r"^(?:neither\b.*|neutral|undecided|neither)$")
_ALL_DEGREES = "|".join(sorted(filter(None, {*_DEGREES, *_ONE_SIDED}), key=len, reverse=True))
_RUNG = re.compile(
    rf"^(?P<degree>{_ALL_DEGREES})?\s*"
    rf"(?P<word>{'|'.join(sorted(_GOOD | _BAD, key=len, reverse=True))})\b"
)


@dataclass(frozen=True)
class Ladder:
    """How a column's answers become scores: as they are where `rungs` has none, from `low` to `high`."""

    low: float
    high: float
    rungs: dict[str, int] = field(default_factory=dict)

    def score(self, answer: object) -> object:
        """Give the number of an answer; the answer itself where it is none (so that it can be shown as wrong)."""
        if not isinstance(answer, str):
            return answer
        plain = to_words(answer).lower()
        if plain in self.rungs:
            return self.rungs[plain]
        match = _AT_THE_END.match(plain)
        return match[1] if match else answer


def number_of(answer: object) -> float | None:
    """Give the number that an answer holds, or None."""
    match = _AT_THE_END.match(to_words(answer)) if isinstance(answer, str) else None
    try:
        return to_score(match[1] if match else answer)
    except ValueError:
        return None


def words_ladder(answers: Iterable[object]) -> Ladder | None:
    """Find the ladder that most answers stand on; None where they are no such words.

    With "extremely" beside "very", or "not at all", the scale runs from nothing to much; else from bad over neither to
    good, in five steps, or seven where a plain "satisfied" stands beside a "somewhat satisfied".
    """
    said = [to_words(answer[:1000]).lower() for answer in answers if isinstance(answer, str)]
    found = {plain: match for plain in set(said) if len(plain) <= _RUNG_CHARS and (match := _RUNG.match(plain))}
    middle = {plain for plain in set(said) if _MIDDLE.match(plain)}
    if not found or sum(plain in found or plain in middle for plain in said) < 0.5 * len(said):
        return None
    degrees = {match["degree"] or "" for match in found.values()}
    if degrees & set(_TELLING_ONE_SIDED) or {"extremely", "very"} <= degrees:
        return Ladder(1, 5, {plain: _ONE_SIDED.get(match["degree"] or "", 4) for plain, match in found.items()})
    steps = 7 if {"", "somewhat"} <= degrees else 5
    return Ladder(1, steps, {**_two_sided(found, steps), **dict.fromkeys(middle, (steps + 1) // 2)})


def _two_sided(found: dict[str, re.Match[str]], steps: int) -> dict[str, int]:
    rungs = {}
    for plain, match in found.items():
        far = _DEGREES.get(match["degree"] or "", 2)
        far = far if steps == 7 else 2 if far == 3 else 1
        rungs[plain] = (steps + 1) // 2 + (far if match["word"] in _GOOD else -far)
    return rungs
