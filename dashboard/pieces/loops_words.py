"""The words of the loops' page, and how times are said."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from api.schemas.loops import ClockOut, DueOut
from dashboard import format as fmt

# States with something left to do; a checked loop has nothing.
WAITING = ("unowned", "open", "routed", "reopened", "touched", "closed")
STATES: Mapping[str, str] = {
    "unowned": "Without an owner",
    "open": "Owner not told",
    "routed": "Owner told",
    "reopened": "Opened again",
    "touched": "In touch",
    "closed": "Closed, to be checked",
    "checked": "Checked",
}
CLOCKS = {"route": "Owner told", "touch": "First touch", "close": "Closed", "check": "Checked"}
# What each clock allows. Source: DOMAIN "Closing the loop".
CLOCK_NOTE = "The owner is told in 5 minutes, the first touch is due in 24 h, closing in 48 h, a check 7 days later."
DUE = {
    "assign": "An owner",
    "route": "Telling the owner",
    "touch": "First touch",
    "close": "Closing",
    "check": "The check",
}
ACTS = {
    "assign": "Name an owner",
    "route": "Owner was told",
    "touch": "First touch",
    "close": "Close",
    "check": "Check held",
    "reopen": "Open again",
    "note": "Note only",
}
ACTS_DONE = {
    "assign": "Owner named",
    "route": "Owner told",
    "touch": "First touch",
    "close": "Closed",
    "check": "Checked",
    "reopen": "Opened again",
    "note": "Note",
}
OVERDUE = "overdue"


def span(time: timedelta) -> str:
    """Write a span of time: 4 min, 3 h, 2 days."""
    minutes = abs(time.total_seconds()) / 60
    if minutes < 60:
        return f"{minutes:.0f}\u00a0min"
    return f"{minutes / 60:.0f}\u00a0h" if minutes < 48 * 60 else f"{minutes / 1440:.0f}\u00a0days"


def hours(value: float | None) -> str:
    """Write hours as a span."""
    return "" if value is None else span(timedelta(hours=value))


def due_html(due: DueOut | None, now: datetime) -> str:
    """Say what is next and when; overdue is a word and a colour."""
    if due is None:
        return '<span class="note">Nothing left to do</span>'
    what, left = DUE.get(due.act, due.act), span(due.due_at - now)
    if due.overdue:
        return f'<b class="attention">{what} is {OVERDUE} by {left}</b>'
    return f"{what} is due in {left}"


def clock_html(clock: ClockOut, now: datetime) -> str:
    """Write one clock: what, and met, late, running or overdue in words."""
    name = CLOCKS.get(clock.name, clock.name)
    if clock.state == "met":
        said = "✓ in time"
    elif clock.state == "late" and clock.met_at is not None:
        said = f'<span class="attention">✓ {span(clock.met_at - clock.due_at)} late</span>'
    elif clock.state == OVERDUE:
        said = f'<span class="attention">{OVERDUE} by {span(now - clock.due_at)}</span>'
    else:
        said = f"{span(clock.due_at - now)} left"
    return f"<li><span>{name}</span> {said}</li>"


def moment(value: datetime) -> str:
    """Write a day and a time, in UTC."""
    return f"{fmt.day(value)}, {value:%H:%M}"
