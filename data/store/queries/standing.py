"""Where accounts stand: worked out for any day, or read as the last run left it."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import ColumnElement, bindparam, false, func, or_, select
from sqlalchemy.orm import Session

from cx.answers import Answer
from cx.risk import AT_RISK, UNKNOWN
from cx.scores import Score
from cx.standing import FLAGGED, RISK_WINDOW, RULES, RiskLine, Signals, Standing, standing
from data.store.models import Account, AccountStanding
from data.store.queries.directions import Raw, answers, opened_tickets, signals_of, tickets_reach_back, usage_weeks
from data.store.queries.slices import Slice
from data.store.repositories.bulk import IN_CHUNK, chunks

# What a list may be narrowed to: `flagged` renewals, or the states of the conjunction (`cx.risk`).
RISKS = (FLAGGED, AT_RISK, "noise", "calm", UNKNOWN)
# Ids kept of what stands behind a place in a list; the diagnosis has all of them.
MOST_EVIDENCE = 50


@dataclass(frozen=True)
class StandingRow:
    """An account's place in a list by risk, over the 90 days to `as_of`. `why` says it in a phrase.

    `evidence`: ids of the answers and tickets behind it. `account_nps` is weighed by role, `user_nps` is not.
    """

    account_id: str
    as_of: datetime
    risk: str
    flag: str
    days_left: int | None
    why: str
    rank: float | None
    account_nps: Score | None
    user_nps: Score | None
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class AccountFacts:
    """What a standing needs of an account itself."""

    account_id: str
    motion: str | None
    started: date | None
    renewal: date | None


def day_end(moment: datetime) -> datetime:
    """Give the last instant of a time's day, UTC: a standing is of a day."""
    return datetime.combine(moment.astimezone(UTC).date(), time.max, UTC)


def risk_slice(filters: Slice, as_of: datetime) -> Slice:
    """Give the 90 days to the end of a day, of the reader's accounts, whatever else is filtered."""
    end = day_end(as_of)
    return Slice(
        as_of=end,
        since=end - RISK_WINDOW,
        accounts=filters.accounts,
        scope=filters.scope,
        anonymous_min_group=filters.anonymous_min_group,
    )


def account_facts(session: Session, account_ids: Sequence[str]) -> list[AccountFacts]:
    """Give what standings need of some accounts, by id."""
    found: list[AccountFacts] = []
    columns = (Account.account_id, Account.motion, Account.contract_start, Account.renewal_date)
    for part in chunks(sorted(account_ids)):
        rows = session.execute(select(*columns).where(Account.account_id.in_(part)).order_by(Account.account_id))
        found += [AccountFacts(*row) for row in rows]
    return found


def account_signals(session: Session, now: Slice, accounts: Sequence[AccountFacts]) -> dict[str, Signals]:
    """Give what came in at some accounts in a window and in the one before it."""
    before = now.before()
    if before is None or before.since is None:
        return {}
    nps: dict[str, list[Answer]] = {}
    for answer in answers(
        session, replace(now, since=before.since), [one.account_id for one in accounts], types=("nps",)
    ):
        nps.setdefault(answer.account_id, []).append(answer)
    return signals_with(session, now, accounts, nps)


def signals_with(
    session: Session, now: Slice, accounts: Sequence[AccountFacts], nps: Mapping[str, Sequence[Answer]]
) -> dict[str, Signals]:
    """Give the same where the NPS answers of both windows are at hand."""
    before = now.before()
    if before is None or before.since is None:
        return {}
    ids = [one.account_id for one in accounts]
    usage = usage_weeks(session, ids, before.since.date(), now.as_of.date())
    tickets = opened_tickets(session, ids, before.since, now.as_of)
    known = tickets_reach_back(session, before.since)
    return {
        one.account_id: signals_of(
            Raw(nps.get(one.account_id, ()), usage.get(one.account_id, ()), tickets.get(one.account_id, ())),
            now,
            started=one.started,
            tickets_known=known,
        )
        for one in accounts
    }


