"""Comments by meaning: the passages whose vectors are nearest to a question's.

Of a slice with few comments every passage is compared. Else the index of meanings gives candidates, which are compared
with the true vectors and then narrowed by the filters; where few fit, more candidates are asked for. Of a slice of few
accounts the candidates are theirs from the start.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from data.store.columns.whole import Whole
from data.store.models import Comment, Embedding, Passage
from data.store.queries.account_passages import AccountPassages, passages_of
from data.store.queries.comment_pages import Found, find_comments
from data.store.queries.comments import CommentQuery, conditions_of
from data.store.queries.slices import Slice
from data.store.queries.spoken import speaks_of
from data.store.repositories import sketches as kept
from data.store.repositories.bulk import chunks
from data.store.repositories.runs import get_fact
from data.store.sketches import KEY_TYPE, Sketches, reader

# Comments that a search by meaning ranks.
RANKED = 500
# The cosine under which a passage of MiniLM has nothing to do with the question: unrelated pairs lie about 0 to .2.
LEAST_SIMILARITY = 0.25
# Candidates asked for first, and at most; .995 of the true ten nearest are among the first (`data.store.sketches`).
CANDIDATES, MOST_CANDIDATES = 400, 6_400
# Candidates among the passages of few accounts: all of the true ten nearest, .994 of fifty (60 questions, a million).
OWN_CANDIDATES = 800
# With so many comments found no more candidates are asked for: a true vector takes 50 us to read.
ENOUGH = 25
# Of a slice with up to so many comments every passage is compared: about 80 ms, 15 ms for the few for whom nothing else
# is tried.
COMPARED, FEW = 2_500, 500
# Of a slice of accounts with up to so many comments in all, candidates are their passages: 5 ms, and 10 us a comment
# once, to read which passages these are.
OWN_COMMENTS = 40_000
# A passage of a few characters is near to many questions and says little ("One request."): it ranks lower, down to
# this share of its cosine for an empty one; from so many characters on it ranks by its cosine.
SHORT_SHARE, LONG_ENOUGH = 0.75, 60
# Texts whose comments are read at once, the nearest first.
TEXTS_AT_ONCE = 100
# Comments shown of one and the same passage, newest first ("Great support.").
OF_ONE_TEXT = 50


@dataclass(frozen=True)
class Near:
    """A comment whose passage from `start` to `end` (characters of its text) is near: cosine `similarity`."""

    pk: int
    similarity: float
    start: int
    end: int

    @property
    def weight(self) -> float:
        """What it is ranked by."""
        share = min(1.0, (self.end - self.start) / LONG_ENOUGH)
        return self.similarity * (SHORT_SHARE + (1 - SHORT_SHARE) * share)


@dataclass(frozen=True)
class NearRows:
    """Comments, nearest first. `more`: others may be near too."""

    rows: list[Near]
    more: bool


def can_compare(session: Session, model_key: str, folder: Path | None) -> str:
    """Say why this model's questions can't be compared with what is stored; "" where they can."""
    fact = get_fact(session, kept.FACT)
    if fact is None:
        return "the index of meanings was not made yet: run `sottovoce run`"
    if fact["model_key"] != model_key:
        return f"the index of meanings holds vectors of {fact['model_key']}, questions are {model_key}: run again"
    if fact["where"] == kept.IN_FILE and (folder is None or reader(folder).get() is None):
        return f"the index of meanings is not in {folder}: run `sottovoce run` there, or serve on that machine"
    return ""


def by_meaning(
    session: Session,
    filters: Slice,
    vector: NDArray[np.float32],
    *,
    query: CommentQuery,
    model_key: str,
    folder: Path | None,
) -> NearRows:
    """Rank the comments of a slice by their nearest passage, ties newest first.

    Args:
        session: To read with; `can_compare` said that it can.
        filters: Whose comments, and when.
        vector: (dim,) float32 unit vector of the question.
        query: Further conditions.
        model_key: The model that made the vector.
        folder: Where the index lies, unless the database keeps it.
    """
    try:
        return _ranked(session, filters, vector, query=query, model_key=model_key, folder=folder)
    finally:
        index = reader(folder).get() if folder is not None else None
        if index is not None:
            index.let_go()


def _ranked(
    session: Session,
    filters: Slice,
    vector: NDArray[np.float32],
    *,
    query: CommentQuery,
    model_key: str,
    folder: Path | None,
) -> NearRows:
    scope = find_comments(session, filters, replace(query, languages=(), features=()))
    # The columns have narrowed by everything but languages and features.
    conditions = _conditions(session, filters, query) if query.languages or query.features else []
    own = _own_passages(session, scope, folder) if len(scope) > FEW else None
    if own is None and len(scope) <= COMPARED:
        pks = scope.whole.comments["pk"][scope.rows].tolist() if len(scope) else []
        return _of_few(session, pks, vector, conditions=conditions, model_key=model_key)
    similar = partial(_similar, session, vector=vector, model_key=model_key)
    if own is not None:
        index, passages = own
        near = partial(index.nearest, vector, among=np.unique(passages.text))
        said = partial(_said_of, passages, index, scope.whole)
        if conditions:
            said = partial(_said, session, conditions=conditions, inside=None)
        return _of_all(near, similar, said, first=OWN_CANDIDATES)
    # Unless languages or features are asked for, the columns say what fits, without a look at each comment.
    inside = None if conditions else np.sort(scope.whole.comments["pk"][scope.rows])
    # Of candidates only the slice's share fits: with a small one more are asked for at once.
    share = len(scope) / len(scope.whole.comments["pk"])
    return _of_all(
        partial(_candidates, session, vector, folder=folder),
        similar,
        partial(_said, session, conditions=conditions, inside=inside),
        first=min(max(CANDIDATES, int(ENOUGH / share)), MOST_CANDIDATES),
    )


def _conditions(session: Session, filters: Slice, query: CommentQuery) -> list[ColumnElement[bool]]:
    conditions = conditions_of(session, filters, query)
    if query.theme_key is not None:
        conditions.append(speaks_of(session, query.theme_key, query.polarity))
    return conditions


def _own_passages(session: Session, scope: Found, folder: Path | None) -> tuple[Sketches, AccountPassages] | None:
    """Give the index and the slice's passages in it; None for a slice of many accounts, or without an index here."""
    if len(scope) > OWN_COMMENTS or folder is None or _is_in_database(session):
        return None
    index = reader(folder).get()
    if index is None:
        return None
    account = scope.whole.comments["account"]
    accounts = np.flatnonzero(np.bincount(account[scope.rows]))
    theirs = np.searchsorted(account, accounts.astype(account.dtype), side="right")
    theirs -= np.searchsorted(account, accounts.astype(account.dtype))
    if theirs.sum() > OWN_COMMENTS or scope.whole.nobody in accounts:
        return None
    inside = np.zeros(len(account), bool)
    inside[scope.rows] = True
    return index, passages_of(session, scope.whole, index, accounts.tolist()).within(inside)


