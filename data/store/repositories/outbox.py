"""The outbox: which messages are to be sent, each once.

A message is claimed before it is sent: the claim raises `attempts` and moves `next_try_at` on by a lease, in one
statement that only one sender wins. Killed before it was sent, a message comes due again after the lease. Killed after
it was sent and before that was written down, it is sent a second time, under the same message id: a customer who waits
for nobody is worse than a message that comes twice.
"""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from cx.loops import ASSIGN, OPEN, UNOWNED
from data.store.models import LoopAct, OpenedLoop, OutboxMessage
from data.store.repositories.bulk import chunks, insert_ignore

# 128 random bits: two installations, or two lives of one, never share an id.
_ID_BYTES = 16


@dataclass(frozen=True)
class Message:
    """A message that its sender has claimed, of a loop or of a digest; `attempts` counts this one."""

    id: int
    message_id: str
    loop_id: int | None
    digest_id: int | None
    occasion: int
    channel: str
    recipient: str
    created_at: datetime
    attempts: int


def loops_to_tell(session: Session, *, since: datetime) -> list[int]:
    """Give the loops that nobody was told of and that were opened, or got an owner, since then: by id."""
    assigned = select(LoopAct.loop_id).where(LoopAct.act == ASSIGN, LoopAct.at >= since)
    return list(
        session.scalars(
            select(OpenedLoop.id)
            .where(
                OpenedLoop.state.in_((UNOWNED, OPEN)),
                or_(OpenedLoop.opened_at >= since, OpenedLoop.id.in_(assigned)),
            )
            .order_by(OpenedLoop.id)
        )
    )


def known_messages(session: Session, loop_ids: Iterable[int]) -> set[tuple[int, int, str, str]]:
    """Give the (loop id, occasion, channel, recipient) of these loops that are in the outbox, sent or not."""
    found: set[tuple[int, int, str, str]] = set()
    for part in chunks(loop_ids):
        rows = session.execute(
            select(OutboxMessage.loop_id, OutboxMessage.occasion, OutboxMessage.channel, OutboxMessage.recipient).where(
                OutboxMessage.loop_id.in_(part)
            )
        )
        found.update((loop_id, at, channel, reader) for loop_id, at, channel, reader in rows if loop_id is not None)
    return found


def put_messages(session: Session, messages: Iterable[tuple[int, int, str, str]], *, now: datetime) -> None:
    """Put (loop id, occasion, channel, recipient) into the outbox; one that is there, sent or not, stays as it is."""
    rows = [
        _row(channel, recipient, now, loop_id=loop_id, occasion=occasion)
        for loop_id, occasion, channel, recipient in messages
    ]
    insert_ignore(session, OutboxMessage, rows)


def put_digest(session: Session, digest_id: int, readers: Iterable[tuple[str, str]], *, now: datetime) -> None:
    """Put a digest into the outbox for each (channel, recipient); one that is there, sent or not, stays as it is."""
    rows = [_row(channel, recipient, now, digest_id=digest_id, occasion=0) for channel, recipient in readers]
    insert_ignore(session, OutboxMessage, rows)


def _row(channel: str, recipient: str, now: datetime, **of: int) -> dict[str, Any]:
    return {
        "message_id": secrets.token_hex(_ID_BYTES),
        **of,
        "channel": channel,
        "recipient": recipient,
        "created_at": now,
        "attempts": 0,
        "next_try_at": now,
    }


def claim(session: Session, channel: str, *, now: datetime, lease: timedelta) -> Message | None:
    """Claim the next message of a channel that is due, those never tried first; None when there is none.

    Nobody else is given it before the lease is over. Commit before sending.
    """
    while True:
        row = session.execute(
            select(OutboxMessage)
            .where(OutboxMessage.channel == channel, OutboxMessage.next_try_at <= now)
            .order_by(OutboxMessage.attempts, OutboxMessage.next_try_at, OutboxMessage.id)
            .limit(1)
            .execution_options(populate_existing=True)
        ).scalar()
        if row is None:
            return None
        won = session.execute(
            update(OutboxMessage)
            .where(
                OutboxMessage.id == row.id,
                OutboxMessage.attempts == row.attempts,
                OutboxMessage.next_try_at <= now,
            )
            .values(attempts=row.attempts + 1, next_try_at=now + lease)
            .execution_options(synchronize_session=False)
        )
        if won.rowcount:  # type: ignore[attr-defined]
            return Message(
                row.id,
                row.message_id,
                row.loop_id,
                row.digest_id,
                row.occasion,
                row.channel,
                row.recipient,
                row.created_at,
                row.attempts + 1,
            )


def settle_sent(session: Session, message: Message, *, now: datetime) -> None:
    """Write down that a message was sent: it is never sent again."""
    _settle(session, message, next_try_at=None, sent_at=now, problem=None)


def settle_dropped(session: Session, message: Message, reason: str) -> None:
    """Give a message up, and say why."""
    _settle(session, message, next_try_at=None, problem=reason[:300])


def put_off(session: Session, message: Message, problem: str, *, until: datetime) -> None:
    """Try a message again then."""
    _settle(session, message, next_try_at=until, problem=problem[:300])


def _settle(session: Session, message: Message, **values: Any) -> None:  # noqa: ANN401 - column values
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.sent_at.is_(None))
        .values(**values)
        .execution_options(synchronize_session=False)
    )
