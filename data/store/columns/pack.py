"""What one account said as columns of numbers, and the bytes that they are kept in.

A pack has tables of words (which roles, stages, themes ... occur) and columns whose numbers point into them. Comments
stand in the order of their keys; mentions stand in the order of their comments, one row a comment and theme.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.errors import StoreError

Column = NDArray[Any]
KINDS = ("taxonomy", "discovered")
TABLES = ("roles", "stages", "sources", "surveys", "agents", "themes")
# Nothing there: no survey, no agent; no comment; no person; no score band.
NO_NAME, NO_ROW, NO_PERSON, NO_BAND = 0xFFFF, -1, 0xFFFFFFFF, 2
# What holds of a comment: it was analysed; lists may show it (it has words, and they say something); a review note.
ANALYSED, LISTED, VENDOR = 1, 2, 4
# Polarity of a comment on a theme, the lower two bits: negative when any of its passages is, else positive when any is.
NEGATIVE, POSITIVE, NEUTRAL = 2, 1, 0
POLARITY, OWN = 3, 4  # OWN: a passage speaks of this very theme, not only of one below it

# Times are microseconds since 1970, UTC; months are counted from year 0. `n_taxonomy`: mentions of the comment.
COMMENTS = {
    "pk": "<i4",
    "at": "<i8",
    "month": "<u2",
    "role": "u1",
    "stage": "u1",
    "source": "u1",
    "survey": "<u2",
    "band": "i1",
    "flags": "u1",
    "person": "<u4",
    "n_taxonomy": "<u2",
    "n_discovered": "<u2",
}
MENTIONS = {"theme": "<u2", "said": "u1"}
# `score` is NaN where the person gave none; `comment` is the row of the words in the comments, -1 without.
ANSWERS = {
    "at": "<i8",
    "score": "<f8",
    "survey": "<u2",
    "role": "u1",
    "stage": "u1",
    "agent": "<u2",
    "comment": "<i4",
    "person": "<u4",
}
# The first eight bytes of the SHA-256 of a respondent's key: two of a million share one with a chance of 3 in 10^8.
PERSONS = "<u8"
SECTIONS: dict[str, Mapping[str, str]] = {
    "comments": COMMENTS,
    "taxonomy": MENTIONS,
    "discovered": MENTIONS,
    "answers": ANSWERS,
    "persons": {"hash": PERSONS},
}
FORMAT = 1


@dataclass(frozen=True)
class Pack:
    """One account: tables of words, and columns by section ("comments", "taxonomy", "discovered", "answers", ...)."""

    tables: dict[str, list[str]]
    sections: dict[str, dict[str, Column]] = field(default_factory=dict)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Count the rows of each section, in the order of `SECTIONS`."""
        return tuple(len(next(iter(self.sections[name].values()))) for name in SECTIONS)


def empty_pack() -> Pack:
    """Give a pack of nothing."""
    sections = {name: {key: np.zeros(0, kind) for key, kind in what.items()} for name, what in SECTIONS.items()}
    return Pack({name: [] for name in TABLES}, sections)


def to_bytes(pack: Pack) -> bytes:
    """Write a pack: a line of JSON (format, tables, rows by section), then each column as it lies in memory."""
    head = json.dumps([FORMAT, pack.tables, pack.sizes], separators=(",", ":"), ensure_ascii=True).encode() + b"\n"
    parts = [
        np.ascontiguousarray(pack.sections[name][key], dtype=kind).tobytes()
        for name, what in SECTIONS.items()
        for key, kind in what.items()
    ]
    return head + b"".join(parts)


def from_bytes(body: bytes) -> Pack:
    """Read what `to_bytes` wrote; the columns are views of the bytes.

    Raises:
        StoreError: Another version wrote it.
    """
    end = body.index(b"\n") + 1
    version, tables, sizes = json.loads(body[:end])
    if version != FORMAT:
        raise StoreError(f"counts are packed in format {version}, this version reads {FORMAT}: run `sottovoce run`")
    sections: dict[str, dict[str, Column]] = {}
    for (name, what), rows in zip(SECTIONS.items(), sizes, strict=True):
        sections[name] = {}
        for key, kind in what.items():
            sections[name][key] = np.frombuffer(body, kind, rows, end)
            end += rows * np.dtype(kind).itemsize
    return Pack(tables, sections)
