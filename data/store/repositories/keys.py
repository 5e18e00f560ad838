"""Keys for the API: made once, kept as a keyed hash, compared in constant time."""

import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from data.errors import DataError, NotFoundError
from data.store.models import Account, ApiKey
from data.store.vault import Vault

PREFIX = "sv_"
# 256 random bits: a keyed hash is enough, nothing can be guessed (a password hash would cost 120 ms a request).
KEY_BYTES = 32
KEY_ROLES = ("viewer", "csm", "analyst", "admin")
# How often a key's last use is written: a reader of the list of keys wants the day, not the second.
USE_WRITTEN_EVERY = timedelta(minutes=1)


class KeyRequestError(DataError, ValueError):
    """A key for the API can't be made as asked for."""


@dataclass(frozen=True)
class KeyInfo:
    """A key without its secret. `accounts` None is all of them."""

    key_id: str
    name: str
    role: str
    accounts: tuple[str, ...] | None
    created_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None = field(default=None, compare=False)


def create_key(
    session: Session,
    vault: Vault,
    *,
    name: str,
    role: str,
    now: datetime,
    accounts: Sequence[str] | None = None,
) -> tuple[KeyInfo, str]:
    """Make a key. Returns what is kept and the key itself, which is never shown again.

    Raises:
        KeyRequestError: The role is not known, a csm key names no accounts, or an account does not exist.
    """
    if role not in KEY_ROLES:
        raise KeyRequestError(f"key role {role!r} is not known: use {', '.join(KEY_ROLES)}")
    if role == "csm" and not accounts:
        raise KeyRequestError("a csm key sees its own accounts only: name them with --accounts ID,ID")
    if not name.strip():
        raise KeyRequestError("a key needs a name: say who uses it with --name")
    require_accounts(session, accounts or ())
    secret = PREFIX + secrets.token_urlsafe(KEY_BYTES)
    row = ApiKey(
        key_id="key_" + secrets.token_hex(6),
        key_hash=_hash(vault, secret),
        name=name.strip(),
        role=role,
        accounts=None if accounts is None else sorted(set(accounts)),
        created_at=now,
        last_used_at=None,
        revoked_at=None,
    )
    session.add(row)
    session.flush()
    return _info(row), secret


def require_accounts(session: Session, accounts: Sequence[str]) -> None:
    """Check that accounts exist.

    Raises:
        KeyRequestError: One does not.
    """
    known = set(session.scalars(select(Account.account_id).where(Account.account_id.in_(accounts))))
    missing = sorted(set(accounts) - known)
    if missing:
        raise KeyRequestError(f"no account {', '.join(missing)}: import the accounts first or mend the ids")


def find_key(session: Session, vault: Vault, secret: str) -> KeyInfo | None:
    """Give the key that a caller shows, or None when it is unknown or revoked."""
    if not secret.startswith(PREFIX):
        return None
    wanted = _hash(vault, secret)
    row = session.scalar(select(ApiKey).where(ApiKey.key_hash == wanted))
    # The look-up is by a keyed hash, which reveals nothing by its timing; the comparison is constant all the same.
    if row is None or not hmac.compare_digest(row.key_hash, wanted) or row.revoked_at is not None:
        return None
    return _info(row)


def list_keys(session: Session) -> list[KeyInfo]:
    """List all keys, oldest first."""
    return [_info(row) for row in session.scalars(select(ApiKey).order_by(ApiKey.created_at, ApiKey.key_id))]


def revoke_key(session: Session, key_id: str, *, now: datetime) -> KeyInfo:
    """Revoke a key; revoking it again changes nothing.

    Raises:
        NotFoundError: There is no such key.
    """
    row = session.get(ApiKey, key_id)
    if row is None:
        raise NotFoundError(f"no key {key_id!r}: `sottovoce key list` shows them")
    row.revoked_at = row.revoked_at or now
    session.flush()
    return _info(row)


def note_use(session: Session, key_id: str, *, now: datetime) -> None:
    """Write when a key was last used, unless that was written within the last minute (by another process, say)."""
    stale = or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= now - USE_WRITTEN_EVERY)
    session.execute(update(ApiKey).where(ApiKey.key_id == key_id, stale).values(last_used_at=now))


def _hash(vault: Vault, secret: str) -> str:
    return vault.hash("api key\x1f" + secret)


def _info(row: ApiKey) -> KeyInfo:
    accounts = None if row.accounts is None else tuple(str(one) for one in row.accounts)
    return KeyInfo(row.key_id, row.name, row.role, accounts, row.created_at, row.revoked_at, row.last_used_at)
