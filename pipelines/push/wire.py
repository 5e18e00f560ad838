"""How a tracker is written to: what may be sent again, how long is waited, and what becomes of a refusal.

A request that makes something is sent again only where the tracker surely did not do it (429, no connection); one that
does no harm twice also after an error of the server or a dropped line.
"""

from collections.abc import Callable, Mapping
from typing import Any

import httpx

from pipelines.errors import PushError
from pipelines.patience import BUSY, Patience, seconds_of

TOO_MANY = 429
# The job holds the worker's lock for quick work: no longer than some minutes in all.
PATIENCE = Patience(attempts=4, first_s=1.0, most_s=60.0)
TIMEOUT_S = 20.0
JsonObject = dict[str, Any]
# Seconds until it may be asked again, where an answer says "too often" in the tracker's own way; None: it does not.
Limited = Callable[[httpx.Response], float | None]


class _LaterError(Exception):
    """The tracker may be asked again later."""

    def __init__(self, why: str, wait_s: float | None) -> None:
        super().__init__(why)
        self.wait_s = wait_s


class Wire:
    """Sends JSON to one tracker; nothing that is raised here holds what was shown to it."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        patience: Patience | None,
        auth: httpx.BasicAuth | None = None,
        headers: Mapping[str, str] | None = None,
        limited: Limited = lambda _answer: None,
    ) -> None:
        """Open it: `name` is for messages."""
        self.name, self._url, self._limited = name, url, limited
        self._patience = patience or PATIENCE
        self._client = httpx.Client(auth=auth, headers=headers, timeout=TIMEOUT_S, follow_redirects=False)

    def send(self, method: str, path: str, body: JsonObject | None = None, *, again: bool) -> tuple[int, JsonObject]:
        """Send a request; `again`: doing it twice does no harm. Gives the status and what the answer says.

        Raises:
            PushError: The tracker can't be reached, is busy for too long, refuses the token, or its answer is lost.
        """
        try:
            for attempt in self._patience.tries(self._wait):
                with attempt:
                    return self._once(method, path, body, again=again)
        except _LaterError as error:
            asks = f" and asks to wait {error.wait_s:.0f} s" if error.wait_s is not None else ""
            raise PushError(f"{self.name} {error}{asks}: push again later, no second issue is made") from None
        raise PushError(f"{self.name} was asked in vain: push again later")

    def _once(self, method: str, path: str, body: JsonObject | None, *, again: bool) -> tuple[int, JsonObject]:
        try:
            answer = self._client.request(method, self._url + path, json=body)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            raise _LaterError(f"can't be reached ({type(error).__name__})", None) from None
        except httpx.TransportError as error:
            lost = f"broke off ({type(error).__name__})"
            if again:
                raise _LaterError(lost, None) from None
            raise PushError(f"{self.name} {lost}: push again, no second issue is made") from None
        wait_s = self._limited(answer)
        if wait_s is None and answer.status_code == TOO_MANY:
            wait_s = seconds_of(answer.headers.get("Retry-After"))
            raise _LaterError("answered 429", wait_s)
        if wait_s is not None:
            raise _LaterError("is asked too often", wait_s)
        if again and answer.status_code in BUSY:
            raise _LaterError(f"answered {answer.status_code}", seconds_of(answer.headers.get("Retry-After")))
        if answer.status_code in (401, 403):
            raise PushError(
                f"{self.name} answered {answer.status_code}: check its token in the settings, and its rights"
            )
        return answer.status_code, _read(answer)

    def _wait(self, error: Exception) -> bool | float:
        return self._patience.wait(error.wait_s) if isinstance(error, _LaterError) else False

    def close(self) -> None:
        """Close the connections."""
        self._client.close()


def _read(answer: httpx.Response) -> JsonObject:
    try:
        found = answer.json()
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
