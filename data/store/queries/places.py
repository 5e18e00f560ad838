"""The map: comments as points, each with its theme, and the regions of the themes.

Which comments lie in a slice is read from the columns of the whole store; of many a fair sample is shown, the same one
every time.
"""

from dataclasses import dataclass, field, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.pack import NO_BAND, OWN, POLARITY, VENDOR, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.models import Comment, Place
from data.store.queries.chosen import mentions_of, visible_themes
from data.store.queries.comments import POLARITIES
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice
from data.store.queries.themes import child_keys, theme_infos
from data.store.repositories.bulk import chunks

# Points that a theme needs to have a region: two make a line.
REGION_POINTS = 3
# Of a comment without a mention of the kind.
NO_THEME = -1
_POLARITY_NAMES = {rank: name for name, rank in POLARITIES.items()}


@dataclass(frozen=True)
class MapQuery:
    """Which points: of one kind of themes, of one theme (those below it too) and polarity on it; at most `limit`.

    `chars`: how many characters of each comment come with its point; 0: none.
    """

    kind: str = "discovered"
    theme_key: str | None = None
    polarity: str | None = None
    limit: int = 5_000
    chars: int = 0


@dataclass(frozen=True)
class Region:
    """A theme on the map: the middle of its shown points, and its customers' comments in the slice."""

    key: str
    name: str
    x: float | None
    y: float | None
    comments: int
    shown: int


@dataclass(frozen=True)
class Points:
    """Points as columns of one length. `theme` is a place in `regions`, -1 without; polarity and score band None too.

    `total` counts the comments of the slice; fewer points are shown where there are more than asked for. `text` is how
    each comment begins, empty where that was not asked for.
    """

    total: int
    comment_ids: list[str]
    x: list[float]
    y: list[float]
    theme: list[int]
    polarity: list[str | None]
    score_band: list[int | None]
    regions: list[Region]
    text: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Spoken:
    """For each comment of the columns: the theme it speaks worst of, -1 without, and how."""

    theme: NDArray[np.int32]
    rank: NDArray[np.int8]


def map_points(session: Session, filters: Slice, *, query: MapQuery) -> Points:
    """Give the points of a slice, and the regions of the themes that are spoken of in it."""
    whole = read_columns(session)
    mask = comment_mask(session, whole, filters)
    if not len(mask):
        return Points(0, [], [], [], [], [], [], [])
    said = _spoken(session, whole, mask, query)
    mask = _narrowed(mask, said, query)
    chosen = _sample(whole.comments["pk"], np.flatnonzero(mask), query.limit)
    placed = _placed(session, whole.comments["pk"][chosen], query.chars)
    rows = np.array([row for row in chosen.tolist() if int(whole.comments["pk"][row]) in placed], dtype=np.int64)
    spots = [placed[pk] for pk in whole.comments["pk"][rows].tolist()]
    x, y = [round(spot[1], 4) for spot in spots], [round(spot[2], 4) for spot in spots]
    themes = said.theme[rows]
    regions = _regions(session, whole, filters, mask, said, themes=themes, x=x, y=y)
    place = {region.key: at for at, region in enumerate(regions)}
    words = whole.words.get("themes", [])
    return Points(
        total=int(mask.sum()),
        comment_ids=[spot[0] for spot in spots],
        x=x,
        y=y,
        theme=[NO_THEME if theme == NO_THEME else place[words[theme]] for theme in themes.tolist()],
        polarity=[_POLARITY_NAMES.get(rank) for rank in said.rank[rows].tolist()],
        score_band=[None if band == NO_BAND else band for band in whole.comments["band"][rows].tolist()],
        regions=regions,
        text=[spot[3] for spot in spots] if query.chars else [],
    )


