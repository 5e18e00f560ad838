"""Who answered and who did not: part of every answer (DOMAIN "Coverage is part of the answer")."""

from dataclasses import dataclass

import numpy as np
from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.store.columns.cache import read_columns
from data.store.models import Account, Contact, Response, Survey
from data.store.queries.answers import scored_answers
from data.store.queries.scores import response_conditions
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
    answered = _answered_accounts(session, filters)
    revenue: dict[str, tuple[float, float]] = {}
    accounts = accounts_answered = 0
    columns = (Account.account_id, func.coalesce(Account.currency, ""), Account.arr)
    for account_id, currency, arr in session.execute(select(*columns).where(*account_filters(filters))):
        accounts += 1
        accounts_answered += account_id in answered
        if arr:
            total, covered = revenue.get(currency, (0.0, 0.0))
            revenue[currency] = (total + float(arr), covered + (float(arr) if account_id in answered else 0.0))
    return Coverage(accounts, accounts_answered, _roles(session, filters), dict(sorted(revenue.items())))


def _answered_accounts(session: Session, filters: Slice) -> set[str]:
    """Give the accounts with a scored answer, from the columns: over all answers SQL takes a second."""
    whole = read_columns(session)
    if not whole.answers:
        return set()
    rows = scored_answers(session, whole, filters, by_account=True).rows
    there = np.bincount(whole.answers["account"][rows], minlength=len(whole.accounts)) > 0
    return {whole.accounts[place] for place in np.flatnonzero(there).tolist()} - {""}


def _roles(session: Session, filters: Slice) -> list[RoleCoverage]:
    people = (
        select(Response.contact_id)
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(Response.contact_id.is_not(None), *response_conditions(session, filters))
    )
    conditions: list[ColumnElement[bool]] = [
        Contact.is_stub.is_(False),
        or_(Contact.left_on.is_(None), Contact.left_on > filters.as_of.date()),
    ]
    if filters.by_account:
        conditions.append(Contact.account_id.in_(select(Account.account_id).where(*account_filters(filters))))
    if filters.roles:
        conditions.append(Contact.role.in_(filters.roles))
    rows = session.execute(
        select(Contact.role, func.count(), func.count().filter(Contact.contact_id.in_(people)))
        .where(*conditions)
        .group_by(Contact.role)
        .order_by(Contact.role)
    )
    return [RoleCoverage(role, n, answered) for role, n, answered in rows]
