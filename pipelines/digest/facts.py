"""What changed in a week, read from the store by the same queries as the API's: numbers, and one comment each.

A score of the week is held against the 90 days before it. Themes, alerts and risks are told when they are otherwise
than a week ago, so that nothing is told twice.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cx.changes import may_be_chance
from cx.scores import Score
from cx.trend import FALLING, RISING, Trend
from data.store.queries.accounts import AccountRow, account_rows
from data.store.queries.comments import CommentQuery, CommentRow, count_comments, list_comments
from data.store.queries.histories import theme_alerts, theme_trends
from data.store.queries.loops import LoopQuery, LoopView, count_loops, list_loops
from data.store.queries.scores import ScoreRow, scores
from data.store.queries.slices import Slice
from data.store.queries.standing import AT_RISK, FLAGGED
from data.store.queries.themes import ThemeInfo, theme_infos, theme_rows
from data.store.unit_of_work import Session
from pipelines.digest.schedule import WEEK

# What a week is held against.
BEFORE = timedelta(days=90)
TICK = timedelta(microseconds=1)
# Told of each kind; the pages have the rest.
MOST = 5
# Accounts looked at for a new risk: all of them in any but the largest vendors.
MOST_ACCOUNTS = 1000
ACTIVE = "active"
# Comments among which one is looked for that was not quoted yet.
LOOKED_AT = 8


@dataclass(frozen=True)
class WeekScore:
    """A score of the week beside the 90 days before (None: no answer), and whether it moved more than chance allows."""

    now: ScoreRow
    before: Score | None
    clear: bool
    better: bool
    quote: CommentRow | None


@dataclass(frozen=True)
class ThemeMoved:
    """A theme that rises or falls, as it did not a week ago."""

    info: ThemeInfo
    trend: Trend
    quote: CommentRow | None


@dataclass(frozen=True)
class Emerging:
    """A theme without a word in the taxonomy: comments and accounts of the week, and whether it rises since."""

    info: ThemeInfo
    comments: int
    accounts: int
    reading: str
    quote: CommentRow | None


@dataclass(frozen=True)
class NewRisk:
    """An account that is at risk or flagged, as it was not a week ago."""

    account: AccountRow
    why: str
    quote: CommentRow | None


@dataclass(frozen=True)
class DigestFacts:
    """What a digest tells; `overdue` are the loops that wait longest of `overdue_total`, `opened` those of the week."""

    since: datetime
    as_of: datetime
    answers: int
    comments: int
    scores: tuple[WeekScore, ...]
    themes: tuple[ThemeMoved, ...]
    emerging: tuple[Emerging, ...]
    risks: tuple[NewRisk, ...]
    risks_total: int
    overdue: tuple[LoopView, ...]
    overdue_total: int
    opened: int


def gather(session: Session, as_of: datetime, *, now: datetime, min_group: int) -> DigestFacts:
    """Read what changed in the week to `as_of`; loops are overdue `now`.

    Args:
        session: All accounts are looked at.
        as_of: The end of the week, inside it.
        now: When the clocks of the loops are read.
        min_group: Smallest group shown of an anonymous survey.
    """
    week = Slice(as_of=as_of, since=as_of - WEEK + TICK, anonymous_min_group=min_group)
    found = tuple(scores(session, week))
    quotes = Quotes(session)
    of_week, themes, emerging = _scores(quotes, week, found), _themes(quotes, week), _emerging(quotes, week)
    risky = _new_risks(session, week)
    overdue = LoopQuery(due_by=now, order="due")
    opened = count_loops(session, LoopQuery(since=week.since, as_of=as_of))
    return DigestFacts(
        since=as_of - WEEK,
        as_of=as_of,
        answers=sum(one.score.n for one in found),
        comments=count_comments(session, week, query=CommentQuery(voice="customer")),
        scores=of_week,
        themes=themes,
        emerging=emerging,
        risks=tuple(_risk(quotes, week, row) for row in risky[:MOST]),
        risks_total=len(risky),
        overdue=tuple(list_loops(session, overdue, limit=MOST).rows),
        overdue_total=sum(count_loops(session, overdue).values()),
        opened=sum(opened.values()),
    )


class Quotes:
    """Words to read first, each comment once in a digest."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self._used: set[str] = set()

    def first(self, filters: Slice, query: CommentQuery) -> CommentRow | None:
        """Give the first comment of a list that was not quoted yet."""
        rows = list_comments(self.session, filters, query=query, limit=LOOKED_AT).rows
        found = next((row for row in rows if row.comment_id not in self._used), None)
        self._used |= {found.comment_id} if found is not None else set()
        return found

    def of_theme(self, week: Slice, key: str) -> CommentRow | None:
        """Give a detractor's words of the week on a theme, else the newest of the last four."""
        query = CommentQuery(theme_key=key, voice="customer", order="detractors")
        lately = replace(week, since=week.as_of - 4 * WEEK)
        return self.first(week, query) or self.first(lately, replace(query, order="newest"))


