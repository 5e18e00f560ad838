"""CSV of a whole list: every page streamed in the list's order, safe to open in a spreadsheet.

A text that a spreadsheet would read as a formula (it begins with = + - @, a tab or a carriage return, also in their
full-width forms) gets a ' in front; numbers are left alone. Lines end with CR LF, the encoding is UTF-8, with a byte
order mark where `bom=1` asks for it (Excel needs one to see UTF-8).
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from fastapi import Request
from fastapi.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from data.store.queries.paging import Page
from data.store.repositories.audit import record
from data.store.repositories.keys import KeyInfo
from data.store.unit_of_work import Session, Store

T = TypeVar("T")
# (session, after, limit) -> a page.
Fetch = Callable[[Session, Sequence[Any] | None, int], Page[T]]
MEDIA_TYPE = "text/csv"
BOM = "\ufeff"
# OWASP "CSV injection", with the full-width forms that some spreadsheets read alike.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Rows read at once; each page is a read of its own, so that a slow reader holds no snapshot of the database.
EXPORT_ROWS = 500
WHOLE = 10**9
CSV_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The list; as CSV (all pages) with `Accept: text/csv` or `.csv` behind the address.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}


@dataclass(frozen=True)
class Table(Generic[T]):
    """How a list looks as CSV: the columns, and an item's rows."""

    header: Sequence[str]
    rows: Callable[[T], Iterable[Sequence[object]]]


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
    bom: bool = False,
    step: int = EXPORT_ROWS,
) -> StreamingResponse:
    """Answer with all pages as CSV, after a row in the audit trail.

    The first page is read before the answer begins, so that an error is an answer of its own.
    """
    now = request.app.state.clock()
    with store.read() as session:
        first = fetch(session, None, step)
    with store.write() as session:
        detail = {"path": request.url.path, "parameters": sorted(request.query_params.multi_items()), "list": name}
        record(session, actor=caller.key_id, action="export", detail=detail, now=now)
    request.app.state.metrics.exports.labels(getattr(request.scope.get("route"), "path_format", "none")).inc()
    headers = {
        **getattr(request.state, "validators", {}),
        "Content-Disposition": f'attachment; filename="{_file_name(name)}-{now:%Y-%m-%d}.csv"',
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(
        _stream(store, fetch, first, table=table, bom=bom, step=step),
        media_type=f"{MEDIA_TYPE}; charset=utf-8",
        headers=headers,
    )


def _stream(store: Store, fetch: Fetch[T], page: Page[T], *, table: Table[T], bom: bool, step: int) -> Iterator[str]:
    yield (BOM if bom else "") + lines([table.header])
    while True:
        yield lines(row for item in page.rows for row in table.rows(item))
        if page.after is None:
            return
        with store.read() as session:
            page = fetch(session, page.after, step)


def _file_name(name: str) -> str:
    return "sottovoce-" + re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:80]


class CsvSuffix:
    """Middleware: `.csv` behind a list's address asks for that list as CSV.

    Only behind lists: an account's id may end in ".csv" too.
    """

    def __init__(self, app: ASGIApp, lists: Callable[[], Iterable[str]]) -> None:
        """Wrap an application; `lists` gives the routes of its lists."""
        self._app, self._lists = app, lists
        self._patterns: list[re.Pattern[str]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] == "http" and scope["path"].endswith(".csv") and self._is_list(scope["path"][:-4]):
            scope["path"] = scope["path"][:-4]
            scope["raw_path"] = (scope.get("raw_path") or b"").removesuffix(b".csv")
            scope.setdefault("state", {})["csv"] = True
        await self._app(scope, receive, send)

    def _is_list(self, path: str) -> bool:
        if self._patterns is None:
            self._patterns = [re.compile(re.sub(r"\\{[^{}]+\\}", "[^/]+", re.escape(one))) for one in self._lists()]
        return any(pattern.fullmatch(path) for pattern in self._patterns)
