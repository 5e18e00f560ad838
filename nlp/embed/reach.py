"""How far each channel inside the encoder reaches: what its 8-bit arithmetic is scaled by.

A few channels of a BERT encoder reach a hundred times as far as the others (Dettmers et al. 2022, arXiv 2208.07339), so
one scale for all of them rounds most to nothing (cosine .943 to fp32). Here every channel is divided by its own
reach and the weights are multiplied by it (Xiao et al. 2023, SmoothQuant, arXiv 2211.10438). The scales are fixed,
measured once on texts of the project's own, so a vector never depends on its batch; no text has to be measured again.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.embed.graph import BertShape, Reach, build_encoder
from nlp.sums import check_package

FILE = Path(__file__).with_name("int8_reach.safetensors")
# A channel that was never seen to move still gets a scale.
LEAST = 1e-4


@lru_cache(maxsize=1)
def packaged_reach() -> Mapping[str, Reach]:
    """Load the reach of the packaged encoder, by node. It also serves encoders fine-tuned from it: cosine .999.

    Raises:
        ModelChangedError: It is not the one that this version's vectors are made with.
    """
    from safetensors.numpy import load_file

    check_package("nlp", FILE.parents[1], mend="install this version again", only=["embed/int8_reach.safetensors"])
    return {name: values.astype(np.float32) for name, values in load_file(FILE).items()}


def inner_nodes(shape: BertShape) -> list[str]:
    """Name the nodes whose outputs are multiplied by weights."""
    parts = ("attention", "middle", "gelu", "out")
    names = [f"layer{number}.{part}" for number in range(shape.layers) for part in parts]
    return ["layer_in", *names[:-1]]


def measure_reach(
    weights: Mapping[str, NDArray[np.float32]], shape: BertShape, tokens: Iterable[Sequence[int]]
) -> dict[str, NDArray[np.float16]]:
    """Return the largest magnitude of each channel over tokenised texts, by node.

    Args:
        weights: As `build_encoder` takes them.
        shape: As `build_encoder` takes it.
        tokens: Token ids of each text.
    """
    from nlp.embed.runtime import open_session

    names = inner_nodes(shape)
    session = open_session(build_encoder(weights, shape, keep=names))
    found: dict[str, NDArray[np.float32]] = {}
    for row in tokens:
        for name, values in zip(names, session.run(names, {"ids": np.array([row], dtype=np.int64)}), strict=True):
            most = np.abs(values).max(axis=(0, 1))
            found[name] = np.maximum(found.get(name, most), most)
    return {name: np.maximum(values, LEAST).astype(np.float16) for name, values in found.items()}
