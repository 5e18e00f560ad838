"""What the lists of comments share: a page with the number of all of them, or all of them as CSV."""

from collections.abc import Callable

from api.deps import period_of
from api.listing import Paging
from api.schemas.comments import CommentOut, CommentPage
from api.tables import comments_table
from data.store.queries.comment_pages import find_comments, page_of
from data.store.queries.comments import CommentQuery, CommentRow, count_comments, list_comments
from data.store.queries.paging import After, Page
from data.store.queries.slices import Slice
from data.store.unit_of_work import Session

Check = Callable[[Session], object]
# A page of a list, and how many there are.
Read = Callable[[Session, After | None, int], tuple[Page[CommentRow], int]]


def answer_comments(
    paging: Paging, filters: Slice, query: CommentQuery, *, listing: str, name: str, check: Check | None = None
) -> object:
    """Answer with a list of comments; `check` raises where the caller may not see what they hang on."""

    def read(session: Session, after: After | None, limit: int) -> tuple[Page[CommentRow], int]:
        found = list_comments(session, filters, query=query, limit=limit, after=after)
        # A file holds all of them: nobody asks how many.
        return found, 0 if paging.form.whole else count_comments(session, filters, query=query)

    return _answer(paging, filters, read, listing=listing, name=name, check=check)


def answer_counted(
    paging: Paging, filters: Slice, query: CommentQuery, *, listing: str, name: str, check: Check | None = None
) -> object:
    """Answer with the comments behind a count, found in the same columns that it was counted from."""

    def read(session: Session, after: After | None, limit: int) -> tuple[Page[CommentRow], int]:
        found = find_comments(session, filters, query)
        return page_of(session, filters, found, limit=limit, after=after), len(found)

    return _answer(paging, filters, read, listing=f"counted/{listing}", name=name, check=check)


def _answer(paging: Paging, filters: Slice, read: Read, *, listing: str, name: str, check: Check | None) -> object:
    total = [0]

    def fetch(session: Session, after: After | None, limit: int) -> Page[CommentOut]:
        if check is not None:
            check(session)
        found, total[0] = read(session, after, limit)
        return Page([CommentOut.model_validate(row) for row in found.rows], found.after)

    return paging.answer(
        fetch,
        listing=listing,
        table=comments_table(),
        name=name,
        page=lambda items, following, _: CommentPage(
            period=period_of(filters), items=items, next_cursor=following, total=total[0]
        ),
    )
