"""How loops look as CSV."""

from collections.abc import Iterable, Sequence

from api.exports import Table
from api.schemas.loops import LoopOut, LoopTimesGroup

_LOOP = (
    "loop_id,state,account_id,account_name,contact_id,contact_name,role,stage,source,score,scale_min,scale_max,"
    "said_at,opened_at,comment_id,comment,ticket_id,acts"
).split(",")
_TIME = "name,clock_hours,n,accounts,done".split(",")
_ENDS = ("value", "low", "high")


def loops_table() -> Table[LoopOut]:
    """A line a loop: who owns it, what is due, and what was said."""

    def row(one: LoopOut) -> list[object]:
        due = (one.due.act, one.due.due_at, one.due.overdue) if one.due else (None, None, None)
        owner = (one.owner.staff_id, one.owner.name) if one.owner else (None, None)
        return [*owner, *due, "; ".join(one.reasons), *(getattr(one, name) for name in _LOOP)]

    first = ["owner_id", "owner_name", "due_act", "due_at", "overdue", "reasons"]
    return Table([*first, *_LOOP], lambda one: [row(one)])


def loop_times_table(dimensions: Sequence[str] = ()) -> Table[LoopTimesGroup]:
    """A line a clock of a group; where groups are asked for, the line of all loops says "all"."""

    def rows(one: LoopTimesGroup) -> Iterable[Sequence[object]]:
        for time in one.times:
            hours = [getattr(part, end) for part in (time.median, time.most) for end in _ENDS]
            within = [getattr(time.within, end) if time.within else None for end in ("value", "n", "low", "high")]
            group = [one.group.get(name, "all") for name in dimensions]
            yield [*group, *(getattr(time, name) for name in _TIME), *hours, *within, time.undecided]

    spread = [f"{part}_hours{'' if end == 'value' else '_' + end}" for part in ("median", "most") for end in _ENDS]
    within = ["within_percent", "within_n", "within_low", "within_high", "undecided"]
    return Table([*(f"by_{name}" for name in dimensions), *_TIME, *spread, *within], rows)
