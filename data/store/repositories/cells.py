"""Pack what accounts said for counting again, where it changed."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from data.store.columns.build import build_packs
from data.store.columns.pack import KINDS, SECTIONS, to_bytes
from data.store.models import AccountPack, StaleAccount
from data.store.models.base import new_stamp
from data.store.repositories.bulk import insert_or_update


def count_stale(session: Session) -> int:
    """Count the accounts whose counts are to be made again."""
    return session.scalar(select(func.count()).select_from(StaleAccount)) or 0


def stale_accounts(session: Session, limit: int) -> list[str]:
    """Give the next accounts whose counts are to be made again."""
    return list(session.scalars(select(StaleAccount.account_key).order_by(StaleAccount.account_key).limit(limit)))


def refresh_cells(session: Session, account_keys: Sequence[str]) -> int:
    """Pack these accounts again ("" for what has none), and take them off the list.

    Returns:
        The number of comments' themes that were packed.
    """
    # First of all: it waits for whoever changes these accounts now, so that what is read next has their change.
    session.execute(delete(StaleAccount).where(StaleAccount.account_key.in_(account_keys)))
    packs = build_packs(session, account_keys)
    rows = [
        {
            "account_key": key,
            "stamp": new_stamp(),
            **dict(zip(SECTIONS, pack.sizes, strict=True)),
            "body": to_bytes(pack),
        }
        for key, pack in packs.items()
    ]
    gone = [key for key in account_keys if key not in packs]
    session.execute(delete(AccountPack).where(AccountPack.account_key.in_(gone)))
    insert_or_update(session, AccountPack, rows)
    return sum(len(pack.sections[kind]["said"]) for pack in packs.values() for kind in KINDS)
