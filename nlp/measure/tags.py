"""How well several tags a text agree with those that people gave."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.errors import MeasureError


@dataclass(frozen=True, slots=True)
class TagScore:
    """Precision, recall and F1 of one tag, with n; all 0 where the tag is neither given nor told."""

    precision: float
    recall: float
    f1: float
    support: int
    predicted: int


@dataclass(frozen=True, slots=True)
class TagScores:
    """Scores over all tags.

    Attributes:
        micro_f1: Over all (text, tag) pairs.
        macro_f1: Mean of the tags' F1, over tags that people gave at least once.
        by_tag: Per tag, sorted by tag.
        rows: Texts measured.
    """

    micro_f1: float
    macro_f1: float
    by_tag: Mapping[str, TagScore]
    rows: int


def tag_scores(given: Sequence[frozenset[str]], told: Sequence[frozenset[str]]) -> TagScores:
    """Score tags that a model gave against those that people gave, row by row.

    Raises:
        MeasureError: Unlike lengths or no rows.
    """
    if len(given) != len(told) or not told:
        raise MeasureError(f"{len(given)} predictions and {len(told)} truths; hand in one of each a row, at least one")
    tags = sorted(set().union(*given, *told))
    by_tag = {tag: _one(tag, given, told) for tag in tags}
    hits = sum(len(one & other) for one, other in zip(given, told, strict=True))
    total = sum(map(len, given)) + sum(map(len, told))
    supported = [score.f1 for score in by_tag.values() if score.support]
    return TagScores(
        micro_f1=2 * hits / total if total else 0.0,
        macro_f1=sum(supported) / len(supported) if supported else 0.0,
        by_tag=by_tag,
        rows=len(told),
    )


def polarity_accuracy(given: Sequence[Mapping[str, str]], told: Sequence[Mapping[str, str]]) -> tuple[float, int]:
    """Return the share of agreed tags whose polarity is right, and how many tags agree; (0, 0) when none do."""
    agreed = [
        (one[tag], other[tag]) for one, other in zip(given, told, strict=True) for tag in one.keys() & other.keys()
    ]
    return (sum(one == other for one, other in agreed) / len(agreed), len(agreed)) if agreed else (0.0, 0)


def _one(tag: str, given: Sequence[frozenset[str]], told: Sequence[frozenset[str]]) -> TagScore:
    predicted = sum(tag in tags for tags in given)
    support = sum(tag in tags for tags in told)
    hits = sum(tag in one and tag in other for one, other in zip(given, told, strict=True))
    return TagScore(
        precision=hits / predicted if predicted else 0.0,
        recall=hits / support if support else 0.0,
        f1=2 * hits / (predicted + support) if predicted + support else 0.0,
        support=support,
        predicted=predicted,
    )
