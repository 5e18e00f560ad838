"""Scores per survey type and scale, with n, accounts and interval: never one without the others.

Answers of one account are not independent: intervals are widened by the design effect over accounts (`cx.scores`).
Surveys of one type but unlike scales are never put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, case, func, or_, select
from sqlalchemy.orm import Session

from cx.scores import PASSIVE_FROM, PROMOTER_FROM, TOP_BOXES, Clusters, Scale, Score, score_of_clusters
from data.store.models import Account, Response, Survey
from data.store.queries.anonymity import anonymous_surveys, may_show
from data.store.queries.bands import account_dimension, answer_band
from data.store.queries.errors import QueryError
from data.store.queries.slices import UNKNOWN, Slice, month_of, who_filters, within

SURVEY_TYPES = ("nps", "csat", "ces")
RESPONSE_DIMENSIONS = ("role", "stage", "month", "survey", "account", "agent")
ACCOUNT_DIMENSIONS = ("segment", "industry", "tier", "motion", "account_age", "engagement")
SCORE_DIMENSIONS = (*RESPONSE_DIMENSIONS, *ACCOUNT_DIMENSIONS)


@dataclass(frozen=True)
class ScoreRow:
    """A score of one survey type and scale in one group.

    NPS -100..100; CSAT percent in the top two boxes; CES the mean in its survey's own range and direction. `flagged`
    counts detractors, or answers at or past their survey's flag line.
    """

    type: str
    scale_min: float
    scale_max: float
    high_is_good: bool
    group: dict[str, str]
    score: Score
    accounts: int
    flagged: int


def scores(session: Session, filters: Slice, *, group_by: Sequence[str] = ()) -> list[ScoreRow]:
    """Score by any of `SCORE_DIMENSIONS`, ordered by type (nps, csat, ces), scale and group.

    Groups without an answer have no row. A filter on sources keeps the surveys of those types.

    Raises:
        QueryError: A dimension is not known.
    """
    unknown = [name for name in group_by if name not in SCORE_DIMENSIONS]
    if unknown:
        raise QueryError(f"can't group scores by {', '.join(unknown)}: use {', '.join(SCORE_DIMENSIONS)}")
    per_account = _per_account(session, filters, group_by)
    rows = session.execute(_moments(per_account, len(group_by))).all()
    return sorted((_row(tuple(row), group_by) for row in rows), key=_order)


def _order(row: ScoreRow) -> tuple[Any, ...]:
    place = SURVEY_TYPES.index(row.type) if row.type in SURVEY_TYPES else len(SURVEY_TYPES)
    return (place, row.type, row.scale_min, row.scale_max, not row.high_is_good, *row.group.values())


def response_conditions(
    session: Session, filters: Slice, *, by_account: bool = False, by_role: bool = False
) -> list[ColumnElement[bool]]:
    """Give the conditions on scored responses joined with their surveys."""
    conditions = [
        Response.score.is_not(None),
        *within(Response.responded_at.expression, filters),
        *who_filters(
            filters,
            account=Response.account_id.expression,
            role=Response.role.expression,
            stage=Response.stage.expression,
            source=Survey.type.expression,
            score_band=answer_band(
                Survey.type.expression, Response.score.expression, flagged=flagged(), satisfied=satisfied()
            ),
        ),
    ]
    return conditions + may_show(
        anonymous_surveys(session),
        filters,
        survey=Response.survey_id.expression,
        account=Response.account_id.expression,
        role=Response.role.expression,
        by_account=filters.by_account or by_account,
        by_role=bool(filters.roles) or by_role,
    )


def flagged() -> ColumnElement[bool]:
    """A detractor, or an answer at or past its survey's flag line (the middle of the range where none is set)."""
    line = func.coalesce(Survey.flag_line, (Survey.scale_min + Survey.scale_max) / 2)
    past = or_(
        and_(Survey.high_is_good.is_(True), Response.score <= line),
        and_(Survey.high_is_good.is_(False), Response.score >= line),
    )
    return case((Survey.type == "nps", Response.score < PASSIVE_FROM), else_=past)


