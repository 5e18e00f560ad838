"""Comments by words, by meaning and by every filter: where a reader looks for what was said."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Query, Request

from api.access import StoreDep
from api.deps import READS, SliceDep, Words, one_word, period_of, read_choice, read_list
from api.errors import NotReadyError, ParameterError
from api.exports import CSV_ANSWER, WHOLE, Table
from api.listing import PagingDep, cut_page
from api.schemas.comments import CommentOut
from api.schemas.search import FoundComment, HighlightOut, SearchPage
from api.tables import comments_table
from data.store.queries.comments import POLARITIES, VOICES, CommentQuery
from data.store.queries.meaning import can_compare
from data.store.queries.paging import After, Page
from data.store.queries.search import MODES, Hit, Question, find, is_columnar, list_newest, read_hits
from data.store.queries.slices import Slice
from data.store.queries.themes import theme_info
from data.store.queries.wanted import read_question
from data.store.unit_of_work import Session, Store

router = APIRouter(prefix="/v1/comments", tags=["comments"], responses=READS)
# A longer text is not a search; it is refused with the bound in the message.
MAX_SEARCH = 1000


@dataclass(frozen=True)
class Asked:
    """What is searched for, and why it is searched otherwise than asked for ("" where it is not)."""

    question: Question | None
    note: str = ""


@router.get(
    "",
    summary="Search in comments by words, by meaning, or both; list them without `q`",
    response_model=SearchPage,
    responses=CSV_ANSWER,
)
def search_comments(
    request: Request,
    store: StoreDep,
    filters: SliceDep,
    paging: PagingDep,
    q: Annotated[
        str,
        Query(
            description='Words (all of them), "a phrase", begin*, -without; or a question, by meaning.',
            max_length=MAX_SEARCH,
        ),
    ] = "",
    mode: Annotated[str | None, one_word(MODES, "How to search; both, or words where meaning is not served.")] = None,
    theme: Annotated[str | None, Query(description="Comments that speak of this theme (its key).")] = None,
    polarity: Annotated[str | None, one_word(tuple(POLARITIES), "On that theme.")] = None,
    account: Words = [],  # noqa: B006 - FastAPI copies it
    language: Words = [],  # noqa: B006
    feature: Words = [],  # noqa: B006
    voice: Annotated[str, one_word(VOICES, "customer: their own words; vendor: review notes.")] = "all",
) -> object:
    """Rank the comments that fit, with the places of what was found; of words that very many use, the newest.

    Only redacted text is searched. A key of some accounts searches in theirs only.
    """
    if polarity is not None and theme is None:
        raise ParameterError("polarity is what a comment says of a theme: give theme as well")
    query = CommentQuery(
        theme_key=theme,
        polarity=None if polarity is None else read_choice(polarity, "polarity", tuple(POLARITIES)),
        voice=read_choice(voice, "voice", VOICES),
        languages=_several(language),
        features=_several(feature),
    )
    narrowed = _of_accounts(filters, _several(account))
    asked = _ask(request, store, q, mode)
    counted = [(0, False)]

    def fetch(session: Session, after: After | None, limit: int) -> Page[FoundComment]:
        if theme is not None:
            theme_info(session, theme, filters=filters)
        if asked.question is None:
            page, total = list_newest(
                session, narrowed, query=query, limit=limit, after=after, counted=not paging.form.csv
            )
            counted[0] = (total, False)
            return Page([_shown(Hit(row, (), None)) for row in page.rows], page.after)
        found = find(session, narrowed, asked.question, query=query)
        counted[0] = (len(found.pks), found.more)
        ranked = cut_page(found.pks, after, limit)
        marked = not paging.form.csv
        hits = read_hits(session, narrowed, asked.question, found, pks=ranked.rows, marked=marked)
        return Page([_shown(hit) for hit in hits], ranked.after)

    used = asked.question.mode if asked.question is not None else "list"
    return paging.answer(
        fetch,
        listing=f"comments/{used}/{is_columnar(query)}",
        table=_table(),
        name="comments",
        **({} if asked.question is None else {"step": WHOLE}),
        page=lambda items, following, _: SearchPage(
            period=period_of(narrowed),
            items=items,
            next_cursor=following,
            mode=used,
            total=counted[0][0],
            more=counted[0][1],
            note=asked.note,
        ),
    )


def _several(values: list[str]) -> tuple[str, ...]:
    return read_list(",".join(values), "", ())


def _of_accounts(filters: Slice, accounts: tuple[str, ...]) -> Slice:
    """Narrow to accounts; a foreign one is as if it were not."""
    if not accounts:
        return filters
    allowed = [one for one in accounts if filters.accounts is None or one in filters.accounts]
    return replace(filters, accounts=tuple(allowed))


def _ask(request: Request, store: Store, q: str, mode: str | None) -> Asked:
    """Read the search, with its vector where meaning is searched too.

    Raises:
        NotReadyError: Meaning was asked for and can't be searched.
    """
    chosen = read_choice(mode, "mode", MODES) if mode is not None else "both"
    text = q.strip()
    if not text:
        return Asked(None)
    if chosen == "words":
        return Asked(Question(text, "words"))
    why = _why_not(request, store)
    if why and mode is not None:
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
    return FoundComment(
        **CommentOut.model_validate(hit.comment).model_dump(),
        found_by=list(hit.found_by),
        similarity=None if hit.similarity is None else round(hit.similarity, 4),
        highlights=[HighlightOut(start=mark.start, end=mark.end, by=mark.by) for mark in hit.marks],
    )


def _table() -> Table[FoundComment]:
    """A line a comment, with how it was found."""
    plain = comments_table()
    return Table(
        [*plain.header, "found_by", "similarity"],
        lambda one: [[*row, "; ".join(one.found_by), one.similarity] for row in plain.rows(one)],
    )
