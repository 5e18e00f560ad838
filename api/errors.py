"""Errors of the API, and which error class has which status. One shape for all of them: problem+json (RFC 9457).

Statuses stand here and nowhere else. A message that reaches a caller says what was asked for and the next step; an
unexpected error says nothing of itself.
"""

import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from cx.errors import CxError, ScaleError
from data.errors import (
    DataError,
    NotFoundError,
    SchemaOutdatedError,
    SecretError,
    ShippedFileError,
    StoreError,
)
from data.store.queries.errors import QueryError
from data.store.repositories.keys import KeyRequestError

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"


class ApiError(Exception):
    """Base of every error raised by `api`."""


class UnauthorizedError(ApiError, PermissionError):
    """No key, or one that is unknown or revoked."""


class ForbiddenError(ApiError, PermissionError):
    """The key's role may not do this."""


class CursorError(ApiError, ValueError):
    """A cursor that was not given by this list."""


class ParameterError(ApiError, ValueError):
    """A parameter with a value that the API does not know."""


class UnsafeBindError(ApiError, RuntimeError):
    """The server would be reachable from other machines, and there is no key."""


class PortTakenError(ApiError, OSError):
    """Another program listens on the port."""


STATUS: dict[type[Exception], int] = {
    ApiError: 500,
    UnauthorizedError: 401,
    ForbiddenError: 403,
    CursorError: 400,
    ParameterError: 422,
    UnsafeBindError: 500,
    PortTakenError: 500,
    DataError: 500,
    StoreError: 503,
    SchemaOutdatedError: 503,
    NotFoundError: 404,
    SecretError: 503,
    ShippedFileError: 500,
    KeyRequestError: 422,
    QueryError: 422,
    CxError: 500,
    ScaleError: 422,
}
_TITLES = {
    400: "Bad request",
    401: "Key needed",
    403: "Not allowed",
    404: "Not found",
    405: "Method not allowed",
    422: "Parameters not understood",
    500: "Error",
    503: "Not ready",
}


def status_of(error: Exception) -> int:
    """Give the status of an error: its own class's, else the nearest ancestor's."""
    for ancestor in type(error).__mro__:
        if ancestor in STATUS:
            return STATUS[ancestor]
    return 500


def problem(status: int, detail: str, *, errors: list[dict[str, str]] | None = None) -> JSONResponse:
    """Build the one shape of an error."""
    title = _TITLES.get(status, "Error")
    body: dict[str, Any] = {
        "type": f"about:{title.lower().replace(' ', '-')}",
        "title": title,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = errors
    headers = {"WWW-Authenticate": "Bearer"} if status == 401 else None
    return JSONResponse(body, status_code=status, media_type=MEDIA_TYPE, headers=headers)


def install(app: FastAPI) -> None:
    """Answer every error in the one shape."""
    for base in (ApiError, DataError, CxError):
        app.add_exception_handler(base, _known)
    app.add_exception_handler(RequestValidationError, _malformed)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _known(_request: Request, error: Exception) -> JSONResponse:
    status = status_of(error)
    if status == 500:
        log.error("answered 500: %s", type(error).__name__, exc_info=error)
        return problem(500, "the server made a mistake; its log says which")
    return problem(status, str(error))


async def _malformed(_request: Request, error: Exception) -> JSONResponse:
    found = error.errors() if isinstance(error, RequestValidationError) else []
    errors = [{"parameter": ".".join(str(part) for part in one["loc"][1:]), "reason": str(one["msg"])} for one in found]
    named = "; ".join(f"{one['parameter']}: {one['reason']}" for one in errors)
    return problem(422, f"{named}. /openapi.json lists what is understood", errors=errors)


async def _http(_request: Request, error: Exception) -> JSONResponse:
    status = error.status_code if isinstance(error, HTTPException) else 500
    detail = "no such address: /openapi.json lists them" if status == 404 else str(getattr(error, "detail", error))
    return problem(status, detail)


async def _unexpected(_request: Request, error: Exception) -> JSONResponse:
    log.error("answered 500: %s", type(error).__name__, exc_info=error)
    return problem(500, "the server made a mistake; its log says which")
