"""A token bucket for each key: `burst` requests at once, then `per_s` a second."""

import threading
import time
from collections.abc import Callable


class Buckets:
    """The buckets of one process. There are as many as keys were shown, so nothing is ever thrown away."""

    def __init__(self, per_s: float, burst: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets; 0 a second is no limit."""
        self._per_s, self._burst, self._clock = per_s, max(burst, 1), clock
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, key_id: str) -> float:
        """Take a token. Returns 0, or the seconds until there is one."""
        if self._per_s <= 0:
            return 0.0
        with self._lock:
            now = self._clock()
            tokens, at = self._buckets.get(key_id, (float(self._burst), now))
            tokens = min(self._burst, tokens + (now - at) * self._per_s)
            if tokens < 1:
                self._buckets[key_id] = (tokens, now)
                return (1 - tokens) / self._per_s
            self._buckets[key_id] = (tokens - 1, now)
            return 0.0
