"""The newest record: where "now" lies for a reader who does not say."""

from datetime import UTC, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Response, Survey

# What an empty store answers: any time does, there is nothing to look back on.
EMPTY = datetime(1970, 1, 1, tzinfo=UTC)


def newest_record(session: Session) -> datetime:
    """Give the time of the newest comment or answer; 1970 for an empty store."""
    said = session.scalar(select(func.max(Comment.said_at)))
    # One index seek a survey instead of a scan over all answers.
    latest = select(func.max(Response.responded_at)).where(Response.survey_id == Survey.survey_id).scalar_subquery()
    answered = session.scalar(select(func.max(latest)).select_from(Survey))
    return max((time for time in (said, answered) if time is not None), default=EMPTY)
