"""Clocks of the loops: what is late, what is next to do on each, and by when.

Source: DOMAIN "Closing the loop".
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cx.loops import ASSIGN, CHECK, CHECKED, CLOSE, REASONS_TOLD, REOPEN, ROUTE, TOUCH, UNOWNED, Loop, LoopEvent
from cx.wording import counted, listed, sentence

# DOMAIN: routed in 5 minutes, first touch in 24 h, closed in 48 h, a check after 7 days.
ROUTED_IN, TOUCHED_IN, CLOSED_IN = timedelta(minutes=5), timedelta(hours=24), timedelta(hours=48)
CHECKED_AFTER = timedelta(days=7)


@dataclass(frozen=True)
class Clock:
    """One clock of a loop. `state`: met, late (met after it was due), running, overdue."""

    name: str
    due_at: datetime
    met_at: datetime | None
    state: str


@dataclass(frozen=True)
class Due:
    """What is next to do on a loop. `left` is negative when overdue; `act` is what settles it."""

    loop: Loop
    act: str
    due_at: datetime
    left: timedelta
    reading: str

    @property
    def overdue(self) -> bool:
        """Whether its time is over."""
        return self.left < timedelta(0)


def clocks(loop: Loop, now: datetime) -> tuple[Clock, ...]:
    """Give a loop's clocks: routed 5 minutes after it opened, touched 24 h, closed 48 h, checked 7 days after closing.

    After a reopening touch and close count from there, and the check from the next closing. A touch stops the routing
    clock too. Without an owner the clocks run all the same. Answers: do we keep what we promise (CX leader)?
    """
    turns = [place for place, event in enumerate(loop.history) if event.act == REOPEN]
    turn = loop.history[turns[-1] :] if turns else loop.history
    start = turn[0].at if turns else loop.opened_at
    closed = _first(turn, CLOSE)
    found = [
        _clock(ROUTE, loop.opened_at + ROUTED_IN, _first(loop.history, ROUTE, TOUCH), now),
        _clock(TOUCH, start + TOUCHED_IN, _first(turn, TOUCH), now),
        _clock(CLOSE, start + CLOSED_IN, closed, now),
    ]
    if closed is not None:
        found.append(_clock(CHECK, closed + CHECKED_AFTER, _first(turn, CHECK), now))
    return tuple(found)


def _first(history: Sequence[LoopEvent], *acts: str) -> datetime | None:
    return next((event.at for event in history if event.act in acts), None)


def _clock(name: str, due_at: datetime, met_at: datetime | None, now: datetime) -> Clock:
    if met_at is None:
        return Clock(name, due_at, None, "overdue" if now > due_at else "running")
    return Clock(name, due_at, met_at, "late" if met_at > due_at else "met")


def due(loops: Iterable[Loop], now: datetime, *, within: timedelta | None = None) -> tuple[Due, ...]:
    """List what is next to do on each loop, longest overdue first; checked ones have nothing left.

    `within`: only what falls due in that time (overdue included). A loop without an owner asks for one before anything
    else, by the routing clock. Answers: what do I owe whom today (CSM); what slips (support lead, CX leader)?
    """
    found = [one for loop in loops if (one := _next(loop, now)) is not None]
    kept = [one for one in found if within is None or one.left <= within]
    return tuple(sorted(kept, key=lambda one: (one.due_at, one.loop.response_id)))


def _next(loop: Loop, now: datetime) -> Due | None:
    state = loop.state
    waiting = next((clock for clock in clocks(loop, now) if clock.met_at is None), None)
    if state == CHECKED or waiting is None:
        return None
    name = ASSIGN if state == UNOWNED else waiting.name
    left = waiting.due_at - now
    return Due(loop, name, waiting.due_at, left, _words(loop, name, left))


def _words(loop: Loop, name: str, left: timedelta) -> str:
    what = {
        ASSIGN: "an owner",
        ROUTE: "telling the owner",
        TOUCH: "a first touch",
        CLOSE: "closing",
        CHECK: "the check after closing",
    }[name]
    when = f"was due {spell(-left)} ago" if left < timedelta(0) else f"is due in {spell(left)}"
    why = listed(REASONS_TOLD[reason] for reason in loop.reasons)
    where = f" at {loop.account_id}" if loop.account_id else ""
    return sentence(f"{what} {when}: {why}{where}" + (f"; {loop.why}" if name == ASSIGN else ""))


def spell(time: timedelta) -> str:
    """Write a span of time: 4 min, 3 h, 2 days."""
    minutes = time.total_seconds() / 60
    if minutes < 60:
        return f"{minutes:.0f} min"
    return f"{minutes / 60:.0f} h" if minutes < 48 * 60 else counted(round(minutes / 1440), "day")
