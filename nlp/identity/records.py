"""Known themes, and what became of them in a new run."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from nlp.types import FloatArray

Kind = Literal["kept", "born", "gone", "split", "merged"]


@dataclass(frozen=True, slots=True)
class KnownTheme:
    """A theme as an earlier run left it.

    Attributes:
        key: Durable key.
        members: Respondents by passage key.
        centroid: (dim,) unit mean of the members' embeddings.
    """

    key: str
    members: Mapping[str, float]
    centroid: FloatArray = field(default_factory=lambda: np.zeros(0, dtype=np.float32))


@dataclass(frozen=True, slots=True)
class Lineage:
    """One event in the history of themes.

    Attributes:
        kind: kept, born, gone, split (one old theme, several new) or merged (several old, one new).
        from_keys: Old themes, the largest share first; none for a birth.
        to_keys: New themes, the largest share first; none for a death.
        share: Share of the old themes' passages still there that went to the new ones, 0..1; 0 for births and deaths.
    """

    kind: Kind
    from_keys: tuple[str, ...]
    to_keys: tuple[str, ...]
    share: float


@dataclass(frozen=True, slots=True)
class Identified:
    """Keys of a run's themes.

    Attributes:
        keys: Key of each new theme, by its number in the run.
        lineage: What happened, kept ones first, then by kind and key.
    """

    keys: tuple[str, ...]
    lineage: tuple[Lineage, ...]

    @property
    def kept(self) -> frozenset[str]:
        """Keys of themes that were known before and still are."""
        return frozenset(event.to_keys[0] for event in self.lineage if event.kind == "kept")
