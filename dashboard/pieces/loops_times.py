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
NAMES = {"first touch": "First touch", "closed": "Closed"}
NOT_YET = "not known yet"
HEADS = ("Loops", "Done", "Median", "In time")
ALL = "All owners"


def times(groups: Sequence[LoopTimesGroup]) -> None:
    """Draw the table; nothing without loops."""
    if not groups:
        return
    frame.section(TITLE, NOTE, html=_table("first touch", groups) + _table("closed", groups))


def _table(name: str, groups: Sequence[LoopTimesGroup]) -> str:
    heads = "".join(f'<th scope="col">{head}</th>' for head in HEADS)
    rows = "".join(_row(one, time) for one in groups for time in one.times if time.name == name)
    return (
        f'<h3 class="under">{NAMES[name]}</h3><div class="scroll"><table class="stack lasted" '
        f'aria-label="{TITLE}: {NAMES[name]}"><thead><tr><th scope="col">Owner</th>{heads}</tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )


def _row(group: LoopTimesGroup, time: LoopTimeOut) -> str:
    who = ALL if not group.group else text(group.owner.name) if group.owner is not None else "Without an owner"
    few = ' class="few"' if time.n < fmt.FEW else ""
    return (
        f'<tr{few}><th scope="row">{who}</th><td data-label="Loops">{fmt.count(time.n)} '
        f'<span class="note">{fmt.counted(time.accounts, "account")}</span></td>'
        f'<td data-label="Done">{fmt.count(time.done)}</td><td data-label="Median">{_median(time)}</td>'
        f'<td data-label="In time">{_within(time)}</td></tr>'
    )


def _median(time: LoopTimeOut) -> str:
    if time.median.value is None:
        return f'<span class="note">{NOT_YET}: too many still wait</span>'
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
        return f'<span class="note">{NOT_YET}: none is old enough</span>'
    share = fmt.share(round(part.value * part.n / 100), part.n)
    low, high = part.low, part.high
    bounds = "no interval" if low is None or high is None else f"{fmt.percent(low)} to {fmt.percent(high)}"
    n = "" if part.n <= fmt.SHARE_FROM else f"n {fmt.count(part.n)}, "
    return f'{share} <span class="note wide-line">{n}{bounds}</span>'
