"""A whole list as CSV or Parquet: every page streamed in the list's order; CSV is safe to open in a spreadsheet.

A text that a spreadsheet would read as a formula (it begins with = + - @, a tab or a carriage return, also in their
full-width forms) gets a ' in front; numbers are left alone. Lines end with CR LF, the encoding is UTF-8, with a byte
order mark where `bom=1` asks for it (Excel needs one to see UTF-8).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from api.forms import CSV, MEDIA_TYPES, PARQUET
from api.parquet import chunks
from data.store.queries.paging import Page
from data.store.repositories.audit import record
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Session, Store

T = TypeVar("T")
# (session, after, limit) -> a page.
Fetch = Callable[[Session, Sequence[Any] | None, int], Page[T]]
BOM = "\ufeff"
# OWASP "CSV injection", with the full-width forms that some spreadsheets read alike.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Rows read at once; each page is a read of its own, so that a slow reader holds no snapshot of the database.
EXPORT_ROWS = 500
WHOLE = 10**9
CSV_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list; whole as CSV or Parquet with `Accept: text/csv` or `.csv` behind the address "
        f"(`{MEDIA_TYPES[PARQUET]}`, `.parquet`).",
        "content": {
            MEDIA_TYPES[CSV]: {"schema": {"type": "string"}},
            MEDIA_TYPES[PARQUET]: {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


@dataclass(frozen=True)
class Table(Generic[T]):
    """How a list looks as a file: the columns, an item's rows, and columns of another type than `columns` says."""

    header: Sequence[str]
    rows: Callable[[T], Iterable[Sequence[object]]]
    types: Mapping[str, str] = field(default_factory=dict)


def cell(value: object) -> str:
    """Write a value into a cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return format(value, ".15g")
    if isinstance(value, datetime | date):
        return value.isoformat()
    text = str(value)
    return f"'{text}" if not isinstance(value, int) and text.startswith(FORMULA_STARTS) else text


def lines(rows: Iterable[Sequence[object]]) -> str:
    """Write rows as CSV (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\r\n").writerows([cell(value) for value in row] for row in rows)
    return out.getvalue()


def export(
    request: Request,
    store: Store,
    fetch: Fetch[T],
    *,
    table: Table[T],
    name: str,
    caller: KeyInfo,
    form: str = CSV,
    bom: bool = False,
    step: int = EXPORT_ROWS,
) -> StreamingResponse:
    """Answer with all pages as CSV or Parquet, after a row in the audit trail.

    The first page is read before the answer begins, so that an error is an answer of its own.
    """
    now = request.app.state.clock()
    with store.read() as session:
        first = fetch(session, None, step)
    with store.write() as session:
        detail = {
            "path": request.url.path,
            "parameters": sorted(request.query_params.multi_items()),
            "list": name,
            # Null: all of them. Who is forgotten later is told which exports may have held them.
            "accounts": None if caller.accounts is None else list(caller.accounts),
        }
        record(session, actor=caller.key_id, action="export", detail=detail, now=now)
    request.app.state.metrics.exports.labels(getattr(request.scope.get("route"), "path_format", "none")).inc()
    headers = {
        **getattr(request.state, "validators", {}),
        "Content-Disposition": f'attachment; filename="{_file_name(name)}-{now:%Y-%m-%d}.{form}"',
        "X-Content-Type-Options": "nosniff",
    }
    pages = _pages(store, fetch, first, table=table, step=step)
    if form == PARQUET:
        whole = chunks(table.header, pages, types=table.types)
        return StreamingResponse(whole, media_type=MEDIA_TYPES[PARQUET], headers=headers)
    return StreamingResponse(
        _as_csv(table.header, pages, bom=bom), media_type=f"{MEDIA_TYPES[CSV]}; charset=utf-8", headers=headers
    )


def _as_csv(header: Sequence[str], pages: Iterable[Iterable[Sequence[object]]], *, bom: bool) -> Iterator[str]:
    yield (BOM if bom else "") + lines([header])
    yield from map(lines, pages)


def _pages(
    store: Store, fetch: Fetch[T], page: Page[T], *, table: Table[T], step: int
) -> Iterator[Iterator[Sequence[object]]]:
    while True:
        yield (row for item in page.rows for row in table.rows(item))
        if page.after is None:
            return
        with store.read() as session:
            page = fetch(session, page.after, step)


def _file_name(name: str) -> str:
    return "sottovoce-" + re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80]


class Suffixes:
    """Middleware: `.csv` or `.parquet` behind a list's address asks for that list in this form.

    Only behind lists: an account's id may end in ".csv" too.
    """

    def __init__(self, app: ASGIApp, lists: Callable[[], Iterable[str]]) -> None:
        """Wrap an application; `lists` gives the routes of its lists."""
        self._app, self._lists = app, lists
        self._patterns: list[re.Pattern[str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http":
            path, _, form = scope["path"].rpartition(".")
            if form in (CSV, PARQUET) and self._is_list(path):
                scope["path"] = path
                scope["raw_path"] = (scope.get("raw_path") or b"").removesuffix(f".{form}".encode())
                scope.setdefault("state", {})["form"] = form
        await self._app(scope, receive, send)

    def _is_list(self, path: str) -> bool:
        if self._patterns is None:
            self._patterns = [re.compile(re.sub(r"\\{[^{}]+\\}", "[^/]+", re.escape(one))) for one in self._lists()]
        return any(pattern.fullmatch(path) for pattern in self._patterns)