def _of_few(
    session: Session,
    pks: Sequence[int],
    vector: NDArray[np.float32],
    *,
    conditions: Sequence[ColumnElement[bool]],
    model_key: str,
) -> NearRows:
    rows: list[tuple[int, int, int, bytes]] = []
    for part in chunks(pks):
        statement = (
            select(Passage.comment_pk, Passage.start, Passage.end, Embedding.vector)
            .join(Embedding, (Embedding.text_key == Passage.text_key) & (Embedding.model_key == model_key))
            .where(Passage.comment_pk.in_(part))
        )
        if conditions:
            statement = statement.join(Comment, Comment.id == Passage.comment_pk).where(*conditions)
        rows += [(pk, start, end, packed) for pk, start, end, packed in session.execute(statement)]
    cosines = _cosines([row[3] for row in rows], vector)
    near = [Near(pk, cosine, start, end) for (pk, start, end, _), cosine in zip(rows, cosines, strict=True)]
    ranked = _best([one for one in near if one.similarity >= LEAST_SIMILARITY])
    return NearRows(ranked[:RANKED], len(ranked) > RANKED)


def _of_all(
    nearest: Callable[[int], list[str]],
    similar: Callable[[Sequence[str]], dict[str, float]],
    said: Callable[[dict[str, float]], list[Near]],
    *,
    first: int,
) -> NearRows:
    asked, seen, near = first, 0, list[Near]()
    while True:
        candidates = nearest(asked)
        sure = similar(candidates[seen:])
        near += said(sure)
        found = _best(near)
        # Past the line of likeness, or with nothing left to ask for, there is no more to be found.
        ended = len(candidates) < asked or not sure
        if ended or len(found) >= ENOUGH or asked >= MOST_CANDIDATES:
            return NearRows(found[:RANKED], not ended)
        asked, seen = min(asked * 4, MOST_CANDIDATES), len(candidates)


def _candidates(session: Session, vector: NDArray[np.float32], count: int, *, folder: Path | None) -> list[str]:
    if _is_in_database(session):
        return kept.nearest_sketches(session, vector, count)
    index = reader(folder).get() if folder is not None else None
    return index.nearest(vector, count) if index is not None else []


