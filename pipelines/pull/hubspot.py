"""HubSpot: feedback submissions that changed, oldest change first, by its own client (hubspot-api-client).

The search gives 10,000 results at most (developers.hubspot.com/docs/api/crm/search), and pages shift when a submission
changes meanwhile: so each page asks anew from the last change that was seen.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import urllib3
from hubspot import HubSpot as Client
from hubspot.crm.objects.feedback_submissions import BatchReadInputSimplePublicObjectId, PublicObjectSearchRequest
from hubspot.crm.objects.feedback_submissions.exceptions import ApiException, OpenApiException

from pipelines.errors import PullError
from pipelines.patience import BUSY, Patience
from pipelines.pull.source import Cursor, Page, overlapping
from pipelines.pull.wire import TIMEOUT_S
from pipelines.readers import hubspot
from pipelines.readers.export import Export
from pipelines.readers.objects import JsonObject, Objects, each, objects_of, within, word

PAGE_SUBMISSIONS = 100
CHANGED = "hs_lastmodifieddate"


class HubSpot:
    """Asks one HubSpot account."""

    name = "hubspot"

    def __init__(self, url: str, token: str, *, patience: Patience | None = None) -> None:
        """Open it with the token of a private app."""
        how = patience or Patience()
        retry = urllib3.Retry(
            total=how.attempts - 1,
            allowed_methods=None,
            status_forcelist=BUSY,
            backoff_factor=how.first_s,
            backoff_max=how.most_s,
            retry_after_max=int(how.most_s),
            raise_on_status=False,
            redirect=False,
        )
        submissions = Client(access_token=token, host=url.rstrip("/"), retry=retry).crm.objects.feedback_submissions
        # The client makes another set of connections each time that it is asked for one of these.
        self._search_api, self._batch_api = submissions.search_api, submissions.batch_api

    def make(self, objects: Objects) -> Export:
        """Give objects as rows."""
        return hubspot.export(objects)

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page]:
        """Give the submissions that changed; see `Source`."""
        going = cursor.get("going") is True
        since, after = str(cursor["since"]), cursor.get("after")
        since = since if going else overlapping(since)
        while True:
            answer = self._search(since, after)
            found = each(answer, "results")
            if not found:
                return
            newest = _changed(found[-1]) or since
            following = word(answer, "paging", "next", "after")
            if following is None:
                yield Page(objects_of(self.name, found), {"since": newest})
                return
            # Where a whole page changed at one moment, there is no later moment to ask from.
            after, since = (following, since) if newest == since else (None, newest)
            yield Page(objects_of(self.name, found), {"since": since, "after": after, "going": True})

    def fetch(self, ids: Sequence[str]) -> Objects:
        """Give submissions by their ids; see `Source`."""
        found: list[JsonObject] = []
        for start in range(0, len(ids), PAGE_SUBMISSIONS):
            wanted = [{"id": one} for one in ids[start : start + PAGE_SUBMISSIONS]]
            request = BatchReadInputSimplePublicObjectId(
                inputs=wanted, properties=hubspot.PROPERTIES, properties_with_history=[]
            )
            found += each(_asked(partial(self._batch_api.read, request, _request_timeout=TIMEOUT_S)), "results")
        return objects_of(self.name, found)

    def close(self) -> None:
        """Close the connections."""
        for asked in (self._search_api, self._batch_api):
            asked.api_client.rest_client.pool_manager.clear()
            asked.api_client.close()

    def _search(self, since: str, after: str | None) -> dict[str, Any]:
        filters = [{"propertyName": CHANGED, "operator": "GTE", "value": str(_milliseconds(since))}]
        request = PublicObjectSearchRequest(
            limit=PAGE_SUBMISSIONS,
            after=after,
            sorts=[{"propertyName": CHANGED, "direction": "ASCENDING"}],
            properties=hubspot.PROPERTIES,
            filter_groups=[{"filters": filters}],
        )
        return _asked(partial(self._search_api.do_search, request, _request_timeout=TIMEOUT_S))


def _asked(ask: Callable[[], Any]) -> dict[str, Any]:
    """Ask; the client's own errors become ours, without headers."""
    try:
        answer = ask().to_dict()
    except ApiException as error:
        hint = "check SOTTOVOCE_HUBSPOT_TOKEN and its scopes" if error.status in (401, 403) else "pull again later"
        raise PullError(f"HubSpot answered {error.status}: {hint}") from None
    except urllib3.exceptions.HTTPError as error:
        raise PullError(f"HubSpot can't be reached ({type(error).__name__}): pull again later") from None
    except (OpenApiException, ValueError, TypeError):
        raise PullError("HubSpot answered in a form that its client does not know: check its address") from None
    return dict(answer)


def _changed(submission: JsonObject) -> str | None:
    """Give when it changed last; as a property it has milliseconds, as a field of the client it is a time."""
    said = within(submission, "properties", CHANGED) or within(submission, "updated_at")
    if isinstance(said, datetime):
        return said.astimezone(UTC).isoformat()
    try:
        return datetime.fromisoformat(str(said)).astimezone(UTC).isoformat()
    except ValueError:
        return None


def _milliseconds(since: str) -> int:
    return int(datetime.fromisoformat(since).timestamp() * 1000)
