"""What one account speaks of, in a window and in the one of equal length before it.

People are counted, not comments: one who writes five times is one voice. Review notes are the vendor's: apart.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from cx.chance import RATE, benjamini_hochberg
from cx.scores import Score, share, told

NEW, BACK, GONE, MORE, FEWER, SAME = "new", "back", "gone", "more", "fewer", "no clear change"
NEGATIVE, POSITIVE, NEUTRAL = "negative", "positive", "neutral"


class Said(NamedTuple):
    """One comment as themes are counted from it. `band`: -1 detractor or flagged, 0, 1, None without a score."""

    pk: int
    comment_id: str
    at: datetime
    person: str
    role: str
    stage: str | None
    source: str
    vendor_voice: bool
    band: int | None
    sentiment: float | None
    ticket_id: str | None


class Point(NamedTuple):
    """One theme of one comment, with the comment's polarity on it.

    `praise` and `blame`: the confidences of its passages that speak well or badly of the theme, summed up; `sure` is
    that of the surest.
    """

    pk: int
    theme: str
    kind: str
    polarity: str
    praise: float = 0.0
    blame: float = 0.0
    sure: float = 0.0


class Uses(NamedTuple):
    """One theme in one window; a tuple, as an account has hundreds.

    `share`: percent of the people who wrote anything; n is their number. `comment_ids` hold detractors first, then the
    newest; `notes` counts the vendor's review notes, `note_ids` names them. `roles` are those of all its comments,
    `negative_roles` those of the complaints.
    """

    comments: int
    people: int
    negative: int
    positive: int
    neutral: int
    negative_people: int
    roles: Mapping[str, int]
    stages: Mapping[str, int]
    last_said: datetime | None
    share: Score | None
    comment_ids: tuple[str, ...]
    negative_ids: tuple[str, ...]
    positive_ids: tuple[str, ...]
    notes: int
    note_ids: tuple[str, ...]
    negative_roles: Mapping[str, int] = MappingProxyType({})


class ThemeUse(NamedTuple):
    """A theme now and before. `p` is Fisher's exact over people, `q` within the account's themes of the kind.

    `change`: new (first said in this window), back (said earlier, not in the window before), gone, more or fewer
    (q at most .10), else no clear change.
    """

    theme: str
    kind: str
    now: Uses
    before: Uses
    first_said: datetime | None
    change: str
    p: float | None
    q: float | None


def theme_uses(
    now: Sequence[Said],
    before: Sequence[Said],
    points: Iterable[Point],
    *,
    kind: str,
    since: datetime,
    first_said: Mapping[str, datetime] | None = None,
    rate: float = RATE,
) -> list[ThemeUse]:
    """Give every theme of a kind that was said in either window (`now` begins at `since`).

    Most people who complain first, then most complaints, most people, most comments.

    Answers: what do they speak of now, and what changed since the last time (CSM)? Source of the test: Fisher (1922);
    Benjamini and Hochberg (1995).
    """
    windows = _window(now), _window(before)
    of_kind = [point for point in points if point.kind == kind]
    own, past = _by_theme(windows[0], of_kind), _by_theme(windows[1], of_kind)
    spoke, first = [one.spoke for one in windows], first_said or {}
    pairs = {theme: (_uses(windows[0], own.get(theme)), _uses(windows[1], past.get(theme))) for theme in own | past}
    # What only the vendor's notes speak of is no theme of the customer's.
    said = {theme: pair for theme, pair in pairs.items() if pair[0].comments or pair[1].comments}
    chances = [fisher(one.people, spoke[0], other.people, spoke[1]) for one, other in said.values()]
    corrected = benjamini_hochberg([math.nan if p is None else p for p in chances])
    found = []
    for (theme, (one, other)), p, q in zip(said.items(), chances, corrected.tolist(), strict=True):
        change = _change(one, other, q, earlier=theme in first and first[theme] < since, rate=rate)
        found.append(ThemeUse(theme, kind, one, other, first.get(theme), change, p, None if p is None else q))
    return sorted(found, key=_order)


# Polarities of a theme by the place of a comment in a window, in the order of places.
_Places = dict[int, str]


class _Window(NamedTuple):
    """What was said in a window, detractors first: sorted once for all themes. `place`: by a comment's number."""

    said: Sequence[Said]
    place: Mapping[int, int]
    spoke: int


