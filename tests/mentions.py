"""What a planted comment says about a theme."""

from data.store.models import Comment, Mention


def mention(
    comment: Comment, passage_id: int, theme: str, *, kind: str = "taxonomy", polarity: str, confidence: float = 0.9
) -> Mention:
    """Make a mention as the tagger would; where and when it was said is the comment's."""
    return Mention(
        passage_id=passage_id,
        comment_pk=comment.id,
        theme_key=theme,
        kind=kind,
        polarity=polarity,
        confidence=confidence,
        said_by="model",
        account_id=comment.account_id,
        said_at=comment.said_at,
    )
