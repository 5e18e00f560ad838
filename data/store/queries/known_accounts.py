"""Of which kind each account is: its segment, industry, tier and motion, read once a version for filters and groups."""

from collections.abc import Mapping, Sequence

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
    wanted = [(place, frozenset(values)) for place, values in enumerate(asked) if values]
    known = _known(session)
    among = known if filters.accounts is None else [key for key in filters.accounts if key in known]
    return {key for key in among if all(_fits(known[key][place], values) for place, values in wanted)}


def _fits(value: str | None, wanted: frozenset[str]) -> bool:
    """Match as `slices.one_of` does: "unknown" is what is missing, never a word that says so."""
    return UNKNOWN in wanted if value is None else value in wanted and value != UNKNOWN
