"""Loops: a flagged signal opens one loop with a named owner; clocks run until it is answered, closed and checked.

Everything follows from a loop's history and the `now` handed in: nothing is stored beside the history.
Source: DOMAIN "Closing the loop".
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from cx.errors import CxError
from cx.loop_owners import StaffMember, assign
from cx.scores import Scale, Score, score_band
from cx.stages import STAGE_TABLE, StageRow
from cx.wording import listed

DETRACTOR, LOW_CSAT = "detractor", "low_csat"
LOW_ONBOARDING, MISMATCH = "low_onboarding_ces", "sales_delivery_mismatch"
REASONS_TOLD = {
    DETRACTOR: "detractor",
    LOW_CSAT: "CSAT at or past its line",
    LOW_ONBOARDING: "onboarding CES at or past its line",
    MISMATCH: "what was sold is not what was delivered",
}
UNOWNED, OPEN, ROUTED, TOUCHED = "unowned", "open", "routed", "touched"
CLOSED, CHECKED, REOPENED = "closed", "checked", "reopened"
STATES = (UNOWNED, OPEN, ROUTED, TOUCHED, CLOSED, CHECKED, REOPENED)
ASSIGN, ROUTE, TOUCH, CLOSE, CHECK, REOPEN, NOTE = "assign", "route", "touch", "close", "check", "reopen", "note"
# What each act does to each state it is legal in. A new owner of a routed loop has not been told yet.
MOVES: dict[str, dict[str, str]] = {
    ASSIGN: {UNOWNED: OPEN, OPEN: OPEN, ROUTED: OPEN, TOUCHED: TOUCHED, CLOSED: CLOSED, REOPENED: REOPENED},
    ROUTE: {OPEN: ROUTED},
    TOUCH: {OPEN: TOUCHED, ROUTED: TOUCHED, REOPENED: TOUCHED},
    CLOSE: {TOUCHED: CLOSED},
    CHECK: {CLOSED: CHECKED},
    REOPEN: {CLOSED: REOPENED, CHECKED: REOPENED},
    NOTE: {state: state for state in STATES},
}
# DOMAIN: importing history opens no loops.
FRESH_FOR = timedelta(days=7)
# Of ten mismatches that are sent to somebody, eight should be right. A convention, printed with the reason.
LEAST_PRECISION = 80.0


class LoopError(CxError, ValueError):
    """An act that the loop's state or history does not allow."""


@dataclass(frozen=True)
class Signal:
    """An answer or a ticket message that may open a loop. `response_id` is the id of the row it came from.

    `mismatch`: its words were tagged sales-delivery mismatch, negative. `scale` and `score` are None without a score.
    """

    response_id: str
    account_id: str | None
    said_at: datetime
    scale: Scale | None = None
    score: float | None = None
    stage: str | None = None
    mismatch: bool = False
    anonymous: bool = False
    vendor_voice: bool = False


@dataclass(frozen=True)
class MismatchRule:
    """Whether a mismatch alone opens a loop: off, or on with a measured precision (percent) at or over `least`."""

    enabled: bool = False
    precision: Score | None = None
    least: float = LEAST_PRECISION

    @property
    def holds(self) -> bool:
        """Whether mismatches are sent."""
        return self.enabled and self.precision is not None and self.precision.value >= self.least


@dataclass(frozen=True)
class LoopEvent:
    """One act: what, when, by whom; `owner` with assign, `outcome` with close."""

    act: str
    at: datetime
    by: str
    owner: str | None = None
    outcome: str = ""
    note: str = ""


@dataclass(frozen=True)
class Loop:
    """One loop. `opened_for`: the first owner's staff id, None if unowned; `also` are told too; oldest act first."""

    response_id: str
    account_id: str | None
    reasons: tuple[str, ...]
    stage: str | None
    said_at: datetime
    opened_at: datetime
    opened_for: str | None
    also: tuple[str, ...]
    why: str
    history: tuple[LoopEvent, ...] = ()

    @property
    def state(self) -> str:
        """Where the loop stands after its history."""
        state = OPEN if self.opened_for else UNOWNED
        for event in self.history:
            state = MOVES[event.act][state]
        return state

    @property
    def owner(self) -> str | None:
        """Who owns it now: a staff id."""
        return next((event.owner for event in reversed(self.history) if event.act == ASSIGN), self.opened_for)


