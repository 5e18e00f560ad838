"""What an account's directions are read from: answers, weeks of usage and tickets, of one account or of many at once.

Two windows of equal length side by side; every query names its accounts, so each is a range of an index.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, func, literal, null, select
from sqlalchemy.orm import Session

from cx.answers import Answer
from cx.standing import WEEK, Signals, per_week
from data.store.models import Comment, Response, Ticket, WeeklyUsage
from data.store.queries.anonymity import anonymous_surveys
from data.store.queries.errors import QueryError
from data.store.queries.known_surveys import known_scales
from data.store.queries.slices import Slice
from data.store.queries.veil import Veil
from data.store.repositories.bulk import chunks

# Columns of the tables themselves: rows of a model's attributes take half as long again to read.
_RESPONSE, _COMMENT, _TICKET, _USED = (one.__table__.c for one in (Response, Comment, Ticket, WeeklyUsage))
_ANSWER = (
    _RESPONSE.response_id,
    _RESPONSE.account_id,
    _RESPONSE.contact_id,
    _RESPONSE.role,
    _RESPONSE.stage,
    _RESPONSE.agent_id,
    _RESPONSE.responded_at,
    _RESPONSE.score,
    _RESPONSE.survey_id,
)
_ACCOUNTS: BindParameter[Any] = bindparam("accounts", expanding=True)
_USAGE = (
    select(_USED.account_id, _USED.week_start, _USED.active_users)
    .where(
        _USED.account_id.in_(_ACCOUNTS),
        _USED.week_start >= bindparam("since"),
        _USED.week_start <= bindparam("last"),
    )
    .order_by(_USED.account_id, _USED.week_start)
)
_TICKETS = (
    select(_TICKET.account_id, _TICKET.opened_at, _TICKET.ticket_id)
    .where(
        _TICKET.account_id.in_(_ACCOUNTS),
        _TICKET.opened_at >= bindparam("since"),
        _TICKET.opened_at <= bindparam("until"),
    )
    .order_by(_TICKET.account_id, _TICKET.opened_at, _TICKET.ticket_id)
)
_TICKETS_BEFORE = select(literal(1)).where(
    select(_TICKET.ticket_id).where(_TICKET.opened_at <= bindparam("to")).exists()
)


def answers(
    session: Session,
    filters: Slice,
    account_ids: Sequence[str],
    *,
    types: Sequence[str] = (),
    with_words: bool = False,
    veil: Veil | None = None,
) -> list[Answer]:
    """Give the scored answers of accounts in a window, oldest first by account; accounts beyond the scope give none.

    Groups of anonymous surveys that are too small at their account are left out. `with_words` finds each answer's
    comment; `veil` may be handed in where it is at hand.
    """
    found: list[Answer] = []
    surveys, anonymous = known_scales(session), frozenset(anonymous_surveys(session))
    wanted = sorted(key for key, scale in surveys.items() if not types or scale.type in types)
    statement = _answers(with_words=with_words, typed=bool(types), bounded=filters.since is not None)
    asked = {"since": filters.since, "as_of": filters.as_of, "surveys": wanted}
    for part in chunks(_allowed(filters, account_ids)):
        rows: Iterable[Any] = session.execute(statement, {**asked, "accounts": list(part)}).all()
        for response_id, account_id, *who, score, survey, words in rows:
            scale = surveys.get(survey)
            # Outside its survey's range a score says nothing: the range was set right after it came in.
            if scale is not None and scale.low <= score <= scale.high:
                contact, role, stage, agent, at = who
                known = (contact, role, stage, agent, at, score, survey in anonymous, survey, words)
                found.append(Answer(response_id, account_id, scale, *known))
    return _veiled(session, filters, found, veil)


@cache
def _answers(*, with_words: bool, typed: bool, bounded: bool) -> Select[*tuple[Any, ...]]:
    """Ask for answers. Made once: putting a statement together takes longer than its rows do."""
    statement = (
        select(*_ANSWER, _COMMENT.comment_id if with_words else null())
        .select_from(Response.__table__)
        .where(
            _RESPONSE.account_id.in_(_ACCOUNTS),
            _RESPONSE.score.is_not(None),
            _RESPONSE.responded_at <= bindparam("as_of"),
        )
    )
    if bounded:
        statement = statement.where(_RESPONSE.responded_at >= bindparam("since"))
    if with_words:
        spoken = (_COMMENT.response_id == _RESPONSE.response_id) & _COMMENT.text.is_not(None)
        statement = statement.outerjoin(Comment.__table__, spoken & _COMMENT.empty_reason.is_(None))
    if typed:
        # As an expression: SQLite would rather take the index by survey, and read all accounts' answers.
        of_type = func.coalesce(_RESPONSE.survey_id, "").in_(bindparam("surveys", expanding=True))
        statement = statement.where(of_type)
    return statement.order_by(_RESPONSE.account_id, _RESPONSE.responded_at, _RESPONSE.response_id)


def _veiled(session: Session, filters: Slice, found: list[Answer], veil: Veil | None) -> list[Answer]:
    """Leave out the anonymous answers whose group at the account is too small; take the role off where its group is."""
    accounts = {one.account_id for one in found if one.anonymous}
    if not accounts:
        return found
    known = veil or Veil(session, filters, sorted(accounts))
    return [
        _bare(one, known) if one.anonymous else one for one in found if not known.hides(one.survey_id, one.account_id)
    ]


def _bare(one: Answer, veil: Veil) -> Answer:
    return one._replace(contact_id=None, agent_id=None, role=veil.role(one.survey_id, one.account_id, one.role))


def _allowed(filters: Slice, account_ids: Sequence[str]) -> list[str]:
    if filters.accounts is None:
        return list(account_ids)
    mine = set(filters.accounts)
    return [one for one in account_ids if one in mine]


def usage_weeks(
    session: Session, account_ids: Sequence[str], since: date, until: date
) -> dict[str, list[tuple[date, float]]]:
    """Give the weeks that lie wholly in a span of days, with their active users, oldest first, by account."""
    found: dict[str, list[tuple[date, float]]] = {}
    last_start = until - WEEK + timedelta(days=1)
    for part in chunks(account_ids):
        rows = session.execute(_USAGE, {"accounts": list(part), "since": since, "last": last_start})
        for account_id, week, users in rows:
            found.setdefault(account_id, []).append((week, float(users)))
    return found


def opened_tickets(
    session: Session, account_ids: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[tuple[datetime, str]]]:
    """Give when tickets were opened in a time, with their ids, oldest first, by account."""
    found: dict[str, list[tuple[datetime, str]]] = {}
    for part in chunks(account_ids):
        rows = session.execute(_TICKETS, {"accounts": list(part), "since": since, "until": until})
        for account_id, opened, ticket_id in rows:
            found.setdefault(account_id or "", []).append((opened, ticket_id))
    return found


def tickets_reach_back(session: Session, to: datetime) -> bool:
    """Whether any ticket is as old: where tickets are known only since lately, more of them say nothing."""
    return session.scalar(_TICKETS_BEFORE, {"to": to}) == 1


@dataclass(frozen=True)
class Raw:
    """One account's rows over both windows, before they are told apart."""

    nps: Sequence[Answer] = ()
    usage: Sequence[tuple[date, float]] = ()
    tickets: Sequence[tuple[datetime, str]] = ()


