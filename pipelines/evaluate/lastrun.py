"""What the last run over a file left behind, so that the next one begins there: passages, vectors, neighbours, themes.

One file of arrays a measured file. It holds hashes of texts and of wordings, never texts.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np

from nlp.cluster.discover import REFRESH_MOST
from nlp.cluster.records import PreviousPartition
from nlp.cluster.refresh import Neighbourhood
from nlp.cluster.space import Directions
from nlp.embed.types import Vectors
from nlp.types import IntArray

# Raised when the layout changes; files of another one are not read.
FORMAT = 1
# Files whose last runs are kept.
KEPT = 8


@dataclass(frozen=True)
class Known:
    """The passages of one text: places among the wordings, and words of each."""

    wordings: tuple[int, ...]
    words: tuple[int, ...]


@dataclass(frozen=True)
class LastRun:
    """A finished run.

    Attributes:
        texts: Passages by the code of their text.
        keys: (wordings,) key of each distinct wording.
        vectors: (wordings, dim).
        previous: Its themes, for a warm start.
        neighbourhood: Which passages were near to each other.
    """

    texts: Mapping[str, Known]
    keys: tuple[str, ...]
    vectors: Vectors
    previous: PreviousPartition
    neighbourhood: Neighbourhood

    def is_close_to(self, codes: Sequence[str]) -> bool:
        """Say whether so little came and went that its themes are worth starting from."""
        now = set(codes)
        changed = len(now - self.texts.keys()) + len(self.texts.keys() - now)
        room = REFRESH_MOST * self.neighbourhood.searched - self.neighbourhood.changed
        return 0 < changed * len(self.neighbourhood.names) <= room * len(self.texts)


def save_run(path: Path, run: LastRun) -> None:
    """Write the run whole or not at all; only the user can read it."""
    near, previous = run.neighbourhood, run.previous
    place = {key: at for at, key in enumerate(run.keys)}
    labels = np.full(len(run.keys), -1, dtype=np.int64)
    for key, label in previous.labels.items():
        labels[place[key]] = label
    arrays: dict[str, Any] = {
        "texts": _packed(list(run.texts)),
        "counts": np.array([len(one.wordings) for one in run.texts.values()], dtype=np.int32),
        "wordings": np.array([at for one in run.texts.values() for at in one.wordings], dtype=np.int32),
        "words": np.array([count for one in run.texts.values() for count in one.words], dtype=np.int32),
        "keys": _packed(run.keys),
        "vectors": run.vectors,
        "labels": labels,
        "numbers": np.array(
            [FORMAT, previous.resolution, previous.rows, near.searched, near.changed], dtype=np.float64
        ),
        "names": _packed(near.names),
        "centre": near.directions.centre,
        "directions": near.directions.vectors,
        "flat": near.flat,
        "cosines": near.cosines,
        "found": near.found.astype(np.int32),
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f"{path.name}.{os.getpid()}.npz")
    scratch.touch(mode=0o600)
    np.savez(scratch, **arrays)
    scratch.replace(path)
    _drop_oldest(path.parent)


def _drop_oldest(folder: Path) -> None:
    """Runs of other versions of the code are never read again; a file of 13,000 comments takes 40 MB."""
    dated = sorted(((file.stat().st_mtime, file.name) for file in folder.glob("*.npz")), reverse=True)
    for _, name in dated[KEPT:]:
        (folder / name).unlink(missing_ok=True)


def load_run(path: Path) -> LastRun | None:
    """Read a run; None where there is none, or none that this version reads."""
    if not path.is_file():
        return None
    try:
        with path.open("rb") as file, np.load(file, allow_pickle=False) as found:
            arrays = dict(found)
        return _read(arrays) if arrays["numbers"][0] == FORMAT else None
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        # Half a file or a foreign one: the run is made anew.
        return None


def _read(arrays: Mapping[str, Any]) -> LastRun:
    _, resolution, rows, searched, changed = arrays["numbers"].tolist()
    keys = _unpacked(arrays["keys"])
    labels = {key: label for key, label in zip(keys, arrays["labels"].tolist(), strict=True) if label >= 0}
    return LastRun(
        texts=_texts(arrays),
        keys=keys,
        vectors=arrays["vectors"],
        previous=PreviousPartition(labels, resolution, int(rows)),
        neighbourhood=Neighbourhood(
            names=_unpacked(arrays["names"]),
            directions=Directions(arrays["centre"], arrays["directions"]),
            flat=arrays["flat"],
            cosines=arrays["cosines"],
            found=arrays["found"].astype(np.int64),
            searched=int(searched),
            changed=int(changed),
        ),
    )


def _texts(arrays: Mapping[str, Any]) -> dict[str, Known]:
    ends = np.cumsum(arrays["counts"]).tolist()
    wordings, words = arrays["wordings"].tolist(), arrays["words"].tolist()
    begins = [0, *ends[:-1]]
    return {
        code: Known(tuple(wordings[begin:end]), tuple(words[begin:end]))
        for code, begin, end in zip(_unpacked(arrays["texts"]), begins, ends, strict=True)
    }


def _packed(values: Sequence[str]) -> IntArray:
    """Return strings as bytes, a line each; hashes have no line ends."""
    return np.frombuffer("\n".join(values).encode(), dtype=np.uint8)


def _unpacked(values: IntArray) -> tuple[str, ...]:
    return tuple(values.tobytes().decode().split("\n")) if len(values) else ()
