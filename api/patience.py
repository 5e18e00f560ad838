"""How long a connection may keep the server waiting: a client that says nothing costs a place among the connections.

uvicorn waits for ever for the rest of a request; a thousand clients that send a byte a minute would be all that a
server takes. What routes wait for themselves (`api.writers.chunks_of`) is shorter than what is ended here.
"""

import asyncio

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

# Seconds for a request's line and headers; for each stretch of a body, which must bring so many bytes a second or the
# body's end; between two looks at a connection.
HEAD_S, BODY_S, BODY_BYTES_PER_S, LOOK_S = 20.0, 75.0, 1_000.0, 5.0


class PatientProtocol(HttpToolsProtocol):
    """HTTP/1.1 as uvicorn speaks it; ends connections that keep it waiting."""

    head_s, body_s, body_bytes_per_s, look_s = HEAD_S, BODY_S, BODY_BYTES_PER_S, LOOK_S
    _begun_at: float | None = None
    # Where the stretch of the body began, and its bytes until now.
    _stretch_at, _stretch_bytes = 0.0, 0
    _look: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first request."""
        super().connection_made(transport)
        self._begun_at = self.loop.time()
        self._look = self.loop.call_later(self.look_s, self._look_at_it)

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no more."""
        if self._look is not None:
            self._look.cancel()
        super().connection_lost(exc)

    def on_body(self, body: bytes) -> None:
        """Count what came."""
        self._stretch_bytes += len(body)
        super().on_body(body)

    def on_message_begin(self) -> None:
        """Begin to wait for the rest of the headers."""
        self._begun_at = self.loop.time()
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """The headers are there; the body begins."""
        self._begun_at = None
        self._begin_stretch()
        super().on_headers_complete()

    def _look_at_it(self) -> None:
        now = self.loop.time()
        waits_for_body = self.cycle is not None and self.cycle.more_body and not self.cycle.response_complete
        paused = self.flow is not None and self.flow.read_paused
        if self._begun_at is not None and now - self._begun_at > self.head_s:
            self.transport.abort()
        elif waits_for_body and self._is_slow(now, paused=paused):
            self.transport.abort()
        else:
            self._look = self.loop.call_later(self.look_s, self._look_at_it)

    def _begin_stretch(self) -> None:
        self._stretch_at, self._stretch_bytes = self.loop.time(), 0

    def _is_slow(self, now: float, *, paused: bool) -> bool:
        """Say whether a stretch of the body brought too little; while the server itself reads nothing none goes on."""
        if paused:
            self._begin_stretch()
        elif now - self._stretch_at > self.body_s:
            if self._stretch_bytes < self.body_bytes_per_s * self.body_s:
                return True
            self._begin_stretch()
        return False
