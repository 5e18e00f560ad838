"""Make packs from the tables: comments, their mentions rolled up by theme, and answers, account by account."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from data.store.columns.pack import (
    ANALYSED,
    ANSWERS,
    COMMENTS,
    KINDS,
    LISTED,
    MENTIONS,
    NEGATIVE,
    NEUTRAL,
    NO_BAND,
    NO_NAME,
    NO_PERSON,
    NO_ROW,
    OWN,
    PERSONS,
    POSITIVE,
    TABLES,
    VENDOR,
    Column,
    Pack,
)
from data.store.models import Comment, Mention, Response, Theme

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RANK = {"negative": NEGATIVE, "positive": POSITIVE, "neutral": NEUTRAL}


def build_packs(session: Session, account_keys: Sequence[str]) -> dict[str, Pack]:
    """Pack accounts ("" for what has none); those that said nothing are left out."""
    comments, answers = _comments(session, account_keys), _answers(session, account_keys)
    mentions = _mentions(session, account_keys)
    found = [key for key in account_keys if key in comments or key in answers]
    return {key: _pack(comments.get(key, []), answers.get(key, []), mentions) for key in found}


def microseconds(time: datetime) -> int:
    """Give a time as microseconds since 1970."""
    return (time - _EPOCH) // _MICROSECOND


def month_number(time: datetime) -> int:
    """Count a time's month from year 0."""
    return time.year * 12 + time.month - 1


def of_accounts(column: InstrumentedAttribute[Any], account_keys: Sequence[str]) -> ColumnElement[bool]:
    """Match rows of these accounts; "" matches those without one."""
    named = column.in_([key for key in account_keys if key])
    return or_(named, column.is_(None)) if "" in account_keys else named


_COMMENT = (
    Comment.id,
    Comment.said_at,
    Comment.role,
    Comment.stage,
    Comment.source,
    Comment.survey_id,
    Comment.score_band,
    Comment.respondent_key,
    Comment.vendor_voice,
    Comment.analysed,
    and_(Comment.text.is_not(None), Comment.empty_reason.is_(None)),
    Comment.kind,
    Comment.origin_id,
)
_ANSWER = (
    Response.response_id,
    Response.responded_at,
    Response.score,
    Response.survey_id,
    Response.role,
    Response.stage,
    Response.agent_id,
    Response.contact_id,
)


def _comments(session: Session, account_keys: Sequence[str]) -> dict[str, list[Any]]:
    shown = or_(Comment.analysed.is_(True), and_(Comment.text.is_not(None), Comment.empty_reason.is_(None)))
    statement = select(Comment.account_id, *_COMMENT).where(of_accounts(Comment.account_id, account_keys), shown)
    return _by_account(session.execute(statement.order_by(Comment.id)))


def _answers(session: Session, account_keys: Sequence[str]) -> dict[str, list[Any]]:
    statement = select(Response.account_id, *_ANSWER).where(of_accounts(Response.account_id, account_keys))
    return _by_account(session.execute(statement.order_by(Response.response_id)))


