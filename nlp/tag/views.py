"""What a text looks like to a classifier of few examples: vectors of it, its clauses and words, and plain signs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed.types import Embedder, Vectors
from nlp.errors import TagError
from nlp.sentiment.lexicon import Lexicon, lexicon_features
from nlp.text.canonical import canonical

# Where one point of an English sentence ends and another may begin. In other languages only the marks part clauses.
_CLAUSE_END = re.compile(
    r"[.!?;,:()\n]+|\s[-–—]+\s"
    r"|\b(?:and|but|or|while|although|though|which|because|however|yet|except|so)\b",
    re.IGNORECASE,
)
_WORD = re.compile(r"\b\w\w+\b")
# A clause of fewer words joins the one before it.
CLAUSE_WORDS = 2
# exp(3): the words of a middling comment, from which the length is counted.
MIDDLE_LENGTH = 3.0


@dataclass(frozen=True)
class Words:
    """The words of texts, each one a text of its own to the encoder.

    Attributes:
        vectors: (words, dim) of the distinct words.
        at: (m,) which word, those of one text next to each other; a text has at least one.
        starts: (n,) the first of each text.
    """

    vectors: Vectors
    at: NDArray[np.int64]
    starts: NDArray[np.int64]

    def take(self, texts: NDArray[np.int64]) -> "Words":
        """Return the words of some texts."""
        chosen, starts = clause_rows(self.starts, len(self.at), texts)
        return Words(self.vectors, self.at[chosen], starts)


@dataclass(frozen=True)
class Views:
    """Texts as arrays. Without clauses, a second encoder, signs or words a classifier does with the rest.

    Attributes:
        texts: As written.
        whole: (n, dim) vector of each text.
        parts: (m, dim) vectors of the clauses, those of one text next to each other; m >= n.
        starts: (n,) the first clause of each text.
        second: (n, other) vectors by another encoder.
        signs: (n, signs) valences, length, question and exclamation.
        words: Vectors of the words; what the names of labels are compared with.
    """

    texts: tuple[str, ...]
    whole: Vectors
    parts: Vectors | None = None
    starts: NDArray[np.int64] | None = None
    second: Vectors | None = None
    signs: Vectors | None = None
    words: Words | None = None

    def __len__(self) -> int:
        """Count the texts."""
        return len(self.texts)

    def take(self, rows: Sequence[int] | NDArray[np.int64]) -> "Views":
        """Return some of the texts, in the order asked for."""
        at = np.asarray(rows, dtype=np.int64)
        parts, starts = self.parts, self.starts
        if parts is not None and starts is not None:
            chosen, starts = clause_rows(starts, len(parts), at)
            parts = parts[chosen]
        return Views(
            tuple(self.texts[row] for row in at),
            self.whole[at],
            parts,
            starts,
            None if self.second is None else self.second[at],
            None if self.signs is None else self.signs[at],
            None if self.words is None else self.words.take(at),
        )


@dataclass(frozen=True)
class Viewer:
    """Looks at texts with what there is.

    Attributes:
        embedder: The plain encoder.
        second: Another encoder; one that was tuned for customers' comments helps where labels are kinds of comment.
        lexicon: Word list for the valences among the signs.
        clauses: Embed clauses too: two or three times the work, and worth it where a text has several labels.
        words: Embed the distinct words too, a tenth of the work: where a text has several labels, for their names.
    """

    embedder: Embedder
    second: Embedder | None = None
    lexicon: Lexicon | None = None
    clauses: bool = True
    words: bool = False

    def look(self, texts: Sequence[str], *, whole: Vectors | None = None) -> Views:
        """Return the views of texts; `whole` hands in their vectors.

        Raises:
            TagError: `whole` has another length.
        """
        if whole is not None and len(whole) != len(texts):
            raise TagError(f"{len(texts)} texts and {len(whole)} vectors; hand in one vector a text")
        plain = [canonical(text) for text in texts]
        parts, starts = self._parts(texts) if self.clauses else (None, None)
        return Views(
            tuple(texts),
            self.embedder.embed(plain) if whole is None else whole,
            parts,
            starts,
            None if self.second is None else self.second.embed(plain),
            None if self.lexicon is None else signs(texts, self.lexicon),
            self._words(texts) if self.words else None,
        )

    def name(self, names: Mapping[str, str]) -> dict[str, Vectors]:
        """Return the vector of each label's name."""
        return dict(zip(names, self.embedder.embed([canonical(name) for name in names.values()]), strict=True))

    def _parts(self, texts: Sequence[str]) -> tuple[Vectors, NDArray[np.int64]]:
        distinct, at, starts = _distinct([[canonical(clause) for clause in clauses(text)] for text in texts])
        return self.embedder.embed(distinct)[at], starts

    def _words(self, texts: Sequence[str]) -> Words:
        distinct, at, starts = _distinct([_WORD.findall(text.lower()) or [canonical(text)] for text in texts])
        return Words(self.embedder.embed(distinct), at, starts)


def _distinct(split: Sequence[Sequence[str]]) -> tuple[list[str], NDArray[np.int64], NDArray[np.int64]]:
    """Return the distinct pieces of all texts, which of them follow each other, and where each text's begin."""
    flat = [piece for of_one in split for piece in of_one]
    place = {piece: row for row, piece in enumerate(dict.fromkeys(flat))}
    starts = np.cumsum([0, *(len(of_one) for of_one in split[:-1])], dtype=np.int64)[: len(split)]
    return list(place), np.array([place[piece] for piece in flat], dtype=np.int64), starts


def clauses(text: str) -> list[str]:
    """Split a text where a new point may begin; the whole text where nothing can be split, never empty."""
    found: list[str] = []
    for piece in filter(None, (piece.strip() for piece in _CLAUSE_END.split(text))):
        if found and len(piece.split()) < CLAUSE_WORDS:
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found or [text]


def clause_rows(
    starts: NDArray[np.int64], total: int, texts: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the clauses of some texts, text by text, and where each text's begin among them."""
    ends = np.append(starts[1:], total)
    counts = ends[texts] - starts[texts]
    begins = np.cumsum(counts) - counts
    rows = np.repeat(starts[texts] - begins, counts) + np.arange(counts.sum())
    return rows.astype(np.int64), begins.astype(np.int64)


def signs(texts: Sequence[str], lexicon: Lexicon) -> Vectors:
    """Return (n, 9): six of the word list, the length (log words), and whether it asks or exclaims."""
    lengths = [np.log1p(len(text.split())) - MIDDLE_LENGTH for text in texts]
    rest = np.array([[size, "?" in text, "!" in text] for size, text in zip(lengths, texts, strict=True)])
    return np.hstack([lexicon_features(texts, lexicon), rest.reshape(-1, 3)]).astype(np.float32)
