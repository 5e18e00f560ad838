"""Accounts worth asking: nobody answered, or the renewal is near and a whole role kept silent."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.columns.whole import Whole
from data.store.models import Account, Contact
from data.store.queries.coverage import RoleCoverage, answered_accounts, asked_contacts, have_answered
from data.store.queries.slices import Slice, account_filters

# DOMAIN: accounts are looked at 90 days before renewal.
NEAR = timedelta(days=90)


@dataclass(frozen=True)
class QuietAccount:
    """An account with silent people: whether anybody there answered in the window, and who of which role."""

    account_id: str
    name: str
    arr: float | None
    currency: str | None
    renewal_date: date | None
    answered: bool
    roles: list[RoleCoverage]


def quiet_accounts(session: Session, filters: Slice, *, limit: int) -> list[QuietAccount]:
    """Give the accounts to ask first: without any answer, then those near renewal with a role that kept silent.

    Among both the next renewal comes first; what has no date, or one that is past, comes last. Accounts that pay
    nothing any more are not asked.
    """
    whole, today = read_columns(session), filters.as_of.date()
    heard, roles = answered_accounts(session, whole, filters), _by_account(session, whole, filters)
    columns = (Account.account_id, Account.name, Account.arr, Account.currency, Account.renewal_date)
    found = [
        QuietAccount(
            key, name, None if arr is None else float(arr), currency, renewal, key in heard, roles.get(key, [])
        )
        for key, name, arr, currency, renewal in session.execute(select(*columns).where(*account_filters(filters)))
    ]
    open_ = [one for one in found if one.arr != 0]
    quiet = [one for one in open_ if not one.answered or (_is_near(one, today) and _has_silent(one))]
    return sorted(quiet, key=lambda one: (one.answered, _days_left(one, today), one.account_id))[:limit]


def _by_account(session: Session, whole: Whole, filters: Slice) -> dict[str, list[RoleCoverage]]:
    asked = select(Contact.contact_id, Contact.account_id, Contact.role).where(*asked_contacts(filters))
    contacts = session.connection().execute(asked).all()
    answered = have_answered(session, whole, filters, [key for key, *_ in contacts])
    known = Counter((account, role) for _, account, role in contacts)
    those = Counter((account, role) for (_, account, role), one in zip(contacts, answered, strict=True) if one)
    found: dict[str, list[RoleCoverage]] = {}
    for account, role in sorted((account or "", role) for account, role in known):
        found.setdefault(account, []).append(RoleCoverage(role, known[account, role], those[account, role]))
    return found


def _days_left(one: QuietAccount, today: date) -> int:
    days = None if one.renewal_date is None else (one.renewal_date - today).days
    return timedelta.max.days if days is None or days < 0 else days


def _is_near(one: QuietAccount, today: date) -> bool:
    return _days_left(one, today) <= NEAR.days


def _has_silent(one: QuietAccount) -> bool:
    return any(role.contacts and not role.answered for role in one.roles)
