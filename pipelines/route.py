"""The stage that closes the loop: flagged signals open loops, and their owners are told.

It may run at any time, beside a run too: a signal opens one loop ever, a message is sent by one sender, and imported
history opens none. Source: DOMAIN "Closing the loop".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from cx.loop_owners import StaffMember
from cx.loops import FRESH_FOR, Loop, MismatchRule, open_loops
from cx.scores import share
from data.store.queries.loops import staff_by_id
from data.store.repositories import outbox
from data.store.repositories.flagged import FlaggedSignal, flagged_signals, staff_list
from data.store.repositories.loops import add_loops, load_loops, occasion
from data.store.repositories.runs import get_fact, put_fact
from pipelines.notify.dispatch import dispatch
from pipelines.notify.interface import Notifier
from pipelines.notify.notices import person_of
from pipelines.notify.open import open_notifiers
from pipelines.stage import Bench, StageReport, stage

# Up to when signals were looked at.
LOOKED = "loops_looked"
# How long an import or a run may take and still have its signals seen by the next look.
SLACK = timedelta(days=1)
# The mark is moved at most so often: a fact that changes each minute would make every cached answer stale.
MARK_EVERY = timedelta(hours=1)


def run(bench: Bench, *, notifiers: Sequence[Notifier] | None = None) -> StageReport:
    """Open loops for what came in, and send what is due. Tells nobody where no notifier is set: the loops stay open.

    Args:
        bench: Settings, store, vault, progress and clock: the real one; the newest record decides nothing here.
        notifiers: Over those that the settings name.
    """
    told = open_notifiers(bench.settings) if notifiers is None else notifiers
    with stage(bench, "route", None) as report:
        report.rows_in, report.rows_out = _open(bench)
        _address(bench, told)
        done = dispatch(bench, told)
        report.counts |= {"messages sent": done.sent, "failed": done.failed, "dropped": done.dropped}
    return report


def _open(bench: Bench) -> tuple[int, int]:
    """Open loops for the signals without one. Returns how many signals called for one, and how many were opened."""
    rule = mismatch_rule(bench)
    now = bench.clock()
    with bench.store.read() as session:
        looked = _looked(get_fact(session, LOOKED))
        # The first look ever looks back a week: what came in before there were loops is history.
        found = flagged_signals(session, since=(looked or now) - FRESH_FOR - SLACK, mismatch=rule.holds)
        staff = staff_list(session) if found else []
    opened = _loops(found, staff, rule, now)
    if not opened and looked and now - looked < MARK_EVERY:
        return 0, 0
    with bench.store.write() as session:
        added = add_loops(session, opened)
        put_fact(session, LOOKED, {"at": now.isoformat()}, now=now)
    return len(opened), added


def _looked(fact: dict[str, str] | None) -> datetime | None:
    return datetime.fromisoformat(fact["at"]) if fact else None


def mismatch_rule(bench: Bench) -> MismatchRule:
    """Say whether mismatches open loops: only with a precision that somebody measured and set."""
    counts = bench.settings.mismatch_counts
    return MismatchRule(enabled=True, precision=share(*counts)) if counts else MismatchRule()


def _loops(
    found: Sequence[FlaggedSignal], staff: Sequence[StaffMember], rule: MismatchRule, now: datetime
) -> list[tuple[Loop, FlaggedSignal]]:
    """Open the loops of what was fresh when it came in; the clocks run from then on.

    Where the time of import is not known (in-app comments, tickets), `now` is: only what is still fresh opens a loop.
    """
    opened = []
    for one in found:
        if one.undated:
            continue
        came_in_at = min(one.came_in_at or now, now)
        there = serving(staff, now=now, opened_at=came_in_at)
        opened += [(loop, one) for loop in open_loops([one.signal], there, now=came_in_at, rule=rule)]
    return opened


def serving(staff: Sequence[StaffMember], *, now: datetime, opened_at: datetime) -> list[StaffMember]:
    """Give the people who serve today, as if they had when the signal came in: a loop goes to nobody who has left."""
    today, then = now.date(), opened_at.date()
    return [
        one._replace(valid_from=min(one.valid_from, then) if one.valid_from else None, valid_to=None)
        for one in staff
        if (one.valid_from is None or one.valid_from <= today) and (one.valid_to is None or today <= one.valid_to)
    ]


def _address(bench: Bench, notifiers: Sequence[Notifier]) -> None:
    """Put a message into the outbox for each channel and reader of the loops that nobody was told of yet."""
    if not notifiers:
        return
    now = bench.clock()
    with bench.store.read() as session:
        loops = load_loops(session, outbox.loops_to_tell(session, since=now - FRESH_FOR))
        wanted = {loop_id: _readers(loop) for loop_id, loop in loops.items()}
        people = staff_by_id(session, {one for readers in wanted.values() for one in readers})
        there = outbox.known_messages(session, loops)
    messages = [
        (loop_id, occasion(loop), notifier.channel, reader)
        for loop_id, loop in loops.items()
        for notifier in notifiers
        for reader in notifier.readers([person_of(people[one]) for one in wanted[loop_id] if one in people])
    ]
    new = [message for message in messages if message not in there]
    if new:
        with bench.store.write() as session:
            outbox.put_messages(session, new, now=now)


def _readers(loop: Loop) -> list[str]:
    """Say who is told: the owner, and at the opening those who are told too."""
    also = loop.also if occasion(loop) == 0 else ()
    return [one for one in (loop.owner, *also) if one]
