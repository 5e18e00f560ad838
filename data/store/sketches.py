"""The index of meanings on disk: a sketch of every vector, one bit a dimension, compared by counting unequal bits.

A sketch keeps the sign of each dimension: 48 bytes for MiniLM's 384 numbers, so a million of them are 46 MB and read
through in about 10 ms. It gives candidates only: whoever asks compares them with the true vectors (`queries.meaning`).
With 400 candidates that finds .995 of the true ten nearest of 28,000 real passages, and all of those of 924,000 planted
ones (`recall`); a graph of near neighbours over the same sketches (usearch) took three times the memory and found .83.

The index is made from the table `embeddings` and can be made again any time. A new one is written beside the old one
and named by `meaning.json`, which is replaced in one step: a killed writer leaves the old one whole.
"""

import json
import mmap
import os
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

POINTER = "meaning.json"
KEY_TYPE = "S64"
WORD_BITS = 64
# Sketches compared at once: what is in work stays in the processor's cache.
SCANNED_AT_ONCE = 32_768
# Sketches compared, keys looked up, and keys of rows read, before the pages that were read for it are given back. The
# system maps sixteen pages around each one: 200 keys of rows that lie apart are 13 MB.
HELD_AT_ONCE, LOOKED_UP_AT_ONCE, NAMED_AT_ONCE = 4 * SCANNED_AT_ONCE, 1_024, 200

Bits = NDArray[np.uint64]
Keys = NDArray[np.bytes_]


@dataclass(frozen=True)
class Held:
    """What an index holds: `rows` vectors of one model."""

    generation: str
    model_key: str
    dim: int
    rows: int


