"""Keys: who may ask the API. For admins that see all accounts."""

from fastapi import APIRouter, Request

from api.access import AdminDep, StoreDep
from api.deps import READS
from api.exports import CSV_ANSWER, WHOLE
from api.listing import PagingDep, cut_page
from api.schemas.keys import KeyIn, KeyMade, KeyOut, KeyPage
from api.tables import keys_table
from data.store.queries.paging import After, Page
from data.store.repositories.audit import record
from data.store.repositories.keys import create_key, list_keys, revoke_key
from data.store.unit_of_work import Session

router = APIRouter(prefix="/v1/keys", tags=["keys"], responses=READS)


@router.get("", summary="Keys without their secrets", response_model=KeyPage, responses=CSV_ANSWER)
def list_all_keys(_caller: AdminDep, paging: PagingDep) -> object:
    """List keys, oldest first, revoked ones too."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[KeyOut]:
        return cut_page([KeyOut.model_validate(key) for key in list_keys(session)], after, limit)

    return paging.answer(
        fetch,
        listing="keys",
        table=keys_table(),
        name="keys",
        step=WHOLE,
        page=lambda items, following, _: KeyPage(items=items, next_cursor=following),
    )


@router.post("", summary="Make a key", status_code=201)
def make_key(request: Request, store: StoreDep, caller: AdminDep, wanted: KeyIn) -> KeyMade:
    """Make a key; its secret is in this answer and nowhere else."""
    now = request.app.state.clock()
    with store.write() as session:
        made, secret = create_key(
            session, request.app.state.vault, name=wanted.name, role=wanted.role, accounts=wanted.accounts, now=now
        )
        detail = {"key_id": made.key_id, "role": made.role, "name": made.name}
        record(session, actor=caller.key_id, action="create key", detail=detail, now=now)
    return KeyMade(**KeyOut.model_validate(made).model_dump(), secret=secret)


@router.delete("/{key_id}", summary="Revoke a key")
def end_key(request: Request, store: StoreDep, caller: AdminDep, key_id: str) -> KeyOut:
    """End a key at once; it stays in the list."""
    now = request.app.state.clock()
    with store.write() as session:
        ended = revoke_key(session, key_id, now=now)
        record(session, actor=caller.key_id, action="revoke key", detail={"key_id": key_id}, now=now)
    return KeyOut.model_validate(ended)
