"""Scores per survey type and scale, with n, accounts and interval: never one without the others.

Answers of one account are not independent: intervals are widened by the design effect over accounts (`cx.scores`).
Surveys of one type but unlike scales are never put together.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, case, func, or_
from sqlalchemy.orm import Session

from cx.scores import PASSIVE_FROM, TOP_BOXES, Clusters, Scale, Score, score_of_clusters
from data.store.columns.cache import read_columns
from data.store.columns.grouping import Dimension, Groups, compact, dimension, group
from data.store.columns.pack import NO_NAME
from data.store.columns.whole import Whole
from data.store.models import Response, Survey
from data.store.queries.anonymity import anonymous_surveys, may_show
from data.store.queries.answers import SURVEY_TYPES, Answers, scored_answers
from data.store.queries.bands import answer_band
from data.store.queries.dimensions import account_labels
from data.store.queries.errors import QueryError
from data.store.queries.slices import UNKNOWN, Slice, who_filters, within

__all__ = ["SCORE_DIMENSIONS", "SURVEY_TYPES", "ScoreRow", "flagged", "response_conditions", "scores"]
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
    whole = read_columns(session)
    by_account = bool({"account", *ACCOUNT_DIMENSIONS} & set(group_by))
    found = scored_answers(session, whole, filters, by_account=by_account, by_role="role" in group_by)
    if not len(found.rows):
        return []
    scale = Dimension("scale", found.scale.astype(np.int64), tuple(str(place) for place in range(len(found.scales))))
    dims = [_dimension(session, whole, found, name, filters) for name in group_by]
    groups = group([scale, *dims], len(found.rows))
    sums = _sums(whole, found, groups)
    rows = []
    for place, (of_scale, *numbers) in enumerate(groups.numbers.tolist()):
        labels = (one.labels[number] for one, number in zip(dims, numbers, strict=True))
        rows.append(_row(found.scales[of_scale], dict(zip(group_by, labels, strict=True)), sums[:, place]))
    return rows


def _dimension(session: Session, whole: Whole, found: Answers, name: str, filters: Slice) -> Dimension:
    columns = {key: column[found.rows] for key, column in whole.answers.items() if key in (name, "account", "at")}
    if name == "month":
        months = columns["at"].astype("datetime64[us]").astype("datetime64[M]").astype(np.int64)
        labels = [str(month) for month in np.arange(months.min(), months.max() + 1).astype("datetime64[M]")]
        return dimension(name, months - months.min(), labels)
    if name == "account" or name in ACCOUNT_DIMENSIONS:
        labels = [key or UNKNOWN for key in whole.accounts]
        if name != "account":
            labels = account_labels(session, whole, name, filters.as_of)
        return dimension(name, columns["account"], labels)
    labels = [word or UNKNOWN for word in whole.words.get(f"{name}s", ())]
    missing = columns[name] == NO_NAME
    return dimension(name, np.where(missing, len(labels), columns[name].astype(np.int64)), [*labels, UNKNOWN])


def _sums(whole: Whole, found: Answers, groups: Groups) -> NDArray[np.float64]:
    """Sum by group, first within accounts: n, total, squares, clusters, tt, tn, nn, accounts, flagged, (9, groups)."""
    number = len(groups)
    account = whole.answers["account"][found.rows].astype(np.int64)
    # An answer without an account is a cluster of its own.
    alone = np.flatnonzero(account == whole.nobody)
    size = len(whole.accounts) + len(alone)
    account[alone] = len(whole.accounts) + np.arange(len(alone))
    present, place = compact(groups.of_row * size + account, number * size)
    of_group, of_account = present // size, present % size < len(whole.accounts)
    n, total_, squares, flagged_ = (
        np.bincount(place, weights=weights, minlength=len(present))
        for weights in (None, found.points, found.points**2, (found.band == -1).astype(float))
    )
    columns = (n, total_, squares, np.ones(len(present)), total_**2, total_ * n, n * n, of_account, flagged_)
    return np.array([np.bincount(of_group, weights=column, minlength=number) for column in columns])


def _row(scale: Scale, named: dict[str, str], sums: NDArray[np.float64]) -> ScoreRow:
    n, total_, squares, clusters, tt, tn, nn, accounts, flagged_ = sums.tolist()
    moments = Clusters(int(n), total_, squares, int(clusters), tt, tn, nn)
    score = score_of_clusters(moments, scale)
    return ScoreRow(scale.type, scale.low, scale.high, scale.high_is_good, named, score, int(accounts), int(flagged_))


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


def satisfied() -> ColumnElement[bool]:
    """An answer in the best two fifths of its range."""
    good = case(
        (Survey.high_is_good.is_(True), Response.score), else_=Survey.scale_min + Survey.scale_max - Response.score
    )
    return good > Survey.scale_max - TOP_BOXES * (Survey.scale_max - Survey.scale_min + 1) / 5.0
