"""The way from the pages to the API: over HTTP, or in process where no address is given.

A page names the address and the schema that it reads; the addresses and their parameters are the API's own. Addresses
and key come from `st.secrets` or from what the launcher put into the environment.
"""

import asyncio
import json
import os
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Protocol, TypeVar

import httpx
import streamlit as st

from api.schemas.base import Problem, Schema

S = TypeVar("S", bound=Schema)
Params = Mapping[str, str | int | float | bool | Sequence[str] | None]
# Longer than any query takes; a page that waits longer says that the API does not answer.
TIMEOUT_S = 60.0
IN_PROCESS = "http://in-process"
CSV = "text/csv"
# Settings of sign-in that an API in this process needs, as SOTTOVOCE_OIDC_ISSUER and so on.
OIDC = ("issuer", "audience", "email_claim", "email_trusted", "role_claim", "roles")


class ClientError(Exception):
    """Base of the errors that a page shows."""


class UnreachableError(ClientError, ConnectionError):
    """The API does not answer."""


class RefusedError(ClientError, PermissionError):
    """The API wants another key, or this one may not do that."""


class SignedOutError(RefusedError):
    """The API does not know who asks: no key, one that is revoked, or a sign-in that has ended."""


class MissingError(ClientError, LookupError):
    """There is no such thing in what the reader may see."""


class AnswerError(ClientError, RuntimeError):
    """The API answered with a problem."""


class StaleError(AnswerError):
    """Somebody else changed what this change was made from."""


class Api(Protocol):
    """What a page asks. `identity` tells callers apart that may see different things."""

    identity: str

    def read(self, path: str, schema: type[S], params: Params) -> S:
        """Read an address."""

    def send(
        self,
        method: str,
        path: str,
        schema: type[S],
        *,
        body: Schema | Mapping[str, Any] | bytes | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> S:
        """Write: POST, PUT, PATCH or DELETE."""

    def export(self, path: str, params: Params) -> bytes:
        """Give a list whole, as CSV."""


class Client:
    """Asks the API and reads its answers."""

    def __init__(self, base_url: str, key: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        """Keep the address and the key; with a transport the API runs in this process."""
        self.identity = f"{base_url}#{hash(key)}"
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}
        self._base_url, self._transport = base_url, transport
        self._http = None if transport is not None else _connections(base_url)

    def read(self, path: str, schema: type[S], params: Params) -> S:
        """Read an address.

        Raises:
            UnreachableError: Nobody answers.
            RefusedError: The key may not.
            MissingError: There is no such thing.
            AnswerError: Another problem; its words are the API's.
        """
        return schema.model_validate_json(self._ask("GET", path, params=params).content)

    def send(
        self,
        method: str,
        path: str,
        schema: type[S],
        *,
        body: Schema | Mapping[str, Any] | bytes | None = None,
        params: Params | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> S:
        """Write; raises as `read`. An answer without a body is read as an empty object."""
        answer = self._ask(method, path, params=params or {}, content=_bytes(body), headers=_typed(body, headers))
        return schema.model_validate_json(answer.content or b"{}")

    def export(self, path: str, params: Params) -> bytes:
        """Give a list whole, as CSV; raises as `read`."""
        return self._ask("GET", path, params=params, headers={"Accept": CSV}).content

    def _ask(
        self,
        method: str,
        path: str,
        *,
        params: Params,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        asked: dict[str, Any] = {
            "params": _flat(params),
            "content": content,
            "headers": {**self._headers, **(headers or {})},
        }
        try:
            if self._http is not None:
                answer = self._http.request(method, path, **asked)
            else:
                answer = asyncio.run(self._ask_in_process(method, path, asked))
        except httpx.HTTPError as error:
            raise UnreachableError(
                f"{self._base_url} does not answer ({type(error).__name__}): start it with `sottovoce serve`"
            ) from error
        if answer.is_success:
            return answer
        raise _problem(answer)

    async def _ask_in_process(self, method: str, path: str, asked: dict[str, Any]) -> httpx.Response:
        # A loop per question: Streamlit runs each page in a thread of its own, which has none.
        async with httpx.AsyncClient(base_url=self._base_url, transport=self._transport, timeout=TIMEOUT_S) as client:
            return await client.request(method, path, **asked)


@cache
def _connections(base_url: str) -> httpx.Client:
    """Give the one for all pages and readers: its connections stay open, and a certificate store is read once."""
    return httpx.Client(base_url=base_url, timeout=TIMEOUT_S)


def _bytes(body: Schema | Mapping[str, Any] | bytes | None) -> bytes | None:
    if body is None or isinstance(body, bytes):
        return body
    return body.model_dump_json().encode() if isinstance(body, Schema) else json.dumps(body).encode()


def _typed(body: object, headers: Mapping[str, str] | None) -> dict[str, str]:
    kind = "application/octet-stream" if isinstance(body, bytes) else "application/json"
    return {**({} if body is None else {"Content-Type": kind}), **(headers or {})}


def _flat(params: Params) -> dict[str, Any]:
    return {name: _written(value) for name, value in params.items() if value not in ("", (), [], None)}


def _written(value: object) -> Any:  # noqa: ANN401 - what httpx takes
    return str(value).lower() if isinstance(value, bool) else value


def _problem(answer: httpx.Response) -> ClientError:
    try:
        detail = Problem.model_validate_json(answer.content).detail
    except ValueError:
        detail = f"status {answer.status_code}"
    kinds = {401: SignedOutError, 403: RefusedError, 404: MissingError, 412: StaleError}
    return kinds.get(answer.status_code, AnswerError)(detail)


def open_client(key: str | None = None) -> Api:
    """Open the client that the launcher's settings describe; a reader's own `key` or token instead of theirs.

    Raises:
        SignedOutError: People sign in by themselves, and nobody has: the launcher's key is not theirs.
    """
    if key is None and sign_in_section() is not None:
        raise SignedOutError("nobody is signed in here: load the page again")
    address, key = setting("SOTTOVOCE_API_URL"), setting("SOTTOVOCE_API_KEY") if key is None else key
    if address:
        return Client(address.rstrip("/"), key)
    return Client(IN_PROCESS, key, transport=_in_process())


@st.cache_resource
def _in_process() -> httpx.AsyncBaseTransport:
    from api.app import open_app  # Only pages without an API address carry the API with them.

    oidc = {name: setting(f"SOTTOVOCE_OIDC_{name.upper()}") for name in OIDC}
    app = open_app(setting("SOTTOVOCE_DATABASE_URL"), setting("SOTTOVOCE_SECRET_FILE"), oidc=oidc)
    return httpx.ASGITransport(app=app, raise_app_exceptions=False)


def sign_in_section() -> Mapping[str, Any] | None:
    """Give what Streamlit's secrets say of people's own sign-in (OpenID Connect); None where it is not set up."""
    try:
        found = st.secrets.get("auth")
    except FileNotFoundError:
        return None
    return found if isinstance(found, Mapping) else None


def setting(name: str) -> str:
    """Give a setting of the launcher, or of `st.secrets`."""
    try:
        found = st.secrets.get(name)
    except FileNotFoundError:
        found = None
    return str(found) if found is not None else os.environ.get(name, "")
