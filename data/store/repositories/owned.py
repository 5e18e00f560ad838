"""Which rows of a batch speak of what others own: a key of some accounts may write for these only.

A row is stored by its id and its contact: whoever may name another account's id could overwrite its answers, and
whoever may name its contacts would read their names.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Comment, Contact, Response, Ticket, TicketMessage
from data.store.repositories.bulk import chunks

# The column that holds a row's own id, by kind, and the kind of comment that it makes.
OWN_ID = {"responses": "response_id", "tickets": "ticket_id", "in_app": "comment_id", "review_notes": "note_id"}
_COMMENT_KIND = {"in_app": "in_app", "review_notes": "review_note"}
FOREIGN = "belongs to an account that this key does not see"


def foreign_columns(
    session: Session, kind: str, rows: Sequence[Mapping[str, Any]], accounts: Sequence[str]
) -> dict[int, str]:
    """Give the places in `rows` that name something of other accounts (or of none), with the column that does."""
    owned = _Owned(session, kind, rows, frozenset(accounts))
    found = {}
    for place, row in enumerate(rows):
        column = owned.first_foreign(row)
        if column is not None:
            found[place] = column
    return found


def _messages(row: Mapping[str, Any]) -> list[str]:
    listed = [str(one.get("message_id")) for one in row.get("messages") or () if isinstance(one, Mapping)]
    return [*listed, *([str(row["message_id"])] if row.get("message_id") else [])]


class _Owned:
    """What the store has under the ids that a batch names: (id -> account)."""

    def __init__(
        self, session: Session, kind: str, rows: Sequence[Mapping[str, Any]], accounts: frozenset[str]
    ) -> None:
        self._session, self._kind, self._accounts = session, kind, accounts
        self._own = self._own_rows([row.get(OWN_ID[kind]) for row in rows])
        self._tickets = self._lookup(Ticket.ticket_id, Ticket.account_id, [row.get("ticket_id") for row in rows])
        self._contacts = self._lookup(Contact.contact_id, Contact.account_id, [row.get("contact_id") for row in rows])
        mails = [str(row["email"]).lower() for row in rows if row.get("email")]
        self._mails = self._lookup(Contact.email, Contact.account_id, mails)
        self._messages = self._of_messages([one for row in rows for one in _messages(row)])

    def first_foreign(self, row: Mapping[str, Any]) -> str | None:
        """Give the first column that names something of another account."""
        if row.get("account_id") not in self._accounts:
            return "account_id"
        own = OWN_ID[self._kind]
        named = {
            own: self._own.get(str(row.get(own)), set()),
            "ticket_id": self._tickets.get(str(row.get("ticket_id")), set()),
            "contact_id": self._contacts.get(str(row.get("contact_id")), set()),
            "email": self._mails.get(str(row.get("email")).lower(), set()),
            "messages": {account for one in _messages(row) for account in self._messages.get(one, ())},
        }
        return next((column for column, owners in named.items() if owners - self._accounts), None)

    def _own_rows(self, ids: Iterable[str | None]) -> dict[str, set[str | None]]:
        if self._kind == "responses":
            return self._lookup(Response.response_id, Response.account_id, ids)
        if self._kind == "tickets":
            return {}  # looked up by ticket_id, as answers about a ticket are
        of_kind = Comment.kind == _COMMENT_KIND[self._kind]
        return self._lookup(Comment.origin_id, Comment.account_id, ids, of_kind)

    def _of_messages(self, ids: Iterable[str]) -> dict[str, set[str | None]]:
        found: dict[str, set[str | None]] = {}
        for part in chunks(sorted(set(ids))):
            rows = self._session.execute(
                select(TicketMessage.message_id, Ticket.account_id)
                .join(Ticket, Ticket.ticket_id == TicketMessage.ticket_id)
                .where(TicketMessage.message_id.in_(part))
            )
            for message_id, account_id in rows:
                found.setdefault(message_id, set()).add(account_id)
        return found

    def _lookup(self, key: Any, account: Any, ids: Iterable[str | None], *where: Any) -> dict[str, set[str | None]]:  # noqa: ANN401
        found: dict[str, set[str | None]] = {}
        for part in chunks(sorted({str(one) for one in ids if one})):
            for value, account_id in self._session.execute(select(key, account).where(key.in_(part), *where)):
                found.setdefault(str(value), set()).add(account_id)
        return found
