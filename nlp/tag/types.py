"""The words of tagging: a theme's definition, an example, a tag."""

from dataclasses import dataclass
from typing import Literal, get_args

Polarity = Literal["negative", "neutral", "positive"]
SaidBy = Literal["model", "rule", "person"]
# The order of polarity columns everywhere in this room.
POLARITIES: tuple[Polarity, ...] = get_args(Polarity)


@dataclass(frozen=True, slots=True)
class Definition:
    """A theme as its guide words it.

    Attributes:
        key: Durable key, lower case with underscores.
        label: What a reader sees.
        covers: What counts.
        not_covers: What a neighbour has; may be empty.
    """

    key: str
    label: str
    covers: str
    not_covers: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """One point that a text makes."""

    key: str
    polarity: Polarity


# The kind of an example that says nothing of an experience: thanks, greetings, "n/a", noise. A verdict without a
# reason ("love it") and talk about the weather have no theme either, and are not of this kind.
EMPTY_KIND = "empty"


@dataclass(frozen=True, slots=True)
class Example:
    """A text with all of its points; no labels means that it makes none.

    Attributes:
        text: One comment.
        labels: Every theme that it states.
        kind: How it says it (plain, indirect, sarcastic, lookalike, ...); `EMPTY_KIND` is learned, the others are only
            for measuring.
        weight: How much it counts in training; corrections by people count more.
        known: Keys whose presence or absence is settled; None for all. A correction settles one.
    """

    text: str
    labels: tuple[Label, ...] = ()
    kind: str = ""
    weight: float = 1.0
    known: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person said about one tag of one text."""

    text: str
    key: str
    polarity: Polarity
    verdict: Literal["accepted", "rejected"]


@dataclass(frozen=True, slots=True)
class Tag:
    """A theme that a text states.

    Attributes:
        key: The theme.
        polarity: Of that point, not of the whole text.
        confidence: Calibrated probability, 0 to 1.
        said_by: `model`, or `rule` where a pattern alone carried it.
    """

    key: str
    polarity: Polarity
    confidence: float
    said_by: SaidBy = "model"
