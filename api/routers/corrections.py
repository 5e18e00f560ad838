"""Corrections: what a person changes in tags and themes, with a preview before and an undo after."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import CallerDep, StoreDep
from api.corrections import ScopeDep, carry_out, check_role, planner
from api.deps import READS, one_word
from api.errors import ForbiddenError
from api.exports import CSV_ANSWER, Table
from api.listing import PagingDep
from api.schemas.corrections import CorrectionIn, CorrectionMade, CorrectionOut, CorrectionPage
from cx.corrected import TAG_ACTIONS
from data.errors import NotFoundError
from data.store.queries.corrections import list_corrections
from data.store.queries.paging import After, Page
from data.store.queries.slices import Slice
from data.store.repositories.corrections import Planned, plan_undo
from data.store.repositories.keys import KeyInfo
from data.store.repositories.planning import ACTIONS
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/corrections", tags=["corrections"], responses=READS)
_COLUMNS = ("id,action,theme_key,into,comment_id,polarity,made_by,made_at,undone_by,undone_at,waits,learned").split(",")


def corrections_table() -> Table[CorrectionOut]:
    """A line a correction; what else it says in one cell."""

    def row(one: CorrectionOut) -> list[object]:
        detail = "; ".join(f"{name}: {value}" for name, value in sorted(one.detail.items()))
        return [*(getattr(one, name) for name in _COLUMNS), detail]

    return Table([*_COLUMNS, "detail"], lambda item: [row(item)])


@router.get("", summary="Corrections, newest first", response_model=CorrectionPage, responses=CSV_ANSWER)
def list_all_corrections(
    filters: ScopeDep,
    paging: PagingDep,
    theme: Annotated[str | None, Query(description="About this theme, or leading to it.", max_length=80)] = None,
    actor: Annotated[str | None, Query(description="Made by this key or person.", max_length=200)] = None,
    action: Annotated[str | None, one_word(ACTIONS, "Of this kind.")] = None,
    undone: Annotated[bool | None, Query(description="Only those taken back (true), or in force (false).")] = None,
) -> object:
    """List corrections; a key of some accounts sees those on its own comments."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[CorrectionOut]:
        found = list_corrections(
            session, filters, theme=theme, actor=actor, action=action, undone=undone, limit=limit, after=after
        )
        return Page([CorrectionOut.model_validate(row) for row in found.rows], found.after)

    return paging.answer(
        fetch,
        listing="corrections",
        table=corrections_table(),
        name="corrections",
        page=lambda items, following, _: CorrectionPage(items=items, next_cursor=following),
    )


@router.post(
    "",
    summary="Correct a tag or a theme, or preview that",
    status_code=201,
    responses={200: {"model": CorrectionMade, "description": "A preview: nothing was changed."}},
)
def correct(
    request: Request, response: Response, store: StoreDep, caller: CallerDep, filters: ScopeDep, wanted: CorrectionIn
) -> CorrectionMade:
    """Make a correction; with `preview` say what it would change (200) and change nothing."""
    check_role(caller, wanted.action)
    now = request.app.state.clock()
    response.status_code = 200 if wanted.preview else 201
    make = planner(wanted, filters, actor=caller.key_id, now=now)
    return carry_out(store, make, filters, caller=caller, now=now, preview=wanted.preview)


@router.delete("/{correction_id}", summary="Take a correction back, exactly")
def undo_correction(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    filters: ScopeDep,
    correction_id: Annotated[int, Path(ge=0, le=2**31 - 1)],
) -> CorrectionMade:
    """Undo: afterwards everything is as if it had never been made, later ones aside. It stays in the list."""
    check_role(caller, "tag")
    now = request.app.state.clock()

    def make(session: Session) -> Planned:
        _check_own(session, filters, caller, correction_id)
        return plan_undo(session, correction_id, actor=caller.key_id, now=now)

    return carry_out(store, make, filters, caller=caller, now=now)


def _check_own(session: Session, filters: Slice, caller: KeyInfo, correction_id: int) -> None:
    """A correction of other accounts does not exist for a bound key; a csm takes back tags and polarities only."""
    found = list_corrections(session, filters, only=correction_id, limit=1).rows
    if not found:
        raise NotFoundError(f"no correction {correction_id}: GET /v1/corrections lists those that you may see")
    if caller.role == "csm" and (found[0].action not in TAG_ACTIONS or found[0].made_by != caller.key_id):
        raise ForbiddenError("a csm's key takes back its own corrections of tags and polarities only")
