"""Search in comments: by words, by meaning, or by both with the two rankings joined."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from data.store.queries.comment_pages import find_comments, page_of
from data.store.queries.comments import CommentQuery, CommentRow, count_comments, list_comments, read_comments
from data.store.queries.meaning import Near, NearRows, by_meaning
from data.store.queries.paging import After, Page
from data.store.queries.reach import Reach, reach_of
from data.store.queries.slices import Slice
from data.store.queries.wanted import Wanted, read_wanted
from data.store.queries.words import Ranked, by_words, highlights, holding

MODES = ("words", "meaning", "both")
# Reciprocal rank fusion: a comment's score is the sum of 1 / (60 + its rank) over the rankings that hold it.
# Source: Cormack, Clarke, Buettcher, "Reciprocal rank fusion outperforms Condorcet ...", SIGIR 2009 (k = 60).
FUSION = 60


@dataclass(frozen=True)
class Question:
    """What is searched for. `vector` (dim,) is the text's by `model_key`, None where only words are looked for."""

    text: str
    mode: str
    vector: NDArray[np.float32] | None = None
    model_key: str = ""
    folder: Path | None = None

    @property
    def wanted(self) -> Wanted:
        """The words asked for."""
        return read_wanted(self.text)


@dataclass(frozen=True)
class Mark:
    """A place in a comment's text, in characters: a word that was asked for, or the passage that is near in meaning."""

    start: int
    end: int
    by: str


@dataclass(frozen=True)
class Hit:
    """A comment that was found: by what, how near in meaning (cosine), and where in its text."""

    comment: CommentRow
    found_by: tuple[str, ...]
    similarity: float | None
    marks: tuple[Mark, ...] = ()


@dataclass(frozen=True)
class Found:
    """A ranking, best first, before its comments are read. `more`: there are others that were not ranked."""

    pks: tuple[int, ...]
    by_word: frozenset[int]
    near: Mapping[int, Near]
    more: bool


def find(session: Session, filters: Slice, question: Question, *, query: CommentQuery) -> Found:
    """Rank the comments of a slice."""
    words, near = Ranked([], False), NearRows([], False)
    if question.mode != "meaning":
        words = by_words(session, filters, question.wanted, query=query)
    if question.mode != "words" and question.vector is not None:
        near = by_meaning(
            session,
            filters,
            question.vector,
            query=query,
            model_key=question.model_key,
            folder=question.folder,
        )
    unwanted = holding(session, question.wanted.unwanted, [one.pk for one in near.rows])
    close = {one.pk: one for one in near.rows if one.pk not in unwanted}
    by_word = [pk for pk, _ in words.rows]
    return Found(
        pks=tuple(fuse([by_word, list(close)])),
        by_word=frozenset(by_word),
        near=close,
        more=words.more or near.more,
    )


def fuse(rankings: Sequence[Sequence[int]], *, k: int = FUSION) -> list[int]:
    """Join rankings by reciprocal rank; ties go to the higher key, which came in later."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for place, pk in enumerate(ranking, start=1):
            scores[pk] = scores.get(pk, 0.0) + 1 / (k + place)
    return sorted(scores, key=lambda pk: (-scores[pk], -pk))


@dataclass(frozen=True)
class Newest:
    """A page of comments, how many there are in all, and from whom; `reach` None where that is not known."""

    page: Page[CommentRow]
    total: int
    reach: Reach | None


def list_newest(
    session: Session, filters: Slice, *, query: CommentQuery, limit: int, after: After | None, counted: bool = True
) -> Newest:
    """Give a page of the comments of a slice, newest first, and how many there are in all (0 unless `counted`).

    Languages and features are not in the columns: such a list is read from the table, its cursor is another one
    (`is_columnar`), and from whom its comments come is not counted.
    """
    if is_columnar(query):
        found = find_comments(session, filters, query)
        reach = reach_of(session, filters, found) if counted else None
        return Newest(page_of(session, filters, found, limit=limit, after=after), len(found), reach)
    page = list_comments(session, filters, query=query, limit=limit, after=after)
    return Newest(page, count_comments(session, filters, query=query) if counted else 0, None)


def is_columnar(query: CommentQuery) -> bool:
    """Whether a list can be found in the columns."""
    return not (query.languages or query.features or query.empty_talk or query.ids)


def read_hits(
    session: Session, filters: Slice, question: Question, found: Found, *, pks: Sequence[int], marked: bool = True
) -> list[Hit]:
    """Read the comments of a page of a ranking, with the places of what was found."""
    rows = read_comments(session, filters, pks)
    texts = {row.pk: row.text for row in rows}
    words = highlights(session, question.wanted, texts) if marked else {}
    return [_hit(row, found, words.get(row.pk, []), marked=marked) for row in rows]


def _hit(row: CommentRow, found: Found, words: Sequence[tuple[int, int]], *, marked: bool) -> Hit:
    near = found.near.get(row.pk)
    by = (("words",) if row.pk in found.by_word else ()) + (("meaning",) if near else ())
    hit = Hit(row, by, near.similarity if near else None)
    if not marked:
        return hit
    marks = [Mark(start, end, "words") for start, end in words]
    if near is not None:
        marks.append(Mark(near.start, near.end, "meaning"))
    return replace(hit, marks=tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.by))))
