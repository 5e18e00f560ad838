"""Comments by words, by meaning and by every filter: where a reader looks for what was said."""

from dataclasses import dataclass, replace

from fastapi import APIRouter, Request

from api.access import StoreDep
from api.deps import READS, SliceDep, period_of
from api.errors import NotReadyError
from api.exports import CSV_ANSWER, EXPORT_ROWS, WHOLE, Table
from api.listing import PagingDep, cut_page
from api.schemas.search import FoundComment, HighlightOut, SearchPage
from api.searches import Search, SearchDep
from api.tables import comments_table
from data.store.queries.meaning import can_compare
from data.store.queries.paging import After, Page
from data.store.queries.reach import Reach, reach_of_ranked
from data.store.queries.search import Hit, Question, find, is_columnar, list_newest, read_hits
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_info
from data.store.queries.wanted import read_question
from data.store.unit_of_work import Session, Store

router = APIRouter(prefix="/v1/comments", tags=["comments"], responses=READS)


@dataclass(frozen=True)
class Asked:
    """What is searched for, and why it is searched otherwise than asked for ("" where it is not)."""

    question: Question | None
    note: str = ""


@dataclass
class Counted:
    """How many comments a list has, whether there are more, and from whom they come."""

    total: int = 0
    more: bool = False
    reach: Reach | None = None


@router.get(
    "",
    summary="Search in comments by words, by meaning, or both; list them without `q`",
    response_model=SearchPage,
    responses=CSV_ANSWER,
)
def search_comments(
    request: Request, store: StoreDep, filters: SliceDep, paging: PagingDep, search: SearchDep
) -> object:
    """Rank the comments that fit, with the places of what was found; of words that very many use, the newest.

    Only redacted text is searched. A key of some accounts searches in theirs only.
    """
    query = search.query
    narrowed = _of_accounts(filters, search.accounts)
    asked = _ask(request, store, search)
    counted = Counted()

    def fetch(session: Session, after: After | None, limit: int) -> Page[FoundComment]:
        if query.theme_key is not None:
            theme_info(session, query.theme_key, filters=filters)
        shown = not paging.form.whole
        if asked.question is None:
            newest = list_newest(session, narrowed, query=query, limit=limit, after=after, counted=shown)
            counted.total, counted.reach = newest.total, newest.reach
            return Page([_shown(Hit(row, (), None)) for row in newest.page.rows], newest.page.after)
        found = find(session, narrowed, asked.question, query=query)
        counted.total, counted.more = len(found.pks), found.more
        counted.reach = reach_of_ranked(session, narrowed, found.pks) if shown else None
        ranked = cut_page(found.pks, after, limit)
        hits = read_hits(session, narrowed, asked.question, found, pks=ranked.rows, marked=shown)
        return Page([_shown(hit) for hit in hits], ranked.after)

    used = asked.question.mode if asked.question is not None else "list"
    return paging.answer(
        fetch,
        listing=f"comments/{used}/{is_columnar(query)}",
        table=_table(),
        name="comments",
        step=EXPORT_ROWS if asked.question is None else WHOLE,
        page=lambda items, following, _: SearchPage(
            period=period_of(narrowed),
            items=items,
            next_cursor=following,
            mode=used,
            total=counted.total,
            more=counted.more,
            accounts=counted.reach.accounts if counted.reach is not None else None,
            people=counted.reach.people if counted.reach is not None else None,
            note=asked.note,
        ),
    )


def _of_accounts(filters: Slice, accounts: tuple[str, ...]) -> Slice:
    """Narrow to accounts; a foreign one is as if it were not."""
    if not accounts:
        return filters
    allowed = [one for one in accounts if filters.accounts is None or one in filters.accounts]
    return replace(filters, accounts=tuple(allowed))


def _ask(request: Request, store: Store, search: Search) -> Asked:
    """Read the search, with its vector where meaning is searched too.

    Raises:
        NotReadyError: Meaning was asked for and can't be searched.
    """
    chosen, text = search.mode or "both", search.text
    if not text:
        return Asked(None)
    if chosen == "words":
        return Asked(Question(text, "words"))
    why = _why_not(request, store)
    if why and search.mode is not None:
        raise NotReadyError(f"search by meaning is not served here: {why}; mode=words is")
    if why:
        return Asked(Question(text, "words"), f"only words were searched: {why}")
    embedder, sentence = request.app.state.embedder, read_question(text)
    # Signs alone mean nothing.
    vector = embedder.embed([sentence])[0] if sentence else None
    return Asked(Question(text, chosen, vector, embedder.key, embedder.folder))


def _why_not(request: Request, store: Store) -> str:
    embedder = request.app.state.embedder
    if embedder is None:
        return "this server has no query embedder (`sottovoce serve` has one)"
    with store.read() as session:
        return can_compare(session, embedder.key, embedder.folder)


def _shown(hit: Hit) -> FoundComment:
    found = {
        "found_by": list(hit.found_by),
        "similarity": None if hit.similarity is None else round(hit.similarity, 4),
        "highlights": [HighlightOut(start=mark.start, end=mark.end, by=mark.by) for mark in hit.marks],
    }
    return FoundComment.model_validate(hit.comment).model_copy(update=found)


def _table() -> Table[FoundComment]:
    """A line a comment, with how it was found."""
    plain = comments_table()
    return Table(
        [*plain.header, "found_by", "similarity"],
        lambda one: [[*row, "; ".join(one.found_by), one.similarity] for row in plain.rows(one)],
    )
