"""The way from a chat assistant to the API, over the Model Context Protocol.

Each tool asks the API over HTTP (in process where it runs beside it) with the caller's own key: what a key may see is
decided in one place. Source: https://modelcontextprotocol.io, with its official Python SDK.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import anyio
import anyio.to_thread
from anyio.abc import TaskGroup, TaskStatus
from fastapi import FastAPI, Request
from fastapi.security import HTTPAuthorizationCredentials
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from api.access import get_caller
from api.errors import ApiError, AskError, NotReadyError, problem, status_of
from api.mcp_words import Json

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

PATH = "/mcp"
# Longer than any answer takes.
TIMEOUT_S = 30.0
IN_PROCESS = "http://in-process"
Parameters = Mapping[str, Any]
# (path, parameters, key) -> the API's JSON.
Ask = Callable[[str, Parameters, str], Awaitable[Json]]
# (context of the call) -> the caller's key.
KeyOf = Callable[[Any], str]
Handle = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Door:
    """The way to the API: an address, or the application itself."""

    base_url: str = IN_PROCESS
    app: FastAPI | None = None

    async def ask(self, path: str, parameters: Parameters, key: str) -> Json:
        """Ask for a path.

        Raises:
            AskError: There is no answer, or it is a problem; its words are the API's.
        """
        import httpx  # A server that no assistant asks holds 3 MB less without it.

        given = {name: value for name, value in parameters.items() if value not in (None, "")}
        transport = None
        if self.app is not None:
            transport = httpx.ASGITransport(app=self.app, raise_app_exceptions=False)
        async with httpx.AsyncClient(base_url=self.base_url, transport=transport, timeout=TIMEOUT_S) as client:
            try:
                answer = await client.get(path, params=given, headers={"Authorization": f"Bearer {key}"})
            except httpx.HTTPError as error:
                what = f"{self.base_url} does not answer ({type(error).__name__})"
                raise AskError(f"{what}: start it with `sottovoce serve`") from error
        try:
            body = answer.json()
        except ValueError as error:
            raise AskError(f"{self.base_url}{path} answered {answer.status_code}, which is no API's answer") from error
        if answer.status_code != 200:
            raise AskError(str(body.get("detail", f"status {answer.status_code}")))
        found: Json = body
        return found


def fixed_key(key: str) -> KeyOf:
    """Give the key of a server that one person started for themself."""
    return lambda _context: key


def bearer_key(context: Any) -> str:  # noqa: ANN401 - the SDK's context
    """Give the key that came with the HTTP request of a call; `McpRoute` has checked it."""
    headers = context.headers or {}
    return str(headers.get("authorization", "")).removeprefix("Bearer ").strip()


class McpRoute:
    """The protocol over HTTP (streamable, without sessions), behind the API's keys."""

    def __init__(self, app: FastAPI) -> None:
        """Wait for the application's start."""
        self._app = app
        self._group: TaskGroup | None = None
        self._handle: Handle | None = None

    def route(self) -> Route:
        """Give the route; it stands in no description, as its bodies are the protocol's."""
        return Route(PATH, endpoint=self, methods=["GET", "POST", "DELETE"], include_in_schema=False)

    @asynccontextmanager
    async def serve(self) -> AsyncIterator[None]:
        """Serve until left: whoever asks first waits until the protocol is loaded, which nobody else pays for."""
        async with anyio.create_task_group() as group:
            self._group, self._starting = group, anyio.Lock()
            try:
                yield
            finally:
                self._group, self._handle = None, None
                group.cancel_scope.cancel()

    async def _handler(self) -> Handle:
        """Give what answers requests, started where nobody asked yet.

        Raises:
            NotReadyError: The application has not started, or ends.
        """
        if self._group is None:
            raise NotReadyError("the tools are not served yet: try again in a second")
        async with self._starting:
            if self._handle is None:
                await self._group.start(self._run)
        if self._handle is None:
            raise NotReadyError("the tools are no longer served")
        return self._handle

    async def _run(self, *, task_status: TaskStatus[None] = anyio.TASK_STATUS_IGNORED) -> None:
        manager = await anyio.to_thread.run_sync(self._make)
        async with manager.run():
            self._handle = manager.handle_request
            task_status.started()
            await anyio.sleep_forever()

    def _make(self) -> "StreamableHTTPSessionManager":
        from mcp.server.transport_security import TransportSecuritySettings

        from api.mcp_tools import make_mcp

        settings = self._app.state.settings
        server = make_mcp(Door(app=self._app).ask, bearer_key, version=settings.version)
        server.streamable_http_app(
            json_response=True,
            stateless_http=True,
            max_request_body_size=settings.max_body_bytes,
            # Whoever asks shows a key, which no page of another site can: names of hosts are the proxy's business.
            transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        )
        return server.session_manager

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request of the protocol, once its key is known."""
        request = Request(scope, receive)
        try:
            await _check_key(request)
            handle = await self._handler()
        except ApiError as error:
            refused: Response = problem(request, status_of(error), str(error))
            await refused(scope, receive, send)
            return
        await handle(scope, receive, send)


async def _check_key(request: Request) -> None:
    """Ask for the key as every route does: known, not revoked, and not too often."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    shown = HTTPAuthorizationCredentials(scheme=scheme, credentials=key.strip()) if scheme.lower() == "bearer" else None
    await run_in_threadpool(get_caller, request, request.app.state.store, shown)
