"""What the tag stage reads and writes: untagged comments with their passages, mentions with polarity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from data.store.models import Comment, Correction, Mention, Passage
from data.store.repositories.bulk import chunks
from data.store.repositories.preparation import mark_stale


@dataclass(frozen=True)
class PassageToTag:
    """One passage of a comment."""

    id: int
    text_key: str
    text: str


@dataclass(frozen=True)
class CommentToTag:
    """One comment with its passages in order."""

    pk: int
    account_id: str | None
    said_at: datetime
    text: str
    content_key: str
    passages: list[PassageToTag] = field(default_factory=list)


@dataclass(frozen=True)
class MentionRow:
    """One mention to store."""

    passage_id: int
    comment_pk: int
    theme_key: str
    kind: str
    polarity: str
    confidence: float
    said_by: str
    account_id: str | None
    said_at: datetime


def _waiting(tagger_key: str) -> ColumnElement[bool]:
    return Comment.analysed.is_(True) & or_(Comment.tagged_with.is_(None), Comment.tagged_with != tagger_key)


def count_untagged(session: Session, tagger_key: str) -> int:
    """Count the comments that this tagger has not seen."""
    return session.scalar(select(func.count()).select_from(Comment).where(_waiting(tagger_key))) or 0


def untagged(session: Session, tagger_key: str, limit: int) -> list[CommentToTag]:
    """Give the next comments to tag, with their passages."""
    rows = session.execute(
        select(Comment.id, Comment.account_id, Comment.said_at, Comment.text, Comment.content_key)
        .where(_waiting(tagger_key))
        .order_by(Comment.id)
        .limit(limit)
    ).all()
    comments = {
        pk: CommentToTag(pk, account_id, said_at, text or "", content_key or "")
        for pk, account_id, said_at, text, content_key in rows
    }
    for part in chunks(comments):
        found = session.execute(
            select(Passage.comment_pk, Passage.id, Passage.text_key, Passage.start, Passage.end)
            .where(Passage.comment_pk.in_(part))
            .order_by(Passage.comment_pk, Passage.position)
        )
        for pk, passage_id, text_key, start, end in found:
            comment = comments[pk]
            comment.passages.append(PassageToTag(passage_id, text_key, comment.text[start:end]))
    return list(comments.values())


def store_tags(
    session: Session,
    comments: Sequence[CommentToTag],
    mentions: Sequence[MentionRow],
    *,
    tagger_key: str,
    passage_sentiment: Mapping[int, float],
    comment_sentiment: Mapping[int, float],
    empty: Mapping[int, str] = MappingProxyType({}),
) -> None:
    """Replace the taxonomy mentions of a batch of comments; what a person said stays and wins.

    `empty` has the reasons, by key, of the comments that say nothing; the others are taken for real ones.
    """
    if not comments:
        return
    pks = [comment.pk for comment in comments]
    for part in chunks(pks):
        session.execute(
            delete(Mention).where(Mention.comment_pk.in_(part), Mention.kind == "taxonomy", Mention.said_by != "person")
        )
    ruled = _ruled_by_people(session, pks)
    rows = [vars(m) for m in mentions if (m.comment_pk, m.theme_key) not in ruled]
    if rows:
        session.execute(insert(Mention), rows)
    if passage_sentiment:
        session.execute(update(Passage), [{"id": k, "sentiment": v} for k, v in passage_sentiment.items()])
    session.execute(
        update(Comment),
        [
            {
                "id": pk,
                "tagged_with": tagger_key,
                "sentiment": comment_sentiment.get(pk),
                "empty_reason": empty.get(pk),
            }
            for pk in pks
        ],
    )
    mark_stale(session, {comment.account_id or "" for comment in comments})


def _ruled_by_people(session: Session, pks: Collection[int]) -> set[tuple[int, str]]:
    """Give the (comment, theme) pairs that a person has decided, either way."""
    ruled: set[tuple[int, str]] = set()
    for part in chunks(pks):
        rows = session.execute(
            select(Correction.comment_pk, Correction.theme_key).where(
                Correction.comment_pk.in_(part), Correction.undone_at.is_(None), Correction.theme_key.is_not(None)
            )
        )
        ruled.update((pk, key) for pk, key in rows if pk is not None and key is not None)
    return ruled


def tag_corrections(session: Session) -> list[dict[str, Any]]:
    """Give what people decided about tags, with the comment's words: examples for the next training."""
    rows = session.execute(
        select(Correction.action, Correction.theme_key, Correction.payload, Comment.text)
        .join(Comment, Comment.id == Correction.comment_pk)
        .where(Correction.undone_at.is_(None))
        .order_by(Correction.id)
    )
    return [{"action": a, "theme_key": k, "payload": p, "text": t} for a, k, p, t in rows]
