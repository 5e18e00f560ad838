"""Digests that were due: each is written down once, together with its messages, and who may read one."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Digest, Person, Staff
from data.store.repositories import outbox
from data.store.repositories.bulk import insert_ignore
from data.store.repositories.persons import OWNER


def is_known(session: Session, due_at: datetime) -> bool:
    """Say whether a digest was written down."""
    return session.scalar(select(Digest.id).where(Digest.due_at == due_at)) is not None


def due_of(session: Session, digest_id: int) -> datetime:
    """Give the moment when a digest was due."""
    return session.get_one(Digest, digest_id).due_at


def add_digest(session: Session, due_at: datetime, readers: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Write a digest down with its messages by (channel, recipient); the same one again changes nothing."""
    insert_ignore(session, Digest, [{"due_at": due_at, "created_at": now}])
    digest_id = session.scalars(select(Digest.id).where(Digest.due_at == due_at)).one()
    outbox.put_digest(session, digest_id, readers, now=now)


def bound_readers(session: Session, addresses: Collection[str]) -> set[str]:
    """Give the addresses of people who see some accounts only: by what they were granted, else by the staff list.

    Compared here in any case of letters: SQLite folds ASCII only, and whoever is not found would read of all accounts.
    """
    granted, serving = defaultdict[str, list[bool]](list), defaultdict[str, list[bool]](list)
    for email, role, accounts, revoked_at in session.execute(
        select(Person.email, Person.role, Person.accounts, Person.revoked_at)
    ):
        granted[email.lower()].append(revoked_at is not None or role == OWNER or accounts is not None)
    for email, function, account_id in session.execute(select(Staff.email, Staff.function, Staff.account_id)):
        serving[(email or "").lower()].append(function == OWNER or account_id is not None)

    def is_bound(address: str) -> bool:
        if address in granted:
            return any(granted[address])
        return address in serving and all(serving[address])

    return {address for address in addresses if is_bound(address.lower())}
