"""How well found spans of personal data cover labelled ones. Only characters count, so that any finder can be measured.

A labelled span is found when found spans, of whatever kind, cover all its letters and digits: what is left legible of
a name or number still tells it. A found span is right when at least half of its letters and digits are labelled.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

# Share of a found span's letters and digits that must be labelled.
RIGHT_FROM = 0.5


class Labelled(NamedTuple):
    """A labelled stretch `[start, end)`, and the group that it is counted in."""

    start: int
    end: int
    group: str


class Found(NamedTuple):
    """A found stretch `[start, end)`, and the finder's own word for its kind."""

    start: int
    end: int
    kind: str


@dataclass
class SpanCounts:
    """Counts over texts.

    Attributes:
        labelled: Labelled spans by group.
        found: Those wholly covered, by group.
        touched: Those that any found span overlaps, by group.
        given: Found spans by kind.
        right: Those mostly labelled, by kind.
    """

    labelled: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    touched: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)

    def add(
        self, text: str, labelled: Sequence[Labelled], found: Sequence[Found]
    ) -> tuple[list[Labelled], list[Found]]:
        """Count one text. Returns what was missed, and what was found without need."""
        hidden, marked = _covered(found), _covered(labelled)
        missed, wrong = [], []
        for span in labelled:
            places = _letters(text, span.start, span.end)
            self.labelled[span.group] += 1
            self.touched[span.group] += bool(places & hidden)
            self.found[span.group] += places <= hidden
            missed += [] if places <= hidden else [span]
        for one in found:
            places = _letters(text, one.start, one.end)
            right = len(places & marked) >= RIGHT_FROM * len(places)
            self.given[one.kind] += 1
            self.right[one.kind] += right
            wrong += [] if right else [one]
        return missed, wrong


def _covered(spans: Iterable[Labelled | Found]) -> set[int]:
    return {place for span in spans for place in range(span.start, span.end)}


def _letters(text: str, start: int, end: int) -> set[int]:
    return {place for place in range(start, end) if text[place].isalnum()}
