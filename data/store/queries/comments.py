"""Comments with what a reader needs beside the words: score, role, stage, account, date and themes."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, bindparam, case, func, select
from sqlalchemy.orm import Session

from data.store.models import Account, Comment, Contact, Mention, Survey
from data.store.queries.anonymity import Cohorts, anonymous_surveys, may_show
from data.store.queries.errors import QueryError
from data.store.queries.grain import NEGATIVE, NEUTRAL, POSITIVE, comment_filters, polarity_rank
from data.store.queries.known_themes import HIDDEN, known_themes
from data.store.queries.own_names import own_names
from data.store.queries.paging import After, Page, SortKey, after_row, cut
from data.store.queries.slices import UNKNOWN, Slice, one_of, within
from data.store.queries.themes import child_keys
from data.store.repositories.bulk import chunks

POLARITIES = {"negative": NEGATIVE, "positive": POSITIVE, "neutral": NEUTRAL}
_POLARITY_NAMES = {rank: name for name, rank in POLARITIES.items()}
ORDERS = ("newest", "detractors")
VOICES = ("customer", "vendor", "all")


@dataclass(frozen=True)
class Tag:
    """One theme of a comment, with the comment's polarity on it and the surest passage's confidence."""

    key: str
    name: str
    kind: str
    polarity: str
    confidence: float


@dataclass(frozen=True)
class CommentRow:
    """A comment. Account, role and contact are None or "unknown" where an anonymous survey's group is too small."""

    pk: int
    comment_id: str
    source: str
    text: str
    language: str | None
    said_at: datetime
    score: float | None
    score_band: int | None
    scale_min: float | None
    scale_max: float | None
    role: str
    stage: str | None
    stage_derived: bool
    account_id: str | None
    account_name: str | None
    contact_id: str | None
    contact_name: str | None
    survey_id: str | None
    ticket_id: str | None
    feature: str | None
    vendor_voice: bool
    anonymous: bool
    sentiment: float | None
    themes: tuple[Tag, ...] = ()


@dataclass(frozen=True)
class CommentQuery:
    """Which comments: of a theme, of a polarity on it, of score bands, of a voice, in which order.

    `scale` (type, low, high, high is good) keeps the surveys of one type and scale. Empty talk ("n/a") is left out
    unless `empty_talk`; it makes no point, so it stands behind no count of themes. `languages` are codes ("en"),
    `features` the product's own names.
    `ids` are comment ids.
    """

    theme_key: str | None = None
    polarity: str | None = None
    bands: tuple[int, ...] = ()
    voice: str = "all"
    order: str = "newest"
    empty_talk: bool = False
    scale: tuple[str, float, float, bool] | None = None
    languages: tuple[str, ...] = ()
    features: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()


# In the order of `CommentRow`.
COMMENT_COLUMNS = (
    Comment.id,
    Comment.comment_id,
    Comment.source,
    Comment.text,
    Comment.language,
    Comment.said_at,
    Comment.score,
    Comment.score_band,
    Survey.scale_min,
    Survey.scale_max,
    Comment.role,
    Comment.stage,
    Comment.stage_derived,
    Comment.account_id,
    Account.name,
    Comment.contact_id,
    Contact.name,
    Comment.survey_id,
    Comment.ticket_id,
    Comment.feature,
    Comment.vendor_voice,
    Comment.anonymous,
    Comment.sentiment,
)


def list_comments(
    session: Session, filters: Slice, *, query: CommentQuery, limit: int = 20, after: After | None = None
) -> Page[CommentRow]:
    """List comments that were prepared (their text is redacted), a page at a time.

    Raises:
        QueryError: The order, the voice or the polarity is not known, or the cursor is another list's.
    """
    order = _order(query)
    statement = _selected(session, filters, query).order_by(*(key.ordered() for key in order)).limit(limit + 1)
    if after is not None:
        statement = statement.where(after_row(order, after))
    keyed = statement.add_columns(*(key.expression for key in order))
    rows, following = cut(session.execute(keyed).all(), limit, len(order))
    found = [CommentRow(*row[: len(COMMENT_COLUMNS)]) for row in rows]
    return Page(_tagged(session, filters, _veiled(session, filters, found)), following)


