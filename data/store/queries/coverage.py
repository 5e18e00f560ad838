"""Who answered and who did not: part of every answer (DOMAIN "Coverage is part of the answer")."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from data.store.models import Account, Contact, Response, Survey
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
    conditions = account_filters(filters)
    answered = _answered_accounts(session, filters)
    currency = func.coalesce(Account.currency, "")
    revenue: dict[str, tuple[float, float]] = {}
    accounts = accounts_answered = 0
    rows = session.execute(
        select(
            currency,
            func.count(),
            func.count().filter(Account.account_id.in_(answered)),
            func.coalesce(func.sum(Account.arr), 0),
            func.coalesce(func.sum(Account.arr).filter(Account.account_id.in_(answered)), 0),
        )
        .where(*conditions)
        .group_by(currency)
        .order_by(currency)
    )
    for name, n, n_answered, total, covered in rows:
        accounts += n
        accounts_answered += n_answered
        if total:
            revenue[name] = (float(total), float(covered or 0))
    return Coverage(accounts, accounts_answered, _roles(session, filters), revenue)


def _answered_accounts(session: Session, filters: Slice) -> Any:  # noqa: ANN401 - a select of one column
    return (
        select(Response.account_id)
        .join(Survey, Survey.survey_id == Response.survey_id)
        .where(Response.account_id.is_not(None), *response_conditions(session, filters, by_account=True))
    )


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
