"""What the passages are tagged with, as discovery reads it."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, Passage


def taxonomy_tags(session: Session) -> dict[tuple[str, str], dict[str, float]]:
    """Give the taxonomy themes of each distinct passage in its comment with the highest confidence (0..1).

    Passages without a tag are left out; keys are (content key, text key).
    """
    rows = session.execute(
        select(Comment.content_key, Passage.text_key, Mention.theme_key, func.max(Mention.confidence))
        .join(Passage, Passage.id == Mention.passage_id)
        .join(Comment, Comment.id == Mention.comment_pk)
        .where(Mention.kind == "taxonomy")
        .group_by(Comment.content_key, Passage.text_key, Mention.theme_key)
        .order_by(Comment.content_key, Passage.text_key, Mention.theme_key)
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for content_key, text_key, theme_key, confidence in rows:
        found.setdefault((content_key or "", text_key), {})[theme_key] = float(confidence)
    return found
