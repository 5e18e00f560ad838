"""Comments by their words: FTS5 on SQLite, tsvector on PostgreSQL; where the words stand in a text.

Only redacted texts are indexed. A word that stands in very many comments is ranked among the newest of them: a search
reads a bounded number of rows, however large the store.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Join, Select, bindparam, column, func, literal_column, select, table, text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Session
from sqlalchemy.sql.compiler import SQLCompiler

from data.store.models import Comment
from data.store.queries.comments import CommentQuery, conditions_of
from data.store.queries.slices import Slice
from data.store.queries.spoken import speaks_of
from data.store.queries.wanted import Term, Wanted, can_narrow, fts5_match, fts5_term

# Comments ranked by a search, newest first where more fit; a list of 200 a page is ten pages long.
RANKED = 2_000
# Matches looked through for the comments that fit the filters, newest first.
LOOKED_THROUGH = 20_000
# Accounts that a search is narrowed to within the index itself.
NARROWED = 60
# Characters that no redacted text holds (it is cleaned of control characters): they mark what was found.
OPEN, CLOSE = "\x02", "\x03"
# How the index of words (migration r3) takes texts apart.
TOKENIZE = "porter unicode61 remove_diacritics 2"
_ENGLISH: ColumnElement[Any] = literal_column("'english'::regconfig")
# The index of words: FTS5 has a rowid, PostgreSQL's table the comment's key and its tsvector.
_WORDS = table("comment_words", column("rowid"), column("comment_pk"), column("words"))


class _InOrder(Join):
    """A join that SQLite reads from left to right: the words first, then the comments that hold them."""

    inherit_cache = True


@compiles(_InOrder)
def _in_order(element: _InOrder, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    options["asfrom"] = True
    sides = [compiler.process(side, **options) for side in (element.left, element.right)]
    del options["asfrom"]
    return f"{' CROSS JOIN '.join(sides)} ON {compiler.process(element.onclause, **options)}"  # type: ignore[arg-type]


@dataclass(frozen=True)
class Ranked:
    """Comments by rank, best first, as (primary key, score). `more`: others fit too, but were not looked at."""

    rows: list[tuple[int, float]]
    more: bool


def by_words(session: Session, filters: Slice, wanted: Wanted, *, query: CommentQuery) -> Ranked:
    """Rank the comments of a slice that hold the wanted words, best first, ties newest first."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    found = _by_fts5(session, filters, wanted, query) if sqlite else _by_tsquery(session, filters, wanted, query)
    rows = sorted(found.rows, key=lambda row: (-row[1], -row[0]))
    return Ranked(rows[:RANKED], found.more)


def _by_fts5(session: Session, filters: Slice, wanted: Wanted, query: CommentQuery) -> Ranked:
    few = filters.accounts is not None and len(filters.accounts) <= NARROWED and can_narrow(filters.accounts)
    match = fts5_match(wanted, accounts=filters.accounts if few else None)
    if match is None:
        return Ranked([], False)
    statement: Select[*tuple[Any, ...]] = (
        select(Comment.id, literal_column("-bm25(comment_words, 1.0, 0.0)"))
        .select_from(_InOrder(_WORDS, Comment.__table__, Comment.id == _WORDS.c.rowid))
        .where(text("comment_words MATCH :match"), *_fitting(session, filters, query))
        .order_by(_WORDS.c.rowid.desc())
        .limit(RANKED + 1)
    )
    values: dict[str, Any] = {"match": match}
    asked = {**values, "skipped": LOOKED_THROUGH}
    # Counting goes twice as fast as looking from the newest on.
    floor = session.scalar(_FLOOR, asked) if session.scalar(_MANY, asked) == LOOKED_THROUGH + 1 else None
    if floor is not None:
        statement = statement.where(_WORDS.c.rowid > floor)
    rows = [(pk, float(score)) for pk, score in session.execute(statement, values)]
    return Ranked(rows, floor is not None or len(rows) > RANKED)


_MANY = text("SELECT count(*) FROM (SELECT 1 FROM comment_words WHERE comment_words MATCH :match LIMIT :skipped + 1)")
_FLOOR = text(
    "SELECT rowid FROM comment_words WHERE comment_words MATCH :match ORDER BY rowid DESC LIMIT 1 OFFSET :skipped"
)


def _by_tsquery(session: Session, filters: Slice, wanted: Wanted, query: CommentQuery) -> Ranked:
    if not wanted.wanted:
        return Ranked([], False)
    asked = _tsquery(wanted)
    words = _WORDS.c.words
    statement = (
        # 1: divided by the logarithm of the text's length, as BM25 prefers the shorter of two texts.
        select(Comment.id, func.ts_rank(words, asked, 1))
        .join(_WORDS, _WORDS.c.comment_pk == Comment.id)
        .where(words.op("@@")(asked), *_fitting(session, filters, query))
        .order_by(Comment.id.desc())
        .limit(RANKED + 1)
    )
    rows = [(pk, float(score)) for pk, score in session.execute(statement)]
    return Ranked(rows, len(rows) > RANKED)