def inputs_hash(one: AccountFacts, signals: Signals, now: Slice, line: RiskLine) -> str:
    """Hash all that a standing is made from."""
    return hashlib.sha256(repr((RULES, one, signals, now.since, now.as_of, line)).encode()).hexdigest()


def work_out(one: AccountFacts, signals: Signals, now: Slice, *, line: RiskLine) -> StandingRow:
    """Work one account's standing out."""
    found = standing(signals, now.as_of.date(), renewal=one.renewal, motion=one.motion, line=line)
    return as_row(one.account_id, found, now.as_of)


def as_row(account_id: str, found: Standing, as_of: datetime) -> StandingRow:
    """Give a standing as lists show it."""
    return StandingRow(
        account_id,
        as_of,
        found.risk.state,
        found.flag.state,
        found.flag.days_left,
        found.why,
        found.rank,
        found.committee.account_level,
        found.committee.user_level,
        found.evidence[:MOST_EVIDENCE],
    )


def standings_now(session: Session, now: Slice, account_ids: Sequence[str], *, line: RiskLine) -> Iterator[StandingRow]:
    """Work out where accounts stand in a window, a few hundred at a time: about a millisecond each."""
    for part in chunks(sorted(account_ids), IN_CHUNK):
        accounts = account_facts(session, part)
        signals = account_signals(session, now, accounts)
        for one in accounts:
            yield work_out(one, signals[one.account_id], now, line=line)


def stored_standings(session: Session, account_ids: Sequence[str]) -> dict[str, StandingRow]:
    """Give the standings that the last run left of some accounts."""
    found: dict[str, StandingRow] = {}
    for part in chunks(account_ids):
        rows: Iterable[Any] = session.execute(_STORED, {"accounts": list(part)})
        found |= {row.account_id: _stored(row) for row in rows}
    return found


_STORED = select(
    AccountStanding.account_id,
    AccountStanding.as_of,
    AccountStanding.risk,
    AccountStanding.flag,
    AccountStanding.days_left,
    AccountStanding.why,
    AccountStanding.risk_rank,
    AccountStanding.account_nps,
    AccountStanding.user_nps,
    AccountStanding.evidence,
).where(AccountStanding.account_id.in_(bindparam("accounts", expanding=True)))


def _stored(row: Any) -> StandingRow:  # noqa: ANN401 - a row of `_STORED`
    return StandingRow(
        row.account_id,
        row.as_of,
        row.risk,
        row.flag,
        row.days_left,
        row.why,
        row.risk_rank,
        None if row.account_nps is None else Score(**row.account_nps),
        None if row.user_nps is None else Score(**row.user_nps),
        tuple(row.evidence),
    )


def standing_values(row: StandingRow, inputs: str) -> dict[str, Any]:
    """Give the columns that a standing is kept in."""
    return {
        "account_id": row.account_id,
        "as_of": row.as_of,
        "risk_rank": row.rank,
        "risk": row.risk,
        "flag": row.flag,
        "days_left": row.days_left,
        "why": row.why,
        "account_nps": None if row.account_nps is None else asdict(row.account_nps),
        "user_nps": None if row.user_nps is None else asdict(row.user_nps),
        "score": None if row.account_nps is None else row.account_nps.value,
        "evidence": list(row.evidence),
        "inputs": inputs,
    }


def standings_day(session: Session) -> datetime | None:
    """Give the day of the standings that are kept; None before the first run."""
    return session.scalar(select(func.max(AccountStanding.as_of)))


def of_risks(risks: Sequence[str]) -> ColumnElement[bool]:
    """Give the condition on kept standings: any of `RISKS`."""
    states = [one for one in risks if one != FLAGGED]
    found: list[ColumnElement[bool]] = [AccountStanding.risk.in_(states)] if states else []
    if FLAGGED in risks:
        found.append(AccountStanding.flag == FLAGGED)
    return or_(false(), *found)


def is_of_risks(row: StandingRow, risks: Sequence[str]) -> bool:
    """Say the same of one standing."""
    return row.risk in risks or (FLAGGED in risks and row.flag == FLAGGED)
