"""Counts behind themes: comments, respondents, accounts and revenue, by any slices.

A group's respondents and accounts are counted over distinct keys, an account's revenue once a group; a total is
counted from the comments, never summed over groups. Counts of the two kinds of themes are never added up: a count has
one kind. Review notes are the vendor's voice: they are counted apart, and nobody in them is a respondent.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, not_, select
from sqlalchemy.orm import Session

from data.store.models import Account, Theme
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.bands import account_dimension
from data.store.queries.errors import QueryError
from data.store.queries.grain import GRAIN_DIMENSIONS, Scope, comment_grain, theme_grain
from data.store.queries.slices import UNKNOWN, Slice

ACCOUNT_DIMENSIONS = ("segment", "industry", "tier", "motion", "account_age", "engagement")
DIMENSIONS = (*GRAIN_DIMENSIONS, *ACCOUNT_DIMENSIONS)
KINDS = ("taxonomy", "discovered")


@dataclass(frozen=True)
class Counts:
    """What stands behind a theme. `revenue` is ARR by currency ("" where an account names none).

    All but `review_notes` count customers' own words only.
    """

    comments: int = 0
    respondents: int = 0
    accounts: int = 0
    negative: int = 0
    positive: int = 0
    neutral: int = 0
    review_notes: int = 0
    revenue: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class GroupCounts:
    """The counts of one group; `group` has one value per dimension asked for, "unknown" where it is missing."""

    group: dict[str, str]
    counts: Counts


def theme_counts(
    session: Session,
    filters: Slice,
    *,
    group_by: Sequence[str] = ("theme",),
    kind: str = "taxonomy",
    theme_keys: Sequence[str] = (),
    with_revenue: bool = True,
) -> list[GroupCounts]:
    """Count by any of `DIMENSIONS`; most comments first, then by the group's values.

    Without `theme` among them a comment counts once however many themes it speaks of. Hidden themes are left out.
    `with_revenue` False leaves revenue out, which takes a pass of its own.

    Raises:
        QueryError: A dimension or the kind is not known.
    """
    _check(group_by, kind)
    scope = Scope(
        kind,
        tuple(theme_keys),
        surveys=tuple(anonymous_surveys(session)),
        by_account=bool({"account", *ACCOUNT_DIMENSIONS} & set(group_by)),
        by_role="role" in group_by,
    )
    by_theme = "theme" in group_by
    grain = theme_grain(session, filters, scope=scope) if by_theme else comment_grain(filters, scope=scope)
    base = _base(grain, group_by, filters.as_of)
    revenue = _revenue(session, base, len(group_by)) if with_revenue else {}
    rows = session.execute(_counted(base, group_by)).all()
    found = [_group(tuple(row), group_by, revenue) for row in rows]
    return sorted(found, key=lambda one: (-one.counts.comments, *one.group.values()))


def total_counts(session: Session, filters: Slice, *, kind: str = "taxonomy", theme_keys: Sequence[str] = ()) -> Counts:
    """Count over all themes of a kind: a comment, a respondent, an account and its revenue once each."""
    found = theme_counts(session, filters, group_by=(), kind=kind, theme_keys=theme_keys)
    return found[0].counts if found else Counts()


def _check(group_by: Sequence[str], kind: str) -> None:
    unknown = [name for name in group_by if name not in DIMENSIONS]
    if unknown:
        raise QueryError(f"can't group by {', '.join(unknown)}: use {', '.join(DIMENSIONS)}")
    if kind not in KINDS:
        raise QueryError(f"theme kind {kind!r} is not known: use {' or '.join(KINDS)}")


def _base(grain: Subquery, group_by: Sequence[str], as_of: datetime) -> Subquery:
    """Put the group's columns first (g0, g1, ...) and leave out hidden themes."""
    dims = [_dimension(grain, name, as_of).label(f"g{place}") for place, name in enumerate(group_by)]
    columns = (*grain.c["account", "respondent", "vendor_voice"], *_measures(grain))
    chosen = select(*dims, *columns).select_from(grain)
    if set(group_by) & set(ACCOUNT_DIMENSIONS):
        chosen = chosen.outerjoin(Account, Account.account_id == grain.c.account)
    if "theme" in group_by:
        chosen = chosen.join(Theme, Theme.theme_key == grain.c.theme).where(Theme.state != "hidden")
    return chosen.subquery("base")


def _measures(grain: Subquery) -> list[ColumnElement[Any]]:
    return [grain.c[name] for name in ("comments", "negative", "positive", "neutral")]


def _dimension(grain: Subquery, name: str, as_of: datetime) -> ColumnElement[Any]:
    column = account_dimension(name, as_of) if name in ACCOUNT_DIMENSIONS else grain.c[name]
    return func.coalesce(func.nullif(column, ""), UNKNOWN)


def _counted(base: Subquery, group_by: Sequence[str]) -> Select[*tuple[Any, ...]]:
    dims = [base.c[f"g{place}"] for place in range(len(group_by))]
    theirs = not_(base.c.vendor_voice)

    def total(name: str) -> ColumnElement[Any]:
        return func.coalesce(func.sum(case((theirs, base.c[name]), else_=0)), 0)

    return select(
        *dims,
        total("comments"),
        func.count(case((theirs, base.c.respondent)).distinct()),
        func.count(case((theirs, func.nullif(base.c.account, ""))).distinct()),
        total("negative"),
        total("positive"),
        total("neutral"),
        func.coalesce(func.sum(case((base.c.vendor_voice, base.c.comments), else_=0)), 0),
    ).group_by(*dims)


def _revenue(session: Session, base: Subquery, width: int) -> dict[tuple[str, ...], dict[str, float]]:
    """Sum each account's ARR once a group, by currency."""
    dims = [base.c[f"g{place}"] for place in range(width)]
    once = select(*dims, base.c.account).where(not_(base.c.vendor_voice)).distinct().subquery("once")
    keys = [once.c[f"g{place}"] for place in range(width)]
    currency = func.coalesce(Account.currency, "")
    found: dict[tuple[str, ...], dict[str, float]] = {}
    rows = session.execute(
        select(*keys, currency, func.sum(Account.arr))
        .select_from(once)
        .join(Account, Account.account_id == once.c.account)
        .where(Account.arr.is_not(None))
        .group_by(*keys, currency)
        .order_by(*keys, currency)
    )
    for row in rows:
        *group, name, amount = row
        found.setdefault(tuple(group), {})[name] = float(amount)
    return found


def _group(
    row: tuple[Any, ...], group_by: Sequence[str], revenue: dict[tuple[str, ...], dict[str, float]]
) -> GroupCounts:
    width = len(group_by)
    comments, respondents, accounts, negative, positive, neutral, notes = (int(value) for value in row[width:])
    counts = Counts(
        comments=comments,
        respondents=respondents,
        accounts=accounts,
        negative=negative,
        positive=positive,
        neutral=neutral,
        review_notes=notes,
        revenue=revenue.get(row[:width], {}),
    )
    return GroupCounts(dict(zip(group_by, row[:width], strict=True)), counts)
