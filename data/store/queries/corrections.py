"""What people corrected, and what a correction changes: counts of themes and a few comments, before and after."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from cx.corrected import TAG_ACTIONS
from data.errors import NotFoundError
from data.store.models import Comment, CorrectedPassage, Correction, Mention, Theme
from data.store.queries.anonymity import anonymous_surveys, may_show
from data.store.queries.own_names import own_names
from data.store.queries.paging import After, Page, SortKey, after_row, cut
from data.store.queries.slices import Slice
from data.store.repositories.bulk import chunks

# Comments shown of those that change.
SAMPLE = 5


@dataclass(frozen=True)
class CorrectionRow:
    """A correction as its readers see it. `learned` counts the words that follow it since a run learned from it."""

    id: int
    action: str
    theme_key: str | None
    into: str | None
    comment_id: str | None
    polarity: str | None
    detail: dict[str, Any]
    made_by: str
    made_at: datetime
    undone_by: str | None
    undone_at: datetime | None
    waits: bool
    learned: int


@dataclass(frozen=True)
class ThemeReach:
    """A theme with how much speaks of it: customers' comments (review notes apart) and their accounts."""

    key: str
    name: str
    state: str
    parent_key: str | None
    comments: int
    accounts: int


@dataclass(frozen=True)
class TaggedComment:
    """A comment with the keys of the themes that it speaks of."""

    comment_id: str
    text: str
    themes: list[str] = field(default_factory=list)


def _visible(session: Session, filters: Slice) -> list[ColumnElement[bool]]:
    """What a reader of some accounts may see of comments; everything for the others."""
    if filters.scope is None:
        return []
    return [
        Comment.account_id.in_(filters.scope),
        *may_show(
            anonymous_surveys(session),
            filters,
            survey=Comment.survey_id.expression,
            account=Comment.account_id.expression,
            role=Comment.role.expression,
        ),
    ]


def comment_pk(session: Session, filters: Slice, comment_id: str) -> int:
    """Give a comment's primary key.

    Raises:
        NotFoundError: There is none in the reader's scope.
    """
    found = session.scalar(select(Comment.id).where(Comment.comment_id == comment_id, *_visible(session, filters)))
    if found is None:
        raise NotFoundError(f"no comment {comment_id!r}: GET /v1/comments lists those that you may see")
    return found


def comment_pks(session: Session, filters: Slice, comment_ids: Sequence[str]) -> list[int]:
    """Give the primary keys of comments; see `comment_pk`."""
    rows = session.execute(
        select(Comment.comment_id, Comment.id).where(Comment.comment_id.in_(comment_ids), *_visible(session, filters))
    )
    found = {comment_id: pk for comment_id, pk in rows}
    missing = [comment_id for comment_id in comment_ids if comment_id not in found]
    if missing:
        raise NotFoundError(f"no comment {missing[0]!r} ({len(missing)} of these): GET /v1/comments lists them")
    return sorted(set(found.values()))


def theme_reach(session: Session, filters: Slice, keys: Sequence[str]) -> list[ThemeReach]:
    """Count what speaks of themes now, in the reader's scope; a parent's comments are those of the themes below it."""
    themes = session.execute(
        select(Theme.theme_key, Theme.name, Theme.state, Theme.parent_key)
        .where(Theme.theme_key.in_(keys))
        .order_by(Theme.theme_key)
    ).all()
    names = own_names(session, filters, {key: name for key, name, *_ in themes})
    return [
        ThemeReach(key, names[key], state, parent, *_counted(session, filters, key)) for key, _, state, parent in themes
    ]


def _counted(session: Session, filters: Slice, key: str) -> tuple[int, int]:
    below = list(session.scalars(select(Theme.theme_key).where(Theme.parent_key == key)))
    comments, accounts = session.execute(
        select(func.count(Comment.id.distinct()), func.count(Comment.account_id.distinct()))
        .join(Mention, Mention.comment_pk == Comment.id)
        .where(Mention.theme_key.in_([key, *below]), Comment.vendor_voice.is_(False), Comment.analysed.is_(True))
        .where(*_visible(session, filters))
    ).one()
    return int(comments), int(accounts)


