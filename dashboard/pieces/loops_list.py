"""Loops as a list: which ones (in the address), each with the words, the clocks, the owner, and the way to act."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from api.schemas.loops import LoopOut, LoopPage, StaffOut
from dashboard import format as fmt
from dashboard import links, loading, look, strings
from dashboard.look import text
from dashboard.pieces import loops_words as words
from dashboard.pieces.account_figures import score_chip
from dashboard.pieces.comment import quote_html

SHOWN = 10
ALL_WAITING, NOBODY = "waiting", "none"
# What an address may ask for by `show`: all that wait, those overdue, or one state.
SHOWS = {ALL_WAITING: "Waiting", words.OVERDUE: "Overdue", **words.STATES}
NONE = "No loop of this kind in this slice. Nobody waits for an answer here."
NO_WORDS = "Wrote no comment."
OWNER, EVERYBODY, NO_OWNER = "Owner", "All owners", "Without an owner"


@dataclass(frozen=True)
class Asked:
    """What the address asks for: which loops (a key of `SHOWS`), whose (a staff id, or none), and the one acted on."""

    show: str = ALL_WAITING
    owner: str = ""
    loop: int | None = None

    def params(self) -> dict[str, Any]:
        """Give the parameters of the list."""
        return {**self.of_owner(), **_SHOWN.get(self.show, {"state": self.show})}

    def of_owner(self) -> dict[str, Any]:
        """Give the parameters of all loops of the owner."""
        return {"owner": self.owner} if self.owner else {}

    def href(self, **more: Any) -> str:  # noqa: ANN401 - fields
        """Give the address of the page that asks for something else."""
        wanted = replace(self, loop=None, **more)
        return links.href(links.LOOPS, show="" if wanted.show == ALL_WAITING else wanted.show, owner=wanted.owner)


_SHOWN: Mapping[str, dict[str, Any]] = {
    ALL_WAITING: {"state": ",".join(words.WAITING)},
    words.OVERDUE: {"overdue": True},
}


def read_asked(own: Mapping[str, str]) -> Asked:
    """Read the page's part of an address."""
    show, loop = own.get("show", ""), own.get("loop", "")
    number = int(loop) if loop.isascii() and loop.isdigit() and len(loop) < 15 else None
    return Asked(show if show in SHOWS else ALL_WAITING, own.get("owner", "")[:120], number or None)


def numbers(params: Mapping[str, Any], asked: Asked) -> dict[str, int]:
    """Count the owner's loops by what can be shown."""
    states = fresh(params, {**asked.of_owner(), "limit": 1}).states
    late = fresh(params, {**asked.of_owner(), "overdue": True, "limit": 1}).states
    waiting = sum(n for state, n in states.items() if state in words.WAITING)
    return {ALL_WAITING: waiting, words.OVERDUE: sum(late.values()), **states}


def fresh(params: Mapping[str, Any], more: Mapping[str, Any]) -> LoopPage:
    """Read loops as they stand now: clocks run, and others act on them too."""
    return loading.get_client().read("/v1/loops", LoopPage, {**params, **more})


def ways_html(counted: Mapping[str, int], asked: Asked) -> str:
    """Write the choice of which loops, each with its number."""
    shown = [name for name in SHOWS if counted.get(name) or name in (ALL_WAITING, words.OVERDUE, asked.show)]

    def way(name: str) -> str:
        n = counted.get(name, 0)
        here = ' aria-current="true"' if name == asked.show else ""
        css = ' class="attention"' if name == words.OVERDUE and n else ""
        return f"<li{css}{here}>{links.link(f'{SHOWS[name]} {fmt.count(n)}', asked.href(show=name))}</li>"

    return f'<ul class="ways" aria-label="Which loops">{"".join(way(name) for name in shown)}</ul>'


