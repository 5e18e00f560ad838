"""What all lists share: a page as JSON, or every page as CSV or Parquet."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request, Response
from pydantic import BaseModel

from api.access import CallerDep, StoreDep
from api.errors import ParameterError
from api.exports import EXPORT_ROWS, Fetch, Table, export
from api.forms import JSON, wanted_form
from api.kept import fresh_answer, kept_answer
from api.pagination import decode_cursor, encode_cursor
from data.store.queries.paging import Page
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Store

T = TypeVar("T")
# How much a list gives at once, and at most.
DEFAULT_LIMIT, MAX_LIMIT = 50, 200
_CSV_ONLY = "Only with CSV: begin with a byte order mark, which Excel needs to see UTF-8."


@dataclass(frozen=True)
class Form:
    """In which form a list is asked for."""

    request: Request
    store: Store
    caller: KeyInfo
    kind: str
    bom: bool

    @property
    def whole(self) -> bool:
        """Whether all pages are asked for, in a file."""
        return self.kind != JSON

    def export(self, fetch: Fetch[T], *, table: Table[T], name: str, step: int = EXPORT_ROWS) -> Response:
        """Answer with all pages."""
        return export(
            self.request,
            self.store,
            fetch,
            table=table,
            name=name,
            caller=self.caller,
            form=self.kind,
            bom=self.bom,
            step=step,
        )


async def get_form(
    request: Request,
    store: StoreDep,
    caller: CallerDep,
    bom: Annotated[bool, Query(description=_CSV_ONLY)] = False,
) -> Form:
    """Read the form that a list is asked for in."""
    return Form(request, store, caller, wanted_form(request), bom)


FormDep = Annotated[Form, Depends(get_form)]


@dataclass(frozen=True)
class Paging:
    """Where a list goes on, how much of it, and in which form."""

    form: Form
    limit: int
    cursor: str | None

    def answer(
        self,
        fetch: Fetch[T],
        *,
        listing: str,
        table: Table[T],
        name: str,
        page: Callable[[list[T], str | None, Page[T]], BaseModel],
        step: int = EXPORT_ROWS,
        kept: bool = False,
    ) -> Response:
        """Give a page of a list, made by `page` of (items, next cursor, the page itself), or all of it as a file.

        `listing` names the list and its order: a cursor goes with one of them only. A list that is counted as a whole
        asks for all of it at once (`step`). `kept`: a page takes long to make, and is asked for again.
        """
        if self.form.whole:
            return self.form.export(fetch, table=table, name=name, step=step)
        sign = self.form.request.app.state.vault.hash

        def make() -> BaseModel:
            after = decode_cursor(self.cursor, listing=listing, sign=sign)
            with self.form.store.read() as session:
                found = fetch(session, after, self.limit)
            return page(found.rows, encode_cursor(found.after, listing=listing, sign=sign), found)

        return (kept_answer if kept else fresh_answer)(self.form.request, make)


async def get_paging(
    form: FormDep,
    cursor: Annotated[str | None, Query(description="`next_cursor` of the page before.", max_length=1000)] = None,
    limit: Annotated[int | None, Query(ge=1, le=MAX_LIMIT, description=f"Rows at once; {DEFAULT_LIMIT}.")] = None,
) -> Paging:
    """Read where to go on and how much to give.

    Raises:
        ParameterError: A file holds all pages; a limit or a cursor would say otherwise.
    """
    if form.whole and (cursor is not None or limit is not None):
        raise ParameterError("CSV and Parquet hold all pages: leave out cursor and limit, or ask for JSON")
    return Paging(form, limit or DEFAULT_LIMIT, cursor)


PagingDep = Annotated[Paging, Depends(get_paging)]


def cut_page(rows: Sequence[T], after: Sequence[Any] | None, limit: int) -> Page[T]:
    """Cut a page out of a list that is counted as a whole; the cursor is the place to go on at."""
    start = int(after[0]) if after else 0
    end = start + limit
    return Page(list(rows[start:end]), (end,) if end < len(rows) else None)
