"""Complaints of broken promises beside the promises on record: likenesses to look at, never a verdict.

A mention shows the words, a commitment what was recorded at the handoff, a likeness the cosine of both. Commitments
are given whether or not anybody's words come near them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, TextClause, bindparam, func, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Commitment, CommitmentMatch, Mention, Passage, PassageText, Staff
from data.store.models.matches import OF_MISMATCH
from data.store.queries.anonymity import Cohorts, anonymous_surveys, may_show
from data.store.queries.grain import comment_filters
from data.store.queries.slices import UNKNOWN, Slice, within
from data.store.repositories.bulk import chunks

# From this cosine on a mention and a commitment are shown as a pair. On the sample all 6 such pairs name the promise
# that was broken; of the 5 nearest between .25 and .35 only 2 do.
LEAST_SIMILARITY = 0.35


@dataclass(frozen=True)
class Promise:
    """A commitment on record."""

    commitment_id: str
    account_id: str
    text: str
    made_by: str | None
    made_by_name: str | None
    made_on: date | None
    handed_over_on: date


@dataclass(frozen=True)
class Likeness:
    """How near a mention's words are to a commitment's, cosine -1..1."""

    commitment_id: str
    similarity: float


@dataclass(frozen=True)
class MismatchMention:
    """One passage that speaks of a broken promise. `likenesses`: the account's commitments, nearest first.

    Role is "unknown" where an anonymous survey's group is too small; `vendor_voice` marks a review note.
    """

    passage_id: int
    comment_pk: int
    comment_id: str
    account_id: str
    passage: str
    said_at: datetime
    source: str
    role: str
    stage: str | None
    score: float | None
    score_band: int | None
    polarity: str
    confidence: float
    vendor_voice: bool
    respondent_key: str
    likenesses: tuple[Likeness, ...] = field(default=())

    def nearest(self, least: float = LEAST_SIMILARITY) -> Likeness | None:
        """Give the nearest commitment from `least` on, None where none is that near."""
        best = next(iter(self.likenesses), None)
        return best if best is not None and best.similarity >= least else None


# Mentions of broken promises, newest first; `MismatchMention` but for its likenesses, then survey and anonymity.
MENTIONS = (
    select(
        Mention.passage_id,
        Mention.comment_pk,
        Comment.comment_id,
        Mention.account_id,
        PassageText.text,
        Mention.said_at,
        Comment.source,
        Comment.role,
        Comment.stage,
        Comment.score,
        Comment.score_band,
        Mention.polarity,
        Mention.confidence,
        Comment.vendor_voice,
        Comment.respondent_key,
        Comment.survey_id,
        Comment.anonymous,
    )
    .join(Comment, Comment.id == Mention.comment_pk)
    .join(Passage, Passage.id == Mention.passage_id)
    .join(PassageText, PassageText.text_key == Passage.text_key)
    .where(OF_MISMATCH)
    .order_by(Mention.said_at.desc(), Mention.passage_id.desc())
)


def commitments_of(
    session: Session, filters: Slice, *, account_id: str | None = None, account_ids: Sequence[str] | None = None
) -> list[Promise]:
    """Give the commitments handed over by `as_of` at the accounts of a slice, by account, day and id."""
    sets = [set(accounts) for accounts in _accounts(filters, account_id, account_ids)]
    day = filters.as_of.date()
    asked = {"day": day, "accounts": sorted(set.intersection(*sets))} if sets else {"day": day}
    rows: Iterable[Any] = session.execute(_COMMITMENTS_AT if sets else _COMMITMENTS, asked)
    return [Promise(*row) for row in rows]


# Made once, as the next one: putting a statement together takes longer than reading the few rows of an account.
_COMMITMENTS = (
    select(
        Commitment.commitment_id,
        Commitment.account_id,
        Commitment.text,
        Commitment.made_by,
        select(func.min(Staff.name))
        .where(Staff.staff_id == Commitment.made_by)
        .correlate(Commitment)
        .scalar_subquery(),
        Commitment.made_on,
        Commitment.handed_over_on,
    )
    .where(Commitment.handed_over_on <= bindparam("day"))
    .order_by(Commitment.account_id, Commitment.handed_over_on, Commitment.commitment_id)
)
_COMMITMENTS_AT = _COMMITMENTS.where(Commitment.account_id.in_(bindparam("accounts", expanding=True)))
_LIKENESSES = (
    select(CommitmentMatch.passage_id, CommitmentMatch.commitment_id, CommitmentMatch.similarity)
    .join(Commitment, Commitment.commitment_id == CommitmentMatch.commitment_id)
    .join(Passage, Passage.id == CommitmentMatch.passage_id)
    .join(Comment, Comment.id == Passage.comment_pk)
    .where(
        CommitmentMatch.passage_id.in_(bindparam("passages", expanding=True)),
        # A comment or a commitment that moved to another account leaves its likeness behind.
        Commitment.account_id == Comment.account_id,
        Commitment.handed_over_on <= bindparam("day"),
        CommitmentMatch.similarity >= bindparam("least"),
    )
    .order_by(CommitmentMatch.passage_id, CommitmentMatch.similarity.desc(), CommitmentMatch.commitment_id)
)


def matches_of(
    session: Session,
    filters: Slice,
    *,
    account_id: str | None = None,
    account_ids: Sequence[str] | None = None,
    polarities: Sequence[str] = ("negative",),
    limit: int | None = None,
    least: float | None = None,
) -> list[MismatchMention]:
    """Give the mentions of broken promises in a slice, newest first, each with its account's commitments.

    `least` leaves out commitments under this cosine. Answers of anonymous surveys whose group at the account is too
    small are left out: a mention names its account.
    """
    statement = _mentions(session, filters, polarities)
    for accounts in _accounts(filters, account_id, account_ids):
        statement = statement.where(Mention.account_id.in_(accounts))
    rows = session.execute(statement.limit(limit)).all()
    near = likenesses(session, [row.passage_id for row in rows], filters=filters, least=least)
    cohorts = Cohorts(session, filters, ((row.survey_id, row.account_id) for row in rows if row.anonymous))
    found = [MismatchMention(*row[:-2], tuple(near.get(row.passage_id, ()))) for row in rows]  # type: ignore[call-arg]
    return [
        replace(one, role=UNKNOWN)
        if row.anonymous and not cohorts.shows_role(row.survey_id, row.account_id, row.role)
        else one
        for one, row in zip(found, rows, strict=True)
    ]


def likenesses(
    session: Session, passage_ids: Iterable[int], *, filters: Slice, least: float | None = None
) -> dict[int, list[Likeness]]:
    """Give the commitments of each passage's own account by `as_of`, nearest first, from the cosine `least` on."""
    found: dict[int, list[Likeness]] = {}
    for part in chunks(sorted(set(passage_ids))):
        asked = {"passages": part, "day": filters.as_of.date(), "least": -1.0 if least is None else least}
        rows: Iterable[Any] = session.execute(_LIKENESSES, asked)
        for passage_id, commitment_id, similarity in rows:
            found.setdefault(passage_id, []).append(Likeness(commitment_id, similarity))
    return found


def _mentions(session: Session, filters: Slice, polarities: Sequence[str]) -> Select[*tuple[Any, ...]]:
    conditions: list[ColumnElement[bool] | TextClause] = [
        Mention.polarity.in_(polarities),
        Mention.account_id.is_not(None),
        *within(Mention.said_at.expression, filters),
        Comment.analysed.is_(True),
        *comment_filters(filters),
        *may_show(
            anonymous_surveys(session),
            filters,
            survey=Comment.survey_id.expression,
            account=Comment.account_id.expression,
            role=Comment.role.expression,
            by_account=True,
        ),
    ]
    return MENTIONS.where(*conditions)


def _accounts(filters: Slice, account_id: str | None, account_ids: Sequence[str] | None) -> list[tuple[str, ...]]:
    """Every set of accounts that a row must lie in."""
    asked = (None if account_id is None else (account_id,), account_ids, filters.accounts)
    return [tuple(accounts) for accounts in asked if accounts is not None]
