"""Bands: how old an account is, how many of its people use the product, where on its scale a score lies.

Each is one expression, to filter and to group by.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, func, select

from cx.scores import PASSIVE_FROM, PROMOTER_FROM
from data.store.models import Account, WeeklyUsage

# What stands for "not known" in a filter and in a group.
UNKNOWN = "unknown"
# Days since the contract began: the first quarter is onboarding, the first year ends with the first renewal.
AGE_BANDS = {"under_90d": 90, "90d_to_1y": 365, "1y_to_2y": 730, "over_2y": None}
# Share of licensed users that are active in a week, mean of the last four weeks. A convention: the lines are ours.
ENGAGEMENT_BANDS = {"low": 0.4, "medium": 0.7, "high": None}
ENGAGEMENT_WINDOW = timedelta(weeks=4)
# -1 detractor or flagged, 0 between, 1 promoter or satisfied (`cx.scores.score_band`).
SCORE_BANDS = {"detractor": -1, "passive": 0, "promoter": 1}


def age_band(as_of: datetime) -> ColumnElement[str]:
    """Band of an account's age at a time; one whose contract begins later is in the first band."""
    started = Account.contract_start
    day = as_of.date()
    # An account of exactly 90 days is in the second band.
    steps = [(started > day - timedelta(days=days), name) for name, days in AGE_BANDS.items() if days is not None]
    return case((started.is_(None), UNKNOWN), *steps, else_=_last(AGE_BANDS))


def engagement_band(as_of: datetime) -> ColumnElement[str]:
    """Band of an account's engagement before a time; unknown without a week that says how many are licensed."""
    day = as_of.date()
    active = (
        select(func.sum(WeeklyUsage.active_users) * 1.0 / func.sum(WeeklyUsage.licensed_users))
        .where(
            WeeklyUsage.account_id == Account.account_id,
            WeeklyUsage.week_start <= day,
            WeeklyUsage.week_start > day - ENGAGEMENT_WINDOW,
            WeeklyUsage.licensed_users > 0,
        )
        .correlate(Account)
        .scalar_subquery()
    )
    steps = [(active < line, name) for name, line in ENGAGEMENT_BANDS.items() if line is not None]
    return case((active.is_(None), UNKNOWN), *steps, else_=_last(ENGAGEMENT_BANDS))


def account_dimension(name: str, as_of: datetime) -> ColumnElement[Any]:
    """Give what accounts are grouped by: a column of theirs, or a band at a time."""
    bands = {"account_age": age_band, "engagement": engagement_band}
    return bands[name](as_of) if name in bands else getattr(Account, name).expression


def _last(bands: dict[str, Any]) -> str:
    return list(bands)[-1]


def answer_band(
    survey_type: ColumnElement[str],
    score: ColumnElement[Any],
    *,
    flagged: ColumnElement[bool],
    satisfied: ColumnElement[bool],
) -> ColumnElement[int]:
    """Band of an answer, as `cx.scores.score_band` gives it."""
    of_nps = case((score < PASSIVE_FROM, -1), (score >= PROMOTER_FROM, 1), else_=0)
    return case((survey_type == "nps", of_nps), (flagged, -1), (satisfied, 1), else_=0)


def in_bands(column: ColumnElement[Any], words: tuple[str, ...]) -> ColumnElement[bool]:
    """Match score bands by their words; "unknown" matches what has no score."""
    known = column.in_([SCORE_BANDS[word] for word in words if word in SCORE_BANDS])
    return known | column.is_(None) if UNKNOWN in words else known
