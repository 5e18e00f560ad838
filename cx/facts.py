"""What a diagnosis is made from, and the form of what it says: everything with the ids behind it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import filterfalse

from cx.account_scores import AccountScore
from cx.account_themes import ThemeUse
from cx.answers import Answer
from cx.fusion import Fusion
from cx.loop_clocks import Due
from cx.perception import Contradiction, PerceptionGap
from cx.risk import EarlyRisk
from cx.standing import Signals, Standing
from cx.wording import sentence

# One voice may be a misreading (the tagger is right in about four of five); two are a finding.
FINDING_PEOPLE = 2
# The confidence from which a mention counts as plain.
PLAIN = 0.4
Number = float | int | str | None


@dataclass(frozen=True)
class Statement:
    """One finding. `weight` orders them, worst first; `topic` keeps a headline from saying a thing twice.

    `comment_ids` have words; `other_ids` are answers without any, tickets and commitments. `stage` is where something
    is to be done about it.
    """

    kind: str
    topic: str
    weight: int
    text: str
    numbers: Mapping[str, Number]
    comment_ids: tuple[str, ...]
    other_ids: tuple[str, ...]
    stage: str | None = None
    good: bool = False


@dataclass(frozen=True)
class ThemeName:
    """A theme as its reader may see it."""

    name: str
    emerging: bool = False
    owner: str | None = None
    action: str | None = None


@dataclass(frozen=True)
class Mismatch:
    """What was said of broken promises in the year to `as_of`: people and their comments, review notes apart."""

    people: int = 0
    roles: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    comments: int = 0
    in_window: int = 0
    first_said: datetime | None = None
    last_said: datetime | None = None
    ids: tuple[str, ...] = ()
    note_ids: tuple[str, ...] = ()
    commitments: int = 0


@dataclass(frozen=True)
class Left:
    """Somebody with a say in the renewal who left, who took over, and what both said or answered since."""

    role: str
    who: str | None
    left_on: date
    heir: str | None
    heir_since: date | None
    heir_scores: tuple[float, ...] = ()
    ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Facts:
    """All that statements are made from. `worded`: the ids that have words to read.

    `onboarded`: the days of the first and the last onboarding answer in the year.
    """

    since: date
    as_of: date
    standing: Standing
    signals: Signals
    fusion: Fusion
    perception: PerceptionGap
    answers: Sequence[Answer] = ()
    early: Sequence[EarlyRisk] = ()
    onboarded: tuple[date, date] | None = None
    by_stage: Sequence[AccountScore] = ()
    by_agent: Sequence[AccountScore] = ()
    themes: Sequence[ThemeUse] = ()
    discovered: Sequence[ThemeUse] = ()
    names: Mapping[str, ThemeName] = field(default_factory=dict)
    mismatch: Mismatch = field(default_factory=Mismatch)
    contradictions: Sequence[Contradiction] = ()
    left: Sequence[Left] = ()
    overdue: Sequence[Due] = ()
    ticket_comments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    worded: frozenset[str] = frozenset()


def day(moment: date | datetime) -> str:
    """Write a day: 20 Jan 2026."""
    return f"{moment.day} {moment:%b %Y}"


def days(first: date, last: date) -> str:
    """Write a time: on 20 Jan 2026, or 20 Jan to 3 Feb 2026."""
    begin = f"{first.day} {first:%b}" if first.year == last.year else day(first)
    return f"on {day(first)}" if first == last else f"{begin} to {day(last)}"


def split_ids(facts: Facts, ids: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Tell ids that have words to read from the rest, order kept; a ticket becomes its comments, where it has any."""
    known = dict.fromkeys(ids)
    # Most are no tickets, and hundreds stand under some figures.
    if not facts.ticket_comments.keys().isdisjoint(known):
        known = dict.fromkeys(key for one in known for key in facts.ticket_comments.get(one, (one,)))
    worded = facts.worded.__contains__
    return tuple(filter(worded, known)), tuple(filterfalse(worded, known))


def made(
    facts: Facts,
    kind: str,
    weight: int,
    text: str,
    numbers: Mapping[str, Number],
    ids: Iterable[str],
    *,
    topic: str,
    stage: str | None = None,
    good: bool = False,
) -> Statement:
    """Make a statement: its words a sentence, its ids told apart."""
    comment_ids, other_ids = split_ids(facts, ids)
    return Statement(kind, topic, weight, sentence(text), dict(numbers), comment_ids, other_ids, stage, good)
