"""Accounts with what a reader looks for first: money, renewal, latest scores, comments and what hurts."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Float, Select, Subquery, case, cast, func, literal, select
from sqlalchemy.orm import Session

from data.errors import NotFoundError
from data.store.models import Account, Comment, Response, Survey
from data.store.queries.anonymity import anonymous_surveys, may_show
from data.store.queries.comments import CommentRow, exemplars
from data.store.queries.counts import Counts, theme_counts
from data.store.queries.errors import QueryError
from data.store.queries.grain import comment_filters
from data.store.queries.paging import After, Page, SortKey, after_row, cut
from data.store.queries.scores import flagged, points, response_conditions
from data.store.queries.slices import Slice, account_filters, within
from data.store.queries.themes import ThemeInfo, last_said, theme_infos

SORTS = ("name", "arr", "renewal", "comments", "flagged", "nps")
# After every real date, so that accounts without a renewal date come last.
_NO_DATE = "9999-12-31"


@dataclass(frozen=True)
class LatestScore:
    """The newest answer of one survey type: one person's, so it has no interval."""

    type: str
    score: float
    scale_min: float
    scale_max: float
    role: str
    answered_at: datetime
    response_id: str


@dataclass(frozen=True)
class HurtingTheme:
    """A theme with negative comments at an account."""

    key: str
    name: str
    negative: int
    comments: int


@dataclass(frozen=True)
class AccountRow:
    """An account in a list. Counts are of the slice's window; `flagged` answers are those past their survey's line."""

    account_id: str
    name: str
    domain: str | None
    industry: str | None
    segment: str | None
    tier: str | None
    motion: str | None
    arr: float | None
    currency: str | None
    contract_start: date | None
    first_value_date: date | None
    renewal_date: date | None
    is_stub: bool
    answers: int = 0
    flagged: int = 0
    comments: int = 0
    latest_scores: list[LatestScore] = field(default_factory=list)
    top_negative: list[HurtingTheme] = field(default_factory=list)


_COLUMNS = (
    Account.account_id,
    Account.name,
    Account.domain,
    Account.industry,
    Account.segment,
    Account.tier,
    Account.motion,
    Account.arr,
    Account.currency,
    Account.contract_start,
    Account.first_value_date,
    Account.renewal_date,
    Account.is_stub,
)


def account_rows(
    session: Session,
    filters: Slice,
    *,
    search: str = "",
    sort: str = "name",
    limit: int = 50,
    after: After | None = None,
) -> Page[AccountRow]:
    """List accounts; `sort` is one of `SORTS`, with a minus in front for descending; what is missing comes last.

    Raises:
        QueryError: The order is not known, or the cursor is another list's.
    """
    name, descending = sort.removeprefix("-"), sort.startswith("-")
    if name not in SORTS:
        raise QueryError(f"can't sort accounts by {name!r}: use {', '.join(SORTS)}, with - in front for descending")
    statement: Select[*tuple[Any, ...]] = select(*_COLUMNS).where(*account_filters(filters))
    if search:
        statement = statement.where(_matches(search))
    key, statement = _sort_key(session, filters, name, statement)
    missing = case((key.is_(None), 1), else_=0)
    blank: Any = "" if name == "name" else date.fromisoformat(_NO_DATE) if name == "renewal" else 0
    order = [
        SortKey(missing),
        SortKey(func.coalesce(key, blank), descending=descending),
        SortKey(Account.account_id.expression),
    ]
    if after is not None:
        statement = statement.where(after_row(order, _read(after, name)))
    keyed = statement.add_columns(*(one.expression for one in order)).order_by(*(one.ordered() for one in order))
    rows, following = cut(session.execute(keyed.limit(limit + 1)).all(), limit, len(order))
    page = [_account(tuple(row)) for row in rows]
    return Page(_completed(session, filters, page), _written(following))


def _matches(search: str) -> ColumnElement[bool]:
    columns = (Account.name, Account.domain, Account.account_id)
    first, *rest = (column.icontains(search, autoescape=True) for column in columns)
    for one in rest:
        first = first | one
    return first


def _read(after: After, name: str) -> list[Any]:
    values = list(after)
    if name == "renewal" and len(values) == 3:
        values[1] = date.fromisoformat(str(values[1]))
    return values