def read_comments(session: Session, filters: Slice, pks: Sequence[int]) -> list[CommentRow]:
    """Give these comments of a slice in the order asked for; what the slice does not hold is left out."""
    if not pks:
        return []
    # Whether each one fits is asked of the rows found by key: as conditions, SQLite would look for them by account or
    # source first, and read thousands.
    fits = and_(*_conditions(session, filters, CommentQuery(empty_talk=True)))
    statement = with_names(select(*COMMENT_COLUMNS, fits)).where(Comment.id.in_(pks))
    found = {row[0]: CommentRow(*row[:-1]) for row in session.execute(statement) if row[-1]}
    return _tagged(session, filters, _veiled(session, filters, [found[pk] for pk in pks if pk in found]))


def conditions_of(session: Session, filters: Slice, query: CommentQuery) -> list[ColumnElement[bool]]:
    """Give the conditions on comments of a list, but for its theme."""
    return _conditions(session, filters, query)


def count_comments(session: Session, filters: Slice, *, query: CommentQuery) -> int:
    """Count the comments that `list_comments` would list."""
    inner = _conditions(session, filters, query)
    statement = select(func.count()).select_from(Comment)
    if query.theme_key is not None:
        spoken = _spoken(session, filters, query)
        statement = statement.join(spoken, spoken.c.comment_pk == Comment.id)
    return session.scalar(statement.where(*inner)) or 0


def _selected(session: Session, filters: Slice, query: CommentQuery) -> Select[*tuple[Any, ...]]:
    statement = with_names(select(*COMMENT_COLUMNS)).where(*_conditions(session, filters, query))
    if query.theme_key is None:
        return statement
    spoken = _spoken(session, filters, query)
    return statement.join(spoken, spoken.c.comment_pk == Comment.id)