def tagged_comments(session: Session, filters: Slice, pks: Sequence[int]) -> list[TaggedComment]:
    """Give the first of some comments with their themes, in the reader's scope, by id."""
    rows = session.execute(
        select(Comment.id, Comment.comment_id, Comment.text)
        .where(Comment.id.in_(sorted(pks)[: 50 * SAMPLE]), Comment.text.is_not(None), *_visible(session, filters))
        .order_by(Comment.id)
        .limit(SAMPLE)
    ).all()
    tags = session.execute(
        select(Mention.comment_pk, Theme.theme_key)
        .join(Theme, Theme.theme_key == Mention.theme_key)
        .where(Mention.comment_pk.in_([row[0] for row in rows]), Theme.state != "hidden")
        .distinct()
        .order_by(Mention.comment_pk, Theme.theme_key)
    )
    by_pk: dict[int, list[str]] = {}
    for pk, key in tags:
        by_pk.setdefault(pk, []).append(key)
    return [TaggedComment(comment_id, text or "", by_pk.get(pk, [])) for pk, comment_id, text in rows]


def list_corrections(
    session: Session,
    filters: Slice,
    *,
    theme: str | None = None,
    actor: str | None = None,
    action: str | None = None,
    undone: bool | None = None,
    limit: int = 50,
    after: After | None = None,
    only: int | None = None,
) -> Page[CorrectionRow]:
    """List corrections, newest first. A reader of some accounts sees those on their comments only."""
    learned = (
        select(func.count())
        .where(CorrectedPassage.correction_id == Correction.id, CorrectedPassage.similarity < 1.0)
        .scalar_subquery()
    )
    order = [SortKey(Correction.id.expression, descending=True)]
    statement = (
        select(Correction, Comment.comment_id, learned, Correction.id)
        .outerjoin(Comment, Comment.id == Correction.comment_pk)
        .where(*_chosen(session, filters, theme=theme, actor=actor, action=action, undone=undone))
        .order_by(*(key.ordered() for key in order))
        .limit(limit + 1)
    )
    if only is not None:
        statement = statement.where(Correction.id == only)
    if after is not None:
        statement = statement.where(after_row(order, after))
    rows, following = cut(session.execute(statement).all(), limit, 1)
    return Page([_row(*row[:3]) for row in rows], following)


def _chosen(
    session: Session, filters: Slice, *, theme: str | None, actor: str | None, action: str | None, undone: bool | None
) -> list[ColumnElement[bool]]:
    conditions = _visible(session, filters)
    if conditions:
        conditions.append(Correction.action.in_(TAG_ACTIONS))
    if theme is not None:
        conditions.append((Correction.theme_key == theme) | (Correction.payload["into"].as_string() == theme))
    if actor is not None:
        conditions.append(Correction.made_by == actor)
    if action is not None:
        conditions.append(Correction.action == action)
    if undone is not None:
        conditions.append(Correction.undone_at.is_not(None) if undone else Correction.undone_at.is_(None))
    return conditions


def _row(one: Correction, comment_id: str | None, learned: int) -> CorrectionRow:
    detail = {name: value for name, value in one.payload.items() if name not in ("into", "polarity", "empty_reason")}
    return CorrectionRow(
        id=one.id,
        action=one.action,
        theme_key=one.theme_key,
        into=one.payload.get("into"),
        comment_id=comment_id,
        polarity=one.payload.get("polarity"),
        detail=detail,
        made_by=one.made_by,
        made_at=one.made_at,
        undone_by=one.undone_by,
        undone_at=one.undone_at,
        waits=bool(one.waits),
        learned=learned,
    )


def reach_of(session: Session, filters: Slice, pks: Sequence[int], accounts: Collection[str]) -> tuple[int, int]:
    """Count the comments of a change, and its accounts, in the reader's scope."""
    if filters.scope is None:
        return len(pks), len({key for key in accounts if key}) or _accounts_of(session, pks)
    own = session.scalars(select(Comment.id).where(Comment.account_id.in_(filters.scope), Comment.id.in_(pks)))
    return len(own.all()), len({key for key in accounts if key in filters.scope})


def _accounts_of(session: Session, pks: Sequence[int]) -> int:
    found: set[str] = set()
    for part in chunks(pks):
        rows = session.scalars(select(Comment.account_id).where(Comment.id.in_(part)).distinct())
        found |= {key for key in rows if key}
    return len(found)
