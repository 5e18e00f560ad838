"""How the messages of an outbox stand."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.store.models import OutboxMessage


@dataclass(frozen=True)
class OutboxCounts:
    """Messages sent, waiting to be tried (again), and given up."""

    sent: int
    waiting: int
    dropped: int


def outbox_counts(session: Session, *, channels: Sequence[str] | None = None) -> OutboxCounts:
    """Count the messages by how they stand."""
    of_channel = [] if channels is None else [OutboxMessage.channel.in_(channels)]
    counted = (func.count(OutboxMessage.sent_at), func.count(OutboxMessage.next_try_at), func.count())
    sent, waiting, total = session.execute(select(*counted).where(*of_channel)).one()
    return OutboxCounts(sent, waiting, total - sent - waiting)