def pick_owner(staff: Sequence[StaffOut], asked: Asked) -> None:
    """Draw the choice of an owner, kept in the address."""
    names = {one.staff_id: one.name for one in staff}
    options = ["", NOBODY, *names]
    # The list is of those who own a loop; one that an address names stays among them.
    options += [] if asked.owner in options else [asked.owner]
    st.session_state["loops_owner"] = asked.owner
    said = {"": EVERYBODY, NOBODY: NO_OWNER, **names}
    st.selectbox(
        OWNER,
        options,
        format_func=lambda one: said.get(one, one),
        key="loops_owner",
        on_change=_keep_owner,
        label_visibility="collapsed",
    )


def _keep_owner() -> None:
    if st.session_state["loops_owner"]:
        st.query_params["owner"] = str(st.session_state["loops_owner"])
    else:
        st.query_params.pop("owner", None)


def loops_list(params: Mapping[str, Any], asked: Asked, counted: Mapping[str, int], *, may_act: bool) -> None:
    """Draw the loops asked for, what is due first first; pages come from the server."""
    key = f"loops_pages_{asked.show}_{asked.owner}"
    found: list[LoopOut] = []
    page = fresh(params, {**asked.params(), "limit": SHOWN})
    found += page.items
    for _ in range(int(st.session_state.get(key, 1)) - 1):
        if page.next_cursor is None:
            break
        page = fresh(params, {**asked.params(), "limit": SHOWN, "cursor": page.next_cursor})
        found += page.items
    if not found:
        look.block(f'<p class="note">{NONE}</p>')
    for one in found:
        with st.container(key=f"loop_{one.loop_id}"):
            left, right = st.columns([5, 3], gap="large")
            with left:
                look.block(
                    f'<article class="owed"><h2>{words.due_html(one.due, page.now)}</h2>{said_html(one)}</article>'
                )
            with right:
                look.block(standing_html(one, page))
                label = "Act" if may_act else "History"
                st.button(label, key=f"act_{one.loop_id}", on_click=start, args=(one.loop_id,))
    if page.next_cursor is not None:
        unseen = counted.get(asked.show, 0) - len(found)
        st.button(
            f"Show more loops ({fmt.count(max(unseen, 0))} more)",
            key="more_loops",
            on_click=_turn,
            args=(key,),
            type="tertiary",
        )


def start(loop_id: int) -> None:
    """Open a loop with the next drawing; which one stands in the address."""
    st.query_params["loop"] = str(loop_id)


def _turn(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, 1)) + 1


def standing_html(one: LoopOut, page: LoopPage) -> str:
    """Write where a loop stands: its owner, its state, and each clock."""
    clocks = "".join(words.clock_html(clock, page.now) for clock in one.clocks)
    state = words.STATES.get(one.state, one.state)
    return f'<p>{owner_html(one)} <span class="note">· {state}</span></p><ul class="clocks">{clocks}</ul>'


def said_html(one: LoopOut) -> str:
    """Write what opened a loop: the words, the score, who said it, where and when, and why it was flagged."""
    chip = score_chip(one.source, one.score, -1) if one.score is not None else ""
    role = text(fmt.label(one.role, strings.ROLES))
    name = f" {text(one.contact_name)}" if one.contact_name else ""
    known = one.account_name or one.account_id
    account = links.account_link(one.account_id, known or "") if one.account_id else "no account"
    why = text("; ".join(one.reasons))
    quote = quote_html(one.comment) if one.comment else f'<p class="note">{NO_WORDS}</p>'
    return (
        f'{quote}<p class="meta">{chip}<span><span class="who">{role}{name}</span>\u00a0·</span> '
        f"<span>{account}\u00a0·</span> <span>{fmt.day(one.said_at)}\u00a0·</span> <span>{why}</span></p>"
    )


def owner_html(one: LoopOut) -> str:
    """Say who owns a loop, and why that is so."""
    if one.owner is None:
        return f'<b class="attention">{NO_OWNER}</b>: {text(one.why)}'
    return f'<b title="{text(one.why)}">{text(one.owner.name)}</b>'
