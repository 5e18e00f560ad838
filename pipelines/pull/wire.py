"""How a server is asked: what is asked again, and what becomes of a refusal.

Only reads are sent: asking twice does no harm.
"""

from collections.abc import Mapping
from typing import Any

import httpx

from pipelines.errors import PullError
from pipelines.patience import BUSY, Patience, seconds_of
from pipelines.readers.objects import JsonObject

TIMEOUT_S = 60.0


class _BusyError(Exception):
    """The server says that it can't now."""

    def __init__(self, status: int, wait_s: float | None) -> None:
        super().__init__(f"the server answered {status}")
        self.wait_s = wait_s


class Patient(httpx.BaseTransport):
    """Sends a request again while the server is busy or the line drops; answers are read to their end."""

    def __init__(self, patience: Patience, inner: httpx.BaseTransport | None = None) -> None:
        """Wrap a transport."""
        self._patience, self._inner = patience, inner or httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request until it is answered.

        Raises:
            PullError: It was not, as often as the patience lasts.
        """
        host = request.url.host
        try:
            for attempt in self._patience.tries(self._wait):
                with attempt:
                    return self._once(request)
        except _BusyError as error:
            later = f" and asks to wait {error.wait_s:.0f} s" if error.wait_s is not None else ""
            raise PullError(f"{error} at {host}{later}: what came before is kept; pull again later") from None
        except httpx.TransportError as error:
            raise PullError(
                f"{host} can't be reached ({type(error).__name__}): what came before is kept; pull again later"
            ) from None
        raise PullError(f"{host} was asked in vain: pull again later")

    def _once(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        try:
            # A line that drops in the middle of an answer is a request to send again, too.
            response.read()
        finally:
            response.close()
        if response.status_code in BUSY:
            raise _BusyError(response.status_code, seconds_of(response.headers.get("Retry-After")))
        return response

    def _wait(self, error: Exception) -> bool | float:
        if isinstance(error, _BusyError):
            return self._patience.wait(error.wait_s)
        return isinstance(error, httpx.TransportError)

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


class Wire:
    """Asks one server for JSON objects; what it refuses is said without what was shown to it."""

    def __init__(
        self,
        name: str,
        url: str,
        *,
        patience: Patience | None,
        refused: str,
        auth: httpx.BasicAuth | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Open it: `name` and `refused` are for messages, the product and what to check where it answers 401 or 403."""
        self._name, self._refused = name, refused
        self._client = httpx.Client(
            base_url=url,
            auth=auth,
            headers=headers,
            timeout=TIMEOUT_S,
            transport=Patient(patience or Patience()),
            follow_redirects=False,
        )

    def get(self, path: str, parameters: Mapping[str, Any] | None = None, *, may_be_gone: bool = False) -> JsonObject:
        """Ask; {} where it `may_be_gone` and is.

        Raises:
            PullError: The server says no, can't be reached, or answers with no JSON object.
        """
        return self._read(self._client.get(path, params=dict(parameters or {})), may_be_gone)

    def post(self, path: str, body: JsonObject) -> JsonObject:
        """Ask by a search; see `get`."""
        return self._read(self._client.post(path, json=body), may_be_gone=False)

    def _read(self, response: httpx.Response, may_be_gone: bool) -> JsonObject:
        status = response.status_code
        if status == 404 and may_be_gone:
            return {}
        if status in (401, 403):
            raise PullError(f"{self._name} answered {status}: check {self._refused}")
        if status != 200:
            raise PullError(f"{self._name} answered {status}: check its address in the settings, and --since")
        try:
            answer = response.json()
        except (ValueError, RecursionError):
            answer = None
        if not isinstance(answer, dict):
            raise PullError(f"{self._name} answered with no JSON object: check its address in the settings")
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._client.close()