def _window(said: Iterable[Said]) -> _Window:
    ordered = sorted(said, key=_detractors_first)
    return _Window(ordered, {one.pk: place for place, one in enumerate(ordered)}, len(_people(ordered)))


def _by_theme(window: _Window, points: Iterable[Point]) -> dict[str, _Places]:
    placed = [(place, one.theme, one.polarity) for one in points if (place := window.place.get(one.pk)) is not None]
    # Sorted once for all themes.
    placed.sort(key=itemgetter(0))
    found: dict[str, _Places] = {}
    for place, theme, polarity in placed:
        found.setdefault(theme, {})[place] = polarity
    return found


def _order(one: ThemeUse) -> tuple[int, int, int, int, str]:
    return (-one.now.negative_people, -one.now.negative, -one.now.people, -one.now.comments, one.theme)


def _people(said: Iterable[Said]) -> set[str]:
    return {one.person for one in said if not one.vendor_voice}


def _uses(window: _Window, own: _Places | None) -> Uses:
    """Count one theme in one window. In one round: an account of 500 comments has a hundred themes."""
    if not own:
        return _unused(window.spoke)
    ids: dict[str, list[str]] = {NEGATIVE: [], POSITIVE: [], NEUTRAL: []}
    theirs: list[str] = []
    notes: list[str] = []
    people: set[str] = set()
    unhappy: set[str] = set()
    roles: dict[str, int] = {}
    stages: dict[str, int] = {}
    negative_roles: dict[str, int] = {}
    for place, polarity in own.items():
        _, key, _, person, role, stage, _, vendor_voice, *_ = window.said[place]
        if vendor_voice:
            notes.append(key)
            continue
        theirs.append(key)
        ids[polarity].append(key)
        people.add(person)
        roles[role] = roles.get(role, 0) + 1
        stage = stage or "unknown"
        stages[stage] = stages.get(stage, 0) + 1
        if polarity == NEGATIVE:
            unhappy.add(person)
            negative_roles[role] = negative_roles.get(role, 0) + 1
    return Uses(
        comments=len(theirs),
        people=len(people),
        negative=len(ids[NEGATIVE]),
        positive=len(ids[POSITIVE]),
        neutral=len(ids[NEUTRAL]),
        negative_people=len(unhappy),
        roles=_most_first(roles),
        stages=_most_first(stages),
        last_said=max([window.said[place].at for place in own]),
        share=_share(len(people), window.spoke),
        comment_ids=tuple(theirs),
        negative_ids=tuple(ids[NEGATIVE]),
        positive_ids=tuple(ids[POSITIVE]),
        notes=len(notes),
        note_ids=tuple(notes),
        negative_roles=_most_first(negative_roles),
    )


@lru_cache(maxsize=1024)
def _unused(spoke: int) -> Uses:
    return Uses(0, 0, 0, 0, 0, 0, {}, {}, None, _share(0, spoke), (), (), (), 0, ())


@lru_cache(maxsize=4096)
def _share(people: int, spoke: int) -> Score | None:
    return told(share(people, spoke))


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return counts if len(counts) < 2 else dict(sorted(counts.items(), key=itemgetter(1), reverse=True))


def _detractors_first(one: Said) -> tuple[int, float, int]:
    """DOMAIN: detractor comments come first, then what has no score, then the rest; the newest of each first."""
    rank = 0 if one.band == -1 else 1 if one.band is None else 2
    return (rank, -one.at.timestamp(), -one.pk)


def _change(now: Uses, before: Uses, q: float, *, earlier: bool, rate: float) -> str:
    if now.people and not before.people:
        return BACK if earlier else NEW
    if before.people and not now.people:
        return GONE
    if q <= rate and now.share is not None and before.share is not None:
        return MORE if now.share.value > before.share.value else FEWER
    return SAME


@lru_cache(maxsize=4096)
def fisher(hits: int, n: int, hits_before: int, n_before: int) -> float | None:
    """Give Fisher's exact two-sided p that two shares of people differ; None where one window has nobody."""
    if not n or not n_before:
        return None
    total = hits + hits_before
    ways = [math.comb(n, k) * math.comb(n_before, total - k) for k in range(min(total, n) + 1) if total - k <= n_before]
    first = max(0, total - n_before)
    seen = ways[hits - first]
    return min(1.0, sum(way for way in ways if way <= seen) / sum(ways))
