"""Histories of themes by week: accounts that mention each beside accounts that said anything, for `cx.history`."""

from dataclasses import replace
from datetime import UTC, datetime, time

import numpy as np
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from cx.emergence import Emergence, emergence
from cx.history import ThemeHistory, theme_history, week_starts
from cx.trend import Trend, trends
from data.store.columns.build import microseconds
from data.store.columns.cache import read_columns
from data.store.columns.grouping import pairs
from data.store.columns.pack import VENDOR
from data.store.columns.whole import Whole
from data.store.queries.chosen import Chooser, Said
from data.store.queries.selection import comment_mask
from data.store.queries.slices import Slice

# A year back: what a season does comes round once.
WEEKS = 52
WEEK_US = 7 * 86_400 * 1_000_000
# Weeks that are read against those before: a month for a trend; five for an alert (`cx.emergence.LOOKS`).
TREND_WEEKS, ALERT_WEEKS = 4, 5
SEED = 0


def weekly_history(
    session: Session, filters: Slice, *, kind: str = "taxonomy", recent: int = TREND_WEEKS, weeks: int = WEEKS
) -> ThemeHistory | None:
    """Count accounts by week and theme over the weeks that end on the slice's last day; `since` plays no part.

    Customers' words only. The first week is that of the first comment of the slice. None where less than `recent` + 1
    weeks are left.
    """
    whole = read_columns(session)
    starts = week_starts(filters.as_of.astimezone(UTC).date(), weeks)
    begin = datetime.combine(starts[0], time.min, UTC)
    year = replace(filters, since=begin)
    mask = comment_mask(session, whole, year)
    if whole.comments:
        mask &= (whole.comments["flags"] & VENDOR) == 0
        mask &= whole.comments["account"] != whole.nobody
    rows = np.flatnonzero(mask)
    if not len(rows):
        return None
    account = whole.comments["account"]
    week = np.zeros(len(mask), np.int32)
    week[rows] = (whole.comments["at"][rows] - microseconds(begin)) // WEEK_US
    first = int(week[rows].min())
    starts = starts[first:]
    if len(starts) <= recent:
        return None
    week -= np.int32(first)
    spoken, _ = pairs(week[rows], account[rows], groups_at_most=len(starts), number=len(whole.accounts))
    spoke = np.bincount(spoken, minlength=len(starts))
    said, _ = Chooser(session, whole, year, kind).said(by_account=False, by_role=False, once=False)
    mentioned, latest = _mentioned(whole, said, week=week, weeks=len(starts), recent=recent)
    return theme_history(starts, spoke.tolist(), mentioned, recent=recent, recent_accounts=latest)


def _mentioned(
    whole: Whole, said: Said, *, week: NDArray[np.int32], weeks: int, recent: int
) -> tuple[list[tuple[str, int, int]], dict[str, int]]:
    """Count accounts by (theme, week), and by theme over the recent weeks together."""
    words, number = whole.words.get("themes", []), len(whole.accounts)
    comment, theme = said.place if said.base is None else said.base[said.place], said.theme.astype(np.int32)
    account = whole.comments["account"][comment]
    if whole.nobody >= 0:
        named = np.flatnonzero(account != whole.nobody)
        comment, theme, account = comment[named], theme[named], account[named]
    when = week[comment]
    cells, _ = pairs(theme * weeks + when, account, groups_at_most=len(words) * weeks, number=number)
    counts = np.bincount(cells, minlength=len(words) * weeks)
    lately = np.flatnonzero(when >= weeks - recent)
    themes, _ = pairs(theme[lately], account[lately], groups_at_most=len(words), number=number)
    latest = np.bincount(themes, minlength=len(words))
    there = np.flatnonzero(counts)
    rows = [(words[cell // weeks], cell % weeks, int(counts[cell])) for cell in there.tolist()]
    return rows, {words[place]: int(latest[place]) for place in np.flatnonzero(latest).tolist()}


def theme_trends(session: Session, filters: Slice, *, kind: str = "taxonomy") -> dict[str, Trend]:
    """Read every theme of a kind against its own past year; the themes of the kind are one family."""
    history = weekly_history(session, filters, kind=kind, recent=TREND_WEEKS)
    return {one.theme: one for one in trends(history)} if history is not None else {}


def theme_alerts(session: Session, filters: Slice, *, kind: str = "taxonomy") -> Emergence:
    """Find the themes of a kind that emerge in the slice."""
    history = weekly_history(session, filters, kind=kind, recent=ALERT_WEEKS)
    return emergence(history if history is not None else _nothing(filters), seed=SEED)


def _nothing(filters: Slice) -> ThemeHistory:
    starts = week_starts(filters.as_of.astimezone(UTC).date(), ALERT_WEEKS + 1)
    return theme_history(starts, [0] * len(starts), [], recent=ALERT_WEEKS, recent_accounts={})