def reasons(signal: Signal, rule: MismatchRule | None = None) -> tuple[str, ...]:
    """Say what a signal is flagged for: detractor, CSAT or onboarding CES at or past its survey's line, mismatch.

    Range, direction and line are the survey's (`cx.scores.score_band`). Answers: must somebody call (CSM)?
    """
    found = []
    if signal.scale is not None and signal.score is not None and score_band(signal.score, signal.scale) < 0:
        kind = signal.scale.type
        flagged = {"nps": DETRACTOR, "csat": LOW_CSAT, "ces": LOW_ONBOARDING if signal.stage == "onboarding" else ""}
        found += [flagged[kind]] if flagged.get(kind) else []
    if signal.mismatch and rule is not None and rule.holds:
        found.append(MISMATCH)
    return tuple(found)


def why_not(signal: Signal, *, now: datetime, already: Container[str] = (), rule: MismatchRule | None = None) -> str:
    """Say why a signal opens no loop; "" where it does. Answers: why was nobody told (CX leader)?"""
    if signal.vendor_voice:
        return "it is the vendor's own note"
    if signal.response_id in already:
        return "it has a loop already"
    if not reasons(signal, rule):
        return "nothing in it is flagged"
    if now - signal.said_at > FRESH_FOR:
        return f"it was older than {FRESH_FOR.days} days when it came in"
    return "it was given anonymously" if signal.anonymous else ""


def open_loops(
    signals: Iterable[Signal],
    staff: Sequence[StaffMember],
    *,
    now: datetime,
    already: Container[str] = (),
    rule: MismatchRule | None = None,
    table: Sequence[StageRow] = STAGE_TABLE,
) -> tuple[Loop, ...]:
    """Open one loop for each signal that calls for one, in the order given.

    `now` is when the signals came in: none older than 7 days opens a loop, none in `already` (response ids that have
    one), none twice, none that was anonymous (whom would one call?), none in the vendor's voice. Clocks run from `now`.
    Answers: whom do we owe an answer since this import (CSM, support lead)? Source: DOMAIN "Closing the loop".
    """
    opened: dict[str, Loop] = {}
    for signal in signals:
        if signal.response_id not in opened and not why_not(signal, now=now, already=already, rule=rule):
            opened[signal.response_id] = _open(signal, staff, now, rule, table)
    return tuple(opened.values())


def _open(
    signal: Signal, staff: Sequence[StaffMember], now: datetime, rule: MismatchRule | None, table: Sequence[StageRow]
) -> Loop:
    found = reasons(signal, rule)
    named = assign(signal.account_id, signal.stage, staff, on=now.date(), support=LOW_CSAT in found, table=table)
    return Loop(
        response_id=signal.response_id,
        account_id=signal.account_id,
        reasons=found,
        stage=signal.stage,
        said_at=signal.said_at,
        opened_at=now,
        opened_for=named.owner.staff_id if named.owner else None,
        also=tuple(one.staff_id for one in named.also),
        why=named.why,
    )


def act(loop: Loop, event: LoopEvent) -> Loop:
    """Add an act to a loop's history. Answers: what was done, by whom, with what outcome (CSM, CX leader)?

    Raises:
        LoopError: The act is not legal in the loop's state, goes back in time, or lacks its owner or outcome.
    """
    state = loop.state
    if state not in MOVES.get(event.act, {}):
        legal = listed((name for name, moves in MOVES.items() if state in moves), last="or")
        raise LoopError(f"a loop that is {state} can't take {event.act!r}: use {legal}")
    latest = loop.history[-1].at if loop.history else loop.opened_at
    if event.at < latest:
        raise LoopError(f"{event.act} at {event.at:%Y-%m-%d %H:%M} lies before the last act, {latest:%Y-%m-%d %H:%M}")
    if event.act == ASSIGN and not event.owner:
        raise LoopError("assign needs an owner: give a staff id")
    if event.act == CLOSE and not event.outcome.strip():
        raise LoopError("close needs an outcome: say what came of it, it is logged against the account")
    return replace(loop, history=(*loop.history, event))
