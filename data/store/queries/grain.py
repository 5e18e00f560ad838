"""What a comment says on a theme, in SQL: the rank of its polarity, and the conditions of a slice on comments."""

from sqlalchemy import ColumnElement, case, func

from data.store.columns.pack import NEGATIVE, NEUTRAL, POSITIVE
from data.store.models import Comment, Mention
from data.store.queries.slices import Slice, who_filters

__all__ = ["NEGATIVE", "NEUTRAL", "POSITIVE", "comment_filters", "polarity_rank"]


def polarity_rank() -> ColumnElement[int]:
    """Rank of a comment's polarity on a theme: negative when any passage is, else positive, else neutral."""
    return func.max(
        case((Mention.polarity == "negative", NEGATIVE), (Mention.polarity == "positive", POSITIVE), else_=NEUTRAL)
    )


def comment_filters(filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions on comments."""
    return who_filters(
        filters,
        account=Comment.account_id.expression,
        role=Comment.role.expression,
        stage=Comment.stage.expression,
        source=Comment.source.expression,
        score_band=Comment.score_band.expression,
    )
