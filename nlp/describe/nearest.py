"""Which taxonomy theme a discovered one is nearest to, or that it is emerging."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp.errors import DescribeError
from nlp.types import FloatArray


@dataclass(frozen=True, slots=True)
class Nearest:
    """The nearest taxonomy theme ("" without a taxonomy), its cosine, and whether the theme is emerging."""

    key: str
    similarity: float
    emerging: bool


def nearest_taxonomy(
    centroids: FloatArray, prototypes: FloatArray, keys: Sequence[str], *, emerging_below: float
) -> tuple[Nearest, ...]:
    """Return the nearest taxonomy theme of each discovered theme.

    Args:
        centroids: (themes, dim) unit rows.
        prototypes: (p, dim) unit rows; a taxonomy theme may have several.
        keys: (p,) taxonomy key of each prototype.
        emerging_below: Cosine under which no taxonomy theme fits.

    Raises:
        DescribeError: Prototypes and keys of unlike lengths.
    """
    if len(prototypes) != len(keys):
        raise DescribeError(f"{len(prototypes)} prototypes but {len(keys)} keys; hand in one key a prototype")
    if not len(keys):
        return tuple(Nearest("", 0.0, True) for _ in centroids)
    near = centroids @ prototypes.T
    best = near.argmax(axis=1)
    return tuple(
        Nearest(keys[int(at)], float(near[theme, at]), bool(near[theme, at] < emerging_below))
        for theme, at in enumerate(best)
    )
