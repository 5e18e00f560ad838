"""Bodies past their bound: FastAPI refuses them (`max_body_size`, of a route too) in plain text; here as a problem."""

from fastapi import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import DETAILS, problem

TOO_LARGE = 413


class BodyProblems:
    """Middleware: gives the refusal of a body the shape that every error has."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        replaced = [False]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                replaced[0] = True
                shaped = problem(Request(scope), TOO_LARGE, DETAILS[TOO_LARGE])
                await shaped(scope, receive, send)
            elif not replaced[0]:
                await send(message)

        await self._app(scope, receive, answer)


def _is_plain_refusal(message: Message) -> bool:
    kind = dict(message.get("headers", ())).get(b"content-type", b"")
    return message["status"] == TOO_LARGE and kind.startswith(b"text/plain")
