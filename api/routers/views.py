"""Saved views: filters that somebody keeps, by name."""

import inspect
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response

from api.access import CallerDep, StoreDep
from api.deps import PROBLEMS, READS, get_slice
from api.errors import ParameterError
from api.exports import CSV_ANSWER, WHOLE
from api.listing import PagingDep, cut_page
from api.schemas.views import ViewIn, ViewOut, ViewPage
from api.searches import get_search
from api.tables import plain_table
from data.store.queries.paging import After, Page
from data.store.repositories.audit import record
from data.store.repositories.keys import KeyInfo
from data.store.repositories.views import (
    View,
    ViewDraft,
    add_view,
    delete_view,
    get_view,
    list_views,
    replace_view,
)
from data.store.unit_of_work import Session, Store

router = APIRouter(prefix="/v1/views", tags=["views"], responses=READS)
# What a slice is asked for by: strings, and lists of words.
_ONE = ("as_of", "since", "window", "period")
_MANY = tuple(
    name for name in inspect.signature(get_slice).parameters if name not in (*_ONE, "request", "store", "caller")
)
# What a search is asked for by, on the page of searches.
SEARCH_PAGE = "search"
_SEARCH_MANY = ("account", "language", "feature")
_SEARCH_ONE = tuple(name for name in inspect.signature(get_search).parameters if name not in _SEARCH_MANY)
_COLUMNS = ("view_id", "name", "page", "query", "shared", "own", "created_at", "updated_at")
ViewId = Annotated[str, Path(max_length=40, description="As GET /v1/views gives it.")]
PageName = Annotated[str | None, Query(description="Only views of this page.", max_length=40)]


@router.get("", summary="Saved views that the key sees", response_model=ViewPage, responses=CSV_ANSWER)
def list_all_views(caller: CallerDep, paging: PagingDep, page: PageName = None) -> object:
    """List the caller's own views and those shared with it, by name."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[ViewOut]:
        return cut_page([_out(view) for view in list_views(session, caller, page=page)], after, limit)

    return paging.answer(
        fetch,
        listing="views",
        table=plain_table(_COLUMNS),
        name="views",
        step=WHOLE,
        page=lambda items, following, _: ViewPage(items=items, next_cursor=following),
    )


@router.post("", summary="Save a view", status_code=201)
def save_view(request: Request, store: StoreDep, caller: CallerDep, wanted: ViewIn) -> ViewOut:
    """Save filters under a name; several views may have the same one."""
    draft = _draft(request, store, caller, wanted)
    now = request.app.state.clock()
    with store.write() as session:
        view = add_view(session, caller, draft, now=now)
        _audit(session, caller, "save view", view, now=now)
    return _out(view)


@router.get("/{view_id}", summary="One saved view")
def read_view(store: StoreDep, caller: CallerDep, view_id: ViewId) -> ViewOut:
    """Give one view that the caller sees."""
    with store.read() as session:
        return _out(get_view(session, caller, view_id))


@router.put("/{view_id}", summary="Replace a saved view")
def change_view(request: Request, store: StoreDep, caller: CallerDep, view_id: ViewId, wanted: ViewIn) -> ViewOut:
    """Replace all of a view; only the key that saved it may."""
    draft = _draft(request, store, caller, wanted)
    now = request.app.state.clock()
    with store.write() as session:
        view = replace_view(session, caller, view_id, draft=draft, now=now)
        _audit(session, caller, "replace view", view, now=now)
    return _out(view)


@router.delete("/{view_id}", summary="Delete a saved view", status_code=204, responses=PROBLEMS)
def end_view(request: Request, store: StoreDep, caller: CallerDep, view_id: ViewId) -> Response:
    """Delete a view; its owner may, and an admin for all accounts where it is shared."""
    now = request.app.state.clock()
    with store.write() as session:
        view = delete_view(session, caller, view_id)
        _audit(session, caller, "delete view", view, now=now)
    return Response(status_code=204)


def _draft(request: Request, store: Store, caller: KeyInfo, wanted: ViewIn) -> ViewDraft:
    """Read a view's parameters as a list would.

    Raises:
        ParameterError: One of them is not known, or has a value that is not understood.
    """
    searched = wanted.page == SEARCH_PAGE
    ones, many = (*_ONE, *(_SEARCH_ONE if searched else ())), (*_MANY, *(_SEARCH_MANY if searched else ()))
    parameters: dict[str, Any] = {}
    for name, value in wanted.parameters.items():
        if name in ones and isinstance(value, str):
            parameters[name] = value
        elif name in many:
            parameters[name] = [value] if isinstance(value, str) else list(value)
        else:
            text = "takes one value" if name in ones else "is no filter"
            raise ParameterError(f"{name[:40]!r} {text}: a view of {wanted.page} holds {', '.join((*ones, *many))}")
    get_search(**{name: value for name, value in parameters.items() if name in (*_SEARCH_ONE, *_SEARCH_MANY)})
    get_slice(request, store, caller, **{name: value for name, value in parameters.items() if name in (*_ONE, *_MANY)})
    return ViewDraft(wanted.name.strip(), wanted.page, parameters, wanted.shared)


def _out(view: View) -> ViewOut:
    query = urlencode(view.parameters, doseq=True)
    return ViewOut(**{**vars(view), "query": query})


def _audit(session: Session, caller: KeyInfo, action: str, view: View, *, now: Any) -> None:  # noqa: ANN401
    detail = {"view_id": view.view_id, "name": view.name, "shared": view.shared}
    record(session, actor=caller.key_id, action=action, detail=detail, now=now)