def _spoken(session: Session, whole: Whole, mask: Mask, query: MapQuery) -> _Spoken:
    """Find each comment's theme: of several the one that it speaks worst of, then the first."""
    theme = np.full(len(mask), NO_THEME, dtype=np.int32)
    rank = np.full(len(mask), NO_THEME, dtype=np.int8)
    columns = whole.mentions[query.kind]
    if not columns:
        return _Spoken(theme, rank)
    keys = child_keys(session, query.theme_key) if query.theme_key is not None else ()
    shown = visible_themes(session, whole, query.kind, theme_keys=keys)
    comments = np.flatnonzero(mask)
    mentions, place = mentions_of(whole, query.kind, comments)
    said = columns["said"][mentions]
    kept = np.flatnonzero(shown[columns["theme"][mentions]] & ((said & OWN) > 0))
    if not len(kept):
        return _Spoken(theme, rank)
    place = place[kept]
    # Polarity above the place from the end, so that the largest is the worst, and of several the first.
    order = ((said[kept] & POLARITY).astype(np.int64) << 40) + np.arange(len(kept))[::-1]
    first = np.flatnonzero(np.concatenate(([True], place[1:] != place[:-1])))
    worst = np.maximum.reduceat(order, first)
    chosen = mentions[kept[len(kept) - 1 - (worst & ((1 << 40) - 1))]]
    rows = comments[place[first]]
    theme[rows], rank[rows] = columns["theme"][chosen], worst >> 40
    return _Spoken(theme, rank)


def _narrowed(mask: Mask, said: _Spoken, query: MapQuery) -> Mask:
    if query.theme_key is not None:
        mask = mask & (said.theme != NO_THEME)
    return mask if query.polarity is None else mask & (said.rank == POLARITIES[query.polarity])


def _sample(pks: Column, rows: Numbers, limit: int) -> Numbers:
    """Draw up to `limit` rows by a number made from each comment's key."""
    if len(rows) <= limit:
        return rows
    draws = (pks[rows].astype(np.int64) * 2_654_435_761) & 0x7FFFFFFF
    return np.sort(rows[np.argpartition(draws, limit)[:limit]])


def _placed(session: Session, pks: Column, chars: int) -> dict[int, tuple[str, float, float, str]]:
    """Give each comment's id, place, and how it begins; the text is the redacted one."""
    begins = func.coalesce(func.substr(Comment.text, 1, chars), "") if chars else literal("")
    found: dict[int, tuple[str, float, float, str]] = {}
    for part in chunks(pks.tolist()):
        rows = session.execute(
            select(Place.comment_pk, Comment.comment_id, Place.x, Place.y, begins)
            .join(Comment, Comment.id == Place.comment_pk)
            .where(Place.comment_pk.in_(part))
        )
        found.update({pk: (comment_id, x, y, text) for pk, comment_id, x, y, text in rows})
    return found


def _regions(
    session: Session,
    whole: Whole,
    filters: Slice,
    mask: Mask,
    said: _Spoken,
    *,
    themes: NDArray[np.int32],
    x: list[float],
    y: list[float],
) -> list[Region]:
    """Give the themes that comments of the slice lie in, most comments first; review notes are not counted."""
    words = whole.words.get("themes", [])
    counted = mask & (said.theme != NO_THEME) & ((whole.comments["flags"] & VENDOR) == 0)
    sizes = np.bincount(said.theme[counted], minlength=len(words))
    present = set(themes[themes != NO_THEME].tolist()) | set(np.flatnonzero(sizes).tolist())
    across, along = np.array(x), np.array(y)
    infos = theme_infos(session, [words[theme] for theme in sorted(present)], filters=filters)
    found = []
    for theme in sorted(present, key=lambda theme: (-sizes[theme], words[theme])):
        own = np.flatnonzero(themes == theme)
        region = Region(words[theme], infos[words[theme]].name, None, None, int(sizes[theme]), len(own))
        if len(own) >= REGION_POINTS:
            middle = [round(median(side[own].tolist()), 4) for side in (across, along)]
            region = replace(region, x=middle[0], y=middle[1])
        found.append(region)
    return found
