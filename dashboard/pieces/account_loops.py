"""Open loops of an account: who owes whom an answer, and until when."""

from collections.abc import Sequence

from api.schemas.loops import LoopOut
from dashboard import format as fmt
from dashboard import links, paper, strings
from dashboard.look import text
from dashboard.pieces.account_figures import score_chip
from dashboard.pieces.comment import quote_html

NONE = "No loop is open: nobody waits for an answer."
STATES = {"unowned": "without an owner", "routed": "owner told", "reopened": "opened again"}


def loops_html(found: Sequence[LoopOut]) -> str:
    """Write the loops that are not settled, what is due first first."""
    if not found:
        return f'<p class="note">{NONE}</p>'
    return f'<div class="loops">{"".join(_loop(one) for one in found)}</div>'


def clock_html(one: LoopOut) -> str:
    """Say what is next to do, and whether it is late: the word says it, the colour as well."""
    if one.due is None:
        return '<span class="note">nothing left to do</span>'
    reading = text(one.due.reading)
    return f'<span class="attention"><b>Overdue:</b> {reading}</span>' if one.due.overdue else reading


def _loop(one: LoopOut) -> str:
    chip = score_chip(one.source, one.score, -1) if one.score is not None else ""
    who = f"{text(fmt.label(one.role, strings.ROLES))}{f' {text(one.contact_name)}' if one.contact_name else ''}"
    owner = text(one.owner.name) if one.owner is not None else '<span class="attention">without an owner</span>'
    state = STATES.get(one.state, fmt.label(one.state, {}).lower())
    way = links.link("Act on it", links.href(links.LOOPS, loop=one.loop_id))
    act = f" · {way}" if paper.current() is None else ""
    why = text("; ".join(one.reasons))
    words = quote_html(one.comment) if one.comment else '<p class="note">Wrote no comment.</p>'
    return (
        f'<div class="loop"><div>{words}<p class="meta">{chip}<span class="who">{who}</span> · '
        f"{fmt.day(one.said_at)} · {why}</p></div>"
        f"<div><p>{clock_html(one)}</p>"
        f'<p class="note">{owner} · {text(state)}{act}'
        "</p></div></div>"
    )
