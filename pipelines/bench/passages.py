"""Passages and vectors of a labelled file, kept for the identity bench: `python -m pipelines.bench.passages`."""

import argparse
import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp.embed.load import load_embedder
from nlp.text.canonical import canonical, text_key
from nlp.text.prepare import prepare_texts
from pipelines.configs import embed_config, open_embedder, text_config
from pipelines.evaluate.labelled import read_labelled
from pipelines.settings import Settings, load_settings


@dataclass(frozen=True)
class LabelledPassages:
    """A labelled file, embedded.

    Attributes:
        labels: Primary label of each row.
        texts: Words of each row.
        row_vectors: (rows, dim) of whole rows in fp32, for the stock library.
        rows: Row of each passage.
        passages: Words of each passage.
        vectors: (passages, dim), by the embedder of the settings.
    """

    labels: list[str]
    texts: list[str]
    row_vectors: NDArray[np.float32]
    rows: NDArray[np.int64]
    passages: list[str]
    vectors: NDArray[np.float32]

    @property
    def names(self) -> list[str]:
        """Key of each passage: row and wording."""
        return [f"{row}/{text_key(text)}" for row, text in zip(self.rows.tolist(), self.passages, strict=True)]


def prepare_passages(file: Path, labels: str, *, settings: Settings) -> LabelledPassages:
    """Prepare and embed the labelled rows of a file."""
    found = read_labelled(file, text="text", label="label", labels=labels)
    kept = [at for at, row in enumerate(found.labels) if row]
    texts = [found.texts[at] for at in kept]
    prepared = prepare_texts(texts, kinds="survey", config=text_config(settings))
    pairs = [(row, passage.text) for row, text in enumerate(prepared) for passage in text.passages]
    exact = load_embedder(replace(embed_config(settings), precision="fp32"))
    return LabelledPassages(
        labels=[found.labels[at][0] for at in kept],
        texts=texts,
        row_vectors=exact.embed(texts),
        rows=np.array([row for row, _ in pairs], dtype=np.int64),
        passages=[text for _, text in pairs],
        vectors=open_embedder(settings).embed([canonical(text) for _, text in pairs]),
    )


def save(found: LabelledPassages, out: Path) -> None:
    """Write the words as `out`.json and the arrays as `out`.npz, the words last: with them it is whole."""
    np.savez(out.with_suffix(".npz"), row_vectors=found.row_vectors, rows=found.rows, vectors=found.vectors)
    words = {"labels": found.labels, "texts": found.texts, "passages": found.passages}
    out.with_suffix(".json").write_text(json.dumps(words), encoding="utf-8")


def load(out: Path) -> LabelledPassages:
    """Read what `save` wrote."""
    words: dict[str, Any] = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    with np.load(out.with_suffix(".npz")) as arrays:
        return LabelledPassages(**words, **{name: arrays[name] for name in ("row_vectors", "rows", "vectors")})


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--labels", default="label")
    given = parser.parse_args()
    done = prepare_passages(given.file, given.labels, settings=load_settings())
    save(done, given.out)
    sys.stdout.write(json.dumps({"rows": len(done.texts), "passages": len(done.passages)}) + "\n")
