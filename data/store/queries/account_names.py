"""The names of accounts by their ids."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Account
from data.store.repositories.bulk import chunks


def account_names(session: Session, account_ids: Collection[str]) -> dict[str, str]:
    """Give names by id; accounts that are referred to and not imported yet are left out."""
    found: dict[str, str] = {}
    for some in chunks(sorted(account_ids)):
        rows = session.execute(select(Account.account_id, Account.name).where(Account.account_id.in_(some)))
        found |= {account_id: name for account_id, name in rows if name}
    return found
