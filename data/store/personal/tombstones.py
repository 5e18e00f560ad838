"""Keep forgotten people out: rows of a file that bear a key of theirs are left out when it is imported again."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import ForgottenKey
from data.store.personal.person import Held
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.incoming import Incoming
from data.store.vault import Vault

# The columns of a row that a key of a person may stand in, by the kind of the key.
_ROW_KEYS = {"contact_id": "contact", "email": "email"}
_OWN_KEYS = {"responses": "response_id", "tickets": "ticket_id", "in_app": "comment_id", "review_notes": "note_id"}
_OWN_KIND = {"responses": "response", "tickets": "ticket", "in_app": "comment", "review_notes": "comment"}
_COMMENT_KIND = {"in_app": "in_app", "review_notes": "review_note"}
Key = tuple[str, str]


def add_tombstones(session: Session, vault: Vault, held: Held, *, now: datetime) -> int:
    """Keep the hashes of a person's keys. Returns how many."""
    keys = [
        *(("contact", one) for one in held.contacts),
        *(("email", one) for one in held.emails),
        *(("response", one) for one in held.responses),
        *(("ticket", one) for one in held.tickets),
        *(("message", one) for one in held.messages),
        *(("comment", one) for one in held.comments),
    ]
    rows = [{"kind": kind, "key_hash": key_hash(vault, (kind, one)), "forgotten_at": now} for kind, one in keys]
    insert_ignore(session, ForgottenKey, rows)
    return len(rows)


def key_hash(vault: Vault, key: Key) -> str:
    """Hash a key so that it can be recognised, and not read, without the secret; addresses in any case."""
    kind, value = key
    return vault.hash(f"forgotten {kind} {value.lower() if kind == 'email' else value}")


def forgotten_of(session: Session, vault: Vault, keys: Iterable[Key]) -> set[Key]:
    """Give those of some keys that were a forgotten person's; costs one small query where nobody was forgotten."""
    if session.scalar(select(ForgottenKey.kind).limit(1)) is None:
        return set()
    hashes = {key_hash(vault, key): key for key in set(keys)}
    found: set[Key] = set()
    for part in chunks(sorted(hashes)):
        rows = session.scalars(select(ForgottenKey.key_hash).where(ForgottenKey.key_hash.in_(part)))
        found.update(hashes[one] for one in rows)
    return found


def without_forgotten(
    session: Session, vault: Vault, kind: str, rows: Sequence[Incoming]
) -> tuple[list[Incoming], set[int]]:
    """Give the rows that may be stored, and the places of those left out; a ticket loses the person's messages."""
    known = forgotten_of(session, vault, (key for row in rows for key in _keys(kind, row.values)))
    if not known:
        return list(rows), set()
    out = {place for place, row in enumerate(rows) if known & set(_row_keys(kind, row.values))}
    kept = [_without_messages(row, known) for place, row in enumerate(rows) if place not in out]
    return kept, out


def _keys(kind: str, values: Mapping[str, Any]) -> Iterator[Key]:
    yield from _row_keys(kind, values)
    for message in values.get("messages") or ():
        yield from _message_keys(message)


def _row_keys(kind: str, values: Mapping[str, Any]) -> Iterator[Key]:
    if kind == "staff":
        return
    for column, key_kind in _ROW_KEYS.items():
        if values.get(column):
            yield key_kind, str(values[column])
    own = values.get(_OWN_KEYS.get(kind, ""))
    if own:
        yield _OWN_KIND[kind], f"{_COMMENT_KIND[kind]}:{own}" if kind in _COMMENT_KIND else str(own)


def _message_keys(message: Mapping[str, Any]) -> Iterator[Key]:
    if message.get("message_id"):
        yield "message", str(message["message_id"])
    if message.get("author_id"):
        yield "contact", str(message["author_id"])


def _without_messages(row: Incoming, known: set[Key]) -> Incoming:
    messages = row.values.get("messages")
    if not messages or not any(known & set(_message_keys(one)) for one in messages):
        return row
    left = [one for one in messages if not known & set(_message_keys(one))]
    return replace(row, values={**row.values, "messages": left})
