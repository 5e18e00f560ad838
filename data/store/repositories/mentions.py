"""What the tag stage reads and writes: untagged comments with their passages, mentions with polarity."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, delete, func, insert, or_, select, update
from sqlalchemy.orm import Session

from data.store.models import Comment, Correction, Mention, OverruledMention, Passage, PassageText
from data.store.repositories.bulk import chunks
from data.store.repositories.effective import bare, rebuild
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
    """Replace the model's taxonomy mentions of a batch of comments; what a person said stays and wins.

    `empty` has the reasons, by key, of the comments that say nothing; the others are taken for real ones, and so is
    what a person tagged.
    """
    if not comments:
        return
    pks = [comment.pk for comment in comments]
    bare(session, pks)
    for part in chunks(pks):
        session.execute(delete(Mention).where(Mention.comment_pk.in_(part), Mention.kind == "taxonomy"))
    if mentions:
        session.execute(insert(Mention), [vars(mention) for mention in mentions])
    spoken_of = _tagged_by_people(session, pks)
    silent = empty.keys() - spoken_of
    unplace(session, silent)
    if passage_sentiment:
        session.execute(update(Passage), [{"id": k, "sentiment": v} for k, v in passage_sentiment.items()])
    session.execute(
        update(Comment),
        [
            {
                "id": pk,
                "tagged_with": tagger_key,
                "sentiment": comment_sentiment.get(pk),
                "empty_reason": empty[pk] if pk in silent else None,
            }
            for pk in pks
        ],
    )
    rebuild(session, pks)
    mark_stale(session, {comment.account_id or "" for comment in comments})


def unplace(session: Session, pks: Collection[int]) -> None:
    """Take comments that say nothing out of the discovered themes; one that speaks again is looked at anew."""
    for part in chunks(sorted(pks)):
        for table in (Mention, OverruledMention):
            session.execute(delete(table).where(table.comment_pk.in_(part), table.kind == "discovered"))
        session.execute(update(Passage).where(Passage.comment_pk.in_(part)).values(theme_state=None))


def _tagged_by_people(session: Session, pks: Collection[int]) -> set[int]:
    """Give the comments that a person gave a theme: they say something, whatever the model thinks."""
    found: set[int] = set()
    for part in chunks(pks):
        rows = session.scalars(
            select(Correction.comment_pk).where(
                Correction.comment_pk.in_(part), Correction.undone_at.is_(None), Correction.action == "tag"
            )
        )
        found.update(pk for pk in rows if pk is not None)
    return found


def tag_corrections(session: Session) -> list[dict[str, Any]]:
    """Give what people decided about tags, with the words that it is about: examples for the next training."""
    words = func.coalesce(PassageText.text, Comment.text)
    rows = session.execute(
        select(Correction.action, Correction.theme_key, Correction.payload, words)
        .join(Comment, Comment.id == Correction.comment_pk)
        .outerjoin(PassageText, PassageText.text_key == Correction.text_key)
        .where(Correction.undone_at.is_(None), Correction.action.in_(("tag", "untag", "polarity")))
        .order_by(Correction.id)
    )
    return [{"action": a, "theme_key": k, "payload": p, "text": t} for a, k, p, t in rows]
