"""A token bucket for each key: `burst` requests at once, then `per_s` a second, over all processes that answer.

And past what a process can answer at all: whoever would wait behind too many others is told so at once (503).

What a bucket holds is one number in memory that processes share which are forked from this one: the time at which it
will be full again (the generic cell rate algorithm). Nothing is locked between them, so that a killed process holds up
no other; two that take at the very same moment may give one token twice.
"""

import mmap
import threading
import time
from collections.abc import Callable
from hashlib import sha256

import numpy as np
from anyio.to_thread import current_default_thread_limiter
from fastapi import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import problem

# A key has a place for as long as the server runs. 16,384 places of 16 bytes; past the half a free one takes longer to
# find, and where none is left keys share one.
PLACES, TRIES = 16_384, 64
# Requests that wait for a thread of this process: as many as a key may ask at once (`rate_burst`); with 20 answers a
# second the last of them waits five seconds.
MOST_WAITING = 100
# Seconds after which to ask again.
AGAIN_S = 5
# Whoever looks whether the server lives is answered, however busy it is.
_ALWAYS = ("/healthz", "/metrics")


class Buckets:
    """The buckets of one server. There are as many as keys were shown, so nothing is ever thrown away."""

    def __init__(self, per_s: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets; 0 a second is no limit."""
        self._per_s, self._clock = per_s, clock
        # A hair more: sums of steps are not exact.
        self._most_ahead_s = (max(burst, 1) - 1) / per_s + 1e-9 if per_s > 0 else 0.0
        self._lock = threading.Lock()
        shared = mmap.mmap(-1, PLACES * 16)
        self._names = np.frombuffer(shared, np.uint64, PLACES)
        self._full_at = np.frombuffer(shared, np.float64, PLACES, PLACES * 8)
        self._place_of: dict[str, int] = {}

    def take(self, key_id: str) -> float:
        """Take a token. Returns 0, or the seconds until there is one."""
        if self._per_s <= 0:
            return 0.0
        with self._lock:
            place = self._place_of.get(key_id)
            if place is None:
                place = self._place_of[key_id] = self._place(key_id)
            now = self._clock()
            ahead = max(float(self._full_at[place]) - now, 0.0)
            if ahead > self._most_ahead_s:
                return ahead - self._most_ahead_s
            self._full_at[place] = now + ahead + 1 / self._per_s
            return 0.0

    def _place(self, key_id: str) -> int:
        """Find the key's place, or take a free one for it."""
        name = np.uint64(int.from_bytes(sha256(key_id.encode()).digest()[:8], "little") | 1)
        for attempt in range(TRIES):
            place = (int(name) + attempt) % PLACES
            if self._names[place] == 0:
                self._names[place] = name
            if self._names[place] == name:
                return place
        return int(name) % PLACES


class Shed:
    """Middleware: past `MOST_WAITING` a request is refused before anything is done for it."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse it."""
        if scope["type"] == "http" and scope["path"] not in _ALWAYS:
            waiting = current_default_thread_limiter().statistics().tasks_waiting
            if waiting >= MOST_WAITING:
                detail = f"{waiting} requests wait already: ask again in {AGAIN_S} s"
                refusal = problem(Request(scope), 503, detail, headers={"Retry-After": str(AGAIN_S)})
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)
