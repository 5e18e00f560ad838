"""Sales-delivery mismatch: what customers say was promised, beside what was recorded as promised."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query

from api.deps import READS, SliceDep, period_of
from api.exports import CSV_ANSWER, WHOLE, Table
from api.listing import PagingDep, cut_page
from api.schemas.mismatch import (
    CommitmentOut,
    LikenessOut,
    MismatchAccountOut,
    MismatchMentionOut,
    MismatchPage,
    MismatchSummaryOut,
)
from data.store.queries.matches import LEAST_SIMILARITY, MismatchMention
from data.store.queries.mismatch import (
    AccountMismatch,
    PromiseView,
    account_mismatches,
    mismatch_accounts,
    mismatch_summary,
)
from data.store.queries.paging import After, Page
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/mismatch", tags=["themes"], responses=READS)
_ACCOUNT = ("account_id", "name")
_MENTION = ("comment_id", "said_at", "source", "role", "stage", "score", "score_band", "vendor_voice", "passage")
_COMMITMENT = ("commitment_id", "text", "made_by_name", "made_on", "handed_over_on")


@router.get(
    "",
    summary="Complaints of broken promises beside the recorded commitments, by account",
    response_model=MismatchPage,
    responses=CSV_ANSWER,
)
def list_mismatch(
    filters: SliceDep,
    paging: PagingDep,
    mentions: Annotated[int, Query(ge=0, le=50, description="Complaints shown per account, newest first.")] = 5,
    quiet: Annotated[bool, Query(description="Also accounts whose commitments nobody complains of.")] = True,
) -> object:
    """Give accounts with who complains, since when, how often by month, and every commitment on record.

    A similarity is the cosine of a complaint and a commitment: they seem to speak of the same. It never says that a
    promise was broken.
    """
    summaries: list[MismatchSummaryOut] = []

    def fetch(session: Session, after: After | None, limit: int) -> Page[MismatchAccountOut]:
        page = cut_page(mismatch_accounts(session, filters, quiet=quiet), after, limit)
        if not paging.form.whole:
            summaries.append(MismatchSummaryOut.model_validate(asdict(mismatch_summary(session, filters))))
        shown = None if paging.form.whole else mentions
        found = account_mismatches(session, filters, page.rows, shown=shown)
        return Page([_account(one) for one in found], page.after)

    return paging.answer(
        fetch,
        listing=f"mismatch/{quiet}",
        table=_table(),
        name="mismatch",
        step=WHOLE,
        page=lambda items, following, _: MismatchPage(
            period=period_of(filters),
            items=items,
            next_cursor=following,
            summary=summaries[0],
            least_similarity=LEAST_SIMILARITY,
        ),
    )


def _account(one: AccountMismatch) -> MismatchAccountOut:
    plain: dict[str, Any] = {name: getattr(one, name) for name in _PLAIN}
    return MismatchAccountOut(
        **plain,
        mentions=[_mention(mention) for mention in one.mentions],
        commitments=[_commitment(view) for view in one.promises],
    )


_PLAIN = (
    *_ACCOUNT,
    "comments",
    "people",
    "review_notes",
    "roles",
    "stages",
    "months",
    "first_said_at",
    "last_said_at",
)


def _mention(one: MismatchMention) -> MismatchMentionOut:
    found = MismatchMentionOut.model_validate(one)
    near = [
        LikenessOut(commitment_id=like.commitment_id, similarity=round(like.similarity, 3)) for like in one.likenesses
    ]
    return found.model_copy(update={"likenesses": near})


def _commitment(view: PromiseView) -> CommitmentOut:
    return CommitmentOut(
        **{name: getattr(view.promise, name) for name in (*_COMMITMENT, "made_by")},
        comments=view.comments,
        similarity=None if view.similarity is None else round(view.similarity, 3),
        comment_ids=list(view.comment_ids),
    )


def _table() -> Table[MismatchAccountOut]:
    """A line a complaint with its nearest commitment, then a line a commitment that no complaint is nearest to."""

    def rows(one: MismatchAccountOut) -> Iterable[Sequence[object]]:
        account = [one.account_id, one.name]
        known = {commitment.commitment_id: commitment for commitment in one.commitments}
        named = set()
        for mention in one.mentions:
            near = next((like for like in mention.likenesses if like.similarity >= LEAST_SIMILARITY), None)
            commitment = known.get(near.commitment_id) if near is not None else None
            named.add(commitment.commitment_id if commitment is not None else "")
            similarity = near.similarity if near is not None else None
            yield [*account, *_cells(mention, _MENTION), *_cells(commitment, _COMMITMENT), similarity]
        for commitment in one.commitments:
            if commitment.commitment_id not in named:
                yield [*account, *_cells(None, _MENTION), *_cells(commitment, _COMMITMENT), None]

    header = [*_ACCOUNT, *_MENTION, *("commitment" if name == "text" else name for name in _COMMITMENT), "similarity"]
    return Table(header, rows)


def _cells(item: object | None, names: Sequence[str]) -> list[object]:
    return [None if item is None else getattr(item, name) for name in names]
