"""Which texts say the same: equal after case, blanks and punctuation, or nearly so with equal negations, numbers."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.text.placeholder import PLACEHOLDER

_PERSON = re.compile(r"<PERSON_\d+>")
# Marks with a meaning of their own: signs of a number ("-5", "1.5", "30 %"), and names such as C++ and C#.
_KEPT = re.compile(r"(?<=\d)[.,:](?=\d)|[-+](?=\d)|(?<=[^\W_])[+#]+|[%€$£]")
_DROPPED = re.compile(r"[^\w\s\ue000]+|_")
_NEGATION = re.compile(
    r"\b(?:not?|never|none|nothing|nobody|nowhere|neither|nor|without|cannot|\w+n[o']?t|lack(?:s|ed|ing)?|"
    r"hardly|barely|un(?:able|happy|clear|usable|reliable|helpful|resolved|stable|satisfied|likely|fair))\b"
)
_NUMBER = re.compile(
    r"\d+(?:[.,:]\d+)*|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twice|half|double|dozen|hundred|"
    r"thousand)\b"
)
# Character 4-grams tell "export" from "import"; 16 bands of 4 rows find a pair of Jaccard .85 with p = .99999.
_GRAM = 4
_BANDS, _ROWS = 16, 4
# Texts of one bucket are compared with this many before them (in sorted order), which keeps the work linear.
_LOOK_BACK = 12
_CHUNK = 4096
_GOLDEN = np.uint64(0x9E3779B97F4A7C15)


def normal_form(text: str) -> str:
    """Return the text without case, doubled blanks and punctuation; people lose their numbers. Idempotent."""
    text = PLACEHOLDER.sub(
        lambda match: f" {_PERSON.sub('person', match.group()).strip('<>').lower()}placeholder ", text
    )
    text = unicodedata.normalize("NFKC", text).casefold().replace("’", "'").replace("'", "").replace("\ue000", " ")
    kept: list[str] = []
    text = _KEPT.sub(lambda match: kept.append(match.group()) or "\ue000", text)  # type: ignore[func-returns-value]
    text = _DROPPED.sub(" ", text)
    marks = iter(kept)
    return " ".join(re.sub("\ue000", lambda _match: next(marks), text).split())


def content_key(text: str) -> str:
    """Return the key for analysing a text once: SHA-256 of its normal form, or of the text if that is blank."""
    return hashlib.sha256((normal_form(text) or text.strip()).encode("utf-8", "replace")).hexdigest()


def near_groups(texts: Sequence[str], *, threshold: float = 0.85, seed: int = 0) -> NDArray[np.int64]:
    """Return for each text the index of the text that stands for its group; (n,), a lone text stands for itself.

    Two texts join when the Jaccard similarity of their character 4-grams reaches the threshold and their negations
    and numbers agree. The groups do not depend on the order of the texts. Source: Broder 1997 (MinHash), banded.
    """
    forms = [normal_form(text) for text in texts]
    heads: dict[str, int] = {}
    for place in sorted(range(len(texts)), key=lambda place: (forms[place], texts[place])):
        heads.setdefault(forms[place], place)
    # Equal forms are one from here on, so a wording that thousands wrote costs as much as one.
    distinct = list(heads)
    parents = list(range(len(distinct)))
    grams: dict[int, frozenset[str]] = {}
    for left, right in _candidates(distinct, seed=seed):
        one, other = _root(parents, left), _root(parents, right)
        if one != other and _same(distinct, left, right, threshold=threshold, grams=grams):
            # The first in order stands for the group.
            parents[max(one, other)] = min(one, other)
    first = {form: heads[distinct[_root(parents, number)]] for number, form in enumerate(distinct)}
    return np.array([first[form] for form in forms], dtype=np.int64)


def agree(left: str, right: str) -> bool:
    """Say whether two normal forms hold the same negations and numbers."""
    return _facts(left) == _facts(right)


def _facts(form: str) -> tuple[Counter[str], int]:
    return Counter(_NUMBER.findall(form)), len(_NEGATION.findall(form))


def _same(forms: Sequence[str], left: int, right: int, *, threshold: float, grams: dict[int, frozenset[str]]) -> bool:
    for place in (left, right):
        if place not in grams:
            grams[place] = _grams(forms[place])
    shared = len(grams[left] & grams[right])
    union = len(grams[left]) + len(grams[right]) - shared
    return union > 0 and shared >= threshold * union and agree(forms[left], forms[right])


def _grams(form: str) -> frozenset[str]:
    padded = f" {form} "
    return frozenset(padded[place : place + _GRAM] for place in range(max(1, len(padded) - _GRAM + 1)))


def _candidates(forms: Sequence[str], *, seed: int) -> list[tuple[int, int]]:
    """Return pairs of places that share a band, each form with a few before it in order."""
    if not forms:
        return []
    bands = np.concatenate(
        [_signatures(forms[start : start + _CHUNK], seed=seed) for start in range(0, len(forms), _CHUNK)]
    )
    found: list[NDArray[np.int64]] = []
    for band in range(_BANDS):
        column = bands[:, band]
        ranks = np.argsort(column, kind="stable")
        for back in range(1, _LOOK_BACK + 1):
            hits = np.flatnonzero(column[ranks[back:]] == column[ranks[:-back]])
            found.append(ranks[hits] * len(forms) + ranks[hits + back])
    pairs = np.unique(np.concatenate(found))
    return list(zip((pairs // len(forms)).tolist(), (pairs % len(forms)).tolist(), strict=True))


def _signatures(forms: Sequence[str], *, seed: int) -> NDArray[np.uint64]:
    """Return the MinHash of each form's 4-grams, folded to one number a band; (n, bands)."""
    padded = [f" {form} ".ljust(_GRAM) for form in forms]
    codes = np.frombuffer("".join(padded).encode("utf-32-le", "replace"), dtype=np.uint32).astype(np.uint64)
    lengths = np.array([len(text) for text in padded])
    starts = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    windows = np.zeros(len(codes), dtype=np.uint64)
    for offset in range(_GRAM):
        shifted = np.roll(codes, -offset)
        windows = (windows ^ shifted) * _GOLDEN
        windows ^= windows >> np.uint64(29)
    inside = np.ones(len(codes), dtype=bool)
    for offset in range(1, _GRAM):
        inside[starts + lengths - offset] = False
    windows = np.where(inside, windows, np.uint64(2**64 - 1))
    rng = np.random.default_rng(seed)
    folded = np.zeros((len(forms), _BANDS), dtype=np.uint64)
    for band in range(_BANDS):
        for _row in range(_ROWS):
            factor = rng.integers(0, 2**64, dtype=np.uint64) | np.uint64(1)
            mixed = np.where(inside, (windows * factor) ^ (windows >> np.uint64(31)), np.uint64(2**64 - 1))
            folded[:, band] = folded[:, band] * _GOLDEN ^ np.minimum.reduceat(mixed, starts)
    return folded


def _root(parents: list[int], place: int) -> int:
    while parents[place] != place:
        parents[place] = parents[parents[place]]
        place = parents[place]
    return place