def _is_in_database(session: Session) -> bool:
    fact = get_fact(session, kept.FACT)
    return fact is not None and fact["where"] == kept.IN_DATABASE


def _similar(session: Session, keys: Sequence[str], *, vector: NDArray[np.float32], model_key: str) -> dict[str, float]:
    """Compare candidates with their true vectors; those that are not like the question are left out."""
    found: dict[str, float] = {}
    for part in chunks(keys):
        rows = session.execute(
            select(Embedding.text_key, Embedding.vector).where(
                Embedding.model_key == model_key, Embedding.text_key.in_(part)
            )
        ).all()
        cosines = _cosines([row[1] for row in rows], vector)
        found |= {key: cosine for (key, _), cosine in zip(rows, cosines, strict=True) if cosine >= LEAST_SIMILARITY}
    return found


def _said(
    session: Session,
    sure: dict[str, float],
    *,
    conditions: Sequence[ColumnElement[bool]],
    inside: NDArray[np.integer] | None,
) -> list[Near]:
    """Give the comments that hold these passages; `inside` are the keys of those that fit, ascending, where known."""
    place = func.row_number().over(partition_by=Passage.text_key, order_by=Passage.id.desc()).label("place")
    columns = (Passage.text_key, Passage.comment_pk, Passage.start, Passage.end)
    found = list[Near]()
    for part in chunks(sorted(sure, key=lambda key: -sure[key]), TEXTS_AT_ONCE):
        # What is left weighs no more than its cosine: with enough before it, it is not ranked.
        if len({one.pk for one in found if one.weight > sure[part[0]]}) >= RANKED:
            break
        if inside is not None:
            held: dict[str, list[Near]] = {}
            rows = session.execute(select(*columns).where(Passage.text_key.in_(part)).order_by(Passage.id.desc())).all()
            fits = _in_sorted(np.array([row[1] for row in rows], dtype=np.int64), inside)
            for (key, pk, start, end), fit in zip(rows, fits, strict=True):
                if fit and len(same := held.setdefault(key, [])) < OF_ONE_TEXT:
                    same.append(Near(pk, sure[key], start, end))
            found += [one for same in held.values() for one in same]
            continue
        numbered = (
            select(*columns, place)
            .join(Comment, Comment.id == Passage.comment_pk)
            .where(Passage.text_key.in_(part), *conditions)
            .subquery("numbered")
        )
        names = (numbered.c.text_key, numbered.c.comment_pk, numbered.c.start, numbered.c.end)
        shown = session.execute(select(*names).where(numbered.c.place <= OF_ONE_TEXT))
        found += [Near(pk, sure[key], start, end) for key, pk, start, end in shown]
    return found


def _said_of(passages: AccountPassages, index: Sketches, whole: Whole, sure: dict[str, float]) -> list[Near]:
    """Give the comments that hold these passages, of passages that are known already."""
    keys = np.array(list(sure), dtype=KEY_TYPE)
    cosines = dict(zip(index.rows_of(keys).tolist(), sure.values(), strict=True))
    rows = np.flatnonzero(np.isin(passages.text, list(cosines)))[::-1]
    columns = (whole.comments["pk"][passages.row[rows]], passages.start[rows], passages.end[rows], passages.text[rows])
    found, shown = list[Near](), Counter[int]()
    for pk, start, end, text in zip(*(column.tolist() for column in columns), strict=True):
        shown[text] += 1
        if shown[text] <= OF_ONE_TEXT:
            found.append(Near(pk, cosines[text], start, end))
    return found


def _in_sorted(values: NDArray[np.int64], known: NDArray[np.integer]) -> list[bool]:
    """Say of each value whether it is among the known ones, ascending."""
    if not len(known):
        return [False] * len(values)
    places = np.minimum(np.searchsorted(known, values), len(known) - 1)
    same: list[bool] = (known[places] == values).tolist()
    return same


def _cosines(packed: Sequence[bytes], vector: NDArray[np.float32]) -> list[float]:
    if not packed:
        return []
    rows = np.frombuffer(b"".join(packed), dtype="<f2").reshape(len(packed), -1).astype(np.float32)
    cosines: list[float] = (rows @ vector).round(6).tolist()
    return cosines


def _best(near: Sequence[Near]) -> list[Near]:
    """Keep each comment's best passage; best first, then the newest, then the first passage."""
    best: dict[int, Near] = {}
    for one in sorted(near, key=lambda one: (-one.weight, -one.pk, one.start)):
        best.setdefault(one.pk, one)
    return list(best.values())
