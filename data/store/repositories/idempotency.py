"""Answers under an `Idempotency-Key`: whoever asks again gets the same one, after a restart of the server too."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from data.errors import DataError
from data.store.models import RepeatedAnswer

# How long an answer is kept; the API promises a day.
KEPT_FOR = timedelta(days=2)


class RepeatedKeyError(DataError, ValueError):
    """An `Idempotency-Key` came before, with another request."""


@dataclass(frozen=True)
class Request:
    """What an answer belongs to: the caller's key, the keyed hash of route and chosen key, and that of the body."""

    key_id: str
    token: str
    request_hash: str


def claim(session: Session, request: Request, *, now: datetime) -> dict[str, Any] | None:
    """Take the key for this request, or give the answer that the same request got before.

    Of two requests at once one waits for the other's end, and gets its answer.

    Raises:
        RepeatedKeyError: The key came with another body.
    """
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    values = {**vars(request), "answer": {}, "created_at": now}
    session.execute(
        delete(RepeatedAnswer).where(
            RepeatedAnswer.key_id == request.key_id,
            RepeatedAnswer.token == request.token,
            RepeatedAnswer.created_at < now - KEPT_FOR,
        )
    )
    taken = insert(RepeatedAnswer).values(values).on_conflict_do_nothing().returning(RepeatedAnswer.token)
    if session.execute(taken).first() is not None:
        return None
    stored = session.execute(select(RepeatedAnswer.request_hash, RepeatedAnswer.answer).where(*_place(request))).one()
    if stored.request_hash != request.request_hash:
        raise RepeatedKeyError(
            "this Idempotency-Key came before with another body: take a new key for a new request, "
            "or send the same body again"
        )
    return dict(stored.answer)


def keep(session: Session, request: Request, answer: dict[str, Any]) -> None:
    """Keep the answer that the request gets, in the transaction of what it did."""
    session.execute(update(RepeatedAnswer).where(*_place(request)).values(answer=answer))


def forget_old(session: Session, *, now: datetime) -> None:
    """Delete the answers that are kept long enough."""
    session.execute(delete(RepeatedAnswer).where(RepeatedAnswer.created_at < now - KEPT_FOR))


def has_old(session: Session, *, now: datetime) -> bool:
    """Say whether there is something to forget: a worker that writes for nothing would make every cached read stale."""
    old = select(RepeatedAnswer.token).where(RepeatedAnswer.created_at < now - KEPT_FOR).limit(1)
    return session.scalar(old) is not None


def _place(request: Request) -> tuple[Any, Any]:
    return RepeatedAnswer.key_id == request.key_id, RepeatedAnswer.token == request.token
