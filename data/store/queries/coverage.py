"""Who answered and who did not: part of every answer (DOMAIN "Coverage is part of the answer")."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.store.columns.build import person_hash
from data.store.columns.cache import read_columns
from data.store.columns.pack import NO_PERSON
from data.store.columns.whole import Whole
from data.store.models import Account, Contact
from data.store.queries.answers import scored_answers
from data.store.queries.slices import Slice, account_filters


@dataclass(frozen=True)
class RoleCoverage:
    """A role's known contacts, and how many of them answered a survey in the window."""

    role: str
    contacts: int
    answered: int


@dataclass(frozen=True)
class Coverage:
    """Accounts, contacts and revenue with an answer in the window, beside all of them.

    `revenue` holds (of all accounts, of accounts with an answer) by currency.
    """

    accounts: int
    accounts_answered: int
    roles: list[RoleCoverage]
    revenue: dict[str, tuple[float, float]]


def coverage(session: Session, filters: Slice) -> Coverage:
    """Count who answered in a slice; contacts who had left by `as_of` and stubs are not asked for."""
    whole = read_columns(session)
    answered = answered_accounts(session, whole, filters)
    revenue: dict[str, tuple[float, float]] = {}
    accounts = accounts_answered = 0
    columns = (Account.account_id, func.coalesce(Account.currency, ""), Account.arr)
    for account_id, currency, arr in session.execute(select(*columns).where(*account_filters(filters))):
        accounts += 1
        accounts_answered += account_id in answered
        if arr:
            total, covered = revenue.get(currency, (0.0, 0.0))
            revenue[currency] = (total + float(arr), covered + (float(arr) if account_id in answered else 0.0))
    return Coverage(accounts, accounts_answered, _roles(session, whole, filters), dict(sorted(revenue.items())))


def answered_accounts(session: Session, whole: Whole, filters: Slice) -> set[str]:
    """Give the accounts with a scored answer, from the columns: over all answers SQL takes a second."""
    if not whole.answers:
        return set()
    rows = scored_answers(session, whole, filters, by_account=True).rows
    there = np.bincount(whole.answers["account"][rows], minlength=len(whole.accounts)) > 0
    return {whole.accounts[place] for place in np.flatnonzero(there).tolist()} - {""}


def _roles(session: Session, whole: Whole, filters: Slice) -> list[RoleCoverage]:
    # Past the ORM, which takes longer than the rest of it for some 10,000 rows.
    asked = select(Contact.contact_id, Contact.role).where(*asked_contacts(filters))
    contacts = session.connection().execute(asked).all()
    answered = have_answered(session, whole, filters, [key for key, _ in contacts])
    known = Counter(role for _, role in contacts)
    those = Counter(role for (_, role), one in zip(contacts, answered, strict=True) if one)
    return [RoleCoverage(role, known[role], those[role]) for role in sorted(known)]


def asked_contacts(filters: Slice) -> list[ColumnElement[bool]]:
    """Give the conditions on the contacts of a slice who could have answered."""
    conditions: list[ColumnElement[bool]] = [
        Contact.is_stub.is_(False),
        or_(Contact.left_on.is_(None), Contact.left_on > filters.as_of.date()),
    ]
    if filters.by_account:
        conditions.append(Contact.account_id.in_(select(Account.account_id).where(*account_filters(filters))))
    if filters.roles:
        conditions.append(Contact.role.in_(filters.roles))
    return conditions


def have_answered(session: Session, whole: Whole, filters: Slice, contact_ids: Sequence[str]) -> list[bool]:
    """Say of each contact whether a scored answer of the slice is theirs."""
    hashes = np.array([person_hash(key) for key in contact_ids], dtype=np.uint64)
    found: list[bool] = np.isin(hashes, _answered_people(session, whole, filters)).tolist()
    return found


def _answered_people(session: Session, whole: Whole, filters: Slice) -> NDArray[np.uint64]:
    """Give what stands for the people with a scored answer."""
    if not whole.answers:
        return whole.person_hash[:0]
    person = whole.answers["person"][scored_answers(session, whole, filters).rows]
    there = np.zeros(len(whole.person_hash), bool)
    there[person[person != NO_PERSON]] = True
    return whole.person_hash[there]
