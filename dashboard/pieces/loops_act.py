"""One loop in a dialog: its history, and what may be done with it now. What was seen goes back with each act."""

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from api.schemas.loops import LoopActOut, LoopDetail, StaffOut, StaffPage
from api.schemas.slices import MeOut
from dashboard import loading, look
from dashboard.client import AnswerError, ClientError, MissingError
from dashboard.look import text
from dashboard.pieces import loops_list
from dashboard.pieces import loops_words as words

TITLE = "A loop and its history"
# The roles whose keys may act. Source: api.routers.loops.ACTORS.
ACTORS = ("csm", "analyst", "admin")
MAY_NOT = "You read as a viewer: acting on loops needs the key of a CSM, an analyst or an admin."
# Rows of a page of the API.
STAFF_AT_ONCE = 200
OPENED = "Opened"
CONFLICT = "Not done. Somebody may have acted since you looked; what happened stands in the history above."
OUTCOME, OUTCOME_HELP = "What came of it", "It is logged against the account."
NOTE, OWNER, ACT, DO = "Note", "New owner", "What was done?", "Write it down"
MISSING = {"assign": "Choose an owner.", "close": "Say what came of it: it is logged against the account.",
           "note": "Write the note."}  # fmt: skip
_SAID, _PROBLEM, _SEEN = "loops_said", "loops_problem", "loops_seen"
MOST_CHARS = 4000


def may_act(me: MeOut) -> bool:
    """Whether the reader's role may act on loops."""
    return me.role in ACTORS


def dialog(loop_id: int, *, allowed: bool) -> None:
    """Draw the loop that the address names."""
    st.dialog(TITLE, width="medium", on_dismiss=close)(_draw)(loop_id, allowed)


def close() -> None:
    """Close it: the address names none any more."""
    st.query_params.pop("loop", None)
    for name in (_PROBLEM, _SEEN):
        st.session_state.pop(name, None)


def said() -> None:
    """Say once what was done."""
    done = st.session_state.pop(_SAID, "")
    if done:
        look.block(f'<p class="done" role="status">✓ {text(done)}</p>')


def _draw(loop_id: int, allowed: bool) -> None:
    try:
        loop = _seen(loop_id)
    except MissingError as error:
        look.block(f'<p class="problem" role="alert">{text(str(error))}</p>')
        return
    staff = _staff()
    look.block(detail_html(loop, {one.staff_id: one.name for one in staff}))
    problem = st.session_state.get(_PROBLEM, "")
    if problem:
        look.block(f'<p class="problem" role="alert"><b>{CONFLICT}</b> {text(problem)}</p>')
    if not allowed:
        look.block(f'<p class="note">{MAY_NOT}</p>')
    elif loop.legal:
        _form(loop, staff)


def _staff() -> list[StaffOut]:
    page = loading.read("/v1/loops/staff", StaffPage, limit=STAFF_AT_ONCE)
    found = list(page.items)
    while page.next_cursor is not None:
        page = loading.read("/v1/loops/staff", StaffPage, limit=STAFF_AT_ONCE, cursor=page.next_cursor)
        found.extend(page.items)
    return found


def _seen(loop_id: int) -> LoopDetail:
    """Give the loop as the reader saw it when it was opened: an act is decided on that, and sent with it."""
    seen = st.session_state.get(_SEEN)
    if not isinstance(seen, LoopDetail) or seen.loop_id != loop_id:
        seen = loading.get_client().read(f"/v1/loops/{loop_id}", LoopDetail, {})
        st.session_state[_SEEN] = seen
    return seen


def detail_html(loop: LoopDetail, names: Mapping[str, str]) -> str:
    """Write a loop with its history, oldest act first."""
    opened = f"<li><b>{OPENED}</b> {text(words.moment(loop.opened_at))}: {text('; '.join(loop.reasons))}</li>"
    acts = "".join(_act(one, names) for one in loop.history)
    owner = loops_list.owner_html(loop)
    state = words.STATES.get(loop.state, loop.state)
    told = f" Also told: {text(', '.join(one.name for one in loop.also_told))}." if loop.also_told else ""
    return (
        f'{loops_list.said_html(loop)}<p class="standing">{owner} · {state}. '
        f'<span class="note">Owner because: {text(loop.why)}.{told}</span></p>'
        f'<h3 class="under">History</h3><ol class="history">{opened}{acts}</ol>'
    )


def _act(one: LoopActOut, names: Mapping[str, str]) -> str:
    owner = f": {text(names.get(one.owner, one.owner))}" if one.owner else ""
    more = "".join(f'<br><span class="told">{text(part)}</span>' for part in (one.outcome, one.note) if part)
    name = words.ACTS_DONE.get(one.act, one.act)
    return (
        f'<li><b>{name}</b>{owner} <span class="note">{text(words.moment(one.at))}, by {text(one.by)}</span>{more}</li>'
    )


def _form(loop: LoopDetail, staff: Sequence[StaffOut]) -> None:
    """Draw what may be done; the act decides which fields there are."""
    legal = [one for one in words.ACTS if one in loop.legal]
    # What is due stands first.
    due = loop.due.act if loop.due is not None and loop.due.act in legal else legal[0]
    act = st.radio(
        ACT,
        legal,
        index=legal.index(due),
        format_func=words.ACTS.__getitem__,
        key=f"loop_act_{loop.acts}",
        horizontal=True,
    )
    with st.form(f"loop_form_{loop.loop_id}_{act}", border=False):
        body: dict[str, Any] = {"act": act, "acts_seen": loop.acts}
        if act == "assign":
            names = {
                one.staff_id: one.name for one in staff if loop.owner is None or one.staff_id != loop.owner.staff_id
            }
            body["owner"] = st.selectbox(
                OWNER,
                list(names),
                index=None,
                format_func=lambda one: names[one],
                key="loop_new_owner",
                placeholder="Choose somebody",
            )
        if act == "close":
            body["outcome"] = st.text_area(OUTCOME, help=OUTCOME_HELP, max_chars=MOST_CHARS, key="loop_outcome")
        body["note"] = st.text_area(NOTE, max_chars=MOST_CHARS, height=80, key="loop_note")
        pressed = st.form_submit_button(DO, type="primary")
    if pressed:
        _send(loop, body)


def _send(loop: LoopDetail, body: Mapping[str, Any]) -> None:
    act = str(body["act"])
    st.session_state.pop(_PROBLEM, None)
    needed = {"assign": "owner", "close": "outcome", "note": "note"}.get(act)
    if needed is not None and not str(body.get(needed) or "").strip():
        look.block(f'<p class="problem" role="alert">{MISSING[act]}</p>')
        return
    try:
        made = loading.get_client().send("PATCH", f"/v1/loops/{loop.loop_id}", LoopDetail, body=dict(body))
    except AnswerError as error:
        # Somebody else was faster, or the state does not allow it: the loop is read again, and the reason said.
        st.session_state.pop(_SEEN, None)
        st.session_state[_PROBLEM] = str(error)
        st.rerun()
    except ClientError as error:
        look.block(f'<p class="problem" role="alert">{text(str(error))}</p>')
        return
    loading.forget()
    where = f" · {made.account_name}" if made.account_name else ""
    state = words.STATES.get(made.state, made.state)
    st.session_state[_SAID] = f"{words.ACTS_DONE[act]}{where}. It now stands as: {state.lower()}."
    close()
    st.rerun()
