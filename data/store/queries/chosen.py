"""The mentions of shown themes in the comments of a slice, gathered once for all that is counted of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.pack import NEGATIVE, POLARITY, POSITIVE, VENDOR, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.models import Theme
from data.store.queries.selection import comment_mask, what_matters
from data.store.queries.slices import Slice

Integers = NDArray[np.integer]
# Where a slice has less than this part of all comments, mentions are looked up from them; else all are gone over.
FEW = 4
# Rows looked up at once.
AT_ONCE = 250_000


@dataclass(frozen=True)
class Said:
    """Mentions in the order of their comments: of which comment, which theme (place in the words), how (`rank`).

    `place` points into `base`, rows of the columns of comments; without it, into these columns themselves. `theme` is
    empty where comments are counted once whatever they speak of.
    """

    base: Integers | None
    place: Integers
    theme: Integers
    rank: Column

    def once(self) -> "Said":
        """Give each comment once, with the worst that it says."""
        number = int(self.place[-1]) + 1 if len(self.place) else 0
        # 1 past the rank, so that 0 is a comment that says nothing.
        worst = np.zeros(number, np.uint8)
        worst[self.place] = 1
        for rank in (POSITIVE, NEGATIVE):
            worst[self.place[self.rank == rank]] = rank + 1
        place = np.flatnonzero(worst)
        return Said(self.base, place.astype(np.int32), self.theme[:0], worst[place] - np.uint8(1))


@dataclass(frozen=True)
class Chooser:
    """Who asks, and for what; what was gathered once is not gathered again."""

    session: Session
    whole: Whole
    filters: Slice
    kind: str
    theme_keys: Sequence[str] = ()
    _gathered: dict[tuple[object, ...], tuple[Said, Said]] = field(default_factory=dict)
    _shown: list[Mask] = field(default_factory=list)

    def shown(self) -> Mask:
        """Say of each theme whether it is shown."""
        if not self._shown:
            self._shown.append(visible_themes(self.session, self.whole, self.kind, theme_keys=self.theme_keys))
        return self._shown[0]

    def said(self, *, by_account: bool, by_role: bool, once: bool) -> tuple[Said, Said]:
        """Give customers' mentions and those in review notes; `once`: each comment once."""
        matters = what_matters(self.filters, by_account=by_account, by_role=by_role)
        if (*matters, once) not in self._gathered:
            found = self._comments(*matters) if once and self._everything() else self._mentions(*matters)
            plain = once and not self._everything()
            self._gathered[*matters, once] = (found[0].once(), found[1].once()) if plain else found
        return self._gathered[*matters, once]

    def _everything(self) -> bool:
        """Whether every theme of the kind that is spoken of is shown."""
        return _all_shown(self.whole, self.kind, self.shown())

    def _mask(self, by_account: bool, by_role: bool) -> Mask:
        return comment_mask(self.session, self.whole, self.filters, by_account=by_account, by_role=by_role)

    def _mentions(self, by_account: bool, by_role: bool) -> tuple[Said, Said]:
        if (by_account, by_role, False) in self._gathered:
            return self._gathered[by_account, by_role, False]
        mask, shown = self._mask(by_account, by_role), self.shown()
        theirs, ours = _voices(self.whole, np.flatnonzero(mask))
        if (len(theirs) + len(ours)) * FEW < len(mask):
            found = _of_few(self.whole, self.kind, theirs, shown)
        else:
            mask[ours] = False
            found = _of_many(self.whole, self.kind, mask, shown)
        return found, _of_few(self.whole, self.kind, ours, shown)

    def _comments(self, by_account: bool, by_role: bool) -> tuple[Said, Said]:
        mask = self._mask(by_account, by_role)
        if len(mask):
            mask &= self.whole.comments[f"n_{self.kind}"] > 0
        worst = self.whole.once(("worst", self.kind), lambda: _worst(self.whole, self.kind))
        none = np.zeros(0, np.uint16)
        theirs, ours = (Said(None, rows, none, worst[rows]) for rows in _voices(self.whole, np.flatnonzero(mask)))
        return theirs, ours


def _voices(whole: Whole, rows: Integers) -> tuple[Integers, Integers]:
    """Tell customers' comments from review notes."""
    if not len(rows):
        return rows, rows
    notes = (whole.comments["flags"][rows] & VENDOR) > 0
    return rows[~notes], rows[notes]


