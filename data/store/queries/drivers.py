"""What `cx.impact` needs of a slice: answers and the themes they mention, summed by account."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from cx.impact import Drivers, table_drivers
from cx.scores import Scale
from cx.theme_sums import ThemeTable, table_of_sums
from data.store.columns.cache import read_columns
from data.store.columns.grouping import compact
from data.store.columns.pack import OWN
from data.store.columns.whole import Mask, Numbers, Whole
from data.store.queries.answers import Answers, scored_answers
from data.store.queries.chosen import mentions_of, themes_of, visible_themes
from data.store.queries.errors import QueryError
from data.store.queries.slices import Slice

# fine: the themes that passages speak of themselves; top: those above, where there are some.
LEVELS = ("fine", "top")
# Answers without an account are clusters of their own; past so many they are thrown together, as `cx.impact` does.
MOST_ALONE = 2_000
# Answers looked at once: some 20 MiB of numbers.
AT_ONCE = 200_000
SEED = 0


@dataclass(frozen=True)
class ScaleDrivers:
    """The drivers of one survey type's score on one of its scales."""

    scale: Scale
    drivers: Drivers


def score_drivers(
    session: Session, filters: Slice, *, survey_type: str, kind: str = "taxonomy", level: str = "fine"
) -> list[ScaleDrivers]:
    """Rank the themes of a kind by what they do to a score, for each scale of the survey type, most answers first.

    Raises:
        QueryError: The level is not known.
    """
    if level not in LEVELS:
        raise QueryError(f"level {level!r} is not known: use {' or '.join(LEVELS)}")
    whole = read_columns(session)
    # A slice that shows accounts or roles leaves out small groups; all that is shown here are sums over accounts.
    found = scored_answers(session, whole, filters, types=(survey_type,))
    shown = visible_themes(session, whole, kind, level="top" if level == "top" else "all")
    told = []
    there = np.flatnonzero(np.bincount(found.scale)).tolist()
    for place in there:
        own = found.only(found.scale == place) if len(there) > 1 else found
        table = _table(whole, own, kind=kind, shown=shown, own_words=level == "fine")
        family = f"{kind} themes in {survey_type.upper()}"
        ranked = table_drivers(table, scale=found.scales[place], family=family, seed=SEED)
        if ranked is not None:
            told.append(ScaleDrivers(found.scales[place], ranked))
    return sorted(told, key=lambda one: -one.drivers.score.n)


def _table(whole: Whole, found: Answers, *, kind: str, shown: Mask, own_words: bool) -> ThemeTable:
    """Sum answers of one scale by account, and by account and theme; see `cx.theme_sums`."""
    real, cluster = _clusters(whole, found)
    words = whole.words.get("themes", [])
    there = [place for place in themes_of(whole, kind).tolist() if shown[place]]
    themes = sorted(there, key=lambda place: words[place])
    column = np.full(len(words) + 1, -1, np.int32)
    column[themes] = np.arange(len(themes))
    size, width = len(real), len(themes) + 1
    by_theme = np.zeros((5, size * width))
    for start in range(0, len(cluster), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        _add_mentions(by_theme, whole, found, cluster, some, kind=kind, column=column, own_words=own_words)
    sums = _sums(cluster, size, found.points)
    table = by_theme.reshape(5, size, width)
    # Only themes that these answers mention.
    kept = np.append(table[0, :, :-1].any(axis=0), True)
    named: list[str | None] = [words[place] for place in themes]
    chosen = [name for name, stays in zip([*named, None], kept.tolist(), strict=True) if stays]
    return table_of_sums(chosen, sums, table if kept.all() else table[:, :, kept], real=real)


def _add_mentions(
    by_theme: NDArray[np.float64],
    whole: Whole,
    found: Answers,
    cluster: Numbers,
    some: slice,
    *,
    kind: str,
    column: NDArray[np.int32],
    own_words: bool,
) -> None:
    """Add some answers' sums by (account, theme); "no theme" is the last column."""
    points, place = found.points[some], cluster[some]
    width = int(column.max()) + 2
    answer, theme = _mentioned(whole, whole.answers["comment"][found.rows[some]], kind, column, own_words=own_words)
    share = np.bincount(answer, minlength=len(points))
    silent = np.flatnonzero(share == 0)
    cell, said = place[answer] * width + theme, points[answer]
    by_theme[:3] += _sums(cell, by_theme.shape[1], said)
    by_theme[3:] += _sums(cell, by_theme.shape[1], said, weight=1 / share[answer])
    of_none = by_theme[:, width - 1 :: width]
    sums = _sums(place[silent], of_none.shape[1], points[silent])
    of_none[:3] += sums
    of_none[3:] += sums[:2]


def _sums(
    place: Numbers, number: int, points: NDArray[np.float64], *, weight: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Count and sum points and their squares by place, (3, number); with weights: no squares, (2, number)."""
    if weight is not None:
        return np.array([np.bincount(place, weights=one, minlength=number) for one in (weight, weight * points)])
    n = np.bincount(place, minlength=number)
    sums = [np.bincount(place, weights=one, minlength=number) for one in (points, points**2)]
    return np.array([n, *sums])


def _clusters(whole: Whole, found: Answers) -> tuple[Mask, Numbers]:
    """Say of each cluster of answers whether it is an account, and give each answer's place among them."""
    account = whole.answers["account"][found.rows].astype(np.int64)
    number = len(whole.accounts)
    alone = np.flatnonzero(account == whole.nobody) if whole.nobody >= 0 else account[:0]
    account[alone] = number + np.arange(len(alone)) % MOST_ALONE
    present, place = compact(account, number + MOST_ALONE)
    return present < number, place


def _mentioned(
    whole: Whole, comments: NDArray[np.integer], kind: str, column: NDArray[np.int32], *, own_words: bool
) -> tuple[Numbers, NDArray[np.int32]]:
    """Give (answer, theme) for each theme that an answer's comment mentions, each once; themes by their column."""
    answers, mentions = np.flatnonzero(comments >= 0), whole.mentions[kind]
    if not mentions or not len(answers):
        return np.zeros(0, np.int64), np.zeros(0, np.int32)
    rows, place = mentions_of(whole, kind, comments[answers])
    theme = column[mentions["theme"][rows]]
    kept = theme >= 0
    if own_words:
        kept &= (mentions["said"][rows] & OWN) > 0
    chosen = np.flatnonzero(kept)
    return answers[place[chosen]], theme[chosen]
