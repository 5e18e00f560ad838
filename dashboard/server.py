"""The server of the pages: Streamlit's own, with the two addresses that give and take a session's cookie."""

from pathlib import Path
from urllib.parse import urlsplit

import streamlit as st
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from dashboard.sessions import COOKIE, SESSIONS, SIGN_OUT, WHOLE_S

# Where the page shows its ticket, and the header it stands in: no form of another site can send one.
KEEP, TICKET = "/sign-in/keep", "x-ticket"


async def keep(request: Request) -> Response:
    """Give the cookie of a session for its ticket."""
    name = SESSIONS.take(request.headers.get(TICKET, "")) if _is_own(request) else None
    if name is None:
        return Response(status_code=403)
    answer = Response(status_code=204)
    answer.set_cookie(
        COOKIE, name, max_age=int(WHOLE_S), httponly=True, samesite="strict", secure=_is_https(request), path="/"
    )
    return answer


async def leave(request: Request) -> Response:
    """End the session where no script runs: a click on "Sign out" in a page that has woken up never comes here.

    The cookie comes along from our own pages only, so a link elsewhere ends nothing.
    """
    name = request.cookies.get(COOKIE)
    if name:
        SESSIONS.end(name)
    # Of a person who signed in at an issuer Streamlit holds the cookie.
    answer = RedirectResponse("/" if name else "/auth/logout", status_code=303)
    answer.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")
    return answer


def _is_own(request: Request) -> bool:
    """Whether a page of ours asks: a browser says where a request comes from."""
    return urlsplit(request.headers.get("origin", "")).netloc == request.headers.get("host")


def _is_https(request: Request) -> bool:
    return "https" in (request.url.scheme, request.headers.get("x-forwarded-proto", "").partition(",")[0].strip())


app = st.App(
    Path(__file__).with_name("streamlit_app.py"),
    routes=[Route(KEEP, keep, methods=["POST"]), Route(f"/{SIGN_OUT}", leave, methods=["GET"])],
)
