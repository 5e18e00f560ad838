"""Zendesk: tickets that changed, by the incremental export with its cursor, and the comments of each.

httpx and not zenpy, which is under the GPL. Endpoints: developer.zendesk.com/api-reference/ticketing/
ticket-management/incremental_exports (cursor based; `end_of_stream`, the last cursor is kept for the next pull),
.../tickets/ticket_comments (cursor pages), .../introduction/rate-limits (429 with Retry-After).
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import httpx

from pipelines.patience import Patience
from pipelines.pull.source import Cursor, Page
from pipelines.pull.wire import Wire
from pipelines.readers import zendesk
from pipelines.readers.export import Export
from pipelines.readers.objects import JsonObject, Objects, each, objects_of, within, word

# Tickets a page, each with a question for its comments: a kill loses the work of so many.
PAGE_TICKETS = 50
# The most comments that a ticket has (developer.zendesk.com: 5,000), in pages of 100.
COMMENT_PAGES = 50
# So many ids are asked for at once.
MANY = 100


class Zendesk:
    """Asks one Zendesk account."""

    name = "zendesk"

    def __init__(self, url: str, user: str, token: str, *, patience: Patience | None = None) -> None:
        """Open it with an agent's address and an API token."""
        self._wire = Wire(
            "Zendesk",
            url,
            patience=patience,
            refused="SOTTOVOCE_ZENDESK_USER (an admin's address) and SOTTOVOCE_ZENDESK_TOKEN",
            auth=httpx.BasicAuth(f"{user}/token", token),
        )

    def make(self, objects: Objects) -> Export:
        """Give objects as rows."""
        return zendesk.export(objects)

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page]:
        """Give the tickets that changed; see `Source`."""
        place = {"cursor": cursor["cursor"]} if "cursor" in cursor else {"start_time": _seconds(cursor["since"])}
        while True:
            said = {"include": "users,organizations", "per_page": PAGE_TICKETS}
            answer = self._wire.get("/api/v2/incremental/tickets/cursor.json", {**place, **said})
            after = word(answer, "after_cursor")
            tickets = each(answer, "tickets")
            if after is not None and (tickets or "cursor" not in place):
                yield Page(self._whole(tickets, answer), {"cursor": after})
            if after is None or answer.get("end_of_stream") is True or after == place.get("cursor"):
                return
            place = {"cursor": after}

    def fetch(self, ids: Sequence[str]) -> Objects:
        """Give tickets by their ids; see `Source`."""
        tickets: list[JsonObject] = []
        beside: dict[str, list[JsonObject]] = {"users": [], "organizations": []}
        for start in range(0, len(ids), MANY):
            asked = {"ids": ",".join(ids[start : start + MANY]), "include": "users,organizations"}
            answer = self._wire.get("/api/v2/tickets/show_many.json", asked)
            tickets += each(answer, "tickets")
            for name, found in beside.items():
                found += each(answer, name)
        return self._whole(tickets, beside)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _whole(self, tickets: Sequence[JsonObject], beside: JsonObject) -> Objects:
        """Put the comments into the tickets, and those who wrote them beside."""
        users = each(beside, "users")
        whole = [{**one, "comments": self._comments(one, users)} for one in tickets if one.get("status") != "deleted"]
        return objects_of(self.name, whole, users=users, organizations=each(beside, "organizations"))

    def _comments(self, ticket: JsonObject, users: list[JsonObject]) -> list[JsonObject]:
        found: list[JsonObject] = []
        asked: dict[str, Any] = {"include": "users", "page[size]": 100}
        for _ in range(COMMENT_PAGES):
            answer = self._wire.get(f"/api/v2/tickets/{word(ticket, 'id')}/comments.json", asked, may_be_gone=True)
            found += each(answer, "comments")
            users += each(answer, "users")
            after = word(answer, "meta", "after_cursor")
            if within(answer, "meta", "has_more") is not True or after is None:
                break
            asked["page[after]"] = after
        return found


def _seconds(since: str) -> int:
    return int(datetime.fromisoformat(since).timestamp())