def _fitting(session: Session, filters: Slice, query: CommentQuery) -> list[ColumnElement[bool]]:
    conditions = conditions_of(session, filters, query)
    if query.theme_key is not None:
        conditions.append(speaks_of(session, query.theme_key, query.polarity))
    return conditions


def _tsquery(wanted: Wanted) -> ColumnElement[Any]:
    asked = _one(wanted.wanted[0])
    for term in wanted.wanted[1:]:
        asked = asked.op("&&")(_one(term))
    for term in wanted.unwanted:
        asked = asked.op("&&")(func.tsquery_not(_one(term)))
    return asked


def _one(term: Term) -> ColumnElement[Any]:
    if not term.prefix:
        return func.phraseto_tsquery(_ENGLISH, " ".join(term.tokens))
    # Tokens are letters and digits only; quoted, they can't be operators.
    return func.to_tsquery(_ENGLISH, " <-> ".join(f"'{token}'" for token in term.tokens) + ":*")


def holding(session: Session, terms: Sequence[Term], pks: Sequence[int]) -> set[int]:
    """Give which of these comments hold any of the terms."""
    if not terms or not pks:
        return set()
    if session.get_bind().dialect.name == "sqlite":
        match = "text : (" + " OR ".join(fts5_term(term) for term in terms) + ")"
        return set(session.scalars(_HELD, {"match": match, "pks": list(pks)}))
    asked = _any(terms)
    held = select(_WORDS.c.comment_pk).where(_WORDS.c.comment_pk.in_(pks), _WORDS.c.words.op("@@")(asked))
    return set(session.scalars(held))


_HELD = text("SELECT rowid FROM comment_words WHERE comment_words MATCH :match AND rowid IN :pks").bindparams(
    bindparam("pks", expanding=True)
)


def _any(terms: Sequence[Term]) -> ColumnElement[Any]:
    asked = _one(terms[0])
    for term in terms[1:]:
        asked = asked.op("||")(_one(term))
    return asked


def highlights(session: Session, wanted: Wanted, texts: dict[int, str]) -> dict[int, list[tuple[int, int]]]:
    """Give where the wanted words stand in these comments' texts, by primary key: (start, end) in characters."""
    if not texts or not wanted.wanted:
        return {}
    sqlite = session.get_bind().dialect.name == "sqlite"
    marked = _marked_by_fts5(wanted, texts) if sqlite else _marked_by_headline(session, wanted, texts)
    return {pk: spans(line) for pk, line in marked.items() if _unmarked(line) == texts[pk]}


def _marked_by_fts5(wanted: Wanted, texts: Mapping[int, str]) -> dict[int, str]:
    """Mark any of the words: one that was found by meaning may hold some of them.

    In an index of these few texts alone: marking 50 takes 1 ms, and 45 in the index of a million.
    """
    match = " OR ".join(fts5_term(term) for term in wanted.wanted)
    with closing(sqlite3.connect(":memory:")) as few:
        few.execute(f"CREATE VIRTUAL TABLE few USING fts5(text, tokenize='{TOKENIZE}')")
        few.executemany("INSERT INTO few(rowid, text) VALUES (?, ?)", texts.items())
        return dict(few.execute(_MARKED, (OPEN, CLOSE, match)).fetchall())


_MARKED = "SELECT rowid, highlight(few, 0, ?, ?) FROM few WHERE few MATCH ?"


def _marked_by_headline(session: Session, wanted: Wanted, texts: dict[int, str]) -> dict[int, str]:
    asked = _any(wanted.wanted)
    options = f"StartSel={OPEN},StopSel={CLOSE},HighlightAll=true"
    marked = func.ts_headline(_ENGLISH, Comment.text, asked, options)
    rows: Select[*tuple[Any, ...]] = select(Comment.id, marked).where(Comment.id.in_(texts))
    return {pk: line for pk, line in session.execute(rows)}


def spans(marked: str) -> list[tuple[int, int]]:
    """Turn a text with marks into the places of what is marked, as offsets into the text without them."""
    found: list[tuple[int, int]] = []
    place, start = 0, 0
    for sign in marked:
        if sign == OPEN:
            start = place
        elif sign == CLOSE:
            found.append((start, place))
        else:
            place += 1
    return found


def _unmarked(line: str) -> str:
    return line.replace(OPEN, "").replace(CLOSE, "")
