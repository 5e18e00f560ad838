"""Whether themes stay what they are when they are found again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

from nlp.errors import MeasureError
from nlp.measure.partitions import adjusted_rand, cross

# A theme is only followed when both sides have so many rows (issue 3, identity).
SIZE_LEAST = 10


@dataclass(frozen=True, slots=True)
class Survival:
    """What became of themes over a refit.

    Attributes:
        survived: Share of the refit's rows with a theme that lie in surviving themes.
        kept: Share of the rows there that an old theme had too, whose key is what it was.
        rows: Rows of the refit that have a theme.
        shared: Rows in survivors that had a theme before.
    """

    survived: float
    kept: float
    rows: int
    shared: int


def stability(partitions: Sequence[Sequence[int]]) -> float:
    """Return the mean adjusted Rand index over pairs of partitions of the same rows.

    Raises:
        MeasureError: Fewer than two partitions.
    """
    if len(partitions) < 2:
        raise MeasureError(f"stability compares partitions; {len(partitions)} handed in, two are the least")
    pairs = [adjusted_rand(cross(one, other)) for one, other in combinations(partitions, 2)]
    return sum(pairs) / len(pairs)


def survival(before: Mapping[str, str], after: Mapping[str, str]) -> Survival:
    """Follow themes over a refit.

    A refitted theme survives when one old theme holds the majority of its rows, and both have
    at least ten rows. Rows are looked up by content key; rows without a theme are left out of both maps.

    Args:
        before: Theme key of each row of the old fit.
        after: Theme key of each row of the refit.
    """
    old_size = _counts(before.values())
    members: dict[str, list[str]] = {}
    for row, theme in after.items():
        members.setdefault(theme, []).append(row)
    survived = shared = kept = 0
    for theme, rows in members.items():
        past = _counts(before[row] for row in rows if row in before)
        if not past or len(rows) < SIZE_LEAST:
            continue
        main = max(past, key=lambda key: (past[key], key))
        if 2 * past[main] > len(rows) and old_size[main] >= SIZE_LEAST:
            survived += len(rows)
            shared += sum(past.values())
            kept += past.get(theme, 0)
    return Survival(
        survived=survived / len(after) if after else 0.0,
        kept=kept / shared if shared else 0.0,
        rows=len(after),
        shared=shared,
    )


def _counts(values: Iterable[str]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for value in values:
        counts[value] = counts.get(value, 0) + 1
    return counts
