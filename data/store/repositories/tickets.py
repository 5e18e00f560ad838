"""Store tickets with their messages; a customer's public words become comments, the rest is kept encrypted only."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from data.store.models import Comment, Contact, Ticket, TicketMessage
from data.store.repositories.answers import given_of, parties_of
from data.store.repositories.bulk import chunks
from data.store.repositories.comments import Said, remove, store_comments
from data.store.repositories.incoming import (
    ImportContext,
    Incoming,
    Outcome,
    differs,
    insert_rows,
    load_rows,
    update_rows,
)
from data.store.repositories.placing import surroundings
from data.store.repositories.references import Found, Reference, resolve

_OWN = ("agent_id", "status", "priority", "opened_at", "solved_at")


def write_tickets(session: Session, rows: Sequence[Incoming], context: ImportContext) -> list[Outcome]:
    """Store tickets. A row holds all messages of its ticket, or (`partial`, from CSV) one of them."""
    found = resolve(session, [Reference.of(row.values) for row in rows], context)
    tickets = _Tickets(session, rows, context)
    for row, where in zip(rows, found, strict=True):
        tickets.take(row, where)
    tickets.store(session)
    messages = _Messages(session, rows, context)
    for row in rows:
        messages.take(row, tickets.now[row.values["ticket_id"]])
    messages.store(session, rows)
    words = _comments(session, rows, tickets.now, context)
    return [_outcome(row, tickets, messages, words) for row in rows]


def _outcome(row: Incoming, tickets: "_Tickets", messages: "_Messages", words: dict[str, Outcome]) -> Outcome:
    ticket_id = row.values["ticket_id"]
    ids = [message["message_id"] for message in row.values.get("messages") or []]
    heard = {messages.outcomes[i] for i in ids} | {words[i] for i in ids if i in words}
    if row.values.get("partial") and ids:
        if messages.outcomes[ids[0]] == "new":
            return "new"
    elif tickets.outcomes[ticket_id] == "new":
        return "new"
    gone = ticket_id in messages.shrunk
    return "changed" if tickets.outcomes[ticket_id] == "changed" or heard - {"same"} or gone else "same"


class _Tickets:
    """The tickets of a batch; several CSV rows may speak of one."""

    def __init__(self, session: Session, rows: Sequence[Incoming], context: ImportContext) -> None:
        self._context = context
        stored = load_rows(session, Ticket, ("ticket_id",), [(row.values["ticket_id"],) for row in rows])
        self._before = {key: row for (key,), row in stored.items()}
        self.now: dict[str, dict[str, Any]] = {}
        self.outcomes: dict[str, Outcome] = {}

    def take(self, row: Incoming, found: Found) -> None:
        """Take one row in; the first one of a ticket speaks for it."""
        values = row.values
        ticket_id = values["ticket_id"]
        if ticket_id in self.now:
            return
        stored = self._before.get(ticket_id)
        target: dict[str, Any] = {name: (stored or {}).get(name) for name in _OWN}
        target |= {name: values[name] for name in _OWN if name in values}
        target["opened_at"] = target["opened_at"] or self._first_message(values) or self._context.now
        target |= parties_of(values, found, stored)
        target["given"] = given_of(values, stored, found.account_id)
        self.now[ticket_id] = {"ticket_id": ticket_id, **target, "row": row}

    def _first_message(self, values: dict[str, Any]) -> Any:  # noqa: ANN401 - a time or None
        times = [m["sent_at"] for m in values.get("messages") or [] if m.get("sent_at")]
        return min(times, default=None)

    def store(self, session: Session) -> None:
        """Write new and changed tickets, with the account of their contact where the row names none."""
        contacts = [target["contact_id"] for target in self.now.values()]
        around = surroundings(session, surveys=(), contacts=contacts, accounts=())
        new, changed = [], []
        for ticket_id, full in self.now.items():
            row: Incoming = full.pop("row")
            person = around.contacts.get(full["contact_id"] or "")
            if person and not full["given"].get("account"):
                full["account_id"] = person.account_id
            stored = self._before.get(ticket_id)
            subject = row.values.get("subject")
            sealed = {"subject_encrypted": self._context.vault.encrypt(subject) if subject else None}
            stamped = {**full, **self._context.stamp(row), **(sealed if "subject" in row.values else {})}
            if stored is None:
                new.append(stamped)
                self.outcomes[ticket_id] = "new"
            elif differs(stored, full) or ("subject" in row.values and self._subject(stored) != (subject or None)):
                changed.append(stamped)
                self.outcomes[ticket_id] = "changed"
            else:
                self.outcomes[ticket_id] = "same"
        insert_rows(session, Ticket, new)
        update_rows(session, Ticket, changed)

    def _subject(self, stored: dict[str, Any]) -> str | None:
        sealed = stored["subject_encrypted"]
        return self._context.vault.decrypt(sealed) if sealed else None


class _Messages:
    """The messages of a batch."""

    def __init__(self, session: Session, rows: Sequence[Incoming], context: ImportContext) -> None:
        self._context = context
        ids = [(m["message_id"],) for row in rows for m in row.values.get("messages") or []]
        stored = load_rows(session, TicketMessage, ("message_id",), ids)
        self._before = {key: row for (key,), row in stored.items()}
        self.outcomes: dict[str, Outcome] = {}
        self.shrunk: set[str] = set()
        self._new: list[dict[str, Any]] = []
        self._changed: list[dict[str, Any]] = []

    def take(self, row: Incoming, ticket: dict[str, Any]) -> None:
        """Take the messages of one row in; a message without a time was sent when the ticket was opened."""
        for message in row.values.get("messages") or []:
            message["sent_at"] = message.get("sent_at") or ticket["opened_at"]
            target = {
                "message_id": message["message_id"],
                "ticket_id": ticket["ticket_id"],
                "author_side": message["author_side"],
                "author_id": message.get("author_id"),
                "public": message["public"],
                "sent_at": message["sent_at"],
                "body_hash": self._context.vault.hash(message["body"]),
            }
            self._sort(target, message["body"])

    def _sort(self, target: dict[str, Any], body: str) -> None:
        key = target["message_id"]
        if key in self.outcomes:
            return
        stored = self._before.get(key)
        # What a customer said in public is kept with its comment, once.
        own = target["author_side"] == "customer" and target["public"]
        full = {**target, "body_encrypted": None if own else self._context.vault.encrypt(body)}
        if stored is None:
            self._new.append(full)
            self.outcomes[key] = "new"
        elif differs(stored, target):
            self._changed.append(full)
            self.outcomes[key] = "changed"
        else:
            self.outcomes[key] = "same"

    def store(self, session: Session, rows: Sequence[Incoming]) -> None:
        """Write new and changed messages; a full list takes away the messages that it no longer holds."""
        insert_rows(session, TicketMessage, self._new)
        update_rows(session, TicketMessage, self._changed)
        whole = {
            row.values["ticket_id"]: {m["message_id"] for m in row.values["messages"]}
            for row in rows
            if row.values.get("messages") is not None and not row.values.get("partial")
        }
        for part in chunks(sorted(whole)):
            held = session.execute(
                select(TicketMessage.ticket_id, TicketMessage.message_id).where(TicketMessage.ticket_id.in_(part))
            )
            gone = [(ticket, message) for ticket, message in held if message not in whole[ticket]]
            self.shrunk.update(ticket for ticket, _ in gone)
            _take_away(session, [message for _, message in gone])


def _take_away(session: Session, message_ids: Sequence[str]) -> None:
    for part in chunks(message_ids):
        of_part = Comment.comment_id.in_([f"ticket_message:{message_id}" for message_id in part])
        held = session.execute(select(Comment.id, Comment.account_id).where(of_part)).mappings()
        remove(session, [dict(row) for row in held])
        session.execute(delete(TicketMessage).where(TicketMessage.message_id.in_(part)))


def _comments(
    session: Session, rows: Sequence[Incoming], tickets: dict[str, dict[str, Any]], context: ImportContext
) -> dict[str, Outcome]:
    """Store the customers' public words; a message that is no longer one of them loses its comment."""
    contacts = _authors(session, rows)
    texts: dict[str, Said] = {}
    for row in rows:
        ticket = tickets[row.values["ticket_id"]]
        for message in row.values.get("messages") or []:
            own = message["author_side"] == "customer" and message["public"]
            author = message.get("author_id")
            texts[message["message_id"]] = Said(
                kind="ticket_message",
                origin_id=message["message_id"],
                source="ticket",
                said_at=message["sent_at"],
                text=message["body"] if own else None,
                origin=row.origin,
                account_id=ticket["account_id"],
                contact_id=author if author in contacts else ticket["contact_id"],
                ticket_id=ticket["ticket_id"],
                # The ticket's account holds for whoever of them writes.
                given=_given(ticket, author if author in contacts else None),
            )
    said = list(texts.values())
    around = surroundings(
        session, surveys=(), contacts=[s.contact_id for s in said], accounts=[s.account_id for s in said]
    )
    outcomes = store_comments(session, said, around, context)
    return dict(zip(texts, outcomes, strict=True))


def _given(ticket: dict[str, Any], author: str | None) -> dict[str, Any]:
    if author and author != ticket["contact_id"] and ticket["account_id"]:
        return {"account": True}
    return dict(ticket["given"])


def _authors(session: Session, rows: Sequence[Incoming]) -> set[str]:
    """Give the authors of messages who are known contacts."""
    ids = {m["author_id"] for row in rows for m in row.values.get("messages") or [] if m.get("author_id")}
    known: set[str] = set()
    for part in chunks(sorted(ids)):
        known.update(session.scalars(select(Contact.contact_id).where(Contact.contact_id.in_(part))))
    return known
