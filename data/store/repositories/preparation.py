"""What the prepare stage reads and writes: originals in, redacted texts and passages out."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, func, insert, select, update
from sqlalchemy.orm import Session

from data.store.models import (
    Account,
    Comment,
    Contact,
    Original,
    Passage,
    PassageText,
    Pseudonym,
    Staff,
    StaleAccount,
)
from data.store.models.base import new_stamp
from data.store.repositories.bulk import chunks, insert_ignore, insert_or_update


@dataclass(frozen=True)
class RawComment:
    """A comment to prepare: its primary key, where it stands, and its original, still encrypted."""

    pk: int
    account_key: str
    kind: str
    said_at: datetime
    body_encrypted: bytes


@dataclass(frozen=True)
class PassageRow:
    """A passage to store: offsets into the redacted text, the hash of its words, and its tokens."""

    start: int
    end: int
    text_key: str
    text: str
    tokens: Sequence[Sequence[str]]


@dataclass(frozen=True)
class PreparedRow:
    """What prepare found out about one comment."""

    pk: int
    account_key: str
    text: str
    language: str | None
    language_confidence: float | None
    redactions: dict[str, int]
    empty_reason: str | None
    analysed: bool
    content_key: str
    passages: list[PassageRow] = field(default_factory=list)


@dataclass(frozen=True)
class KnownPerson:
    """A person whom the files name."""

    key: str
    name: str
    email: str


def contacts_by_account(session: Session) -> dict[str, list[KnownPerson]]:
    """Give the known contacts by account ("" for none), by id."""
    found: dict[str, list[KnownPerson]] = {}
    rows = session.execute(
        select(func.coalesce(Contact.account_id, ""), Contact.contact_id, Contact.name, Contact.email)
        .where(Contact.name.is_not(None) | Contact.email.is_not(None))
        .order_by(Contact.contact_id)
    )
    for account_key, contact_id, name, email in rows:
        found.setdefault(account_key, []).append(KnownPerson(contact_id, name or "", email or ""))
    return found


def account_names(session: Session) -> dict[str, str]:
    """Give the names of the accounts by id: names of companies are not redacted."""
    rows = session.execute(select(Account.account_id, Account.name))
    return {account_id: name for account_id, name in rows}


def staff(session: Session) -> list[KnownPerson]:
    """Give the vendor's own people, by id: they are not redacted."""
    rows = session.execute(
        select(Staff.staff_id, Staff.name, Staff.email).distinct().order_by(Staff.staff_id, Staff.name, Staff.email)
    )
    return [KnownPerson(staff_id, name, email or "") for staff_id, name, email in rows]


def mark_outdated(session: Session, marks: Mapping[str, str], default_mark: str) -> int:
    """Send comments back to prepare whose account's mark (settings and known names) is not the one they had.

    Only comments whose original is still kept can be redone. Returns how many.
    """
    seen = session.execute(
        select(func.coalesce(Comment.account_id, ""), Comment.prepared_with)
        .where(Comment.prepared_with.is_not(None))
        .distinct()
    ).all()
    sent_back = 0
    for account_key, mark in seen:
        if mark == marks.get(account_key, default_mark):
            continue
        of_account = Comment.account_id == account_key if account_key else Comment.account_id.is_(None)
        changed = session.execute(
            update(Comment)
            .where(of_account, Comment.prepared_with == mark, exists().where(Original.comment_pk == Comment.id))
            .values(prepared_with=None)
        )
        sent_back += changed.rowcount  # type: ignore[attr-defined]
    return sent_back


def count_unprepared(session: Session) -> int:
    """Count the comments that wait for prepare."""
    return session.scalar(select(func.count()).select_from(Comment).where(Comment.prepared_with.is_(None))) or 0


def unprepared(session: Session, limit: int, *, after: int | None = None) -> list[RawComment]:
    """Give the next comments to prepare, behind the key `after` where it is given."""
    rows = session.execute(
        select(
            Comment.id, func.coalesce(Comment.account_id, ""), Comment.kind, Comment.said_at, Original.body_encrypted
        )
        .join(Original, Original.comment_pk == Comment.id)
        .where(Comment.prepared_with.is_(None), *(() if after is None else (Comment.id > after,)))
        .order_by(Comment.id)
        .limit(limit)
    )
    return [RawComment(*row) for row in rows]