def with_names(statement: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Join what `COMMENT_COLUMNS` has beside the comment."""
    return (
        statement.outerjoin(Account, Account.account_id == Comment.account_id)
        .outerjoin(Contact, Contact.contact_id == Comment.contact_id)
        .outerjoin(Survey, Survey.survey_id == Comment.survey_id)
    )


_KNOWN = with_names(select(*COMMENT_COLUMNS)).where(
    Comment.id.in_(bindparam("pks", expanding=True)), Comment.text.is_not(None), Comment.empty_reason.is_(None)
)


def known_comments(
    session: Session, filters: Slice, pks: Collection[int], *, account_id: str | None = None
) -> dict[int, CommentRow]:
    """Give comments by key of which the columns say that they lie in a slice, or in that of one account."""
    allowed = filters.accounts if account_id is None else (account_id,)
    rows: Iterable[Any] = session.execute(_KNOWN, {"pks": list(pks)}).all() if pks else ()
    # The columns may be older: what went to another account meanwhile is not shown.
    kept = [CommentRow(*row) for row in rows if allowed is None or row.account_id in allowed]
    return {row.pk: row for row in _tagged(session, filters, _veiled(session, filters, kept))}


def _conditions(session: Session, filters: Slice, query: CommentQuery) -> list[ColumnElement[bool]]:
    if query.voice not in VOICES:
        raise QueryError(f"voice {query.voice!r} is not known: use {', '.join(VOICES)}")
    conditions = [Comment.text.is_not(None), *within(Comment.said_at.expression, filters), *comment_filters(filters)]
    if query.theme_key is not None:
        # Counts are over what was analysed: the list under a count is as long as the count says.
        conditions.append(Comment.analysed.is_(True))
    if not query.empty_talk:
        conditions.append(Comment.empty_reason.is_(None))
    if query.scale is not None:
        # The source says the type already; it lets an index find them.
        conditions += [Comment.source == query.scale[0], Comment.survey_id.in_(_surveys_of(query.scale))]
    if query.bands:
        conditions.append(Comment.score_band.in_(query.bands))
    if query.languages:
        conditions.append(one_of(Comment.language.expression, query.languages))
    if query.features:
        conditions.append(one_of(Comment.feature.expression, query.features))
    if query.ids:
        conditions.append(Comment.comment_id.in_(query.ids))
    if query.voice != "all":
        conditions.append(Comment.vendor_voice.is_(query.voice == "vendor"))
    surveys = anonymous_surveys(session)
    return conditions + may_show(
        surveys,
        filters,
        survey=Comment.survey_id.expression,
        account=Comment.account_id.expression,
        role=Comment.role.expression,
    )


def _surveys_of(scale: tuple[str, float, float, bool]) -> Select[*tuple[Any, ...]]:
    survey_type, low, high, high_is_good = scale
    return select(Survey.survey_id).where(
        Survey.type == survey_type,
        Survey.scale_min == low,
        Survey.scale_max == high,
        Survey.high_is_good.is_(high_is_good),
    )


def _spoken(session: Session, filters: Slice, query: CommentQuery) -> Subquery:
    keys = child_keys(session, query.theme_key or "")
    said = within(Mention.said_at.expression, filters)
    if filters.accounts is not None:
        said.append(Mention.account_id.in_(filters.accounts))
    rolled = select(Mention.comment_pk).where(Mention.theme_key.in_(keys), *said).group_by(Mention.comment_pk)
    if query.polarity is not None:
        if query.polarity not in POLARITIES:
            raise QueryError(f"polarity {query.polarity!r} is not known: use {', '.join(POLARITIES)}")
        rolled = rolled.having(polarity_rank() == POLARITIES[query.polarity])
    return rolled.subquery("spoken")


@dataclass(frozen=True)
class ThemeShare:
    """How many of some comments speak badly of a theme."""

    key: str
    name: str
    comments: int


def detractor_rank() -> ColumnElement[int]:
    """Detractors and flagged answers first, then what has no score, then the rest."""
    return case((Comment.score_band == -1, 0), (Comment.score_band.is_(None), 1), else_=2)


def _order(query: CommentQuery) -> list[SortKey]:
    if query.order not in ORDERS:
        raise QueryError(f"order {query.order!r} is not known: use {', '.join(ORDERS)}")
    newest = [
        SortKey(Comment.said_at.expression, descending=True, is_time=True),
        SortKey(Comment.id.expression, descending=True),
    ]
    return newest if query.order == "newest" else [SortKey(detractor_rank()), *newest]


def _veiled(session: Session, filters: Slice, rows: list[CommentRow]) -> list[CommentRow]:
    """Take names, and what would name a small group, off the comments of anonymous surveys."""
    cohorts = Cohorts(session, filters, ((row.survey_id, row.account_id) for row in rows if row.anonymous))
    return [_veil(row, cohorts) if row.anonymous else row for row in rows]


def _veil(row: CommentRow, cohorts: Cohorts) -> CommentRow:
    bare = replace(row, contact_id=None, contact_name=None, ticket_id=None)
    if not cohorts.shows_account(row.survey_id, row.account_id):
        return replace(bare, account_id=None, account_name=None, role=UNKNOWN)
    return bare if cohorts.shows_role(row.survey_id, row.account_id, row.role) else replace(bare, role=UNKNOWN)


def _tagged(session: Session, filters: Slice, rows: list[CommentRow]) -> list[CommentRow]:
    tags = tags_of(session, [row.pk for row in rows], filters=filters)
    return [replace(row, themes=tuple(tags.get(row.pk, ()))) for row in rows]


def tags_of(session: Session, pks: Sequence[int], *, filters: Slice) -> dict[int, list[Tag]]:
    """Give the themes of comments, surest first; hidden themes are left out."""
    if not pks:
        return {}
    themes = known_themes(session)
    said: dict[tuple[int, str], tuple[int, float]] = {}
    for part in chunks(pks):
        rows: Iterable[Any] = session.execute(_MENTIONED, {"pks": list(part)}).all()
        for pk, key, polarity, confidence in rows:
            rank, sure = said.get((pk, key), (NEUTRAL, confidence))
            said[pk, key] = max(rank, POLARITIES.get(polarity, NEUTRAL)), max(sure, confidence)
    shown = {key: one.info for key, one in themes.items() if one.info.state != HIDDEN}
    spoken = {key for _, key in said}
    names = own_names(session, filters, {key: info.name for key, info in shown.items() if key in spoken})
    place = {key: at for at, key in enumerate(themes)}
    tags: dict[int, list[Tag]] = {}
    for (pk, key), (rank, sure) in sorted(said.items(), key=lambda one: (-one[1][1], place.get(one[0][1], 0))):
        if key in shown:
            tags.setdefault(pk, []).append(Tag(key, names[key], shown[key].kind, _POLARITY_NAMES[rank], sure))
    return tags


# Grouped where it is read: with the names of themes at hand it takes a third of what SQL takes.
_MENTION = Mention.__table__.c
_MENTIONED = select(_MENTION.comment_pk, _MENTION.theme_key, _MENTION.polarity, _MENTION.confidence).where(
    _MENTION.comment_pk.in_(bindparam("pks", expanding=True))
)
