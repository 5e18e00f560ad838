"""Digests that were due: each is written down once, together with its messages, and who may read one."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Digest, Person, Staff
from data.store.repositories import outbox
from data.store.repositories.bulk import insert_ignore

# Whose accounts are their own: somebody with only these reads of no others.
OWNER = "csm"


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
    """Give the addresses of people who see some accounts only: by what they were granted, else by the staff list."""
    wanted = {address.lower(): address for address in addresses}
    bound: set[str] = set()
    granted = select(Person.email, Person.role, Person.accounts, Person.revoked_at).where(Person.email.in_(wanted))
    known = set()
    for email, role, accounts, revoked_at in session.execute(granted):
        known.add(email)
        if revoked_at is not None or role == OWNER or accounts is not None:
            bound.add(wanted[email])
    email = func.lower(Staff.email)
    serving = select(email, Staff.function, Staff.account_id).where(email.in_(set(wanted) - known))
    rows: dict[str, list[bool]] = {}
    for address, function, account_id in session.execute(serving):
        rows.setdefault(address, []).append(function == OWNER or account_id is not None)
    return bound | {wanted[address] for address, all_bound in rows.items() if all(all_bound)}
