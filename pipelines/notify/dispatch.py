"""One round over the outbox: each due message is claimed, written, sent, and marked; what fails is tried again.

A server that hangs or fails is left alone for the rest of the round, so a round's length has a bound; its messages
stay in the outbox, are tried again after 1, 2, 4 ... minutes up to an hour, and are given up after 7 days.
"""

import logging
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from cx.loops import FRESH_FOR, OPEN, ROUTE, ROUTED, UNOWNED, LoopError, LoopEvent
from data.store.queries.loops import LoopView, StaffInfo, get_loop, staff_by_id
from data.store.repositories import outbox
from data.store.repositories.loops import occasion, record_act
from data.store.repositories.outbox import Message
from pipelines.digest.letters import Letters
from pipelines.notify.interface import DEADLINE_S, EVERYBODY, Notifier, NotifyError
from pipelines.notify.notices import notice_of, person_of
from pipelines.stage import Bench

log = logging.getLogger(__name__)

# Who the history says told the owner.
ROUTER = "sottovoce"
# Longer than any send: what was claimed by a sender that is alive is never sent by another.
LEASE = timedelta(seconds=15 * DEADLINE_S)
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=1), timedelta(hours=1)
# A week late it helps nobody; the loop itself stays open and overdue.
GIVE_UP_AFTER = FRESH_FOR
# A channel's share of a round; the rest is sent in the next one, a minute later.
ROUND_S = 30.0
# Refusals one after the other (an address that is gone, a message too long) after which a channel rests.
MOST_REFUSALS = 5


@dataclass
class Round:
    """What a round did."""

    letters: Letters
    sent: int = 0
    failed: int = 0
    dropped: int = 0


def dispatch(bench: Bench, notifiers: Sequence[Notifier], *, round_s: float = ROUND_S) -> Round:
    """Send what is due, channel by channel, each for at most `round_s` seconds and one send more."""
    done = Round(letters=Letters(bench))
    for notifier in notifiers:
        _channel(bench, notifier, done, time.monotonic() + round_s)
    return done


def _channel(bench: Bench, notifier: Notifier, done: Round, until: float) -> None:
    refusals = 0
    while refusals < MOST_REFUSALS and time.monotonic() < until:
        with bench.store.write() as session:
            message = outbox.claim(session, notifier.channel, now=bench.clock(), lease=LEASE)
        if message is None:
            return
        try:
            _handle(bench, notifier, message, done)
            refusals = 0
        except NotifyError as error:
            refusals += 1
            _put_off(bench, message, str(error), done, error.retry_after_s)
            if error.server_down:
                return
        except Exception as error:
            # One message that can't be written must not keep the others, or the run, from going on. By its type only:
            # the error's words may hold a customer's.
            refusals += 1
            _put_off(bench, message, type(error).__name__, done)


def _handle(bench: Bench, notifier: Notifier, message: Message, done: Round) -> None:
    """Send one claimed message, or drop it where it says nothing any more."""
    if message.loop_id is None:
        _send_digest(bench, notifier, message, done)
        return
    with bench.store.read() as session:
        view = get_loop(session, message.loop_id)
        people = staff_by_id(session, [*view.loop.also, message.recipient])
    stale = _stale(view, message, bench.clock())
    if stale:
        _drop(bench, message, stale, done)
        return
    also = tuple(people.get(one) or StaffInfo(one, one, None) for one in view.loop.also)
    reader = people.get(message.recipient)
    notifier.send(notice_of(view, also), person_of(reader) if reader else None, message_id=message.message_id)
    _mark_sent(bench, message, owner=view.owner.staff_id if view.owner else None)
    done.sent += 1


def _send_digest(bench: Bench, notifier: Notifier, message: Message, done: Round) -> None:
    why = done.letters.unwanted(notifier, message)
    if not why and bench.clock() - message.created_at > GIVE_UP_AFTER:
        why = f"given up after {GIVE_UP_AFTER.days} days"
    if why:
        _drop(bench, message, why, done)
        return
    notifier.deliver(done.letters.letter(message.digest_id or 0), message.recipient, message_id=message.message_id)
    with bench.store.write() as session:
        outbox.settle_sent(session, message, now=bench.clock())
    done.sent += 1


def _drop(bench: Bench, message: Message, why: str, done: Round) -> None:
    with bench.store.write() as session:
        outbox.settle_dropped(session, message, why)
    done.dropped += 1


def _stale(view: LoopView, message: Message, now: datetime) -> str:
    """Say why a message needs not be sent any more; "" while it does."""
    if view.state not in (UNOWNED, OPEN, ROUTED):
        return f"the loop is {view.state} already"
    if occasion(view.loop) != message.occasion:
        return "the loop has another owner now"
    return f"given up after {GIVE_UP_AFTER.days} days" if now - message.created_at > GIVE_UP_AFTER else ""


def _mark_sent(bench: Bench, message: Message, *, owner: str | None) -> None:
    """Mark a message as sent, in one transaction with the loop's routing where it is the first to reach the owner."""
    to = f" to {message.recipient}" if message.recipient else ""
    with bench.store.write() as session:
        now = bench.clock()
        outbox.settle_sent(session, message, now=now)
        if owner and message.loop_id is not None and message.recipient in (EVERYBODY, owner):
            # Routed by another channel, or taken up in the meantime: then there is nothing to add.
            with suppress(LoopError):
                record_act(session, message.loop_id, LoopEvent(ROUTE, now, ROUTER, note=f"{message.channel}{to}"))


def _put_off(bench: Bench, message: Message, problem: str, done: Round, retry_after_s: float | None = None) -> None:
    done.failed += 1
    now = bench.clock()
    wait = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(message.attempts - 1, 10))
    asked = timedelta(seconds=min(retry_after_s or 0.0, LONGEST_WAIT.total_seconds()))
    with bench.store.write() as session:
        outbox.put_off(session, message, problem, until=now + max(wait, asked))
    log.warning("message %s by %s: %s (try %d)", message.message_id, message.channel, problem, message.attempts)