def sketch(vectors: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Turn (n, dim) vectors into (n, dim / 8) bytes of bits: the sign of each dimension."""
    return np.packbits(vectors > 0, axis=-1)


def words_of(vectors: NDArray[np.float32]) -> Bits:
    """Turn (n, dim) vectors into (dim / 64, n) words of bits, filled up with zeros: one column is one sketch."""
    bits = sketch(vectors)
    missing = -bits.shape[1] % (WORD_BITS // 8)
    padded = np.pad(bits, ((0, 0), (0, missing)))
    return np.ascontiguousarray(padded.view(np.uint64).T)


@dataclass(frozen=True)
class Sketches:
    """An index in memory, or mapped from disk: (words, rows) bits and the (rows,) keys of the vectors."""

    held: Held
    bits: Bits
    names: Keys
    files: tuple[mmap.mmap, ...] = ()

    def let_go(self) -> None:
        """Give the pages that a search read back to the system, which keeps the files in its own cache.

        Otherwise they count as this process's memory for as long as it runs: 100 MB at a million passages. Whoever
        reads them meanwhile, or next, maps them again: all of them in 2 ms.
        """
        for file in self.files if hasattr(mmap, "MADV_DONTNEED") else ():
            file.madvise(mmap.MADV_DONTNEED)

    def nearest(
        self, vector: NDArray[np.float32], count: int, *, among: NDArray[np.integer] | None = None
    ) -> list[str]:
        """Give the keys of the `count` vectors whose sketches are nearest, nearest first, ties in their order.

        `among` are the rows that are looked at, ascending; None: all.
        """
        bits = self.bits if among is None else self._bits_of(among)
        number = bits.shape[1]
        if not number or not count:
            return []
        asked, distances = words_of(vector[None])[:, 0], np.zeros(number, dtype=np.uint16)
        for start in range(0, number, HELD_AT_ONCE):
            some = slice(start, start + HELD_AT_ONCE)
            _compare(bits[:, some], asked, distances[some])
            if among is None:
                self.let_go()
        # The line under which `count` sketches lie.
        line = np.partition(distances, min(count, number) - 1)[min(count, number) - 1]
        near = np.flatnonzero(distances <= line)
        order = near[np.argsort(distances[near], kind="stable")][:count]
        return self._keys_of(order if among is None else among[order])

    def _bits_of(self, rows: NDArray[np.integer]) -> Bits:
        found = np.empty((len(self.bits), len(rows)), dtype=np.uint64)
        for place, word in enumerate(self.bits):
            found[place] = word.take(rows)
            self.let_go()
        return found

    def _keys_of(self, rows: NDArray[np.integer]) -> list[str]:
        found: list[str] = []
        for start in range(0, len(rows), NAMED_AT_ONCE):
            found += (key.decode() for key in self.names[rows[start : start + NAMED_AT_ONCE]].tolist())
            self.let_go()
        return found

    def rows_of(self, keys: Keys) -> NDArray[np.int32]:
        """Give the rows of some keys; -1 for those that are not held."""
        if not self.held.rows or not len(keys):
            return np.full(len(keys), -1, dtype=np.int32)
        rows = np.full(len(keys), -1, dtype=np.int32)
        # Keys that are near to one another lie near to one another.
        ordered = np.argsort(keys, kind="stable")
        for start in range(0, len(keys), LOOKED_UP_AT_ONCE):
            some = ordered[start : start + LOOKED_UP_AT_ONCE]
            places = np.searchsorted(self.names, keys[some], sorter=self._order)
            found = np.minimum(places, self.held.rows - 1)
            found = found if self._order is None else self._order[found]
            rows[some] = np.where(self.names[found] == keys[some], found, -1)
            self.let_go()
        return rows

    @cached_property
    def _order(self) -> NDArray[np.int32] | None:
        """The rows by key; None where they lie in this order, as in an index that was written at once."""
        return None if self._lies_ordered() else np.argsort(self.names, kind="stable").astype(np.int32)

    def _lies_ordered(self) -> bool:
        for start in range(0, self.held.rows, HELD_AT_ONCE):
            part = self.names[start : start + HELD_AT_ONCE + 1]
            if (part[1:] < part[:-1]).any():
                return False
            self.let_go()
        return True

    def keys(self) -> dict[str, int]:
        """Give every key with its place."""
        return {key.decode(): place for place, key in enumerate(self.names.tolist())}

    def changed(
        self, *, gone: Sequence[int] = (), new: Iterable[tuple[Sequence[str], NDArray[np.float32]]] = ()
    ) -> "Sketches":
        """Give the index without the vectors in some places, and with new (keys, vectors), batch by batch."""
        kept = np.ones(self.held.rows, dtype=bool)
        kept[list(gone)] = False
        names, bits = [self.names[kept]], [self.bits[:, kept]]
        for keys, vectors in new:
            names.append(np.array(list(keys), dtype=KEY_TYPE))
            bits.append(words_of(vectors))
        together = np.concatenate(names)
        return Sketches(replace(self.held, rows=len(together)), np.concatenate(bits, axis=1), together)

    def save(self, folder: Path) -> Held:
        """Write the index beside what is there, then point to it; what was there is deleted."""
        folder.mkdir(parents=True, exist_ok=True)
        held = replace(self.held, generation=uuid4().hex)
        for file, values in zip(_files(folder, held), (self.bits, self.names), strict=True):
            with file.open("wb") as out:
                np.ascontiguousarray(values).tofile(out)
            _to_disk(file)
        scratch = folder / f"{POINTER}.{held.generation}"
        scratch.write_text(json.dumps(asdict(held)))
        _to_disk(scratch)
        scratch.replace(folder / POINTER)
        _sweep(folder, held)
        return held


def _compare(bits: Bits, asked: Bits, found: NDArray[np.uint16]) -> None:
    """Add to `found` in how many bits each sketch differs."""
    unequal = np.empty(min(SCANNED_AT_ONCE, len(found)), dtype=np.uint64)
    for start in range(0, len(found), SCANNED_AT_ONCE):
        part = found[start : start + SCANNED_AT_ONCE]
        for place, word in enumerate(asked):
            row = bits[place, start : start + SCANNED_AT_ONCE]
            np.bitwise_xor(row, word, out=unequal[: len(part)])
            part += np.bitwise_count(unequal[: len(part)])


def _to_disk(file: Path) -> None:
    with file.open("rb+") as out:
        os.fsync(out.fileno())


def _files(folder: Path, held: Held) -> tuple[Path, Path]:
    return folder / f"meaning-{held.generation}.bits", folder / f"meaning-{held.generation}.keys"


def _sweep(folder: Path, held: Held) -> None:
    kept = {file.name for file in _files(folder, held)} | {POINTER}
    for file in folder.glob("meaning*"):
        if file.name not in kept:
            # A reader on Windows may hold it: the next save sweeps again.
            with suppress(OSError):
                file.unlink()


def words_in(dim: int) -> int:
    """Give the words that a sketch of so many dimensions takes."""
    return -(-dim // WORD_BITS)


def new_sketches(model_key: str, dim: int) -> Sketches:
    """Make an empty index for vectors of one model."""
    empty = np.zeros((words_in(dim), 0), dtype=np.uint64)
    return Sketches(Held("", model_key, dim, 0), empty, np.zeros(0, dtype=KEY_TYPE))


def open_sketches(folder: Path) -> Sketches | None:
    """Open the index in a folder, mapped from disk; None where there is none.

    An index that is not what it says (a disk that lost bytes) counts as none: it is made again.
    """
    try:
        held = Held(**json.loads((folder / POINTER).read_text()))
        bits_file, key_file = _files(folder, held)
        if not held.rows:
            return replace(new_sketches(held.model_key, held.dim), held=held)
        files = _mapped(bits_file), _mapped(key_file)
        bits = np.frombuffer(files[0], dtype=np.uint64).reshape(words_in(held.dim), -1)
        names = np.frombuffer(files[1], dtype=KEY_TYPE)
    except (OSError, ValueError, TypeError):
        return None
    whole = bits.shape[1] == len(names) == held.rows
    return Sketches(held, bits, names, files) if whole else None


def _mapped(file: Path) -> mmap.mmap:
    with file.open("rb") as opened:
        return mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)


class Reader:
    """The newest index of a folder, opened again when another one was written. For many threads."""

    def __init__(self, folder: Path) -> None:
        """Nothing is opened yet."""
        self._folder = folder
        self._lock = threading.Lock()
        self._seen: tuple[int, int] | None = None
        self._open: Sketches | None = None

    def get(self) -> Sketches | None:
        """Give the index; None where there is none."""
        try:
            found = (self._folder / POINTER).stat()
        except OSError:
            return None
        mark = (found.st_ino, found.st_mtime_ns)
        with self._lock:
            if mark != self._seen:
                self._open, self._seen = open_sketches(self._folder), mark
            return self._open


@lru_cache(maxsize=8)
def reader(folder: Path) -> Reader:
    """Give the one reader of a folder in this process."""
    return Reader(folder)