def _worst(whole: Whole, kind: str) -> Column:
    """Give the worst that each comment says on any theme, (comments,)."""
    found = np.zeros(len(whole.comments.get("pk", ())), np.uint8)
    mentions = whole.mentions[kind]
    if len(mentions.get("said", ())):
        speak = np.flatnonzero(whole.comments[f"n_{kind}"])
        found[speak] = np.maximum.reduceat(mentions["said"] & POLARITY, starts_of(whole, kind)[speak])
    return found


def starts_of(whole: Whole, kind: str) -> NDArray[np.uint32]:
    """Give the first row of a kind's mentions of each comment."""
    column = whole.comments[f"n_{kind}"]
    return whole.once(("starts", kind), lambda: np.cumsum(column, dtype=np.uint32) - column)


def _of_few(whole: Whole, kind: str, comments: Integers, shown: Mask) -> Said:
    mentions = whole.mentions[kind]
    if not mentions or not len(comments):
        nothing = np.zeros(0, np.int32)
        return Said(comments, nothing, nothing.astype(np.uint16), nothing.astype(np.uint8))
    rows, place = mentions_of(whole, kind, comments)
    theme = mentions["theme"][rows]
    if not _all_shown(whole, kind, shown):
        kept = np.flatnonzero(shown[theme])
        rows, place, theme = rows[kept], place[kept], theme[kept]
    return Said(comments, place, theme, mentions["said"][rows] & POLARITY)


def _of_many(whole: Whole, kind: str, mask: Mask, shown: Mask) -> Said:
    mentions = whole.mentions[kind]
    if not mentions:
        return replace(_of_few(whole, kind, np.zeros(0, np.int32), shown), base=None)
    if _all_shown(whole, kind, shown):
        sizes, rows = whole.comments[f"n_{kind}"], np.flatnonzero(mask).astype(np.int32)
        spoken = np.repeat(mask, sizes)
        said = mentions["said"][spoken] & POLARITY
        return Said(None, np.repeat(rows, sizes[rows]), mentions["theme"][spoken], said)
    places, theme = np.flatnonzero(shown), mentions["theme"]
    # One theme is what a theme's own page asks for.
    kept = np.flatnonzero(theme == theme.dtype.type(places[0]) if len(places) == 1 else shown[theme])
    comment = mentions["comment"][kept]
    inside = np.flatnonzero(mask[comment])
    kept = kept[inside]
    return Said(None, comment[inside], theme[kept], mentions["said"][kept] & POLARITY)


def blocks(rows: int) -> Iterator[slice]:
    """Cut many rows: numpy makes row numbers of eight bytes each of what it is handed to look up."""
    return (slice(start, start + AT_ONCE) for start in range(0, rows, AT_ONCE))


def _all_shown(whole: Whole, kind: str, shown: Mask) -> bool:
    return bool(shown[themes_of(whole, kind)].all())


def themes_of(whole: Whole, kind: str) -> Numbers:
    """Give the themes of a kind that occur, places in the words."""

    def find() -> Numbers:
        return np.flatnonzero(np.bincount(whole.mentions[kind]["theme"])) if whole.mentions[kind] else np.zeros(0, int)

    return whole.once(("themes", kind), find)


def mentions_of(whole: Whole, kind: str, comments: Integers) -> tuple[Numbers, NDArray[np.int32]]:
    """Give the rows of a kind's mentions of some comments, in their order, and the place of each one's comment."""
    column = whole.comments[f"n_{kind}"]
    starts = starts_of(whole, kind)
    sizes = column[comments].astype(np.int64)
    ends = np.cumsum(sizes)
    rows = np.repeat(starts[comments] - (ends - sizes), sizes)
    rows += np.arange(len(rows))
    return rows, np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)


def visible_themes(
    session: Session, whole: Whole, kind: str, *, theme_keys: Sequence[str] = (), level: str = "all"
) -> Mask:
    """Say of each theme of the columns whether it is shown, (themes + 1,). `level` "top" leaves out those below one."""
    statement = select(Theme.theme_key).where(Theme.kind == kind, Theme.state != "hidden")
    if theme_keys:
        statement = statement.where(Theme.theme_key.in_(theme_keys))
    if level == "top":
        statement = statement.where(Theme.parent_key.is_(None))
    shown = set(session.scalars(statement))
    return np.array([key in shown for key in whole.words.get("themes", ())] + [False], dtype=bool)
