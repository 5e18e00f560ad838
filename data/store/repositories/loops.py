"""Store loops and what is done about them; the rules are `cx.loops`'."""

from collections.abc import Iterable, Sequence

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session

from cx.loop_clocks import due
from cx.loops import ASSIGN, Loop, LoopError, LoopEvent, act
from data.errors import NotFoundError
from data.store.models import LoopAct, OpenedLoop, Staff
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.flagged import FlaggedSignal


def add_loops(session: Session, opened: Sequence[tuple[Loop, FlaggedSignal]]) -> int:
    """Store new loops with the signals that opened them; a signal that has one already gets no second.

    Returns how many were new.
    """
    keys = [loop.response_id for loop, _ in opened]
    before = _count(session, keys)
    insert_ignore(session, OpenedLoop, [_row(loop, signal) for loop, signal in opened])
    return _count(session, keys) - before


def _count(session: Session, keys: Sequence[str]) -> int:
    statement = select(OpenedLoop.id)
    return sum(len(session.scalars(statement.where(OpenedLoop.signal_key.in_(part))).all()) for part in chunks(keys))


def _row(loop: Loop, signal: FlaggedSignal) -> dict[str, object]:
    return {
        "signal_key": loop.response_id,
        "account_id": loop.account_id,
        "survey_id": signal.survey_id,
        "ticket_id": signal.ticket_id,
        "source": signal.source,
        "role": signal.role,
        "stage": loop.stage,
        "score": signal.signal.score,
        "reasons": list(loop.reasons),
        "said_at": loop.said_at,
        "opened_at": loop.opened_at,
        "opened_for": loop.opened_for,
        "also": list(loop.also),
        "why": loop.why,
        **standing(loop),
    }


def standing(loop: Loop) -> dict[str, object]:
    """Give the columns that follow from a loop's history: state, owner, what is due next and when."""
    waiting = due((loop,), loop.opened_at)
    return {
        "state": loop.state,
        "owner_id": loop.owner,
        "due_act": waiting[0].act if waiting else None,
        "due_at": waiting[0].due_at if waiting else None,
    }


def load_loops(session: Session, ids: Iterable[int]) -> dict[int, Loop]:
    """Give loops with their whole history by id; those that do not exist are left out."""
    found: dict[int, Loop] = {}
    for part in chunks(ids):
        histories: dict[int, list[LoopEvent]] = {}
        acts = select(LoopAct).where(LoopAct.loop_id.in_(part)).order_by(LoopAct.loop_id, LoopAct.position)
        for row in session.scalars(acts):
            event = LoopEvent(row.act, row.at, row.by, owner=row.owner_id, outcome=row.outcome, note=row.note)
            histories.setdefault(row.loop_id, []).append(event)
        for loop in session.scalars(select(OpenedLoop).where(OpenedLoop.id.in_(part))):
            found[loop.id] = _loop(loop, histories.get(loop.id, ()))
    return found


def _loop(row: OpenedLoop, history: Sequence[LoopEvent]) -> Loop:
    return Loop(
        response_id=row.signal_key,
        account_id=row.account_id,
        reasons=tuple(str(reason) for reason in row.reasons),
        stage=row.stage,
        said_at=row.said_at,
        opened_at=row.opened_at,
        opened_for=row.opened_for,
        also=tuple(str(one) for one in row.also),
        why=row.why,
        history=tuple(history),
    )


def record_act(session: Session, loop_id: int, event: LoopEvent, *, seen: int | None = None) -> Loop:
    """Add an act to a loop: one at a time, in a session that writes. Returns the loop after it.

    Args:
        session: One that writes.
        loop_id: Which loop.
        event: The act.
        seen: How many acts its history had when the writer read it; None: whatever it has now.

    Raises:
        NotFoundError: There is no such loop, or no such person to own it.
        LoopError: The act is not legal now (says which are), or somebody else acted since the writer looked.
    """
    row = session.scalar(
        select(OpenedLoop).where(OpenedLoop.id == loop_id).with_for_update().execution_options(populate_existing=True)
    )
    if row is None:
        raise NotFoundError(f"no loop {loop_id}: list them to see which there are")
    if (
        event.act == ASSIGN
        and event.owner
        and not session.scalar(select(exists().where(Staff.staff_id == event.owner)))
    ):
        raise NotFoundError(f"no {event.owner!r} in the staff list: import them first, or name somebody in it")
    before = load_loops(session, [loop_id])[loop_id]
    if seen is not None and seen != len(before.history):
        raise LoopError(
            f"loop {loop_id} has {len(before.history)} acts and is {before.state}, you saw {seen}: "
            "somebody acted since; read it again, then decide"
        )
    loop = act(before, event)
    session.execute(
        insert(LoopAct).values(
            loop_id=loop_id,
            position=len(loop.history),
            act=event.act,
            at=event.at,
            by=event.by,
            owner_id=event.owner,
            outcome=event.outcome,
            note=event.note,
        )
    )
    for name, value in standing(loop).items():
        setattr(row, name, value)
    session.flush()
    return loop


def occasion(loop: Loop) -> int:
    """Give the occasion to tell the owner: 0 for the opening, else the position of the act that named the owner."""
    return max((place for place, event in enumerate(loop.history, start=1) if event.act == ASSIGN), default=0)
