"""The line under which accounts churn: in a sentence, as a card, and by segment; or what is missing for one."""

from collections.abc import Sequence

from api.schemas.retention import ChurnLineOut, RetentionOut, SegmentLineOut, SideOut, SplitOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text
from dashboard.pieces.why import why_html

FOUND, CHANCE = "found", "chance"
STATES = {
    FOUND: "found in your data",
    CHANCE: "no better than chance",
    "not_enough_data": "not enough data",
}
NOBODY = "No account has revenue or an NPS in these quarters."
EVERY_SEGMENT = "All segments"


def headline(found: RetentionOut) -> str:
    """Say whether the score tells who leaves, how sure that is, and how many accounts are under the line now."""
    if not found.accounts or not found.lines:
        return NOBODY
    return " ".join(part for part in (_told(found.lines[0].line), _now(found)) if part)


def _told(line: ChurnLineOut) -> str:
    best = line.best
    if line.state != FOUND or best is None:
        first, _, rest = line.reading.partition("; the line used")
        begin, _, known = first.partition(":")
        why = f": {text(known.strip())}" if known else ""
        return (
            f"<b>{text(begin)}</b>{why}. Until then <b>{_name(line)}</b> is used: {text(line.source)}."
            if rest
            else (text(line.reading))
        )
    known = (
        f"n {fmt.counted(line.n, 'account-quarter')} of {fmt.counted(line.accounts, 'account')}, "
        f"{fmt.count(line.churned)} churned, p {best.p:.3f}"
    )
    if best.lift.value is None:
        return f"<b>Accounts under {_name(line)} churn, and none over it did</b> ({known})."
    times = f"{fmt.one_decimal(best.lift.value)} times as often"
    return f"<b>Accounts under {_name(line)} churn {times}</b> as those over it ({_lift_ends(best)}; {known})."


def _name(line: ChurnLineOut) -> str:
    return f"NPS\u00a0{fmt.signed(line.line)}"


def _now(found: RetentionOut) -> str:
    under = found.under
    if under is None or not under.heard:
        return ""
    verb = "is" if under.n == 1 else "are"
    return f"<b>{fmt.share(under.n, under.heard)} accounts</b> that were heard {verb} under it now."


def _lift_ends(best: SplitOut) -> str:
    if best.lift.high is None:
        return f"{fmt.one_decimal(best.lift.low)} or more"
    return f"{fmt.one_decimal(best.lift.low)} to {fmt.one_decimal(best.lift.high)}"


def card_html(line: ChurnLineOut, quarters: str) -> str:
    """Write the line as a card: its value, how it was found, both sides of it, and how sure."""
    best = line.best if line.state == FOUND else None
    css = "" if best is not None else " few"
    ends = ""
    if best is not None:
        ends = f"<br>95\u00a0% of resamples find it between {fmt.signed(best.low)} and {fmt.signed(best.high)}"
    state = STATES.get(line.state, line.state)
    return (
        '<div class="card-head"><div class="name"><h3>The line</h3>'
        f'<span class="note{"" if best is not None else " attention"}">{text(state)}</span></div>'
        f'<div class="value{css}">{_name(line)}</div>'
        f'<p class="note">{text(line.source[:1].upper() + line.source[1:])}<br>'
        f"n {fmt.counted(line.n, 'account-quarter')} of {fmt.counted(line.accounts, 'account')}, "
        f"{fmt.count(line.churned)} churned{ends}</p></div>"
        f"{_sides(line.best)}{_why(line, quarters)}"
    )


def _sides(best: SplitOut | None) -> str:
    if best is None:
        return ""
    at = fmt.signed(best.line)
    rows = _side(f"Under {at}", best.under) + _side(f"{at} and over", best.over)
    lift = "nobody over it churned" if best.lift.value is None else fmt.one_decimal(best.lift.value)
    return (
        '<table class="sides"><thead><tr><th scope="col">Account-quarters</th><th scope="col">Churned</th>'
        f'<th scope="col">a quarter</th></tr></thead><tbody>{rows}</tbody></table>'
        f'<p class="note">Lift {lift} (95\u00a0% interval {_lift_ends(best)}), flattered: found in the same data. '
        f"p {best.p:.3f}.</p>"
    )


def _side(name: str, side: SideOut) -> str:
    ends = fmt.interval("csat", side.rate.low, side.rate.high)
    return (
        f'<tr><th scope="row">{name}</th><td>{fmt.count(side.churned)} of {fmt.count(side.n)}</td>'
        f'<td>{fmt.one_decimal(side.rate.value)}\u00a0% <span class="note">{ends}</span></td></tr>'
    )


def _why(line: ChurnLineOut, quarters: str) -> str:
    facts = [
        ("In words", line.reading),
        ("Counted", "one account in one quarter, with revenue at its start and an NPS in the four quarters before"),
        ("Line", "every 10 points tried; the one with the most churn under it beyond chance"),
        ("p", "accounts change their NPS histories within segments, and every line is searched again"),
        ("Lift", "churned share under the line over the share at or over it"),
        ("Window", quarters),
    ]
    return why_html(facts)


def segments_html(lines: Sequence[SegmentLineOut]) -> str:
    """Write the line of each segment, or that there is not enough data for one."""
    searched = any(one.line.best is not None for one in lines)
    rows = "".join(_segment_row(one, searched=searched) for one in lines)
    more = '<th scope="col">Lift</th><th scope="col">p</th>' if searched else ""
    words = "".join(f"<li><b>{segment_name(one.segment)}:</b> {text(one.line.reading)}</li>" for one in lines)
    return (
        '<div class="scroll"><table class="lines"><thead><tr><th scope="col">Segment</th><th scope="col">Accounts</th>'
        '<th scope="col">Churned</th><th scope="col">Account-quarters</th><th scope="col">Line</th>'
        f"{more}</tr></thead><tbody>{rows}</tbody></table></div>"
        f'<details class="why"><summary>Each in words</summary><ul>{words}</ul></details>'
    )


def segment_name(key: str | None) -> str:
    """Give a segment's name, escaped; None is all of them."""
    return EVERY_SEGMENT if key is None else text(fmt.label(key, strings.SEGMENTS))


def _segment_row(one: SegmentLineOut, *, searched: bool) -> str:
    line = one.line
    said = f'<span class="note attention">{STATES.get(line.state, "")}</span>'
    if line.state == FOUND and line.best is not None:
        ends = f"{fmt.signed(line.best.low)} to {fmt.signed(line.best.high)}"
        said = f'{fmt.signed(line.line)} <span class="note">{ends}</span>'
    return (
        f'<tr><th scope="row">{segment_name(one.segment)}</th><td>{fmt.count(line.accounts)}</td>'
        f"<td>{fmt.count(line.churned)}</td><td>{fmt.count(line.n)}</td><td>{said}</td>"
        f"{_search_cells(line.best) if searched else ''}</tr>"
    )


def _search_cells(best: SplitOut | None) -> str:
    if best is None:
        return "<td></td><td></td>"
    lift = "nobody over it" if best.lift.value is None else fmt.one_decimal(best.lift.value)
    return f'<td>{lift} <span class="note">{_lift_ends(best)}</span></td><td>{best.p:.3f}</td>'
