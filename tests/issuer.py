"""An OpenID Connect issuer of our own: signs what a test wants, and speaks the protocol over HTTP for a browser."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import uvicorn
from joserfc import jwt
from joserfc.jwk import ECKey, Key, RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from api.settings import OidcSettings

URL, CLIENT = "https://issuer.test", "dashboard"
NOW = 1_790_000_000


@cache
def rsa_key(kid: str) -> RSAKey:
    """Make a key once: it takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": kid, "use": "sig"})


@cache
def ec_key(kid: str) -> ECKey:
    return ECKey.generate_key("P-256", {"kid": kid, "use": "sig"})


@dataclass
class FakeIssuer:
    """Signs tokens and publishes keys; `asked` holds what was fetched, `now` is the time by its clock."""

    url: str = URL
    keys: list[Key] = field(default_factory=lambda: [rsa_key("r1"), ec_key("e1")])
    now: float = NOW
    away: bool = False
    asked: list[str] = field(default_factory=list)
    # Over HTTP: the address of who signs in next, and what was handed out by code.
    email: str = "mara@vendor.test"
    codes: dict[str, str] = field(default_factory=dict)

    def settings(self, **more: Any) -> OidcSettings:
        return OidcSettings(**{"issuer": self.url, "audiences": (CLIENT,), **more})

    def claims(self, **more: Any) -> dict[str, Any]:
        """Give good claims, but for `more`; a value of None leaves one out."""
        good = {
            "iss": self.url,
            "aud": CLIENT,
            "sub": "1",
            "iat": int(self.now),
            "exp": int(self.now) + 600,
            "email": "mara@vendor.test",
            "email_verified": True,
        }
        return {name: value for name, value in {**good, **more}.items() if value is not None}

    def token(
        self, *, key: Key | None = None, alg: str = "", header: Mapping[str, Any] | None = None, **more: Any
    ) -> str:
        """Sign a token."""
        key = key or self.keys[0]
        alg = alg or {"RSA": "RS256", "EC": "ES256"}[key.key_type]
        head = {"alg": alg, "kid": key.kid, **(header or {})}
        return jwt.encode(head, self.claims(**more), key, algorithms=[alg])

    def fetch(self, address: str) -> Mapping[str, Any]:
        """Answer in the place of HTTP."""
        self.asked.append(address)
        if self.away:
            raise ValueError("away")
        return self.described() if address.endswith("/openid-configuration") else self.published()

    def described(self) -> dict[str, Any]:
        ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "jwks"}
        return {
            "issuer": self.url,
            **{name: f"{self.url}/{end}" for name, end in ends.items()},
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def published(self) -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False) for key in self.keys]}

    @contextmanager
    def serving(self) -> Iterator[str]:
        """Serve on this machine; give the address, which is the issuer's name from then on."""
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        self.url = f"http://127.0.0.1:{port}"
        server = uvicorn.Server(uvicorn.Config(self.app(), host="127.0.0.1", port=port, log_level="warning"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield self.url
        finally:
            server.should_exit = True
            thread.join()

    def app(self) -> Starlette:
        """Give the issuer as an application: whoever comes is signed in as `email` at once."""

        async def described(_request: Request) -> Response:
            return JSONResponse(self.described())

        async def published(_request: Request) -> Response:
            return JSONResponse(self.published())

        async def authorize(request: Request) -> Response:
            asked, code = request.query_params, uuid4().hex
            self.now = time.time()
            self.codes[code] = self.token(nonce=asked.get("nonce"), email=self.email, name=self.email.split("@")[0])
            return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}")

        async def token(request: Request) -> Response:
            form = await request.form()
            found = self.codes.pop(str(form["code"]))
            return JSONResponse({"access_token": "none", "token_type": "Bearer", "expires_in": 600, "id_token": found})

        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", described),
                Route("/jwks", published),
                Route("/authorize", authorize),
                Route("/token", token, methods=["POST"]),
            ]
        )
