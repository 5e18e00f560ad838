"""Errors of the API, and which error class has which status. One shape for all of them: problem+json (RFC 9457).

Statuses stand here and nowhere else. A message that reaches a caller says what was asked for and the next step; an
unexpected error says nothing of itself.
"""

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from cx.errors import CxError, ScaleError
from cx.loops import LoopError
from data.errors import (
    BusyError,
    DataError,
    NotFoundError,
    SchemaOutdatedError,
    SecretError,
    ShippedFileError,
    StoreError,
)
from data.store.queries.errors import QueryError
from data.store.repositories.corrections import CorrectionConflictError, CorrectionError
from data.store.repositories.idempotency import RepeatedKeyError
from data.store.repositories.keys import KeyRequestError
from data.store.repositories.persons import StrangerError
from data.store.repositories.uploads import UploadStateError
from data.store.repositories.views import ViewLimitError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class ApiError(Exception):
    """Base of every error raised by `api`."""


class UnauthorizedError(ApiError, PermissionError):
    """No key, one that is unknown or revoked, or a sign-in that is not good or has ended."""


class ForbiddenError(ApiError, PermissionError):
    """The key's role may not do this."""


class CursorError(ApiError, ValueError):
    """A cursor that was not given by this list."""


class BodyError(ApiError, ValueError):
    """A body that is not JSON."""


class ParameterError(ApiError, ValueError):
    """A parameter with a value that the API does not know."""


class PreconditionError(ApiError, RuntimeError):
    """What the caller changed is not what is there now, or it does not say what it changed."""


class NotEmptyError(ApiError, RuntimeError):
    """The sample is asked for where there is data."""


class TrackerError(ApiError, RuntimeError):
    """An issue is asked for at a tracker that nobody set up."""


class RateError(ApiError, RuntimeError):
    """A key asks more often than it may; `wait_s` seconds later it may again."""

    def __init__(self, wait_s: float) -> None:
        """Keep the seconds to wait."""
        super().__init__(f"this key asks too often: wait {wait_s:.2g} s, or ask for more rows at once (limit=200, CSV)")
        self.wait_s = wait_s


class NotModifiedError(ApiError):
    """Nothing changed since the caller asked: not an error, but the shortest way past the route."""

    def __init__(self, headers: Mapping[str, str]) -> None:
        """Keep the headers of the answer."""
        super().__init__("not modified")
        self.headers = headers


class NotReadyError(ApiError, RuntimeError):
    """Something that answers need can't be used now."""


class SlowError(ApiError, TimeoutError):
    """A body stopped coming in."""


class RowsRefusedError(ApiError, ValueError):
    """No row of a batch can be kept; `errors` says why, row by row."""

    def __init__(self, message: str, errors: list[dict[str, str]]) -> None:
        """Keep what is wrong with each row."""
        super().__init__(f"{message}: `errors` says why, row by row")
        self.errors = errors


class TooLongError(ApiError, RuntimeError):
    """A list has more rows than its form takes: noticed on the way, so that the answer ends early."""


class AskError(ApiError, RuntimeError):
    """The API did not answer a tool of `api.mcp`, or answered with a problem."""


class UnsafeBindError(ApiError, RuntimeError):
    """The server would be reachable from other machines, and there is no key."""


class PortTakenError(ApiError, OSError):
    """Another program listens on the port."""


STATUS: dict[type[Exception], int] = {
    ApiError: 500,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    CursorError: 400,
    BodyError: 400,
    ParameterError: 422,
    PreconditionError: 412,
    NotEmptyError: 409,
    TrackerError: 409,
    RateError: 429,
    NotModifiedError: 304,
    NotReadyError: 503,
    TooLongError: 500,
    AskError: 502,
    SlowError: 408,
    RowsRefusedError: 422,
    UnsafeBindError: 500,
    PortTakenError: 500,
    DataError: 500,
    StoreError: 503,
    SchemaOutdatedError: 503,
    BusyError: 409,
    NotFoundError: 404,
    SecretError: 503,
    ShippedFileError: 500,
    KeyRequestError: 422,
    StrangerError: 403,
    RepeatedKeyError: 422,
    UploadStateError: 409,
    ViewLimitError: 409,
    QueryError: 422,
    CxError: 500,
    ScaleError: 422,
    LoopError: 409,
    CorrectionError: 422,
    CorrectionConflictError: 409,
}
_TITLES = {
    400: "Bad request",
    401: "Key needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    408: "Too slow",
    409: "Conflict",
    412: "Changed meanwhile",
    413: "Body too large",
    422: "Parameters not understood",
    429: "Too many requests",
    500: "Error",
    503: "Not ready",
}


DETAILS = {
    404: "no such address: /openapi.json lists them",
    413: "the body is too large: send it in parts",
}


def status_of(error: Exception) -> int:
    """Give the status of an error: its own class's, else the nearest ancestor's."""
    for ancestor in type(error).__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    return 500


def problem(
    request: Request,
    status: int,
    detail: str,
    *,
    errors: list[dict[str, str]] | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """Build the one shape of an error, with the request's id as the log has it."""
    title = _TITLES.get(status, "Error")
    body: dict[str, Any] = {
        "type": f"about:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
        "request_id": request_id(request),
    }
    if errors:
        body["errors"] = errors
    shown = {**(headers or {}), **({"WWW-Authenticate": "Bearer"} if status == 401 else {})}
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=shown)


def request_id(request: Request) -> str:
    """Give the id that `api.observe` gave the request."""
    return str(getattr(request.state, "request_id", ""))


def install(app: FastAPI) -> None:
    """Answer every error in the one shape."""
    for base in (ApiError, DataError, CxError):
        app.add_exception_handler(base, _known)
    app.add_exception_handler(NotModifiedError, _not_modified)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _known(request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status == 500:
        return _mistake(request, error)
    headers = {"Retry-After": str(math.ceil(error.wait_s))} if isinstance(error, RateError) else None
    rows = error.errors if isinstance(error, RowsRefusedError) else None
    return problem(request, status, str(error), errors=rows, headers=headers)


async def _not_modified(_request: Request, error: Exception) -> Response:
    return Response(status_code=304, headers=dict(error.headers) if isinstance(error, NotModifiedError) else None)


async def _malformed(request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"parameter": ".".join(str(part) for part in one["loc"][1:]), "reason": str(one["msg"])} for one in found]
    named = "; ".join(f"{one['parameter']}: {one['reason']}" for one in errors)
    return problem(request, 422, f"{named}. /openapi.json lists what is understood", errors=errors)


async def _http(request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = DETAILS.get(status, str(getattr(error, "detail", error)))
    return problem(request, status, detail, headers=getattr(error, "headers", None))


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    answer = _mistake(request, error)
    # This handler stands outside of the middleware that gives every other answer its id.
    answer.headers["X-Request-ID"] = request_id(request)
    return answer


def _mistake(request: Request, error: Exception) -> JSONResponse:
    log.error("answered 500 to request %s: %s", request_id(request), type(error).__name__, exc_info=error)
    return problem(request, 500, "the server made a mistake; its log says which")
