"""Which values accounts can be filtered by."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import Account
from data.store.queries.slices import UNKNOWN

# Attribute of an account -> its column.
_COLUMNS = {
    "segment": Account.segment,
    "industry": Account.industry,
    "tier": Account.tier,
    "motion": Account.motion,
}


def slice_values(session: Session, accounts: Sequence[str] | None) -> dict[str, list[tuple[str, int]]]:
    """Give, by attribute, each value with the number of accounts that have it, most first, then by name.

    Args:
        session: To read with.
        accounts: Those of a reader who sees no others; None: all.
    """
    found: dict[str, list[tuple[str, int]]] = {}
    for name, column in _COLUMNS.items():
        statement = select(column, func.count()).group_by(column)
        if accounts is not None:
            statement = statement.where(Account.account_id.in_(accounts))
        counts = [(value or UNKNOWN, number) for value, number in session.execute(statement)]
        found[name] = sorted(counts, key=lambda pair: (-pair[1], pair[0]))
    return found
