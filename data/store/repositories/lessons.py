"""What a run learns from corrections: corrected words, words near them, and the passages of a user's own themes."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cx.corrected import TAG_ACTIONS
from data.store.models import (
    Comment,
    CorrectedPassage,
    Correction,
    Embedding,
    Mention,
    OverruledMention,
    Passage,
    PassageText,
)
from data.store.repositories.bulk import chunks, insert_ignore, insert_or_update
from data.store.repositories.effective import bare, polarity_of, rebuild

LEARNED_FROM = (*TAG_ACTIONS, "split")


def lessons(session: Session, model_key: str) -> list[tuple[int, str, str, bytes]]:
    """Give (correction, text key, words, vector) of the words that people corrected."""
    rows = session.execute(
        select(Correction.id, PassageText.text_key, PassageText.text, Embedding.vector)
        .join(CorrectedPassage, CorrectedPassage.correction_id == Correction.id)
        .join(PassageText, PassageText.text_key == CorrectedPassage.text_key)
        .join(Embedding, (Embedding.text_key == PassageText.text_key) & (Embedding.model_key == model_key))
        .where(Correction.undone_at.is_(None), Correction.action.in_(LEARNED_FROM))
        .where(CorrectedPassage.similarity.is_(None) | (CorrectedPassage.similarity >= 1.0))
        .order_by(Correction.id, PassageText.text_key)
    )
    return [(pk, key, text, vector) for pk, key, text, vector in rows]


def newest(session: Session) -> tuple[int, int]:
    """Give the newest correction's id and the newest passage's; 0 where there is none."""
    return (
        session.scalar(select(func.max(Correction.id))) or 0,
        session.scalar(select(func.max(Passage.id))) or 0,
    )


Words = tuple[str, str, bytes]


def words_after(session: Session, model_key: str, size: int, *, after: str) -> list[Words]:
    """Give (text key, words, vector) of the next distinct passages, by key."""
    rows = session.execute(_words(model_key).where(PassageText.text_key > after).limit(size))
    return [(key, text, vector) for key, text, vector in rows]


def new_keys(session: Session, *, after: int) -> list[str]:
    """Give the text keys of the passages whose id comes after one."""
    query = select(Passage.text_key).where(Passage.id > after).distinct().order_by(Passage.text_key)
    return list(session.scalars(query))


def words_of(session: Session, model_key: str, text_keys: Sequence[str]) -> list[Words]:
    """Give (text key, words, vector) of these keys, those that have a vector."""
    found: list[Words] = []
    for part in chunks(text_keys):
        rows = session.execute(_words(model_key).where(PassageText.text_key.in_(part)))
        found += [(key, text, vector) for key, text, vector in rows]
    return found


def _words(model_key: str):  # type: ignore[no-untyped-def]  # noqa: ANN202 - a select of three columns
    return (
        select(PassageText.text_key, PassageText.text, Embedding.vector)
        .join(Embedding, (Embedding.text_key == PassageText.text_key) & (Embedding.model_key == model_key))
        .order_by(PassageText.text_key)
    )


def learn(session: Session, found: Sequence[tuple[int, str, float]]) -> int:
    """Let words follow corrections: (correction, text key, similarity). Returns the comments that changed."""
    actions = {key: action for key, action in session.execute(select(Correction.id, Correction.action))}
    # A split holds its own words without learning: they stay pinned.
    rows = [
        {"correction_id": pk, "text_key": key, "similarity": similarity}
        for pk, key, similarity in found
        if similarity < 1.0 or actions.get(pk) in TAG_ACTIONS
    ]
    own = [row for row in rows if row["similarity"] == 1.0]
    insert_or_update(session, CorrectedPassage, own)
    insert_ignore(session, CorrectedPassage, [row for row in rows if row["similarity"] != 1.0])
    return len(rebuild(session, _holding(session, [str(row["text_key"]) for row in rows])).comments)


def forget_learned(session: Session) -> None:
    """Drop what was learned: another embedder finds other words near."""
    session.execute(delete(CorrectedPassage).where(CorrectedPassage.similarity < 1.0))


def _holding(session: Session, text_keys: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for part in chunks(sorted(set(text_keys))):
        found.update(session.scalars(select(Passage.comment_pk).where(Passage.text_key.in_(part)).distinct()))
    return found


def clear_own(session: Session, theme_keys: Sequence[str]) -> None:
    """Take the model's mentions of a user's themes back, before they are found again."""
    touched = set(session.scalars(select(Mention.comment_pk).where(Mention.theme_key.in_(theme_keys)).distinct()))
    waiting = select(OverruledMention.comment_pk).where(OverruledMention.theme_key.in_(theme_keys)).distinct()
    touched |= set(session.scalars(waiting))
    bare(session, touched)
    session.execute(delete(Mention).where(Mention.theme_key.in_(theme_keys)))
    rebuild(session, touched)


def tag_own(session: Session, found: Mapping[str, Mapping[str, float]]) -> int:
    """Tag every analysed passage of some words: text key -> theme -> confidence. Returns the mentions stored."""
    stored = 0
    for part in chunks(sorted(found)):
        rows = session.execute(
            select(
                Passage.id, Passage.comment_pk, Passage.text_key, Passage.sentiment, Comment.account_id, Comment.said_at
            )
            .join(Comment, Comment.id == Passage.comment_pk)
            .where(Passage.text_key.in_(part), Comment.analysed.is_(True), Comment.empty_reason.is_(None))
        ).all()
        pks = {row[1] for row in rows}
        bare(session, pks)
        mentions = [
            _own_mention(passage_id, pk, key, sure, sentiment, account_id, said_at)
            for passage_id, pk, text_key, sentiment, account_id, said_at in rows
            for key, sure in found[text_key].items()
        ]
        insert_ignore(session, Mention, mentions)
        stored += len(mentions)
        rebuild(session, pks)
    return stored


def _own_mention(
    passage_id: int,
    pk: int,
    key: str,
    sure: float,
    sentiment: float | None,
    account_id: str | None,
    said_at: datetime,
) -> dict[str, object]:
    return {
        "passage_id": passage_id,
        "comment_pk": pk,
        "theme_key": key,
        "kind": "taxonomy",
        "polarity": polarity_of(sentiment),
        "confidence": sure,
        "said_by": "model",
        "account_id": account_id,
        "said_at": said_at,
    }
