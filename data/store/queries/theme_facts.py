"""What an issue in a tracker says of a theme, with the counts that the API gives for the same slice."""

from sqlalchemy.orm import Session

from cx.issue import Quote, ThemeFacts
from data.store.queries.comment_pages import find_comments, page_of
from data.store.queries.comments import CommentQuery
from data.store.queries.counts import total_counts
from data.store.queries.slices import UNKNOWN, Slice
from data.store.queries.themes import theme_info

QUOTES = 5


def theme_facts(session: Session, filters: Slice, key: str) -> ThemeFacts:
    """Read a theme's counts and the words behind it, detractors first.

    Raises:
        NotFoundError: There is no such theme.
    """
    info = theme_info(session, key, filters=filters)
    counts = total_counts(session, filters, kind=info.kind, theme_keys=(key,))
    found = find_comments(session, filters, CommentQuery(theme_key=key, voice="customer", order="detractors"))
    rows = page_of(session, filters, found, limit=QUOTES).rows
    return ThemeFacts(
        key=info.key,
        name=info.name,
        definition=info.definition,
        owner=info.owner,
        since=filters.since,
        as_of=filters.as_of,
        comments=counts.comments,
        respondents=counts.respondents,
        accounts=counts.accounts,
        negative=counts.negative,
        open_opportunities=counts.open_opportunities,
        revenue=counts.revenue,
        open_amount=counts.open_amount,
        quotes=tuple(Quote(row.text, row.role, row.stage or UNKNOWN) for row in rows),
    )
