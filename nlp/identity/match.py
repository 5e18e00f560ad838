"""Which new theme is which known one: by passages that both runs hold, by centres where those are few."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from nlp.config import IdentityConfig
from nlp.identity.records import KnownTheme
from nlp.types import FloatArray, IntArray, RealArray


@dataclass(frozen=True, slots=True)
class Overlap:
    """Respondents shared by known and new themes; only passages that both runs hold are counted.

    Attributes:
        shared: (known, new) respondents in both.
        known: (known,) respondents of each known theme whose passage is still there.
        new: (new,) respondents of each new theme whose passage had a theme before.
    """

    shared: RealArray
    known: RealArray
    new: RealArray

    @property
    def of_known(self) -> RealArray:
        """(known, new) share of each known theme that went to each new one."""
        return self.shared / np.maximum(self.known, 1e-12)[:, None]

    @property
    def of_new(self) -> RealArray:
        """(known, new) share of each new theme that came from each known one."""
        return self.shared / np.maximum(self.new, 1e-12)[None, :]

    @property
    def dice(self) -> RealArray:
        """(known, new) Dice index, 0..1."""
        return 2 * self.shared / np.maximum(self.known[:, None] + self.new[None, :], 1e-12)


def overlap(known: Sequence[KnownTheme], labels: IntArray, keys: Sequence[str]) -> Overlap:
    """Count what known and new themes share.

    Args:
        known: Known themes; a passage counts as many respondents as it did there.
        labels: (n,) theme of each passage in the new run, -1 = unassigned.
        keys: (n,) passage keys.
    """
    now: Mapping[str, int] = dict(zip(keys, labels.tolist(), strict=True))
    themes = int(labels.max(initial=-1)) + 1
    shared = np.zeros((len(known), themes))
    still = np.zeros(len(known))
    for row, theme in enumerate(known):
        for key in sorted(theme.members.keys() & now.keys()):
            still[row] += theme.members[key]
            if now[key] >= 0:
                shared[row, now[key]] += theme.members[key]
    return Overlap(shared=shared, known=still, new=shared.sum(axis=0))


def match(
    known: Sequence[KnownTheme], counted: Overlap, centroids: FloatArray, *, config: IdentityConfig
) -> dict[int, int]:
    """Return the known theme of each new theme that has one: {new: known}, one to one (Hungarian).

    Members decide (Dice index); where a side has fewer than `min_shared` shared respondents, centres do.
    """
    alike = counted.dice
    wanted = np.where(alike >= config.keep_share, alike, 0.0)
    few = (counted.known < config.min_shared)[:, None] | (counted.new < config.min_shared)[None, :]
    near = _centre_similarity(known, centroids)
    wanted = np.where(few & (near >= config.centre_similarity), np.maximum(wanted, near), wanted)
    rows, columns = linear_sum_assignment(-wanted)
    return {int(new): int(old) for old, new in zip(rows, columns, strict=True) if wanted[old, new] > 0}


def _centre_similarity(known: Sequence[KnownTheme], centroids: FloatArray) -> RealArray:
    near = np.zeros((len(known), len(centroids)))
    for row, theme in enumerate(known):
        if theme.centroid.shape == centroids.shape[1:]:
            near[row] = centroids @ theme.centroid
    return near
