"""Keys that readers showed, kept in this process while they read: their browsers hold a random name for them only.

The name lies in a cookie that no script can read. It is set by a request of the page's own, which shows a ticket that
works once: what a page draws reaches the browser over a socket, which can set no cookie.
"""

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from hashlib import sha256

COOKIE = "sottovoce_session"
# The address that ends a session; a link to it inside a page is followed by ending it in place.
SIGN_OUT = "sign-out"
# Seconds: a session ends when nobody read for half a day, and after a week whatever happens.
IDLE_S, WHOLE_S = 12 * 3600.0, 7 * 86_400.0
# Seconds: the page shows its ticket as soon as it is drawn.
TICKET_S = 120.0
# Sessions kept; the one unused longest makes room.
MOST = 10_000


@dataclass(frozen=True)
class _Held:
    key: str = field(repr=False)
    begun: float
    used: float


class Sessions:
    """The sessions of this process. Neither names nor tickets are kept, only their hashes."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """There are none yet."""
        self._clock = clock
        self._lock = threading.Lock()
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._tickets: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def begin(self, key: str) -> str:
        """Keep a key that the API took; give the session's name."""
        name, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._held[_hash(name)] = _Held(key, now, now)
            while len(self._held) > MOST:
                self._held.popitem(last=False)
        return name

    def key_of(self, name: str) -> str | None:
        """Give the key of a session, None where it ended or never was."""
        place, now = _hash(name), self._clock()
        with self._lock:
            held = self._held.get(place)
            if held is None:
                return None
            if now - held.used > IDLE_S or now - held.begun > WHOLE_S:
                del self._held[place]
                return None
            self._held[place] = replace(held, used=now)
            self._held.move_to_end(place)
            return held.key

    def end(self, name: str) -> None:
        """End a session, in all windows of its browser."""
        with self._lock:
            self._held.pop(_hash(name), None)

    def make_ticket(self, name: str) -> str:
        """Give what the browser may ask the session's cookie with, once."""
        ticket, now = secrets.token_urlsafe(32), self._clock()
        with self._lock:
            self._tickets[_hash(ticket)] = (name, now)
            while self._tickets and now - next(iter(self._tickets.values()))[1] > TICKET_S:
                self._tickets.popitem(last=False)
        return ticket

    def waits(self, ticket: str) -> bool:
        """Say whether a ticket was not used yet."""
        with self._lock:
            found = self._tickets.get(_hash(ticket))
            return found is not None and self._clock() - found[1] <= TICKET_S

    def take(self, ticket: str) -> str | None:
        """Give the session's name for a ticket, the first time within its two minutes."""
        with self._lock:
            name, made = self._tickets.pop(_hash(ticket), ("", 0.0))
            return name if name and self._clock() - made <= TICKET_S else None


def _hash(word: str) -> str:
    return sha256(word.encode("utf-8", "surrogatepass")).hexdigest()


# The entry, its pages and the routes of `server` share one process.
SESSIONS = Sessions()
