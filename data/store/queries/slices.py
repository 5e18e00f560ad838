"""What part of the data a reader looks at: filters in the words of the domain, a window, and whose accounts.

Every query takes one `Slice`, so that the same filter means the same thing for a number and for the comments under it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from data.store.models import Account
from data.store.queries.bands import UNKNOWN, age_band, engagement_band, in_bands

# FIELD: five answers is the published lower bound for showing a group of an anonymous survey.
DEFAULT_MIN_GROUP = 5


@dataclass(frozen=True)
class Slice:
    """Filters, window and scope. An empty tuple filters nothing; `accounts` None is all, () is none at all.

    `scope` are the accounts of a reader who may see no others (None: all); `accounts` is never wider.

    `since` and `as_of` are both inclusive. `account_ages` and `engagements` are bands at `as_of`, `score_bands`
    those of the answer itself (see `bands`). `anonymous_min_group` is the smallest group shown of anonymous surveys.
    """

    as_of: datetime
    since: datetime | None = None
    accounts: tuple[str, ...] | None = None
    scope: tuple[str, ...] | None = None
    segments: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    motions: tuple[str, ...] = ()
    account_ages: tuple[str, ...] = ()
    engagements: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    score_bands: tuple[str, ...] = ()
    anonymous_min_group: int = DEFAULT_MIN_GROUP

    @property
    def by_account(self) -> bool:
        """Whether the filters pick accounts."""
        return self.accounts is not None or self.by_kind_of_account

    @property
    def by_kind_of_account(self) -> bool:
        """Whether the filters pick accounts by what they are like."""
        kinds = (self.segments, self.industries, self.tiers, self.motions, self.account_ages, self.engagements)
        return any(kinds)

    def of_account(self, account_id: str) -> "Slice":
        """Narrow to one account; a foreign one leaves nothing."""
        allowed = self.accounts is None or account_id in self.accounts
        return replace(self, accounts=(account_id,) if allowed else ())

    def of_source(self, source: str) -> "Slice":
        """Narrow to one source; one that the filters leave out leaves nothing."""
        allowed = not self.sources or source in self.sources
        return replace(self, sources=(source,)) if allowed else replace(self, accounts=())

    def before(self) -> "Slice | None":
        """Give the window of equal length just before this one; None when this one has no beginning.

        Bands of accounts are those at its own end.
        """
        if self.since is None:
            return None
        length = self.as_of - self.since
        # A microsecond keeps an answer given exactly at `since` out of both windows' sum.
        end = self.since - _TICK
        return replace(self, since=end - length, as_of=end)


_TICK = datetime(2000, 1, 1, microsecond=1) - datetime(2000, 1, 1)


class month_of(FunctionElement[str]):
    """Month of a UTC time as YYYY-MM."""

    type = String()
    inherit_cache = True


@compiles(month_of, "sqlite")
def _month_of_sqlite(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"substr({compiler.process(element.clauses, **options)}, 1, 7)"


@compiles(month_of, "postgresql")
def _month_of_postgresql(element: Any, compiler: SQLCompiler, **options: Any) -> str:  # noqa: ANN401
    return f"to_char(({compiler.process(element.clauses, **options)}) AT TIME ZONE 'UTC', 'YYYY-MM')"


def one_of(column: ColumnElement[Any], values: tuple[str, ...], *, missing: str | None = None) -> ColumnElement[bool]:
    """Match any of the values; "unknown" matches what is missing (NULL, or the value that stands for it)."""
    known = column.in_([value for value in values if value != UNKNOWN])
    if UNKNOWN not in values:
        return known
    return known | (column.is_(None) if missing is None else column.in_((missing, UNKNOWN)))


def account_filters(filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions on the accounts table."""
    pairs = (
        (Account.segment, filters.segments),
        (Account.industry, filters.industries),
        (Account.tier, filters.tiers),
        (Account.motion, filters.motions),
    )
    conditions = [one_of(column.expression, values) for column, values in pairs if values]
    if filters.account_ages:
        conditions.append(age_band(filters.as_of).in_(filters.account_ages))
    if filters.engagements:
        conditions.append(engagement_band(filters.as_of).in_(filters.engagements))
    if filters.accounts is not None:
        conditions.append(Account.account_id.in_(filters.accounts))
    return conditions


def who_filters(
    filters: Slice,
    *,
    account: ColumnElement[Any],
    role: ColumnElement[Any],
    stage: ColumnElement[Any],
    source: ColumnElement[Any] | None,
    score_band: ColumnElement[Any] | None = None,
) -> list[ColumnElement[bool]]:
    """Give the conditions on a table that carries account, role, stage, source and, where it has one, score band."""
    conditions: list[ColumnElement[bool]] = []
    if filters.accounts is not None:
        conditions.append(account.in_(filters.accounts))
    if filters.by_kind_of_account:
        conditions.append(account.in_(_accounts_like(filters)))
    if filters.roles:
        conditions.append(role.in_(filters.roles))
    if filters.stages:
        conditions.append(one_of(stage, filters.stages) | one_of(stage, filters.stages, missing=""))
    if filters.sources and source is not None:
        conditions.append(source.in_(filters.sources))
    if filters.score_bands and score_band is not None:
        conditions.append(in_bands(score_band, filters.score_bands))
    return conditions


def _accounts_like(filters: Slice) -> Select[*tuple[Any, ...]]:
    return select(Account.account_id).where(*account_filters(replace(filters, accounts=None)))


def within(column: ColumnElement[Any], filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions of the window on a time."""
    conditions = [column <= filters.as_of]
    if filters.since is not None:
        conditions.append(column >= filters.since)
    return conditions
