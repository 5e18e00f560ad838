"""From the tags of passages to those of their comment."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from nlp.tag.types import Polarity, Tag


def roll_up(passage_tags: Iterable[Sequence[Tag]]) -> list[Tag]:
    """Return one tag a theme for a comment: its highest confidence, its strongest polarity.

    The polarity is the one with the most confidence summed over passages, the highest single one on a tie.
    Most confident first.
    """
    by_key: dict[str, list[Tag]] = defaultdict(list)
    for tags in passage_tags:
        for tag in tags:
            by_key[tag.key].append(tag)
    rolled = [_strongest(tags) for tags in by_key.values()]
    return sorted(rolled, key=lambda tag: (-tag.confidence, tag.key))


def _strongest(tags: Sequence[Tag]) -> Tag:
    sums: dict[Polarity, float] = defaultdict(float)
    for tag in tags:
        sums[tag.polarity] += tag.confidence
    best = max(tags, key=lambda tag: tag.confidence)
    polarity = max(sums, key=lambda one: (sums[one], one == best.polarity))
    return Tag(best.key, polarity, best.confidence, best.said_by)