def signals_of(raw: Raw, now: Slice, *, started: date | None, tickets_known: bool) -> Signals:
    """Tell the window `now` and the one before it apart.

    Weeks before the contract began are left out: nobody used the product then, and nobody asked for help.

    Raises:
        QueryError: The window has no beginning.
    """
    since = now.since
    if since is None:
        raise QueryError("a standing looks at a window: give it a beginning")
    usage = [(week, users) for week, users in raw.usage if started is None or week >= started]
    weeks = max(0, (now.as_of - since) // WEEK)
    weeks_before = 0 if not tickets_known else weeks
    if started is not None:
        weeks_before = min(weeks_before, max(0, (since.date() - started) // WEEK))
    opened = [at for at, _ in raw.tickets]
    return Signals(
        nps_before=[one for one in raw.nps if one.at < since],
        nps_now=[one for one in raw.nps if one.at >= since],
        usage_before=[users for week, users in usage if week < since.date()],
        usage_now=[users for week, users in usage if week >= since.date()],
        tickets_before=per_week((at for at in opened if at < since), since, weeks=weeks_before),
        tickets_now=per_week((at for at in opened if at >= since), now.as_of, weeks=weeks),
        ticket_ids=[f"ticket:{key}" for at, key in raw.tickets if at >= since],
    )