def _by_account(rows: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for key, *row in rows:
        found[key or ""].append(row)
    return found


# By kind and comment: theme -> rank of the polarity, and whether a passage speaks of this very theme.
_Mentions = dict[str, dict[int, dict[str, int]]]


def _mentions(session: Session, account_keys: Sequence[str]) -> _Mentions:
    """Roll mentions up to one a comment and theme; a theme above counts a comment once, with its worst polarity."""
    rows = session.execute(
        select(Mention.comment_pk, Mention.kind, Mention.theme_key, Theme.parent_key, Mention.polarity)
        .join(Comment, Comment.id == Mention.comment_pk)
        .join(Theme, Theme.theme_key == Mention.theme_key)
        .where(of_accounts(Comment.account_id, account_keys), Comment.analysed.is_(True))
    )
    found: _Mentions = {kind: defaultdict(dict) for kind in KINDS}
    for pk, kind, key, parent, polarity in rows:
        themes, rank = found[kind][pk], _RANK[polarity]
        themes[key] = _worse(themes.get(key, NEUTRAL), rank) | OWN
        if parent is not None:
            themes[parent] = _worse(themes.get(parent, NEUTRAL), rank)
    return found


def _worse(said: int, rank: int) -> int:
    return max(said & ~OWN, rank) | (said & OWN)


class _Words:
    """A table of words, in the order in which they come."""

    def __init__(self) -> None:
        self.places: dict[str, int] = {}

    def codes(self, values: Iterable[str | None], kind: str, *, missing: int | None = None) -> Column:
        """Number values; None takes `missing`, or is the empty word."""
        places = self.places
        numbers = [
            missing if value is None and missing is not None else places.setdefault(value or "", len(places))
            for value in values
        ]
        return np.array(numbers, dtype=kind)


def _pack(comments: list[Any], answers: list[Any], mentions: _Mentions) -> Pack:
    words, persons = {name: _Words() for name in TABLES}, _Words()
    sections = {kind: _of_themes(comments, mentions[kind], words["themes"]) for kind in KINDS}
    said, answered = _columns(comments, len(_COMMENT)), _columns(answers, len(_ANSWER))
    pk, at, role, stage, source, survey, band, person, vendor, analysed, listed, kinds, origins = said
    flags = [
        (ANALYSED if a else 0) | (LISTED if shown else 0) | (VENDOR if v else 0)
        for a, shown, v in zip(analysed, listed, vendor, strict=True)
    ]
    sections["comments"] = {
        "pk": np.array(pk, COMMENTS["pk"]),
        "at": np.array([microseconds(time) for time in at], COMMENTS["at"]),
        "month": np.array([month_number(time) for time in at], COMMENTS["month"]),
        "role": words["roles"].codes(role, "u1"),
        "stage": words["stages"].codes(stage, "u1"),
        "source": words["sources"].codes(source, "u1"),
        "survey": words["surveys"].codes(survey, COMMENTS["survey"], missing=NO_NAME),
        "band": np.array([NO_BAND if value is None else value for value in band], COMMENTS["band"]),
        "flags": np.array(flags, COMMENTS["flags"]),
        "person": persons.codes(person, COMMENTS["person"]),
        **{f"n_{kind}": _counts(pk, mentions[kind]) for kind in KINDS},
    }
    rows = {origin: row for row, (kind, origin) in enumerate(zip(kinds, origins, strict=True)) if kind == "response"}
    key, when, score, survey, role, stage, agent, contact = answered
    sections["answers"] = {
        "at": np.array([microseconds(time) for time in when], ANSWERS["at"]),
        "score": np.array([np.nan if value is None else value for value in score], ANSWERS["score"]),
        "survey": words["surveys"].codes(survey, ANSWERS["survey"]),
        "role": words["roles"].codes(role, "u1"),
        "stage": words["stages"].codes(stage, "u1"),
        "agent": words["agents"].codes(agent, ANSWERS["agent"], missing=NO_NAME),
        "comment": np.array([rows.get(one, NO_ROW) for one in key], ANSWERS["comment"]),
        "person": persons.codes(contact, ANSWERS["person"], missing=NO_PERSON),
    }
    sections["persons"] = {"hash": np.array([person_hash(one) for one in persons.places], PERSONS)}
    return Pack({name: list(table.places) for name, table in words.items()}, sections)


def person_hash(key: str) -> int:
    """Give the number that stands for a respondent."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8], "little")


def _columns(rows: list[Any], width: int) -> list[Sequence[Any]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


def _counts(pks: Iterable[int], mentions: dict[int, dict[str, int]]) -> Column:
    return np.array([len(mentions.get(pk, ())) for pk in pks], COMMENTS["n_taxonomy"])


def _of_themes(comments: list[Any], mentions: dict[int, dict[str, int]], words: _Words) -> dict[str, Column]:
    keys: list[str] = []
    said: list[int] = []
    for pk, *_ in comments:
        for key, value in sorted(mentions.get(pk, {}).items()):
            keys.append(key)
            said.append(value)
    return {"theme": words.codes(keys, MENTIONS["theme"]), "said": np.array(said, MENTIONS["said"])}