def points() -> ColumnElement[float]:
    """What an answer adds to its score's sum: +1, 0 or -1 for NPS, 1 or 0 for CSAT, the score itself for CES."""
    promoter = case((Response.score >= PROMOTER_FROM, 1.0), (Response.score < PASSIVE_FROM, -1.0), else_=0.0)
    return case(
        (Survey.type == "nps", promoter),
        (Survey.type == "csat", case((satisfied(), 1.0), else_=0.0)),
        else_=Response.score,
    )


def satisfied() -> ColumnElement[bool]:
    """An answer in the best two fifths of its range."""
    good = case(
        (Survey.high_is_good.is_(True), Response.score), else_=Survey.scale_min + Survey.scale_max - Response.score
    )
    return good > Survey.scale_max - TOP_BOXES * (Survey.scale_max - Survey.scale_min + 1) / 5.0


def _dimension(name: str, as_of: datetime) -> ColumnElement[Any]:
    if name in ACCOUNT_DIMENSIONS:
        column = account_dimension(name, as_of)
    elif name == "month":
        return month_of(Response.responded_at)
    else:
        names = {"survey": Response.survey_id, "account": Response.account_id, "agent": Response.agent_id}
        column = (names.get(name) or getattr(Response, name)).expression
    return func.coalesce(column, UNKNOWN)


def _per_account(session: Session, filters: Slice, group_by: Sequence[str]) -> Subquery:
    """Sum by scale, group and account: g0, g1, ..., then the moments within the account."""
    dims = [_dimension(name, filters.as_of).label(f"g{place}") for place, name in enumerate(group_by)]
    scale = (Survey.type, Survey.scale_min, Survey.scale_max, Survey.high_is_good)
    # An answer without an account is a cluster of its own.
    cluster = func.coalesce(Response.account_id, "\x1f" + Response.response_id)
    point = points()
    statement = (
        select(
            *scale,
            *dims,
            func.min(Response.account_id).label("account"),
            func.count().label("n"),
            func.sum(point).label("total"),
            func.sum(point * point).label("squares"),
            func.sum(case((flagged(), 1), else_=0)).label("flagged"),
        )
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(
            *response_conditions(
                session,
                filters,
                by_account=bool({"account", *ACCOUNT_DIMENSIONS} & set(group_by)),
                by_role="role" in group_by,
            )
        )
        .group_by(*scale, *dims, cluster)
    )
    if set(group_by) & set(ACCOUNT_DIMENSIONS):
        statement = statement.outerjoin(Account, Account.account_id == Response.account_id)
    return statement.subquery("per_account")


def _moments(inner: Subquery, width: int) -> Select[*tuple[Any, ...]]:
    keys = [inner.c.type, inner.c.scale_min, inner.c.scale_max, inner.c.high_is_good]
    keys += [inner.c[f"g{place}"] for place in range(width)]
    return select(
        *keys,
        func.sum(inner.c.n),
        func.sum(inner.c.total),
        func.sum(inner.c.squares),
        func.count(),
        func.sum(inner.c.total * inner.c.total),
        func.sum(inner.c.total * inner.c.n),
        func.sum(inner.c.n * inner.c.n),
        func.count(inner.c.account.distinct()),
        func.sum(inner.c.flagged),
    ).group_by(*keys)


def _row(row: tuple[Any, ...], group_by: Sequence[str]) -> ScoreRow:
    survey_type, low, high, high_is_good = row[:4]
    width = 4 + len(group_by)
    n, total, squares, clusters, tt, tn, nn, accounts, flags = (float(value) for value in row[width:])
    moments = Clusters(int(n), total, squares, int(clusters), tt, tn, nn)
    score = score_of_clusters(moments, Scale(survey_type, low, high, high_is_good))
    group = dict(zip(group_by, row[4:width], strict=True))
    return ScoreRow(survey_type, low, high, bool(high_is_good), group, score, int(accounts), int(flags))
