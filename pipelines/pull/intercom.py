"""Intercom: conversations that changed within a window, each with its parts, its contact and its company.

httpx and not Intercom's own client: python-intercom 5.0.1 names no licence, its pager asks for the same page again, and
it does not try again where the line drops. Endpoints: developers.intercom.com/docs/references/rest-api (search of
conversations by `updated_at`, pages by `starting_after`; conversations, contacts and companies by id).
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import quote

from pipelines.patience import Patience
from pipelines.pull.source import Cursor, Page, overlapping
from pipelines.pull.wire import Wire
from pipelines.readers import intercom
from pipelines.readers.export import Export
from pipelines.readers.objects import JsonObject, Objects, each, objects_of, word

# The version whose objects the reader was written for.
VERSION = "2.11"
PAGE_CONVERSATIONS = 50
# Contacts and companies that are remembered from page to page.
REMEMBERED = 10_000


class Intercom:
    """Asks one Intercom workspace."""

    name = "intercom"

    def __init__(self, url: str, token: str, *, patience: Patience | None = None) -> None:
        """Open it with an access token."""
        self._wire = Wire(
            "Intercom",
            url,
            patience=patience,
            refused="SOTTOVOCE_INTERCOM_TOKEN and what it may read",
            headers={"Authorization": f"Bearer {token}", "Intercom-Version": VERSION},
        )
        self._contacts: dict[str, JsonObject] = {}
        self._companies: dict[str, JsonObject] = {}

    def make(self, objects: Objects) -> Export:
        """Give objects as rows."""
        return intercom.export(objects)

    def pages(self, cursor: Cursor, *, now: datetime) -> Iterator[Page]:
        """Give the conversations that changed; see `Source`.

        The window ends where the pull began: what changes meanwhile is in the next one.
        """
        # A window that was begun goes on as it is.
        since = str(cursor["since"]) if "until" in cursor else overlapping(str(cursor["since"]))
        until = str(cursor.get("until") or now.astimezone(UTC).replace(microsecond=0).isoformat())
        after = cursor.get("after")
        while True:
            found, after = self._search(since, until, after)
            whole = self._whole([id_ for one in found if (id_ := word(one, "id"))])
            yield Page(whole, {"since": since, "until": until, "after": after} if after else {"since": until})
            if not after:
                return

    def fetch(self, ids: Sequence[str]) -> Objects:
        """Give conversations by their ids; see `Source`."""
        return self._whole(ids)

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _search(self, since: str, until: str, after: str | None) -> tuple[list[JsonObject], str | None]:
        # Both ends belong to it: "greater" is "greater or equal" for times.
        window = [
            {"field": "updated_at", "operator": sign, "value": _seconds(when)}
            for sign, when in ((">", since), ("<", until))
        ]
        paging = {"per_page": PAGE_CONVERSATIONS, **({"starting_after": after} if after else {})}
        query = {"operator": "AND", "value": window}
        answer = self._wire.post("/conversations/search", {"query": query, "pagination": paging})
        return each(answer, "conversations"), word(answer, "pages", "next", "starting_after")

    def _whole(self, ids: Sequence[str]) -> Objects:
        """Ask for each conversation: a list has no parts."""
        if len(self._contacts) >= REMEMBERED:
            self._contacts.clear()
            self._companies.clear()
        found = [self._wire.get(f"/conversations/{quote(id_, safe='')}", may_be_gone=True) for id_ in ids]
        whole = [one for one in found if one]
        for one in whole:
            for contact in each(one, "contacts", "contacts")[:1]:
                self._know(word(contact, "id"))
        return objects_of(
            self.name, whole, contacts=list(self._contacts.values()), companies=list(self._companies.values())
        )

    def _know(self, contact_id: str | None) -> None:
        """Ask for a contact and its first company, once."""
        if contact_id is None or contact_id in self._contacts:
            return
        contact = self._wire.get(f"/contacts/{quote(contact_id, safe='')}", may_be_gone=True)
        self._contacts[contact_id] = {**contact, "id": contact_id}
        for company in each(contact, "companies", "data")[:1]:
            company_id = word(company, "id")
            if company_id and company_id not in self._companies:
                found = self._wire.get(f"/companies/{quote(company_id, safe='')}", may_be_gone=True)
                self._companies[company_id] = {**found, "id": company_id}


def _seconds(when: str) -> int:
    return int(datetime.fromisoformat(when).timestamp())
