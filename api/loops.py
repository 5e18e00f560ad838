"""Put loops together for a reader: clocks, what is due, who is who."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from api.schemas.loops import (
    ClockOut,
    DueOut,
    LoopActOut,
    LoopDetail,
    LoopOut,
    LoopTimeOut,
    LoopTimesGroup,
    PartOut,
    StaffOut,
)
from cx.loop_clocks import clocks, due
from cx.loop_times import LoopSpan, LoopTime, loop_times
from cx.loops import MOVES, REASONS_TOLD
from data.store.queries.loops import LoopView, StaffInfo

# Resampling of accounts: the same loops give the same intervals.
SEED = 20260930
# Ids shown beside a statement.
EVIDENCE = 20


def loop_out(view: LoopView, now: datetime) -> LoopOut:
    """Show a loop with its clocks as they stand at `now`."""
    loop, scale = view.loop, view.scale
    waiting = due((loop,), now)
    shown = view.comment is not None
    return LoopOut(
        loop_id=view.id,
        signal_id=loop.response_id,
        account_id=loop.account_id,
        account_name=view.account_name,
        contact_id=view.contact_id,
        contact_name=view.contact_name,
        role=view.role,
        stage=loop.stage,
        source=view.source,
        reasons=[REASONS_TOLD.get(reason, reason) for reason in loop.reasons],
        said_at=loop.said_at,
        opened_at=loop.opened_at,
        score=view.score,
        scale_min=scale.low if scale else None,
        scale_max=scale.high if scale else None,
        comment_id=view.comment_id if shown else None,
        comment=view.comment,
        ticket_id=view.ticket_id,
        state=view.state,
        owner=None if view.owner is None else StaffOut.model_validate(view.owner),
        also_told=[StaffOut.model_validate(one) for one in view.also],
        why=loop.why,
        due=DueOut.model_validate(waiting[0]) if waiting else None,
        clocks=[ClockOut.model_validate(clock) for clock in clocks(loop, now)],
        acts=len(loop.history),
    )


def loop_detail(view: LoopView, now: datetime) -> LoopDetail:
    """Show a loop with its history and the acts that are legal now."""
    return LoopDetail(
        **loop_out(view, now).model_dump(),
        history=[LoopActOut.model_validate(event) for event in view.loop.history],
        legal=[name for name, moves in MOVES.items() if view.state in moves],
    )


def times_groups(
    spans: Mapping[tuple[str, ...], Mapping[str, LoopSpan]],
    dimensions: Sequence[str],
    *,
    now: datetime,
    people: Mapping[str, StaffInfo],
) -> list[LoopTimesGroup]:
    """Say how long the loops take: all of them first, then group by group, where groups are asked for."""
    everything = {key: span for group in spans.values() for key, span in group.items()}
    found = [_times_group({}, everything, now=now, person=None)] if everything else []
    if not dimensions:
        return found
    for values, group in spans.items():
        named = dict(zip(dimensions, values, strict=True))
        found.append(_times_group(named, group, now=now, person=people.get(named.get("owner", ""))))
    return found


def _times_group(
    group: dict[str, str], spans: Mapping[str, LoopSpan], *, now: datetime, person: StaffInfo | None
) -> LoopTimesGroup:
    found = loop_times(list(spans.values()), now=now, seed=SEED)
    return LoopTimesGroup(
        group=group,
        owner=None if person is None else StaffOut.model_validate(person),
        times=[_time_out(one) for one in found],
        signal_ids=_longest(spans, now)[:EVIDENCE],
    )


def _time_out(time: LoopTime) -> LoopTimeOut:
    within = None
    if time.within is not None:
        within = PartOut(**asdict(time.within), accounts=time.accounts)
    return LoopTimeOut(**{**asdict(time), "within": within})


def _longest(spans: Mapping[str, LoopSpan], now: datetime) -> list[str]:
    """Order what opened the loops: open ones first, the longest waiting of them first."""

    def place(key: str) -> tuple[bool, float, str]:
        span = spans[key]
        return (span.closed_at is not None, -((span.closed_at or now) - span.opened_at).total_seconds(), key)

    return sorted(spans, key=place)
