"""Answers to anonymous surveys: no names, and no group under the minimum size.

A comment of an anonymous survey carries its account and role only where at least `anonymous_min_group` answers of that
survey share them; a list that is narrowed to an account or a role leaves out those that would stand in a smaller group.
Source: DOMAIN "Whose words count".
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, literal, select
from sqlalchemy.orm import Session, aliased

from data.store.models import Response, Survey
from data.store.queries.slices import Slice
from data.store.unit_of_work import once_a_version


def anonymous_surveys(session: Session) -> list[str]:
    """Give the ids of the anonymous surveys."""
    statement = select(Survey.survey_id).where(Survey.anonymous.is_(True)).order_by(Survey.survey_id)
    return once_a_version(session, "anonymous surveys", lambda: list(session.scalars(statement)))


# Made once: it takes longer than all else of the condition.
_THEIRS = aliased(Response)


def _is_large(
    filters: Slice,
    survey: ColumnElement[Any],
    account: ColumnElement[Any] | None,
    role: ColumnElement[Any] | None,
) -> ColumnElement[bool]:
    """Whether a row's group (its survey; with its account; with its role) has enough answers.

    Asked row by row of an index: few rows are anonymous, and counting all groups would read every answer of the
    anonymous surveys for each page.
    """
    theirs = _THEIRS
    before = theirs.responded_at <= filters.as_of
    if account is None:
        # A survey has many answers: looking on ends at the one that makes them enough.
        last = select(literal(1)).select_from(theirs).where(theirs.survey_id == survey, before)
        found = last.limit(1).offset(filters.anonymous_min_group - 1).correlate_except(theirs)
        return found.scalar_subquery().is_not(None)
    same = [theirs.survey_id == survey, theirs.account_id == account]
    if role is not None:
        same.append(theirs.role == role)
    # The time stands apart from the conditions, or SQLite takes the index by time and reads the whole survey.
    counted = select(func.count().filter(before)).select_from(theirs).where(*same).correlate_except(theirs)
    return counted.scalar_subquery() >= filters.anonymous_min_group


def may_show(
    surveys: Sequence[str],
    filters: Slice,
    *,
    survey: ColumnElement[Any],
    account: ColumnElement[Any],
    role: ColumnElement[Any],
    by_account: bool | None = None,
    by_role: bool | None = None,
) -> list[ColumnElement[bool]]:
    """Give the condition that leaves out rows of anonymous surveys whose group is too small; none without such surveys.

    Narrowing by role alone asks for the whole group (account and role): a role is a hint at an account too.
    """
    if not surveys:
        return []
    role_matters = bool(filters.roles) if by_role is None else by_role
    account_matters = (filters.by_account if by_account is None else by_account) or role_matters
    large = _is_large(filters, survey, account if account_matters else None, role if role_matters else None)
    return [survey.is_(None) | survey.not_in(surveys) | large]


class Cohorts:
    """Sizes of the groups of anonymous surveys that the rows of one page belong to."""

    def __init__(self, session: Session, filters: Slice, groups: Iterable[tuple[str | None, str | None]]) -> None:
        """Count the answers of these (survey, account) pairs by role."""
        wanted = {(survey, account) for survey, account in groups if survey is not None and account is not None}
        self._least = filters.anonymous_min_group
        self._by_role: Counter[tuple[str, str, str]] = Counter()
        self._by_account: Counter[tuple[str, str]] = Counter()
        if not wanted:
            return
        counted = session.execute(
            select(Response.survey_id, Response.account_id, Response.role, func.count())
            .where(
                Response.survey_id.in_({survey for survey, _ in wanted}),
                Response.account_id.in_({account for _, account in wanted}),
                Response.responded_at <= filters.as_of,
            )
            .group_by(Response.survey_id, Response.account_id, Response.role)
        )
        for survey, account, role, n in counted:
            self._by_role[survey, account or "", role] = n
            self._by_account[survey, account or ""] += n

    def shows_account(self, survey: str | None, account: str | None) -> bool:
        """Whether an answer may carry its account."""
        return self._by_account[survey or "", account or ""] >= self._least

    def shows_role(self, survey: str | None, account: str | None, role: str) -> bool:
        """Whether an answer may carry its role as well."""
        return self._by_role[survey or "", account or "", role] >= self._least
