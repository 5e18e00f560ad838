"""The way from the pages to the API: over HTTP, or in process where no address is given.

Addresses and key come from `st.secrets` or from what the launcher put into the environment.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import Any, Protocol, TypeVar

import httpx
import streamlit as st

from api.schemas.accounts import AccountPage, CoverageOut
from api.schemas.base import Problem, Schema
from api.schemas.comments import CommentPage
from api.schemas.scores import ScoresOut
from api.schemas.themes import ThemePage

S = TypeVar("S", bound=Schema)
Params = Mapping[str, str | int | Sequence[str]]
# Longer than any query takes; a page that waits longer says that the API does not answer.
TIMEOUT_S = 30.0
IN_PROCESS = "http://in-process"


class ClientError(Exception):
    """Base of the errors that a page shows."""


class UnreachableError(ClientError, ConnectionError):
    """The API does not answer."""


class RefusedError(ClientError, PermissionError):
    """The API wants another key."""


class AnswerError(ClientError, RuntimeError):
    """The API answered with a problem."""


class Api(Protocol):
    """What a page asks for. `identity` tells callers apart that may see different things."""

    identity: str

    def scores(self, params: Params) -> ScoresOut:
        """Score cards."""

    def score_comments(self, kind: str, params: Params) -> CommentPage:
        """Comments under a score."""

    def themes(self, params: Params) -> ThemePage:
        """Themes with counts."""

    def theme_comments(self, key: str, params: Params) -> CommentPage:
        """Comments behind a theme."""

    def accounts(self, params: Params) -> AccountPage:
        """Accounts."""

    def coverage(self, params: Params) -> CoverageOut:
        """Who answered."""


class Client:
    """Asks the API and reads its answers."""

    def __init__(self, base_url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Keep the address and the key; with a transport the API runs in this process."""
        self.identity = f"{base_url}#{hash(key)}"
        self._base_url, self._key, self._transport = base_url, key, transport

    def scores(self, params: Params) -> ScoresOut:
        """Score cards."""
        return self._get("/v1/scores", params, ScoresOut)

    def score_comments(self, kind: str, params: Params) -> CommentPage:
        """Comments under a score."""
        return self._get(f"/v1/scores/{kind}/comments", params, CommentPage)

    def themes(self, params: Params) -> ThemePage:
        """Themes with counts."""
        return self._get("/v1/themes", params, ThemePage)

    def theme_comments(self, key: str, params: Params) -> CommentPage:
        """Comments behind a theme."""
        return self._get(f"/v1/themes/{key}/comments", params, CommentPage)

    def accounts(self, params: Params) -> AccountPage:
        """Accounts."""
        return self._get("/v1/accounts", params, AccountPage)

    def coverage(self, params: Params) -> CoverageOut:
        """Who answered."""
        return self._get("/v1/coverage", params, CoverageOut)

    def _get(self, path: str, params: Params, schema: type[S]) -> S:
        answer = asyncio.run(self._ask(path, params))
        if answer.status_code == 200:
            return schema.model_validate_json(answer.content)
        raise _problem(answer)

    async def _ask(self, path: str, params: Params) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        # A loop per question: Streamlit runs each page in a thread of its own, which has none.
        async with httpx.AsyncClient(
            base_url=self._base_url, headers=headers, transport=self._transport, timeout=TIMEOUT_S
        ) as client:
            try:
                return await client.get(path, params=_flat(params))
            except httpx.HTTPError as error:
                raise UnreachableError(
                    f"{self._base_url} does not answer ({type(error).__name__}): start it with `sottovoce serve`"
                ) from error


def _flat(params: Params) -> dict[str, Any]:
    return {name: value for name, value in params.items() if value not in ("", (), [])}


def _problem(answer: httpx.Response) -> ClientError:
    try:
        detail = Problem.model_validate_json(answer.content).detail
    except ValueError:
        detail = f"status {answer.status_code}"
    if answer.status_code in (401, 403):
        return RefusedError(detail)
    return AnswerError(detail)


def open_client() -> Api:
    """Open the client that the launcher's settings describe."""
    address, key = _setting("SOTTOVOCE_API_URL"), _setting("SOTTOVOCE_API_KEY")
    if address:
        return Client(address.rstrip("/"), key)
    from api.app import open_app  # Only a page without an API address carries the API with it.

    app = open_app(_setting("SOTTOVOCE_DATABASE_URL"), _setting("SOTTOVOCE_SECRET_FILE"))
    return Client(IN_PROCESS, key, transport=httpx.ASGITransport(app=app, raise_app_exceptions=False))


def _setting(name: str) -> str:
    try:
        found = st.secrets.get(name)
    except FileNotFoundError:
        found = None
    return str(found) if found is not None else os.environ.get(name, "")
