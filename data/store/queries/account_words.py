"""The comments of one account in full, as a diagnosis shows them: what may be shown is known, and so are its themes."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from cx.account_themes import Point
from data.store.models import Comment
from data.store.queries.comments import COMMENT_COLUMNS, CommentRow, Tag, with_names
from data.store.queries.themes import ThemeInfo
from data.store.queries.veil import Veil

# Made once: putting a statement together takes longer than reading its rows.
_WORDS = with_names(select(*COMMENT_COLUMNS)).where(Comment.id.in_(bindparam("pks", expanding=True)))


def account_words(
    session: Session, pks: Iterable[int], points: Iterable[Point], infos: Mapping[str, ThemeInfo], *, veil: Veil
) -> dict[str, CommentRow]:
    """Give comments of an account by id, each with its themes out of `points`, the surest first.

    Anonymous ones carry no name and no ticket, and their role only where its group is large enough (`veil`). What may
    not be shown at all must not be asked for.
    """
    asked = sorted(set(pks))
    if not asked:
        return {}
    tags = _tags(points, infos, frozenset(asked))
    read: Iterable[Any] = session.execute(_WORDS, {"pks": asked}).all()
    rows = [CommentRow(*row, themes=tags.get(row[0], ())) for row in read]  # type: ignore[misc]
    return {row.comment_id: _bare(row, veil) if row.anonymous else row for row in rows}


def _bare(row: CommentRow, veil: Veil) -> CommentRow:
    role = veil.role(row.survey_id, row.account_id or "", row.role)
    return replace(row, contact_id=None, contact_name=None, ticket_id=None, role=role)


def _tags(points: Iterable[Point], infos: Mapping[str, ThemeInfo], pks: Collection[int]) -> dict[int, tuple[Tag, ...]]:
    found: dict[int, list[Tag]] = {}
    for one in points:
        if one.pk in pks and one.theme in infos:
            name = infos[one.theme].name
            found.setdefault(one.pk, []).append(Tag(one.theme, name, one.kind, one.polarity, one.sure))
    return {pk: tuple(sorted(own, key=lambda tag: (-tag.confidence, tag.key))) for pk, own in found.items()}
