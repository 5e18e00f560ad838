"""Answers to anonymous surveys: no names, and no group under the minimum size.

A comment of an anonymous survey carries its account and role only where at least `anonymous_min_group` answers of that
survey share them; a list that is narrowed to an account or a role leaves out those that would stand in a smaller group.
Source: DOMAIN "Whose words count".
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.orm import Session

from data.store.models import Response, Survey
from data.store.queries.slices import Slice


def anonymous_surveys(session: Session) -> list[str]:
    """Give the ids of the anonymous surveys."""
    return list(session.scalars(select(Survey.survey_id).where(Survey.anonymous.is_(True)).order_by(Survey.survey_id)))


def shown_groups(
    surveys: Sequence[str], filters: Slice, *, by_account: bool, by_role: bool
) -> Select[*tuple[Any, ...]]:
    """Select the (survey, account, role) groups that are large enough, by as much of it as is looked at."""
    columns: list[ColumnElement[Any]] = [Response.survey_id.expression]
    if by_account:
        columns.append(Response.account_id.expression)
    if by_role:
        columns.append(Response.role.expression)
    return (
        select(*columns)
        .where(Response.survey_id.in_(surveys), Response.responded_at <= filters.as_of)
        .group_by(*columns)
        .having(func.count() >= filters.anonymous_min_group)
    )


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
    groups = shown_groups(surveys, filters, by_account=account_matters, by_role=role_matters)
    key = [survey]
    if account_matters:
        key.append(account)
    if role_matters:
        key.append(role)
    large = tuple_(*key).in_(groups) if len(key) > 1 else survey.in_(groups)
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
