"""How long loops take, over all and by owner: the median and the share in time, each with n and interval."""

from collections.abc import Sequence

from api.schemas.loops import HoursOut, LoopTimeOut, LoopTimesGroup
from dashboard import format as fmt
from dashboard import frame
from dashboard.look import text
from dashboard.pieces import loops_words as words

TITLE = "How long it takes"
NOTE = (
    "From opening to the first touch, and to closing. Loops still open count as longer than until now; 95 % intervals "
    "over accounts. In time: 24 h to the first touch, 48 h to closing, of the loops that are that old."
)
# What is timed, by its name in the API; the API has them in this order.
NAMES = {"first touch": "First touch", "closed": "Closed"}
NOT_YET = "not known yet"
HEADS = ("Done", "Median", "In time")
ALL = "All owners"


def times(groups: Sequence[LoopTimesGroup]) -> None:
    """Draw the table; nothing without loops."""
    if groups:
        # Of one owner alone, all owners are the same row again.
        own = [one for one in groups if one.group]
        frame.section(TITLE, NOTE, html=_table(own if len(own) == 1 else groups))


def _table(groups: Sequence[LoopTimesGroup]) -> str:
    over = "".join(f'<th scope="colgroup" colspan="{len(HEADS)}">{name}</th>' for name in NAMES.values())
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS * len(NAMES))
    rows = "".join(_row(one) for one in groups)
    return (
        f'<div class="scroll"><table class="stack lasted" aria-label="{TITLE}"><thead>'
        f'<tr class="groups"><td colspan="2"></td>{over}</tr>'
        f'<tr><th scope="col">Owner</th><th scope="col">Loops</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(group: LoopTimesGroup) -> str:
    who = ALL if not group.group else text(group.owner.name) if group.owner is not None else "Without an owner"
    timed = {one.name: one for one in group.times}
    any_of = next(iter(group.times))
    few = ' class="few"' if any_of.n < fmt.FEW else ""
    cells = "".join(_cells(name, timed[key]) for key, name in NAMES.items() if key in timed)
    return (
        f'<tr{few}><th scope="row">{who}</th><td data-label="Loops">{fmt.count(any_of.n)} '
        f'<span class="note wide-line">{fmt.counted(any_of.accounts, "account")}</span></td>{cells}</tr>'
    )


def _cells(name: str, time: LoopTimeOut) -> str:
    return (
        f'<td data-label="{name}: done">{fmt.count(time.done)}</td>'
        f'<td data-label="{name}: median">{_median(time)}</td>'
        f'<td data-label="{name}: in time">{_within(time)}</td>'
    )


def _median(time: LoopTimeOut) -> str:
    if time.median.value is None:
        return f'<span class="note">{NOT_YET} <span class="wide-line">too many still wait</span></span>'
    return f'{words.hours(time.median.value)} <span class="note wide-line">{_bounds(time.median)}</span>'


def _bounds(hours: HoursOut) -> str:
    if hours.low is None:
        return "no interval: too few accounts"
    if hours.high is None:
        return f"from {words.hours(hours.low)} on"
    return f"{words.hours(hours.low)} to {words.hours(hours.high)}"


def _within(time: LoopTimeOut) -> str:
    part = time.within
    if part is None:
        return f'<span class="note">{NOT_YET} <span class="wide-line">none is old enough</span></span>'
    share = fmt.share(round(part.value * part.n / 100), part.n)
    low, high = part.low, part.high
    bounds = "no interval" if low is None or high is None else f"{fmt.percent(low)} to {fmt.percent(high)}"
    n = "" if part.n <= fmt.SHARE_FROM else f"n {fmt.count(part.n)}, "
    return f'{share} <span class="note wide-line">{n}{bounds}</span>'
