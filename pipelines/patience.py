"""How a busy server is waited for, by what is pulled from one and by what is pushed into one."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import stamina

# Too many requests, and errors that pass.
BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class Patience:
    """How often a request is sent, how long the first wait is, and the longest one; waits double, in seconds.

    What `Retry-After` says is waited, where it is no longer than `most_s`: all of a minute at Zendesk and Intercom, ten
    seconds at HubSpot.
    """

    attempts: int = 6
    first_s: float = 1.0
    most_s: float = 120.0

    def tries(self, again: Callable[[Exception], bool | float]) -> Iterable[stamina.Attempt]:
        """Give the attempts; `again` says of an error whether there is another one, or after how many seconds."""
        return stamina.retry_context(
            on=again,
            attempts=self.attempts,
            timeout=None,
            wait_initial=self.first_s,
            wait_max=self.most_s,
            wait_jitter=self.first_s,
        )

    def wait(self, asked_s: float | None) -> bool | float:
        """Say how long is waited where a server asks for some seconds (None: it does not say), False: too long."""
        if asked_s is None:
            return True
        return asked_s if asked_s <= self.most_s else False


def seconds_of(header: str | None) -> float | None:
    """Read `Retry-After`, where it says seconds; a date is not used by these servers."""
    return float(header) if header is not None and header.isascii() and header.isdecimal() else None
