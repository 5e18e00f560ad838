"""The mentions of shown themes in the comments of a slice, gathered once for all that is counted of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.store.columns.pack import NEGATIVE, POLARITY, POSITIVE, VENDOR, Column
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.queries.known_themes import HIDDEN, known_themes
from data.store.queries.selection import comment_mask, what_matters
from data.store.queries.slices import Slice

Integers = NDArray[np.integer]
# Where a slice has less than this part of all comments, mentions are looked up from them; else all are gone over.
FEW = 0.75
# Rows looked up at once: what is in work stays in the processor's cache, and in memory that is held already.
AT_ONCE = 32_768


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
class Stretch:
    """Some rows of mentions and the comments that they are of, where each row is among these; None: one each."""

    comments: Integers | slice
    place: NDArray[np.intp] | None

    def column(self, column: Column) -> Column:
        """Take these comments out of a column of all."""
        return column[self.comments] if isinstance(self.comments, slice) else column.take(self.comments)

    def spread(self, values: Column, rows: Integers | slice = slice(None)) -> Column:
        """Give each row (or some of them) its comment's value."""
        return values[rows] if self.place is None else values.take(self.place[rows])


def stretch_of(base: Integers | None, place: Integers, some: slice) -> Stretch:
    """Find the comments of some rows; `base` and `place` as in `Said`."""
    own = place[some]
    first, last = (int(own[0]), int(own[-1])) if len(own) else (0, -1)
    if last - first > 2 * len(own):
        # Few of the comments that lie between them.
        return Stretch(own if base is None else base.take(own), None)
    lying = slice(first, last + 1)
    return Stretch(lying if base is None else base[lying], own.astype(np.intp) - first)


@dataclass(frozen=True)
class Chooser:
    """Who asks, and for what; what was gathered once is not gathered again."""

    session: Session
    whole: Whole
    filters: Slice
    kind: str
    theme_keys: Sequence[str] = ()
    _gathered: dict[tuple[object, ...], tuple[Said, Said]] = field(default_factory=dict)
    _masks: dict[tuple[bool, bool], Mask] = field(default_factory=dict)
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
        if (by_account, by_role) not in self._masks:
            mask = comment_mask(self.session, self.whole, self.filters, by_account=by_account, by_role=by_role)
            self._masks[by_account, by_role] = mask
        return self._masks[by_account, by_role]

    def _mentions(self, by_account: bool, by_role: bool) -> tuple[Said, Said]:
        if (by_account, by_role, False) in self._gathered:
            return self._gathered[by_account, by_role, False]
        theirs, ours = _voices(self.whole, self._mask(by_account, by_role))
        shown = self.shown()
        if np.count_nonzero(theirs) < FEW * len(theirs):
            found = _of_few(self.whole, self.kind, _rows(theirs), shown)
        else:
            found = _of_many(self.whole, self.kind, theirs, shown)
        return found, _of_few(self.whole, self.kind, ours, shown)

    def _comments(self, by_account: bool, by_role: bool) -> tuple[Said, Said]:
        theirs, ours = _voices(self.whole, self._mask(by_account, by_role))
        speaks = self.whole.comments.get(f"n_{self.kind}", np.zeros(0, np.uint16)) > 0
        worst = self.whole.once(("worst", self.kind), lambda: _worst(self.whole, self.kind))
        none = np.zeros(0, np.uint16)
        theirs &= speaks
        said, noted = (Said(None, rows, none, worst.take(rows)) for rows in (_rows(theirs), ours[speaks[ours]]))
        return said, noted


def _voices(whole: Whole, mask: Mask) -> tuple[Mask, NDArray[np.int32]]:
    """Tell customers' comments, as a new mask, from review notes, as rows."""
    if not len(mask):
        return mask.copy(), np.zeros(0, np.int32)
    notes = (whole.comments["flags"] & VENDOR) > 0
    notes &= mask
    return mask & ~notes, _rows(notes)


def _rows(mask: Mask) -> NDArray[np.int32]:
    return np.flatnonzero(mask).astype(np.int32)


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
    everything = _all_shown(whole, kind, shown)
    found: list[tuple[Column, Column, Column]] = []
    for some in blocks(len(comments)):
        rows, place = mentions_of(whole, kind, comments[some])
        theme = mentions["theme"].take(rows)
        if not everything:
            kept = np.flatnonzero(shown.take(theme))
            rows, place, theme = rows.take(kept), place.take(kept), theme.take(kept)
        found.append((place + np.int32(some.start), theme, mentions["said"].take(rows) & POLARITY))
    place, theme, rank = (np.concatenate(parts) for parts in zip(*found, strict=True))
    return Said(comments, place, theme, rank)


def _of_many(whole: Whole, kind: str, mask: Mask, shown: Mask) -> Said:
    mentions = whole.mentions[kind]
    if not mentions or not len(mask):
        return replace(_of_few(whole, kind, np.zeros(0, np.int32), shown), base=None)
    everything, sizes, end, number = _all_shown(whole, kind, shown), whole.comments[f"n_{kind}"], 0, 0
    # Room for all of them: what is not written to takes no memory, and nothing is held twice.
    room = len(mentions["theme"])
    comment, theme, rank = np.empty(room, np.int32), np.empty(room, mentions["theme"].dtype), np.empty(room, np.uint8)
    for some in blocks(len(mask)):
        # Of the type that numpy repeats by: any other takes five times as long.
        times = sizes[some].astype(np.intp)
        place = np.repeat(np.arange(len(times)), times)
        rows = slice(end, end := end + len(place))
        themes, kept = mentions["theme"][rows], mask[some].take(place)
        if not everything:
            kept &= shown.take(themes)
        # Rows are taken by number, in a third of the time that it takes by a mask.
        own = np.flatnonzero(kept)
        found = slice(number, number := number + len(own))
        comment[found] = place.take(own)
        comment[found] += np.int32(some.start)
        theme[found] = themes.take(own)
        rank[found] = mentions["said"][rows].take(own) & POLARITY
    return Said(None, comment[:number], theme[:number], rank[:number])


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
    comments = comments.astype(np.intp, copy=False)
    sizes = column.take(comments).astype(np.intp)
    place = np.repeat(np.arange(len(sizes)), sizes)
    rows = np.arange(len(place))
    rows += (starts.take(comments) - (np.cumsum(sizes) - sizes)).take(place)
    return rows, place.astype(np.int32)


def visible_themes(
    session: Session, whole: Whole, kind: str, *, theme_keys: Sequence[str] = (), level: str = "all"
) -> Mask:
    """Say of each theme of the columns whether it is shown, (themes + 1,). `level` "top" leaves out those below one."""
    wanted = frozenset(theme_keys)
    shown = {
        key
        for key, (info, _) in known_themes(session).items()
        if info.kind == kind
        and info.state != HIDDEN
        and (not wanted or key in wanted)
        and (level != "top" or info.parent_key is None)
    }
    return np.array([key in shown for key in whole.words.get("themes", ())] + [False], dtype=bool)