def _scale(row: ScoreRow) -> tuple[str, float, float, bool]:
    return (row.type, row.scale_min, row.scale_max, row.high_is_good)


def _scores(quotes: Quotes, week: Slice, found: Sequence[ScoreRow]) -> tuple[WeekScore, ...]:
    """Give the scores of the week; detractors' words go with each but one that clearly rose."""
    end = (week.since or week.as_of) - TICK
    earlier = {_scale(row): row.score for row in scores(quotes.session, replace(week, since=end - BEFORE, as_of=end))}
    told = []
    for row in found:
        before = earlier.get(_scale(row))
        clear = before is not None and _is_clear(row.score, before)
        rose = before is not None and row.score.value > before.value
        better = rose if row.type != "ces" or row.high_is_good else not rose
        bands = (1,) if clear and better else (-1,)
        quote = quotes.first(week, CommentQuery(bands=bands, scale=_scale(row)))
        told.append(WeekScore(row, before, clear, better, quote))
    return tuple(sorted(told, key=lambda one: not one.clear))


def _is_clear(now: Score, before: Score) -> bool:
    """Whether both have an interval and the one of their difference does not hold 0."""
    known = all(end is not None for one in (now, before) for end in (one.low, one.high))
    return known and now.value != before.value and not may_be_chance(now, before)


def _themes(quotes: Quotes, week: Slice) -> tuple[ThemeMoved, ...]:
    ever = replace(week, since=None)
    now, ago = theme_trends(quotes.session, ever), theme_trends(quotes.session, replace(ever, as_of=week.as_of - WEEK))
    told = [
        one
        for key, one in now.items()
        if one.state in (RISING, FALLING) and (key not in ago or ago[key].state != one.state)
    ]
    infos = theme_infos(quotes.session, [one.theme for one in told])
    told = [one for one in told if one.theme in infos and infos[one.theme].state == ACTIVE]
    told.sort(key=lambda one: (one.state != RISING, one.q or 0.0, one.theme))
    return tuple(ThemeMoved(infos[one.theme], one, quotes.of_theme(week, one.theme)) for one in told[:MOST])


def _emerging(quotes: Quotes, week: Slice) -> tuple[Emerging, ...]:
    session, ever = quotes.session, replace(week, since=None)
    alerts = {one.theme: one.reading for one in theme_alerts(session, ever, kind="discovered").alerts}
    ago = {one.theme for one in theme_alerts(session, replace(ever, as_of=week.as_of - WEEK), kind="discovered").alerts}
    rows = [
        row
        for row in theme_rows(session, week, kind="discovered", trend=False)
        if row.counts.comments and row.info.state == ACTIVE and (row.info.emerging or row.info.key in alerts)
    ]
    above = {row.info.parent_key for row in rows}
    rows = [row for row in rows if row.info.key not in above]
    rows.sort(key=lambda row: (row.info.key not in alerts, -row.counts.comments, row.info.key))
    return tuple(
        Emerging(
            row.info,
            row.counts.comments,
            row.counts.accounts,
            alerts.get(row.info.key, "") if row.info.key not in ago else "",
            quotes.of_theme(week, row.info.key),
        )
        for row in rows[:MOST]
    )


def _new_risks(session: Session, week: Slice) -> list[AccountRow]:
    """Give the accounts that are at risk or flagged at the end of the week and were not at its beginning."""
    now, ago = _risky(session, week, week.as_of), _risky(session, week, week.as_of - WEEK)
    were = {row.account_id: _states(row) for row in ago}
    return [row for row in now if _states(row) - were.get(row.account_id, set())]


def _risk(quotes: Quotes, week: Slice, row: AccountRow) -> NewRisk:
    own = replace(week.of_account(row.account_id), since=week.as_of - BEFORE)
    quote = quotes.first(own, CommentQuery(voice="customer", order="detractors"))
    return NewRisk(row, row.standing.why if row.standing is not None else "", quote)


def _risky(session: Session, week: Slice, day: datetime) -> list[AccountRow]:
    filters = replace(week, as_of=day, since=day - WEEK)
    page = account_rows(session, filters, sort="-risk", limit=MOST_ACCOUNTS, risks=(AT_RISK, FLAGGED), risk_day=day)
    return page.rows


def _states(row: AccountRow) -> set[str]:
    standing = row.standing
    if standing is None:
        return set()
    return {
        state for state, holds in ((AT_RISK, standing.risk == AT_RISK), (FLAGGED, standing.flag == FLAGGED)) if holds
    }