def pseudonyms(session: Session, account_keys: Iterable[str]) -> dict[str, dict[str, int]]:
    """Give the numbers that stand for names so far: account -> keyed hash of the name -> number."""
    found: dict[str, dict[str, int]] = {}
    for part in chunks(sorted(set(account_keys))):
        for row in session.scalars(select(Pseudonym).where(Pseudonym.account_key.in_(part))):
            found.setdefault(row.account_key, {})[row.name_hash] = row.number
    return found


def add_pseudonyms(session: Session, numbers: Mapping[str, Mapping[str, int]]) -> None:
    """Store numbers; known ones stay."""
    rows = [
        {"account_key": account, "name_hash": name_hash, "number": number}
        for account, names in numbers.items()
        for name_hash, number in names.items()
    ]
    insert_ignore(session, Pseudonym, rows)


def store_prepared(
    session: Session, rows: Sequence[PreparedRow], *, marks: Mapping[str, str], default_mark: str, keep_originals: bool
) -> None:
    """Store a batch. A comment whose words came out the same keeps its passages, embeddings and mentions."""
    if not rows:
        return
    known = _known_texts(session, [row.pk for row in rows])
    changed = [row for row in rows if known.get(row.pk) != (row.text, row.content_key, row.analysed)]
    for part in chunks([row.pk for row in changed]):
        session.execute(delete(Passage).where(Passage.comment_pk.in_(part)))
    session.execute(update(Comment), [_comment_values(row, marks, default_mark) for row in rows])
    if changed:
        session.execute(update(Comment), [{"id": row.pk, "tagged_with": None, "sentiment": None} for row in changed])
    texts: dict[str, dict[str, Any]] = {}
    passages: list[dict[str, Any]] = []
    for row in changed:
        for position, passage in enumerate(row.passages):
            texts.setdefault(
                passage.text_key,
                {"text_key": passage.text_key, "text": passage.text, "tokens": [list(t) for t in passage.tokens]},
            )
            passages.append(
                {
                    "comment_pk": row.pk,
                    "position": position,
                    "start": passage.start,
                    "end": passage.end,
                    "text_key": passage.text_key,
                }
            )
    insert_ignore(session, PassageText, [texts[key] for key in sorted(texts)])
    if passages:
        session.execute(insert(Passage), passages)
    mark_stale(session, {row.account_key for row in changed})
    if not keep_originals:
        for part in chunks([row.pk for row in rows]):
            session.execute(delete(Original).where(Original.comment_pk.in_(part)))


def _known_texts(session: Session, pks: Sequence[int]) -> dict[int, tuple[str | None, str | None, bool | None]]:
    known = {}
    for part in chunks(pks):
        rows = session.execute(
            select(Comment.id, Comment.text, Comment.content_key, Comment.analysed).where(Comment.id.in_(part))
        )
        known.update({pk: (text, key, analysed) for pk, text, key, analysed in rows})
    return known


def _comment_values(row: PreparedRow, marks: Mapping[str, str], default_mark: str) -> dict[str, Any]:
    return {
        "id": row.pk,
        "text": row.text,
        "language": row.language,
        "language_confidence": row.language_confidence,
        "redactions": row.redactions,
        "empty_reason": row.empty_reason,
        "analysed": row.analysed,
        "content_key": row.content_key,
        "prepared_with": marks.get(row.account_key, default_mark),
    }


def mark_stale(session: Session, account_keys: Iterable[str]) -> None:
    """Note the accounts whose counts are to be made again.

    Also where one is noted already: the new stamp says that it changed once more, and holds its row until the commit,
    so that whoever makes the counts meanwhile does not take it off the list.
    """
    rows = [{"account_key": key, "stamp": new_stamp()} for key in sorted(set(account_keys))]
    insert_or_update(session, StaleAccount, rows)


def drop_orphan_texts(session: Session) -> int:
    """Delete the words of passages that no comment holds any more. Returns how many."""
    gone = session.execute(delete(PassageText).where(~exists().where(Passage.text_key == PassageText.text_key)))
    return gone.rowcount  # type: ignore[attr-defined]
