"""The rows that theme counts are made of: whole months from `theme_cells`, the rest of the window from mentions.

Both halves have the same columns and never overlap, so a window may begin and end on any day and still counts exactly.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, literal, not_, select, union_all
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, Theme, ThemeCell
from data.store.queries.anonymity import may_show
from data.store.queries.clock import newest_record
from data.store.queries.slices import Slice, who_filters, within

NEGATIVE, POSITIVE, NEUTRAL = 2, 1, 0
# The columns that a count may be grouped by and that stand in the grain itself.
GRAIN_DIMENSIONS = ("theme", "account", "role", "stage", "source", "month")
# First and last month of a window without a whole one.
NO_MONTHS = ("9999-99", "0000-00")


def polarity_rank() -> ColumnElement[int]:
    """Rank of a comment's polarity on a theme: negative when any passage is, else positive, else neutral."""
    return func.max(
        case((Mention.polarity == "negative", NEGATIVE), (Mention.polarity == "positive", POSITIVE), else_=NEUTRAL)
    )


def month_start(time: datetime) -> datetime:
    """First instant of a time's month, UTC."""
    return time.astimezone(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def next_month(time: datetime) -> datetime:
    """First instant of the month after a time's, UTC."""
    start = month_start(time)
    return start.replace(year=start.year + 1, month=1) if start.month == 12 else start.replace(month=start.month + 1)


def split_window(filters: Slice, newest: datetime) -> tuple[tuple[str | None, str], list[Slice]]:
    """Split a window into its whole months (first, last; first None is "from the beginning") and the partial rest.

    The month of the newest record is whole once the window reaches it. The last month may lie before the first one:
    then there is no whole month.
    """
    parts: list[Slice] = []
    last_start = month_start(filters.as_of)
    whole_until = filters.as_of >= newest or filters.as_of >= next_month(filters.as_of) - _TICK
    since = filters.since
    first_start = month_start(since) if since is not None else None
    whole_since = since is None or since == first_start
    reversed_window = since is not None and since > filters.as_of
    if reversed_window or (first_start == last_start and not (whole_since and whole_until)):
        return NO_MONTHS, [filters]
    if since is not None and not whole_since:
        end = next_month(since)
        parts.append(replace(filters, as_of=min(end - _TICK, filters.as_of)))
        first_start = end
    first = None if first_start is None else f"{first_start:%Y-%m}"
    last = f"{last_start:%Y-%m}"
    if not whole_until:
        parts.append(replace(filters, since=last_start))
        last = f"{month_start(last_start - _TICK):%Y-%m}"
    return (first, last), parts


_TICK = datetime(2000, 1, 1, microsecond=1) - datetime(2000, 1, 1)


@dataclass(frozen=True)
class Scope:
    """What is counted: a kind of theme, some of its keys (none: all), and what grouping reveals of who answered.

    `surveys` are the anonymous ones.
    """

    kind: str
    theme_keys: tuple[str, ...] = ()
    surveys: tuple[str, ...] = ()
    by_account: bool = False
    by_role: bool = False

    def shown(self, filters: Slice) -> list[ColumnElement[bool]]:
        """Give the condition on comments that hides too small groups of anonymous surveys."""
        return may_show(
            self.surveys,
            filters,
            survey=Comment.survey_id.expression,
            account=Comment.account_id.expression,
            role=Comment.role.expression,
            by_account=filters.by_account or self.by_account,
            by_role=bool(filters.roles) or self.by_role,
        )


def theme_grain(session: Session, filters: Slice, *, scope: Scope) -> Subquery:
    """Give the rows of a kind of theme in a slice."""
    (first, last), parts = split_window(filters, newest_record(session))
    if filters.score_bands:
        # The stored cells don't hold the score's band.
        (first, last), parts = NO_MONTHS, [filters]
    selects = [_stored(filters, first, last, scope)] if (first or "") <= last else []
    selects += [_live(part, scope) for part in parts]
    return (union_all(*selects) if len(selects) > 1 else selects[0]).subquery("grain")


def _stored(filters: Slice, first: str | None, last: str, scope: Scope) -> Select[*tuple[Any, ...]]:
    cell = ThemeCell
    conditions = [cell.kind == scope.kind, cell.month <= last]
    if first is not None:
        conditions.append(cell.month >= first)
    if scope.theme_keys:
        conditions.append(cell.theme_key.in_(scope.theme_keys))
    conditions += who_filters(
        filters,
        account=cell.account_key.expression,
        role=cell.role.expression,
        stage=cell.stage.expression,
        source=cell.source.expression,
    )
    conditions += [not_(_hidden(shown)) for shown in scope.shown(filters)]
    return select(
        cell.theme_key.label("theme"),
        cell.account_key.label("account"),
        cell.respondent_key.label("respondent"),
        cell.role.label("role"),
        cell.stage.label("stage"),
        cell.source.label("source"),
        cell.month.label("month"),
        cell.vendor_voice.label("vendor_voice"),
        cell.comments.label("comments"),
        cell.negative.label("negative"),
        cell.positive.label("positive"),
        cell.neutral.label("neutral"),
    ).where(*conditions)


def _hidden(shown: ColumnElement[bool]) -> ColumnElement[bool]:
    """An anonymous answer is its own respondent: its key is the comment's id."""
    return (
        select(literal(1))
        .where(Comment.comment_id == ThemeCell.respondent_key, Comment.anonymous.is_(True), not_(shown))
        .correlate(ThemeCell)
        .exists()
    )


def _live(filters: Slice, scope: Scope) -> Select[*tuple[Any, ...]]:
    """Roll mentions up as `repositories.cells` does, one row a comment and theme."""
    own = _spoken(filters, scope, Mention.theme_key.expression)
    parents = _spoken(filters, scope, Theme.parent_key.expression).join(Theme, Theme.theme_key == Mention.theme_key)
    if scope.theme_keys:
        own = own.where(Mention.theme_key.in_(scope.theme_keys))
        parents = parents.where(Theme.parent_key.in_(scope.theme_keys))
    spoken = union_all(own, parents.where(Theme.parent_key.is_not(None))).subquery()
    rolled = (
        select(spoken.c.comment_pk, spoken.c.theme_key, func.max(spoken.c.rank).label("rank"))
        .group_by(spoken.c.comment_pk, spoken.c.theme_key)
        .subquery()
    )
    return _rows(rolled, rolled.c.theme_key)


def _spoken(filters: Slice, scope: Scope, key: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    said = within(Mention.said_at.expression, filters)
    if filters.accounts is not None:
        said.append(Mention.account_id.in_(filters.accounts))
    rank = case((Mention.polarity == "negative", NEGATIVE), (Mention.polarity == "positive", POSITIVE), else_=NEUTRAL)
    return (
        select(Mention.comment_pk.label("comment_pk"), key.label("theme_key"), rank.label("rank"))
        .join(Comment, Comment.id == Mention.comment_pk)
        .where(Mention.kind == scope.kind, Comment.analysed.is_(True), *said)
        .where(*comment_filters(filters), *scope.shown(filters))
    )


def comment_filters(filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions on comments."""
    return who_filters(
        filters,
        account=Comment.account_id.expression,
        role=Comment.role.expression,
        stage=Comment.stage.expression,
        source=Comment.source.expression,
        score_band=Comment.score_band.expression,
    )


def _rows(rolled: Subquery, theme: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return select(
        theme.label("theme"),
        func.coalesce(Comment.account_id, "").label("account"),
        Comment.respondent_key.label("respondent"),
        Comment.role.label("role"),
        func.coalesce(Comment.stage, "").label("stage"),
        Comment.source.label("source"),
        Comment.month.label("month"),
        Comment.vendor_voice.label("vendor_voice"),
        literal(1).label("comments"),
        case((rolled.c.rank == NEGATIVE, 1), else_=0).label("negative"),
        case((rolled.c.rank == POSITIVE, 1), else_=0).label("positive"),
        case((rolled.c.rank == NEUTRAL, 1), else_=0).label("neutral"),
    ).join(Comment, Comment.id == rolled.c.comment_pk)


def comment_grain(filters: Slice, *, scope: Scope) -> Subquery:
    """Give one row a comment that speaks of any theme of a kind: what totals over themes are counted from."""
    spoken = _spoken(filters, scope, Mention.theme_key.expression)
    if scope.theme_keys:
        keys = scope.theme_keys
        inside = select(Theme.theme_key).where(Theme.theme_key.in_(keys) | Theme.parent_key.in_(keys))
        spoken = spoken.where(Mention.theme_key.in_(inside))
    inner = spoken.subquery()
    rolled = select(inner.c.comment_pk, func.max(inner.c.rank).label("rank")).group_by(inner.c.comment_pk).subquery()
    return _rows(rolled, literal("")).subquery("grain")