def _written(after: tuple[Any, ...] | None) -> tuple[Any, ...] | None:
    if after is None:
        return None
    return tuple(value if isinstance(value, int | float | str) else str(value) for value in after)


def _sort_key(
    session: Session, filters: Slice, name: str, statement: Select[*tuple[Any, ...]]
) -> tuple[ColumnElement[Any], Select[*tuple[Any, ...]]]:
    """Give the key's expression; counts are joined for all accounts only where they order the list."""
    if name == "comments":
        counted = _comment_counts(session, filters, None)
        joined = statement.outerjoin(counted, counted.c.account_id == Account.account_id)
        return func.coalesce(counted.c.comments, 0), joined
    if name in ("flagged", "nps"):
        stats = _answer_stats(session, filters, None)
        joined = statement.outerjoin(stats, stats.c.account_id == Account.account_id)
        return (func.coalesce(stats.c.flagged, 0) if name == "flagged" else stats.c.nps), joined
    plain: dict[str, ColumnElement[Any]] = {
        "name": func.lower(Account.name),
        # A cursor is JSON: a float holds sums of money to the cent up to 10^13.
        "arr": cast(Account.arr, Float),
        "renewal": Account.renewal_date.expression,
    }
    return plain[name], statement


def _answer_stats(session: Session, filters: Slice, account_ids: Sequence[str] | None) -> Subquery:
    """Answers, flagged answers and NPS by account."""
    promoter_points = case((Survey.type == "nps", points()), else_=None)
    statement = (
        select(
            Response.account_id,
            func.count().label("answers"),
            func.sum(case((flagged(), 1), else_=0)).label("flagged"),
            (100.0 * func.avg(promoter_points)).label("nps"),
        )
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(*response_conditions(session, filters, by_account=True), Response.account_id.is_not(None))
        .group_by(Response.account_id)
    )
    if account_ids is not None:
        statement = statement.where(Response.account_id.in_(account_ids))
    return statement.subquery("answer_stats")


