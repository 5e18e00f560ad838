"""Neighbours kept from an earlier run and brought up to date: only new passages are compared, with all others.

The directions in which passages are compared stay those of the last whole search, so that a passage which was there
before is where it was. After many changes they fit the corpus less well; the caller counts them (`changed`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.cluster.space import Directions, project
from nlp.types import BoolArray, FloatArray, IntArray

# Passages that new ones are compared with at a time: 32 MiB for a thousand new ones.
BLOCK = 8192


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """Where passages lie and which are near to each other.

    Attributes:
        names: (n,) what tells a passage in its comment from others (`nlp.cluster.space.row_names`), sorted.
        directions: What they were projected on.
        flat: (n, dimensions) unit rows.
        cosines: (n, k) to the nearest others, best first.
        found: (n, k) their rows; a row's own number where there was none.
        searched: Passages at the last whole search.
        changed: Passages that came or went since.
    """

    names: tuple[str, ...]
    directions: Directions
    flat: FloatArray
    cosines: FloatArray
    found: IntArray
    searched: int
    changed: int = 0


def came_and_went(known: Sequence[str], names: Sequence[str]) -> tuple[IntArray, int]:
    """Return (n,) the known row of each name, -1 for new ones, and how many known rows are gone.

    Equal names stand for interchangeable rows and are matched one to one.
    """
    rows: dict[str, list[int]] = {}
    for row, name in enumerate(known):
        rows.setdefault(name, []).append(row)
    old = np.array([left.pop(0) if (left := rows.get(name)) else -1 for name in names], dtype=np.int64)
    return old, sum(map(len, rows.values()))


def refreshed(known: Neighbourhood, names: Sequence[str], rows: FloatArray) -> Neighbourhood:
    """Return the neighbourhood of the rows there are now.

    Args:
        known: An earlier one, of rows in the same space.
        names: (n,) sorted names of the rows.
        rows: (n, dim) unit rows; only those of new names are looked at.
    """
    old, gone = came_and_went(known.names, names)
    fresh = old < 0
    flat = np.empty((len(names), known.flat.shape[1]), dtype=np.float32)
    flat[~fresh] = known.flat[old[~fresh]]
    flat[fresh] = project(rows[fresh], known.directions)
    cosines, found = _carried(known, old, fresh)
    _compare(flat, fresh, cosines, found)
    return Neighbourhood(
        names=tuple(names),
        directions=known.directions,
        flat=flat,
        cosines=np.maximum(cosines, 0.0),
        found=found,
        searched=known.searched,
        changed=known.changed + int(fresh.sum()) + gone,
    )


def _carried(known: Neighbourhood, old: IntArray, fresh: BoolArray) -> tuple[FloatArray, IntArray]:
    """Give known rows their known neighbours under the new numbers; nobody where there is none, at cosine -1."""
    now = np.full(len(known.names), -1, dtype=np.int64)
    now[old[~fresh]] = np.flatnonzero(~fresh)
    own = np.arange(len(old))[:, None]
    cosines = np.full((len(old), known.found.shape[1]), -1.0, dtype=np.float32)
    found = np.repeat(own, known.found.shape[1], axis=1)
    before = known.found[old[~fresh]]
    there = (now[before] >= 0) & (before != old[~fresh, None])
    found[~fresh] = np.where(there, now[before], own[~fresh])
    cosines[~fresh] = np.where(there, known.cosines[old[~fresh]], -1.0)
    return cosines, found


def _compare(flat: FloatArray, fresh: BoolArray, cosines: FloatArray, found: IntArray) -> None:
    """Compare new rows with all rows; both sides take whom they find nearer than what they have. Changes in place."""
    new = np.flatnonzero(fresh)
    for start in range(0, len(flat), BLOCK) if len(new) else ():
        at = np.arange(start, min(start + BLOCK, len(flat)))
        alike = flat[new] @ flat[at].T
        alike[new[:, None] == at[None, :]] = -1.0
        _take(cosines, found, new, alike, at)
        nearer = np.flatnonzero(~fresh[at] & (alike > cosines[at].min(axis=1)[None, :]).any(axis=0))
        _take(cosines, found, at[nearer], alike[:, nearer].T, new)


def _take(cosines: FloatArray, found: IntArray, rows: IntArray, alike: FloatArray, others: IntArray) -> None:
    """Keep the nearest of what `rows` have and of `others`, best first."""
    values = np.concatenate([cosines[rows], alike], axis=1)
    who = np.concatenate([found[rows], np.broadcast_to(others, alike.shape)], axis=1)
    count = cosines.shape[1]
    best = np.sort(np.argpartition(-values, count - 1, axis=1)[:, :count], axis=1)
    order = np.argsort(-np.take_along_axis(values, best, axis=1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, axis=1)
    cosines[rows] = np.take_along_axis(values, best, axis=1)
    found[rows] = np.take_along_axis(who, best, axis=1)
