"""Keep where accounts stand, for lists that are sorted by it."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from cx.standing import RiskLine
from data.store.models import Account, AccountStanding
from data.store.queries.slices import Slice
from data.store.queries.standing import account_facts, account_signals, inputs_hash, standing_values, work_out
from data.store.repositories.bulk import chunks
from data.store.repositories.runs import get_fact
from data.store.unit_of_work import once_a_version

# Where the line found in the user's own data is kept ({"value", "source"}), if one was found (`cx.churn_line`).
LINE_FACT = "churn_line"


def risk_line(session: Session) -> RiskLine:
    """Give the line under which a renewal is flagged: the one found in the user's data, else the default."""
    fact = once_a_version(session, "risk line", lambda: get_fact(session, LINE_FACT))
    return RiskLine() if fact is None else RiskLine(float(fact["value"]), str(fact["source"]))


def account_ids(session: Session, *, after: str = "", limit: int) -> list[str]:
    """Give the next accounts by id."""
    found = select(Account.account_id).where(Account.account_id > after).order_by(Account.account_id).limit(limit)
    return list(session.scalars(found))


def refresh_standings(session: Session, now: Slice, ids: Sequence[str], *, line: RiskLine) -> int:
    """Work out again where these accounts stand, if what it is made from changed. Returns how many were."""
    accounts = account_facts(session, ids)
    signals = account_signals(session, now, accounts)
    held = _inputs(session, ids)
    fresh = {one.account_id: inputs_hash(one, signals[one.account_id], now, line) for one in accounts}
    changed = [one for one in accounts if held.get(one.account_id) != fresh[one.account_id]]
    rows = [
        standing_values(work_out(one, signals[one.account_id], now, line=line), fresh[one.account_id])
        for one in changed
    ]
    for part in chunks(rows):
        session.execute(
            delete(AccountStanding).where(AccountStanding.account_id.in_([row["account_id"] for row in part]))
        )
        session.execute(insert(AccountStanding), part)
    return len(rows)


def _inputs(session: Session, ids: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(ids):
        kept = select(AccountStanding.account_id, AccountStanding.inputs).where(AccountStanding.account_id.in_(part))
        found |= {account_id: inputs for account_id, inputs in session.execute(kept)}
    return found


def drop_foreign(session: Session) -> None:
    """Take away the standings of accounts that are no more."""
    known = select(Account.account_id)
    session.execute(delete(AccountStanding).where(AccountStanding.account_id.not_in(known)))
