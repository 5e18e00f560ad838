"""What accounts are worth, lined up with the columns: ARR and open opportunities by currency, to the cent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Float, and_, cast, func, or_, select
from sqlalchemy.orm import Session

from data.store.columns.whole import Whole
from data.store.models import Account, Opportunity
from data.store.unit_of_work import once_a_version

# A double holds whole cents up to 90 billions of millions.
CENTS = 100
# Days whose money is kept: 0.1 MB each at two thousand accounts.
KEPT = 16


@dataclass(frozen=True)
class Money:
    """Cents by currency and account, (accounts,); 0 where an account has none in this currency."""

    revenue: dict[str, NDArray[np.float64]]
    open_amounts: dict[str, NDArray[np.float64]]
    open_count: NDArray[np.int64]

    def at(self, place: int) -> "Money":
        """Give what one account is worth, lined up with columns of this account alone."""
        own = slice(place, place + 1)
        revenue, amounts = (
            {currency: cents[own] for currency, cents in amounts.items()}
            for amounts in (self.revenue, self.open_amounts)
        )
        return Money(revenue, amounts, self.open_count[own])


def money(session: Session, whole: Whole, as_of: datetime) -> Money:
    """Read what every account is worth; opportunities are those open at the end of a day.

    Kept with the columns while no row of an account or opportunity came, went or was imported anew.
    """
    stamps = once_a_version(session, "money", lambda: _stamps(session))
    kept: dict[Any, Money] = whole.once("money", dict)
    key = (as_of.date(), stamps)
    if key not in kept:
        if len(kept) >= KEPT:
            kept.clear()
        kept[key] = _read(session, whole, as_of)
    return kept[key]


def _stamps(session: Session) -> tuple[Any, ...]:
    return tuple(
        tuple(session.execute(select(func.count(), func.max(table.imported_at), func.sum(amount))).one())
        for table, amount in ((Account, cast(Account.arr, Float)), (Opportunity, cast(Opportunity.amount, Float)))
    )


def _read(session: Session, whole: Whole, as_of: datetime) -> Money:
    places = {key: place for place, key in enumerate(whole.accounts) if key}
    revenue: dict[str, NDArray[np.float64]] = {}
    arr = cast(Account.arr, Float)
    for key, currency, amount in session.execute(select(Account.account_id, Account.currency, arr)):
        if amount is not None and key in places:
            _blank(revenue, currency or "", whole)[places[key]] = round(amount * CENTS)
    amounts: dict[str, NDArray[np.float64]] = {}
    counted = np.zeros(len(whole.accounts), np.int64)
    for key, currency, number, amount in session.execute(_open(as_of)):
        if key in places:
            counted[places[key]] += number
            if amount is not None:
                _blank(amounts, currency, whole)[places[key]] = round(amount * CENTS)
    return Money(revenue, amounts, counted)


@dataclass(frozen=True)
class Layer:
    """One amount an account: whether it `has` one, the place of its currency (sorted) and the cents, (accounts,)."""

    has: NDArray[np.bool_]
    currency: NDArray[np.int64]
    cents: NDArray[np.float64]


def layers_of(amounts: dict[str, NDArray[np.float64]]) -> list[Layer]:
    """Lay amounts by currency out as one amount an account, and another layer where some have a second currency."""
    if not amounts:
        return []
    cents = np.array([amounts[currency] for currency in sorted(amounts)])
    left, layers, accounts = cents != 0, [], np.arange(cents.shape[1])
    while left.any():
        has, currency = left.any(axis=0), left.argmax(axis=0)
        layers.append(Layer(has, currency, np.where(has, cents[currency, accounts], 0.0)))
        left[currency, accounts] = False
    return layers


def _blank(columns: dict[str, NDArray[np.float64]], currency: str, whole: Whole) -> NDArray[np.float64]:
    if currency not in columns:
        columns[currency] = np.zeros(len(whole.accounts))
    return columns[currency]


def is_open(as_of: datetime) -> Any:  # noqa: ANN401 - a condition
    """Match opportunities that were open at the end of a day: begun, and neither closed nor decided by then."""
    day = as_of.date()
    undecided = and_(Opportunity.closed_on.is_(None), Opportunity.outcome.is_(None))
    return and_(
        or_(Opportunity.opened_on.is_(None), Opportunity.opened_on <= day),
        or_(Opportunity.closed_on > day, undecided),
    )


def _open(as_of: datetime) -> Any:  # noqa: ANN401 - a select
    currency = func.coalesce(Opportunity.currency, "")
    return (
        select(Opportunity.account_id, currency, func.count(), cast(func.sum(Opportunity.amount), Float))
        .where(is_open(as_of))
        .group_by(Opportunity.account_id, currency)
    )
