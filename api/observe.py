"""What an operator sees: an id for each request and counts for Prometheus. Labels are routes, never ids or names."""

import re
import time
import uuid
from typing import Any

from prometheus_client import (
    CollectorRegistry,
    Counter,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# An id that a proxy gave is kept if it can stand in a log line.
_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
# Seconds; the bars of issue 4 lie at 0.1, 0.15, 0.4 and 0.5.
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.25, 0.4, 0.5, 1.0, 2.5, 5.0, 10.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self, folder: str = "") -> None:
        """Make a registry of its own: a process may hold several applications (tests do).

        `folder` is where processes that answer beside one another keep their counts; `PROMETHEUS_MULTIPROC_DIR` named
        it before the library was imported. What one process holds is not told then: each has another.
        """
        self._folder = folder
        self.registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self.registry)
        labels = ("method", "route", "status")
        self.requests = Counter("sottovoce_requests", "Requests answered.", labels, registry=self.registry)
        self.seconds = Histogram(
            "sottovoce_request_seconds",
            "Seconds until an answer began.",
            ("method", "route"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self.exports = Counter("sottovoce_exports", "CSV exports begun.", ("route",), registry=self.registry)

    def text(self) -> bytes:
        """Give everything in Prometheus' text format, of all processes."""
        if not self._folder:
            return generate_latest(self.registry)
        together = CollectorRegistry()
        MultiProcessCollector(together, path=self._folder)
        return generate_latest(together)


def route_of(scope: Scope) -> str:
    """Give the route's template ("/v1/accounts/{account_id}"), "none" where no route fits."""
    return str(getattr(scope.get("route"), "path_format", None) or "none")


class Observe:
    """Middleware: gives each request its id (`X-Request-ID`, kept where a proxy gave one) and counts the answers."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        """Wrap an application."""
        self._app, self._metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started, status = time.perf_counter(), [500]

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
                self._count(scope, status[0], time.perf_counter() - started)
            await send(message)

        try:
            await self._app(scope, receive, answer)
        except Exception:
            # The outermost handler answers 500 past this middleware.
            self._count(scope, 500, time.perf_counter() - started)
            raise

    def _count(self, scope: Scope, status: int, seconds: float) -> None:
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._metrics.requests.labels(method, route_of(scope), str(status)).inc()
        self._metrics.seconds.labels(method, route_of(scope)).observe(seconds)


def _request_id(scope: Scope) -> str:
    headers: list[tuple[Any, Any]] = scope.get("headers", [])
    given = next((value.decode("latin-1") for name, value in headers if name == b"x-request-id"), "")
    return given if _ID.fullmatch(given) else uuid.uuid4().hex
