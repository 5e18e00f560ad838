"""People who sign in by themselves: found by their address, with the role and the accounts that they have now.

What was granted here comes first, then the groups that the issuer names, then the staff directory: who owns accounts
as a csm sees these. Anybody else sees nothing.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from data.errors import DataError, NotFoundError
from data.store.models import Person, Staff
from data.store.repositories.keys import KEY_ROLES, USE_WRITTEN_EVERY, KeyInfo, KeyRequestError, require_accounts

# Before an address: the actor in the audit trail, the owner of a view, the bucket of the rate limit.
PREFIX = "person:"
# As `persons.email` holds.
MOST_CHARS = 190
OWNER = "csm"
# The one that sees most first: who is in several groups has the first of these.
WIDEST = ("admin", "analyst", "viewer", OWNER)


class StrangerError(DataError, PermissionError):
    """Somebody whom the issuer knows and this store does not, or no longer."""


@dataclass(frozen=True)
class Grant:
    """What somebody was granted. `accounts` None is all of them, for a csm those that they own."""

    email: str
    name: str | None
    role: str
    accounts: tuple[str, ...] | None
    granted_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = field(default=None, compare=False)


def plain_email(email: str) -> str:
    """Give an address as it is compared: two that differ by case only are one person's.

    Beyond ASCII nothing is folded: the Kelvin sign in lower case is a "k", and would be another person.
    """
    email = email.strip()
    return email.lower() if email.isascii() else email


def grant(
    session: Session,
    *,
    email: str,
    role: str,
    now: datetime,
    name: str | None = None,
    accounts: Sequence[str] | None = None,
) -> Grant:
    """Grant somebody a role, instead of what they had; a revoked one comes back.

    Raises:
        KeyRequestError: The address or the role can't be used, or an account does not exist.
    """
    address = plain_email(email)
    if not _is_address(address):
        raise KeyRequestError(f"{email[:60]!r} is no e-mail address of at most {MOST_CHARS} characters: mend --email")
    if role not in KEY_ROLES:
        raise KeyRequestError(f"role {role!r} is not known: use {', '.join(KEY_ROLES)}")
    if accounts is not None and not accounts:
        raise KeyRequestError("no account is named: leave --accounts away for all, for a csm those that they own")
    require_accounts(session, accounts or ())
    row = session.get(Person, address) or Person(email=address, last_used_at=None)
    row.name, row.role, row.granted_at, row.revoked_at = (name or "").strip()[:120] or None, role, now, None
    row.accounts = None if accounts is None else sorted(set(accounts))
    session.add(row)
    session.flush()
    return _grant(row)


def revoke(session: Session, email: str, *, now: datetime) -> Grant:
    """Let somebody in no longer, also one whom only the staff directory or a group lets in.

    Raises:
        NotFoundError: Nobody was granted anything at this address, and the staff directory does not hold it.
    """
    address = plain_email(email)
    row = session.get(Person, address)
    if row is None:
        if not _staff(session, address):
            raise NotFoundError(f"nobody is known at {email[:60]!r}: `sottovoce person list` shows the grants")
        row = Person(email=address, role=OWNER, name=None, accounts=None, granted_at=now, last_used_at=None)
        session.add(row)
    row.revoked_at = row.revoked_at or now
    session.flush()
    return _grant(row)


def list_grants(session: Session) -> list[Grant]:
    """List what was granted and revoked, by address."""
    return [_grant(row) for row in session.scalars(select(Person).order_by(Person.email))]


def find_person(session: Session, email: str, *, roles: Iterable[str], today: date) -> KeyInfo:
    """Give what somebody may do today, as a key of theirs would.

    Args:
        session: Of a read.
        email: Verified: whoever has this address is this person.
        roles: Those that the issuer's groups stand for.
        today: The day on which the staff directory is looked up.

    Raises:
        StrangerError: They may do nothing; says whom to ask.
    """
    address = plain_email(email)
    granted, staff = session.get(Person, address), _staff(session, address)
    if granted is not None and granted.revoked_at is not None:
        raise StrangerError(f"what {address} might read was revoked. {_ask(address, 'viewer')}")
    owned = _owned(staff, today)
    role, accounts = _standing(granted, tuple(roles), owned)
    if role is None:
        raise StrangerError(f"{address} owns no account and was granted nothing. {_ask(address, 'viewer')}")
    if role == OWNER and not accounts:
        raise StrangerError(f"{address} owns no account today. {_ask(address, 'csm --accounts A,B')}")
    name = (granted.name if granted else None) or (staff[0].name if staff else address)
    since = granted.granted_at if granted else datetime.combine(today, time(), UTC)
    return KeyInfo(PREFIX + address, name, role, accounts, since, None)


def _ask(address: str, role: str) -> str:
    return f"Ask an admin to run: sottovoce person grant --email {address} --role {role}"


def _standing(
    granted: Person | None, roles: tuple[str, ...], owned: tuple[str, ...]
) -> tuple[str | None, tuple[str, ...] | None]:
    """Give the role, and the accounts that come with it."""
    if granted is not None:
        bound = None if granted.accounts is None else tuple(str(one) for one in granted.accounts)
        return granted.role, owned if bound is None and granted.role == OWNER else bound
    role = next((one for one in WIDEST if one in roles), OWNER if owned else None)
    return role, owned if role == OWNER else None


def _staff(session: Session, address: str) -> list[Staff]:
    """Find the rows of somebody in the staff directory, one an account."""
    if not address:
        return []
    statement = select(Staff).where(func.lower(Staff.email) == address)
    return list(session.scalars(statement.order_by(Staff.imported_at.desc(), Staff.staff_id, Staff.account_key)))


def _owned(staff: Sequence[Staff], today: date) -> tuple[str, ...]:
    """Give the accounts that somebody looks after today as their csm."""
    now = (row for row in staff if (row.valid_from or today) <= today <= (row.valid_to or today))
    return tuple(sorted({row.account_id for row in now if row.function == OWNER and row.account_id}))


def note_person(session: Session, address: str, *, now: datetime) -> None:
    """Write when somebody who was granted something asked last, unless that was written within the last minute."""
    stale = or_(Person.last_used_at.is_(None), Person.last_used_at <= now - USE_WRITTEN_EVERY)
    session.execute(update(Person).where(Person.email == address, stale).values(last_used_at=now))


def _is_address(address: str) -> bool:
    name, _, domain = address.rpartition("@")
    return bool(name and domain) and len(address) <= MOST_CHARS and address.isprintable() and " " not in address


def _grant(row: Person) -> Grant:
    accounts = None if row.accounts is None else tuple(str(one) for one in row.accounts)
    return Grant(row.email, row.name, row.role, accounts, row.granted_at, row.revoked_at, row.last_used_at)
