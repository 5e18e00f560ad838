"""One account over time: answers, tickets and usage by week, and what happened to the contract."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cx.answers import Answer
from data.store.models import RevenueEvent, WeeklyUsage
from data.store.queries.accounts import AccountRow, account_base
from data.store.queries.committee import Person, people
from data.store.queries.directions import answers, opened_tickets
from data.store.queries.slices import UNKNOWN, Slice

# Answers drawn over one account's window; a chart of more is a cloud.
MOST_ANSWERS = 2_000
_EARLIEST = datetime(1900, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class UsageWeek:
    """Active users of one week (Monday first)."""

    week_start: date
    active_users: int
    licensed_users: int | None


@dataclass(frozen=True)
class ContractEvent:
    """A change of the account's revenue."""

    occurred_on: date
    kind: str
    amount: float
    currency: str | None


@dataclass(frozen=True)
class AccountTimeline:
    """What came in at an account in a window, oldest first; `tickets` are (Monday, tickets opened)."""

    account: AccountRow
    people: list[Person]
    answers: list[Answer]
    tickets: list[tuple[date, int]]
    usage: list[UsageWeek]
    events: list[ContractEvent]


def account_timeline(session: Session, filters: Slice, account_id: str) -> AccountTimeline:
    """Read an account over time; role, stage and source narrow its answers.

    Raises:
        NotFoundError: There is no such account in the reader's scope.
    """
    account = account_base(session, filters, account_id)
    narrowed = filters.of_account(account_id)
    found = answers(session, narrowed, [account_id], types=_types(filters.sources), with_words=True)
    since = filters.since or _EARLIEST
    opened = opened_tickets(session, [account_id], since, filters.as_of).get(account_id, [])
    return AccountTimeline(
        account=account,
        people=people(session, account_id, narrowed),
        answers=[one for one in found if _fits(one, filters)][-MOST_ANSWERS:],
        tickets=_by_week(at for at, _ in opened),
        usage=_usage(session, account_id, since.date(), filters.as_of.date()),
        events=_events(session, account_id, since.date(), filters.as_of.date()),
    )


def _types(sources: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sources)


def _fits(one: Answer, filters: Slice) -> bool:
    if filters.roles and one.role not in filters.roles:
        return False
    return not filters.stages or (one.stage or UNKNOWN) in filters.stages


def _by_week(times: Iterable[datetime]) -> list[tuple[date, int]]:
    days = (time.astimezone(UTC).date() for time in times)
    return sorted(Counter(day - timedelta(days=day.weekday()) for day in days).items())


def _usage(session: Session, account_id: str, since: date, until: date) -> list[UsageWeek]:
    rows = session.execute(
        select(WeeklyUsage.week_start, WeeklyUsage.active_users, WeeklyUsage.licensed_users)
        .where(WeeklyUsage.account_id == account_id, WeeklyUsage.week_start >= since, WeeklyUsage.week_start <= until)
        .order_by(WeeklyUsage.week_start)
    )
    return [UsageWeek(*row) for row in rows]


def _events(session: Session, account_id: str, since: date, until: date) -> list[ContractEvent]:
    rows = session.execute(
        select(RevenueEvent.occurred_on, RevenueEvent.kind, RevenueEvent.amount, RevenueEvent.currency)
        .where(
            RevenueEvent.account_id == account_id,
            RevenueEvent.occurred_on >= since,
            RevenueEvent.occurred_on <= until,
        )
        .order_by(RevenueEvent.occurred_on, RevenueEvent.event_id)
    )
    return [ContractEvent(on, kind, float(amount), currency) for on, kind, amount, currency in rows]
