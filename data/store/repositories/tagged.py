"""What the passages are tagged with, as discovery reads it."""

from sqlalchemy import func, select, union_all
from sqlalchemy.orm import Session

from data.store.models import Comment, Mention, OverruledMention, Passage


def taxonomy_tags(session: Session) -> dict[tuple[str, str], dict[str, float]]:
    """Give the taxonomy themes of each distinct passage in its comment with the highest confidence (0..1).

    Passages without a tag are left out; keys are (content key, text key). As the model has them: what a fit makes of
    them is then the same whether or not a person corrected something meanwhile.
    """
    shown = select(Mention.passage_id, Mention.theme_key, Mention.confidence).where(
        Mention.kind == "taxonomy", Mention.correction_id.is_(None)
    )
    overruled = select(OverruledMention.passage_id, OverruledMention.theme_key, OverruledMention.confidence).where(
        OverruledMention.kind == "taxonomy"
    )
    said = union_all(shown, overruled).subquery("said")
    rows = session.execute(
        select(Comment.content_key, Passage.text_key, said.c.theme_key, func.max(said.c.confidence))
        .join(Passage, Passage.id == said.c.passage_id)
        .join(Comment, Comment.id == Passage.comment_pk)
        .group_by(Comment.content_key, Passage.text_key, said.c.theme_key)
        .order_by(Comment.content_key, Passage.text_key, said.c.theme_key)
    )
    found: dict[tuple[str, str], dict[str, float]] = {}
    for content_key, text_key, theme_key, confidence in rows:
        found.setdefault((content_key or "", text_key), {})[theme_key] = float(confidence)
    return found
