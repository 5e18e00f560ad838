"""Loops: who owes whom an answer, until when; acting on one; and how long it all takes."""

from collections.abc import Mapping, Sequence

import streamlit as st

from api.schemas.loops import LoopOut, LoopTimesGroup, LoopTimesOut, StaffOut
from api.schemas.slices import MeOut
from dashboard import format as fmt
from dashboard import frame, links, loading, look, navigate
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces import loops_act, loops_empty, loops_list, loops_times
from dashboard.pieces import loops_words as words
from dashboard.pieces.loops_list import ALL_WAITING, Asked


def render(filters: Filters) -> None:
    """Draw the page."""
    me = loading.read("/v1/me", MeOut)
    if not me.has_data:
        frame.no_data()
    asked, params = loops_list.read_asked(navigate.own_params()), filters.params()
    everybody = loops_list.numbers(params, Asked())
    counted = everybody if not asked.owner else loops_list.numbers(params, asked)
    found = loading.get_client().read("/v1/loops/times", LoopTimesOut, {**params, "group_by": "owner"}).items
    first = loops_list.fresh(params, {**Asked().params(), "limit": 1})
    frame.head(_sentence(everybody, first.items), filters, me.as_of)
    loops_act.said()
    if not found:
        look.block(loops_empty.nothing_html(me.as_of, first.now))
    else:
        _list(filters, asked, counted, found, may_act=loops_act.may_act(me))
        loops_times.times(found)
    if asked.loop is not None:
        loops_act.dialog(asked.loop, allowed=loops_act.may_act(me))


def _sentence(counted: Mapping[str, int], first: Sequence[LoopOut]) -> str:
    waiting, late = counted.get(ALL_WAITING, 0), counted.get(words.OVERDUE, 0)
    if not waiting:
        return "<b>Nobody waits for an answer</b> in this slice."
    number = links.link(fmt.count(late), Asked(show=words.OVERDUE).href(), css="number") if late else "None"
    many = f"<b>{number} of {fmt.counted(waiting, 'loop')}</b> {'is' if late <= 1 else 'are'} overdue."
    return " ".join([many, *(_longest(one) for one in first if one.due is not None and one.due.overdue)])


def _longest(one: LoopOut) -> str:
    who = text(one.owner.name) if one.owner is not None else "somebody who is not named yet"
    account = links.account_link(one.account_id, one.account_name or one.account_id) if one.account_id else "a customer"
    what = words.DUE.get(one.due.act, "an answer") if one.due is not None else ""
    since = f" since {fmt.day(one.due.due_at)}" if one.due is not None else ""
    return f"Longest of all, {who} owes {account} {_lowered(what)}{since}."


def _lowered(what: str) -> str:
    named = {"First touch": "a first touch", "Telling the owner": "an owner who knows"}
    return named.get(what, what[:1].lower() + what[1:])


def _list(
    filters: Filters, asked: Asked, counted: Mapping[str, int], found: Sequence[LoopTimesGroup], *, may_act: bool
) -> None:
    left, right = st.columns([5, 2], vertical_alignment="center")
    with left:
        look.block(loops_list.ways_html(counted, asked))
    with right:
        loops_list.pick_owner(_owners(found), asked)
    said = words.CLOCK_NOTE if may_act else f"{words.CLOCK_NOTE} {loops_act.MAY_NOT}"
    look.block(f'<p class="note">{said}</p>')
    loops_list.loops_list(filters.params(), asked, counted, may_act=may_act)


def _owners(found: Sequence[LoopTimesGroup]) -> list[StaffOut]:
    return sorted((one.owner for one in found if one.owner is not None), key=lambda one: one.name.casefold())


frame.show(render)
