"""Coverage: which roles, contacts and revenue answered in the window, and which never did.

Source: DOMAIN "Coverage is part of the answer"; FIELD 5 (contacts, accounts and revenue are counted apart).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from cx.committee import ROLES
from cx.scores import Score, design_effect, share, sum_clusters, told
from cx.wording import counted, listed, sentence, spoken

# FIELD 5: CustomerGauge asks for feedback each quarter from the accounts that hold 80 % of revenue.
REVENUE_TARGET = 80.0
# The roles that a committee is expected to have (DOMAIN); "unknown" is none.
EXPECTED_ROLES = tuple(role for role in ROLES if role != "unknown")


@dataclass(frozen=True)
class RoleContacts:
    """The contacts of one role at one account: known now, answered in the window, ever answered."""

    account_id: str
    role: str
    contacts: int
    answered: int
    ever_answered: int


@dataclass(frozen=True)
class AccountRevenue:
    """An account's revenue (None where unknown), and whether anybody there answered: in the window, ever."""

    account_id: str
    revenue: float | None
    currency: str | None
    answered: bool
    ever_answered: bool


@dataclass(frozen=True)
class RoleCoverage:
    """A role over some accounts. `answered` is the percentage of its contacts, None where it has no contact.

    `never` counts contacts who have not answered at any time; `accounts` have a contact of the role.
    """

    role: str
    contacts: int
    never: int
    accounts: int
    answered: Score | None


@dataclass(frozen=True)
class RevenueCoverage:
    """One currency: percentage of revenue at accounts with an answer; its n is the number of accounts."""

    currency: str
    revenue: float
    answered: Score


@dataclass(frozen=True)
class Coverage:
    """Who answered in the window, of all who could.

    `accounts_answered` and `answered` (contacts) are percentages; None where there is nobody. `never_roles` have
    contacts, none of whom ever answered; `unknown_roles` have no known contact at all.
    """

    accounts: int
    accounts_answered: Score | None
    accounts_never: int
    contacts: int
    answered: Score | None
    roles: tuple[RoleCoverage, ...]
    never_roles: tuple[str, ...]
    unknown_roles: tuple[str, ...]
    revenue: tuple[RevenueCoverage, ...]
    without_revenue: int
    reading: str


def coverage(roles: Sequence[RoleContacts], accounts: Sequence[AccountRevenue]) -> Coverage:
    """Say who answered, of one account or of many.

    Contacts: answered / known, with a Wilson interval widened by the design effect over accounts. Accounts: answered /
    all, Wilson. Revenue: sum over accounts that answered / sum over all, per currency, Wilson at Kish's effective
    number of accounts, (sum r)^2 / sum r^2. The lists are complete, so the intervals speak of the next round among
    customers like these, not of this count. Answers: whose voice is missing from these scores (CX leader, CSM)?
    Source: FIELD 5; Kish (1965), "Survey Sampling".
    """
    names = [*ROLES, *sorted({row.role for row in roles} - set(ROLES))]
    covered = tuple(found for role in names for found in _role_coverage(role, [r for r in roles if r.role == role]))
    known = {found.role for found in covered}
    answered = sum(account.answered for account in accounts)
    result = Coverage(
        accounts=len(accounts),
        accounts_answered=told(share(answered, len(accounts))),
        accounts_never=sum(not account.ever_answered for account in accounts),
        contacts=sum(row.contacts for row in roles),
        answered=_answered_share(roles),
        roles=covered,
        never_roles=tuple(found.role for found in covered if found.never == found.contacts),
        unknown_roles=tuple(role for role in EXPECTED_ROLES if role not in known),
        revenue=_revenue(accounts),
        without_revenue=sum(account.revenue is None for account in accounts),
        reading="",
    )
    words = _account_reading(result) if len(accounts) == 1 else _reading(result)
    return replace(result, reading=" ".join(sentence(part) for part in words if part))


def _role_coverage(role: str, rows: Sequence[RoleContacts]) -> list[RoleCoverage]:
    contacts = sum(row.contacts for row in rows)
    if not contacts:
        return []
    never = contacts - sum(row.ever_answered for row in rows)
    accounts = len({row.account_id for row in rows if row.contacts})
    return [RoleCoverage(role, contacts, never, accounts, _answered_share(rows))]


def _answered_share(rows: Sequence[RoleContacts]) -> Score | None:
    """Share of contacts that answered; contacts of one account are not independent."""
    accounts = sorted({row.account_id for row in rows})
    place = {account_id: i for i, account_id in enumerate(accounts)}
    contacts, answered = np.zeros(len(accounts)), np.zeros(len(accounts))
    for row in rows:
        contacts[place[row.account_id]] += row.contacts
        answered[place[row.account_id]] += row.answered
    moments = sum_clusters(contacts, answered, answered)
    return told(share(moments.total, moments.n, effect=design_effect(moments)))


def _revenue(accounts: Sequence[AccountRevenue]) -> tuple[RevenueCoverage, ...]:
    found = []
    for currency in sorted({account.currency or "" for account in accounts}):
        # An account that pays nothing (or is owed) has no share of revenue.
        rows = [a for a in accounts if (a.currency or "") == currency and a.revenue is not None and a.revenue > 0]
        revenue = np.array([row.revenue for row in rows], dtype=float)
        if not len(rows):
            continue
        total = float(revenue.sum())
        part = float(revenue[[row.answered for row in rows]].sum()) / total
        effect = len(rows) * float(revenue @ revenue) / total**2
        score = told(share(part * len(rows), len(rows), effect=effect))
        if score is not None:
            found.append(RevenueCoverage(currency, total, score))
    return tuple(found)


def _account_reading(found: Coverage) -> list[str]:
    if not found.contacts:
        return ["no contact is known at this account"]
    heard = [f"{spoken(role.role)} ({_of(role.answered)})" for role in found.roles if role.answered and _any(role)]
    silent = [role.role for role in found.roles if not _any(role)]
    lately = [spoken(role) for role in silent if role not in found.never_roles]
    never = [spoken(role) for role in found.never_roles]
    return [
        f"answered in the window: {listed(heard)}" if heard else "nobody answered in the window",
        f"answered before, not in the window: {listed(lately)}" if lately else "",
        f"never answered: {listed(never)}" if never else "",
        f"no contact known: {listed(spoken(role) for role in found.unknown_roles)}" if found.unknown_roles else "",
    ]


def _any(role: RoleCoverage) -> bool:
    return role.answered is not None and role.answered.value > 0


def _of(score: Score | None) -> str:
    return "" if score is None else f"{round(score.value * score.n / 100):,} of {score.n:,}"


def _reading(found: Coverage) -> list[str]:
    if not found.accounts:
        return ["no account in this slice"]
    words = [f"{_of(found.accounts_answered)} accounts and {_of(found.answered) or 'none'} contacts answered"]
    for row in found.revenue:
        target = "under" if row.answered.value < REVENUE_TARGET else "at or over"
        name = f" in {row.currency}" if row.currency else ""
        words.append(
            f"accounts that answered hold {row.answered.value:.0f} % of revenue{name}, {target} the usual target of "
            f"{REVENUE_TARGET:.0f} %"
        )
    if found.accounts_never:
        words.append(f"{counted(found.accounts_never, 'account')} never answered")
    if found.never_roles:
        words.append(f"roles that never answered: {listed(spoken(role) for role in found.never_roles)}")
    return words