def _comment_counts(session: Session, filters: Slice, account_ids: Sequence[str] | None) -> Subquery:
    """Customers' comments by account, empty talk left out."""
    conditions = [
        Comment.account_id.is_not(None),
        Comment.text.is_not(None),
        Comment.empty_reason.is_(None),
        Comment.vendor_voice.is_(False),
        *within(Comment.said_at.expression, filters),
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
    if account_ids is not None:
        conditions.append(Comment.account_id.in_(account_ids))
    statement = select(Comment.account_id, func.count().label("comments")).where(*conditions)
    return statement.group_by(Comment.account_id).subquery("comment_counts")


def _account(row: tuple[Any, ...]) -> AccountRow:
    values = list(row[: len(_COLUMNS)])
    values[7] = None if values[7] is None else float(values[7])
    return AccountRow(*values)


def _completed(session: Session, filters: Slice, page: list[AccountRow]) -> list[AccountRow]:
    """Add counts, latest scores and hurting themes: one query each for the whole page."""
    ids = [row.account_id for row in page]
    if not ids:
        return page
    stats = _answer_stats(session, filters, ids)
    answers = {row[0]: row for row in session.execute(select(stats))}
    counted = _comment_counts(session, filters, ids)
    comments = {row[0]: row[1] for row in session.execute(select(counted))}
    latest = latest_scores(session, filters, ids)
    hurting = _hurting(session, filters, ids)
    return [
        replace(
            row,
            answers=answers[row.account_id][1] if row.account_id in answers else 0,
            flagged=int(answers[row.account_id][2]) if row.account_id in answers else 0,
            comments=comments.get(row.account_id, 0),
            latest_scores=latest.get(row.account_id, []),
            top_negative=hurting.get(row.account_id, []),
        )
        for row in page
    ]


def latest_scores(session: Session, filters: Slice, account_ids: Sequence[str]) -> dict[str, list[LatestScore]]:
    """Give each account's newest answer per survey type in the window; anonymous surveys give none."""
    place = (
        func.row_number()
        .over(
            partition_by=(Response.account_id, Survey.type),
            order_by=(Response.responded_at.desc(), Response.response_id.desc()),
        )
        .label("place")
    )
    ranked = (
        select(
            Response.account_id,
            Survey.type,
            Response.score,
            Survey.scale_min,
            Survey.scale_max,
            Response.role,
            Response.responded_at,
            Response.response_id,
            place,
        )
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(
            Response.account_id.in_(account_ids),
            Survey.anonymous.is_(False),
            *response_conditions(session, filters, by_account=True),
        )
        .subquery("ranked")
    )
    rows = session.execute(
        select(ranked).where(ranked.c.place == 1).order_by(ranked.c.account_id, ranked.c.type.desc())
    )
    found: dict[str, list[LatestScore]] = {}
    for account_id, *values, _place in rows:
        found.setdefault(account_id, []).append(LatestScore(*values))
    return found


def _hurting(
    session: Session, filters: Slice, account_ids: Sequence[str], *, each: int = 3
) -> dict[str, list[HurtingTheme]]:
    """Give each account's taxonomy themes with the most negative comments."""
    allowed = account_ids if filters.accounts is None else [one for one in account_ids if one in filters.accounts]
    counted = theme_counts(
        session, replace(filters, accounts=tuple(allowed)), group_by=("account", "theme"), with_revenue=False
    )
    negative = [one for one in counted if one.counts.negative]
    infos = theme_infos(session, {one.group["theme"] for one in negative})
    found: dict[str, list[HurtingTheme]] = {}
    for one in sorted(negative, key=lambda row: (-row.counts.negative, -row.counts.comments, row.group["theme"])):
        key = one.group["theme"]
        themes = found.setdefault(one.group["account"], [])
        if len(themes) < each and key in infos:
            themes.append(HurtingTheme(key, infos[key].name, one.counts.negative, one.counts.comments))
    return found


def account_row(session: Session, filters: Slice, account_id: str) -> AccountRow:
    """Give one account.

    Raises:
        NotFoundError: There is none with this id in the reader's scope.
    """
    narrowed = filters.of_account(account_id)
    row = session.execute(
        select(*_COLUMNS).where(Account.account_id == account_id, *account_filters(narrowed))
    ).one_or_none()
    if row is None:
        raise NotFoundError(f"no account {account_id!r}: GET /v1/accounts or `sottovoce import` an accounts file")
    return _completed(session, narrowed, [_account(tuple(row))])[0]


@dataclass(frozen=True)
class AccountTheme:
    """A theme at one account: counts, who said it and when, newest first, and in whose words."""

    info: ThemeInfo
    counts: Counts
    roles: dict[str, int]
    stages: dict[str, int]
    last_said_at: datetime | None
    verbatims: list[CommentRow]


def account_themes(
    session: Session, filters: Slice, account_id: str, *, kind: str = "taxonomy", verbatims: int = 3
) -> list[AccountTheme]:
    """Give the themes of one account in the window: the latest spoken of first.

    Raises:
        NotFoundError: There is no such account in the reader's scope.
    """
    require_account(session, filters, account_id)
    narrowed = filters.of_account(account_id)
    counted = theme_counts(session, narrowed, kind=kind)
    keys = [one.group["theme"] for one in counted]
    infos = theme_infos(session, keys, filters=filters)
    roles, stages = _spread(session, narrowed, "role", kind), _spread(session, narrowed, "stage", kind)
    words = exemplars(session, narrowed, keys, each=verbatims)
    last = last_said(session, narrowed, kind=kind)
    themes = [
        AccountTheme(infos[key], one.counts, roles.get(key, {}), stages.get(key, {}), last.get(key), words.get(key, []))
        for one, key in zip(counted, keys, strict=True)
        if key in infos
    ]
    return sorted(themes, key=lambda theme: theme.last_said_at or _EARLIEST, reverse=True)


_EARLIEST = datetime.fromisoformat("1900-01-01T00:00:00+00:00")


def require_account(session: Session, filters: Slice, account_id: str) -> None:
    """Check that an account exists in the reader's scope.

    Raises:
        NotFoundError: It does not.
    """
    narrowed = account_filters(filters.of_account(account_id))
    found = session.scalar(select(literal(1)).where(Account.account_id == account_id, *narrowed))
    if found is None:
        raise NotFoundError(f"no account {account_id!r}: GET /v1/accounts lists those that you may see")


def _spread(session: Session, filters: Slice, dimension: str, kind: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for one in theme_counts(session, filters, group_by=("theme", dimension), kind=kind, with_revenue=False):
        if one.counts.comments:
            found.setdefault(one.group["theme"], {})[one.group[dimension]] = one.counts.comments
    return found
