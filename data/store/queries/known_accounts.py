"""Of which kind each account is: its segment, industry, tier and motion, read once a version for filters and groups."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import Account
from data.store.queries.slices import UNKNOWN, Slice, account_filters
from data.store.unit_of_work import once_a_version

KINDS = ("segment", "industry", "tier", "motion")
_ALL = select(Account.account_id, Account.segment, Account.industry, Account.tier, Account.motion)


def _known(session: Session) -> Mapping[str, Sequence[str | None]]:
    return once_a_version(session, "accounts", lambda: {key: tuple(kinds) for key, *kinds in session.execute(_ALL)})


def kinds_of(session: Session, name: str) -> dict[str, str | None]:
    """Give one of `KINDS` by account."""
    place = KINDS.index(name)
    return {key: kinds[place] for key, kinds in _known(session).items()}


def accounts_like(session: Session, filters: Slice) -> set[str]:
    """Give the accounts that the filters on accounts pick; bands change by the day: the database tells them."""
    if filters.account_ages or filters.engagements:
        return set(session.scalars(select(Account.account_id).where(*account_filters(filters))))
    asked = (filters.segments, filters.industries, filters.tiers, filters.motions)
    found = set(_known(session)) if filters.accounts is None else set(filters.accounts) & _known(session).keys()
    for place, values in enumerate(asked):
        if values:
            found &= _any_of(_by_value(session, place), values)
    return found


def _by_value(session: Session, place: int) -> Mapping[str | None, AbstractSet[str]]:
    """Give the accounts by their value of one of `KINDS`: looked through one by one they take 5 ms at two thousand."""

    def gather() -> dict[str | None, set[str]]:
        found: dict[str | None, set[str]] = {}
        for key, kinds in _known(session).items():
            found.setdefault(kinds[place], set()).add(key)
        return found

    return once_a_version(session, ("accounts by", place), gather)


def _any_of(accounts: Mapping[str | None, AbstractSet[str]], wanted: Sequence[str]) -> set[str]:
    """Match as `slices.one_of` does: "unknown" is what is missing, never a word that says so."""
    return set().union(*(accounts.get(None if value == UNKNOWN else value, ()) for value in wanted))
