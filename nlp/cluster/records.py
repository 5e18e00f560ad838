"""What discovery hands back, and what it takes from an earlier run."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from nlp.cluster.refresh import Neighbourhood
from nlp.types import FloatArray, IntArray, RealArray

UNASSIGNED = -1
Reason = Literal["", "far_from_theme", "said_beside", "theme_too_small", "too_few_passages"]


@dataclass(frozen=True, slots=True)
class SweepPoint:
    """One resolution that was looked at.

    Attributes:
        resolution: Leiden resolution.
        themes: Communities found that have at least the minimum size.
        inside: Share of the graph's weight that stays inside communities, 0..1.
        gain: Nats per passage that the partition explains, less its cost; the highest is chosen.
    """

    resolution: float
    themes: int
    inside: float
    gain: float


@dataclass(frozen=True, slots=True)
class ThemeModel:
    """What a new passage is compared with between refits.

    Attributes:
        centre: (dim,) mean of the passages that were clustered.
        centroids: (themes, dim) unit rows, after the centre was taken off.
        floors: (themes,) similarity under which a passage is far from the theme.
    """

    centre: FloatArray
    centroids: FloatArray
    floors: FloatArray


@dataclass(frozen=True, slots=True)
class PreviousPartition:
    """An earlier run, for a warm start.

    Attributes:
        labels: Theme of each passage key that had one; any values that tell themes apart.
        resolution: Resolution that run chose.
        rows: Passages that run saw when the resolution was chosen.
        news: Whether a passage came or went since. Without news there is no reason for another partition.
    """

    labels: Mapping[str, str | int]
    resolution: float
    rows: int
    news: bool = True


@dataclass(frozen=True, slots=True)
class Discovery:
    """Themes of one corpus; every array is in the order of the rows handed in.

    Attributes:
        labels: (n,) fine theme, 0 = largest, -1 = unassigned.
        parents: (n,) parent theme, -1 = unassigned.
        parent_of: (themes,) parent of each fine theme.
        confidence: (n,) share of a passage's neighbours (by weight) that are in its theme, 0..1.
        reasons: (n,) why a passage is unassigned, empty otherwise.
        centroids: (themes, dim) unit mean of the members' own embeddings.
        model: For `nlp.cluster.assign`.
        resolution: Resolution chosen; 0 where the engine has none.
        chosen_at_rows: Passages seen when the resolution was chosen (an earlier run's, after a warm start).
        sweep: The resolutions looked at, empty after a warm start.
        stability: Mean adjusted Rand index between seeds at the resolution chosen; nan for one run only.
        engine: Engine that ran.
        seconds: By step.
        neighbourhood: Passages and their neighbours in canonical order, for a later run; None unless asked for.
    """

    labels: IntArray
    parents: IntArray
    parent_of: IntArray
    confidence: RealArray
    reasons: tuple[Reason, ...]
    centroids: FloatArray
    model: ThemeModel
    resolution: float
    chosen_at_rows: int
    sweep: tuple[SweepPoint, ...]
    stability: float
    engine: str
    seconds: Mapping[str, float] = field(default_factory=dict)
    neighbourhood: Neighbourhood | None = None

    @property
    def themes(self) -> int:
        """Number of fine themes."""
        return len(self.parent_of)

    def remember(self, keys: Sequence[str]) -> PreviousPartition:
        """Return what the next run needs for a warm start; `keys` as handed to `discover`.

        A key that has several themes, said in different comments, is known by the one it has most often.
        """
        counts = Counter(zip(keys, self.labels.tolist(), strict=True))
        labels: dict[str, str | int] = {}
        for (key, label), _ in sorted(counts.items(), key=lambda one: (-one[1], one[0][1])):
            if label != UNASSIGNED:
                labels.setdefault(key, label)
        return PreviousPartition(labels=labels, resolution=self.resolution, rows=self.chosen_at_rows)
