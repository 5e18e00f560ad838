"""What mentions are grouped by: one number each for the values of all dimensions asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.whole import Numbers, Whole
from data.store.models import Account
from data.store.queries.bands import SCORE_BANDS, account_dimension
from data.store.queries.chosen import Chooser, Said, blocks, stretch_of, themes_of
from data.store.queries.known_accounts import KINDS, kinds_of
from data.store.queries.slices import UNKNOWN

ACCOUNT_DIMENSIONS = ("segment", "industry", "tier", "motion", "account_age", "engagement")
COMMENT_DIMENSIONS = ("role", "stage", "source", "score_band", "month")
DIMENSIONS = ("theme", "account", *COMMENT_DIMENSIONS, *ACCOUNT_DIMENSIONS)


@dataclass(frozen=True)
class Labelled:
    """What mentions are grouped by: `places` of a column's values among `labels`, which are sorted."""

    name: str
    column: str
    places: Numbers
    labels: tuple[str, ...]

    @property
    def size(self) -> int:
        """How many numbers there can be, 1 at least."""
        return max(len(self.labels), 1)


def dimensions_of(reader: Chooser, names: Sequence[str]) -> list[Labelled]:
    """Look dimensions up."""
    return [_dimension(reader, name) for name in names]


def _dimension(reader: Chooser, name: str) -> Labelled:
    whole = reader.whole
    if name == "theme":
        return _themes(reader)
    if name in ACCOUNT_DIMENSIONS:
        labels = account_labels(reader.session, whole, name, reader.filters.as_of)
        return _labelled(name, "account", labels)
    return whole.once(("labelled", name), lambda: _labelled(name, _COLUMN.get(name, name), _labels(whole, name)))


def _themes(reader: Chooser) -> Labelled:
    """Number the themes that can occur: the other kind's take no place."""
    words, shown = reader.whole.words.get("themes", []), reader.shown()
    there = themes_of(reader.whole, reader.kind)
    ordered = sorted(there[shown[there]].tolist(), key=lambda place: words[place])
    places = np.zeros(len(words) + 1, np.int64)
    places[ordered] = np.arange(len(ordered))
    return Labelled("theme", "theme", places, tuple(words[place] for place in ordered))


def _labelled(name: str, column: str, labels: Sequence[str]) -> Labelled:
    """Make a dimension of a column whose values point into labels, of which some may be alike."""
    ordered = sorted(set(labels))
    at = {label: place for place, label in enumerate(ordered)}
    return Labelled(name, column, np.array([at[label] for label in labels], dtype=np.int64), tuple(ordered))


# Which column of comments a dimension is of, where it is not named alike.
_COLUMN = {"score_band": "band"}


def _labels(whole: Whole, name: str) -> list[str]:
    if name == "account":
        return [key or UNKNOWN for key in whole.accounts]
    if name == "month":
        return _months(whole)
    if name == "score_band":
        # 0, 1, none, and -1 as the last.
        return [*list(SCORE_BANDS)[1:], UNKNOWN, next(iter(SCORE_BANDS))]
    return [word or UNKNOWN for word in whole.words.get(f"{name}s", ())]


def _months(whole: Whole) -> list[str]:
    """Name each month by its number; those before the first comment's take no place of their own."""
    column = whole.comments.get("month", np.zeros(0, int))
    first, last = (int(column.min()), int(column.max())) if len(column) else (0, -1)
    names = [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(first, last + 1)]
    return names[:1] * first + names


def joint_keys(whole: Whole, said: Said, dims: Sequence[Labelled]) -> tuple[NDArray[np.integer], int]:
    """Give each mention one number for its values in all dimensions, and how many such numbers there can be."""
    size = 1
    for one in dims:
        size *= one.size
    # In as few bytes as hold them: there are 3 million mentions at a million comments.
    kind = np.uint16 if size <= 1 << 16 else np.int32 if size < 1 << 31 else np.int64
    # A dimension's places, each times the sizes of those after it.
    tables, step = [], size
    for one in dims:
        step //= one.size
        tables.append((one, (one.places * step).astype(kind)))
    keys: NDArray[Any] = np.zeros(len(said.place), kind)
    if not dims or not len(keys):
        return keys, size
    of_comments = [(table, whole.comments[one.column]) for one, table in tables if one.name != "theme"]
    of_theme = [table for one, table in tables if one.name == "theme"]
    for some in blocks(len(keys)):
        stretch = stretch_of(said.base, said.place, some)
        if of_comments:
            own = [table.take(stretch.column(column)) for table, column in of_comments]
            keys[some] = stretch.spread(np.add.reduce(own))
        for table in of_theme:
            keys[some] += table.take(said.theme[some])
    return keys, size


def taken_apart(keys: Numbers, dims: Sequence[Labelled]) -> NDArray[np.int32]:
    """Undo `joint_keys`: (keys, dimensions)."""
    found = np.empty((len(keys), len(dims)), np.int32)
    for place in range(len(dims) - 1, -1, -1):
        # Twice as fast as both at once.
        rest = keys // dims[place].size
        found[:, place] = keys - rest * dims[place].size
        keys = rest
    return found


def account_labels(session: Session, whole: Whole, name: str, as_of: datetime) -> list[str]:
    """Give what each account of the columns is like, by a column or band of accounts."""
    if name in KINDS:
        labels = kinds_of(session, name)
    else:
        labels = {
            key: value for key, value in session.execute(select(Account.account_id, account_dimension(name, as_of)))
        }
    return [labels.get(key) or UNKNOWN for key in whole.accounts]
