"""What a pull asks of a product: pages of objects, in an order that can be gone on from."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from pipelines.errors import PullError
from pipelines.patience import Patience
from pipelines.readers.export import Export
from pipelines.readers.objects import Objects
from pipelines.settings import Settings

Cursor = Mapping[str, Any]
# A search finds what changed only once it is indexed (HubSpot: "a few moments"): the last minutes are asked for again.
OVERLAP = timedelta(minutes=5)


@dataclass(frozen=True)
class Page:
    """Some objects, and where to go on once they are stored."""

    objects: Objects
    cursor: Cursor


class Source(Protocol):
    """A product whose feedback can be pulled."""

    name: str

    def make(self, objects: Objects) -> Export:
        """Give objects as rows."""

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page]:
        """Give what changed since the cursor, oldest first or within one window; {"since": ISO time} is the first one.

        Raises:
            PullError: The product can't be reached, or says no.
        """

    def fetch(self, ids: Sequence[str]) -> Objects:
        """Give single objects, as a webhook names them; those that are gone are left out.

        Raises:
            PullError: The product can't be reached, or says no.
        """

    def close(self) -> None:
        """Close the connections."""


def overlapping(since: str) -> str:
    """Give the time from which a search asks where the last one came to `since`."""
    return (datetime.fromisoformat(since) - OVERLAP).isoformat()


SOURCES = ("zendesk", "intercom", "hubspot")


def open_source(settings: Settings, name: str, *, patience: Patience | None = None) -> Source:
    """Open a product with the address and the token of the settings.

    Raises:
        PullError: The settings do not say how to reach it.
    """
    # Each client takes memory and time to load: one is needed.
    if name == "zendesk":
        if not (settings.zendesk_url and settings.zendesk_user and settings.zendesk_token):
            raise PullError(_unset("ZENDESK_URL, SOTTOVOCE_ZENDESK_USER and SOTTOVOCE_ZENDESK_TOKEN"))
        from pipelines.pull.zendesk import Zendesk

        return Zendesk(settings.zendesk_url, settings.zendesk_user, settings.zendesk_token, patience=patience)
    if name == "intercom":
        if not settings.intercom_token:
            raise PullError(_unset("INTERCOM_TOKEN"))
        from pipelines.pull.intercom import Intercom

        return Intercom(settings.intercom_url, settings.intercom_token, patience=patience)
    if name == "hubspot":
        if not settings.hubspot_token:
            raise PullError(_unset("HUBSPOT_TOKEN"))
        from pipelines.pull.hubspot import HubSpot

        return HubSpot(settings.hubspot_url, settings.hubspot_token, patience=patience)
    raise PullError(f"{name!r} can't be pulled: use one of {', '.join(SOURCES)}")


def _unset(names: str) -> str:
    return f"set SOTTOVOCE_{names} first: docs/connect.md says where they come from"
