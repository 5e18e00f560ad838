"""Who reads: a person who signed in (OpenID Connect), whoever holds the launcher's key, or each with their own key.

The API is always asked as that reader. A key that was typed in stays in this process (`sessions`); a person's token is
Streamlit's to keep, signed, in a cookie that no script can read.
"""

import time
from collections.abc import Mapping
from typing import Any, NoReturn

import streamlit as st

from api.schemas.slices import MeOut
from dashboard import loading, look, strings
from dashboard.client import ClientError, RefusedError, SignedOutError, open_client, setting, sign_in_section
from dashboard.look import text
from dashboard.pieces import signin_words as words
from dashboard.sessions import COOKIE, SESSIONS

# What the session holds of the reader: how they came in, the session's name, and the ticket for its cookie.
HOW, NAME, TICKET = "signed_in", "session_name", "session_ticket"
PERSON, KEY = "person", "key"
# Seconds before its end at which a sign-in counts as ended: what is asked now must still be answered.
MARGIN_S = 30

_KEEP = """
export default function (component) {
  const { data } = component;
  if (data && data.ticket) {
    fetch("/sign-in/keep", { method: "POST", headers: { "X-Ticket": data.ticket }, credentials: "same-origin" });
  }
}
"""
_keeper = st.components.v2.component("sottovoce_session", html="", js=_KEEP)
# Signing in leads away and back to the first page: where the reader was is noted in their window.
_NOTE = """
export default function () {
  sessionStorage.setItem("sottovoce:back", window.location.pathname + window.location.search);
}
"""
_note_place = st.components.v2.component("sottovoce_place", html="", js=_NOTE)


def require() -> None:
    """Let pass who may read; ask everybody else who they are, and draw nothing more."""
    if "client" in st.session_state and HOW not in st.session_state:
        return  # Somebody else's client: a test's.
    if _providers() is not None:
        _require_person()
    elif not setting("SOTTOVOCE_API_KEY"):
        _require_key()


def reader() -> MeOut | None:
    """Give who reads, None where the API does not say; the page itself will say why."""
    try:
        return loading.read("/v1/me", MeOut)
    except ClientError:
        return None


def can_leave() -> bool:
    """Say whether there is anything to sign out from: the launcher's key is everybody's."""
    return HOW in st.session_state


def leave() -> None:
    """Sign out, in all windows of this browser."""
    how, name = st.session_state.get(HOW), st.session_state.get(NAME)
    if name:
        SESSIONS.end(name)
    st.session_state.clear()
    if how == PERSON:
        st.logout()
        st.stop()
    st.rerun()


# --- a person's own sign-in


def _providers() -> dict[str, str] | None:
    """Give the issuers to sign in at, by their names in the secrets; None where sign-in is not set up."""
    section = sign_in_section()
    if section is None:
        return None
    named = {str(name): str(name).title() for name, value in section.items() if _is_provider(value)}
    return named or {"": ""}


def _is_provider(value: object) -> bool:
    return isinstance(value, Mapping) and "client_id" in value


def _require_person() -> None:
    if not st.user.get("is_logged_in"):
        _drop()
        _ask_person(words.PERSON_TITLE, words.PERSON_TEXT)
    token = _token(st.user)
    if not token:
        _ask_person(words.UNFINISHED_TITLE, words.UNFINISHED_TEXT, button=False)
    if _has_ended(st.user):
        _drop()
        _ask_person(words.ENDED_TITLE, words.ENDED_TEXT)
    st.session_state["client"], st.session_state[HOW] = open_client(token), PERSON
    try:
        loading.read("/v1/me", MeOut)
    except SignedOutError as error:
        _drop()
        _ask_person(words.ENDED_TITLE, str(error))
    except RefusedError as error:
        _ask_person(words.STRANGER_TITLE, str(error), button=False)
    except ClientError:
        return  # The page says what is wrong.


def _token(user: Any) -> str:  # noqa: ANN401 - Streamlit's proxy
    return str(user.get("tokens", {}).get("id", "") or "")


def _has_ended(user: Any) -> bool:  # noqa: ANN401
    ends = user.get("exp")
    return isinstance(ends, int | float) and ends - MARGIN_S <= time.time()


def _ask_person(title: str, said: str, *, button: bool = True) -> NoReturn:
    """Draw the state of somebody who is not signed in, or whom the API does not know; nothing follows."""
    with st.container(key="signin"):
        look.block(_card(title, said))
        if button:
            _note_place(key="place")
            for name, label in (_providers() or {}).items():
                st.button(
                    words.SIGN_IN_WITH.format(name=label) if label else words.SIGN_IN,
                    on_click=st.login,
                    args=(name,) if name else (),
                    type="primary",
                    key=f"sign_in_{name}",
                )
        elif st.user.get("is_logged_in"):
            st.button(words.OTHER_PERSON, on_click=_leave_person, key="sign_in_other")
    st.stop()


def _leave_person() -> None:
    st.session_state.clear()
    st.logout()


# --- each with their own key


def _require_key() -> None:
    name = st.session_state.get(NAME) or st.context.cookies.get(COOKIE) or ""
    key = SESSIONS.key_of(name) if name else None
    if key is None:
        _drop()
        _ask_key()
    if st.session_state.get(NAME) != name or "client" not in st.session_state:
        st.session_state.update({"client": open_client(key), HOW: KEY, NAME: name})
    try:
        loading.read("/v1/me", MeOut)
    except SignedOutError as error:
        SESSIONS.end(name)
        _drop()
        _ask_key(str(error))
    except ClientError:
        pass  # The page says what is wrong.
    ticket = st.session_state.get(TICKET)
    if ticket and SESSIONS.waits(ticket):
        _keeper(key="keeper", data={"ticket": ticket})


def _ask_key(problem: str = "") -> NoReturn:
    """Draw the form that asks for a key; nothing follows."""
    with st.container(key="signin"):
        look.block(_card(words.KEY_TITLE, words.KEY_TEXT))
        with st.form("sign_in", border=False):
            shown = st.text_input(words.KEY_LABEL, type="password", autocomplete="off", key="key_shown").strip()
            asked = st.form_submit_button(words.SIGN_IN, type="primary", key="key_send")
        if asked:
            problem = _try_key(shown)
        if problem:
            look.block(f'<p class="problem" role="alert">{text(problem)}</p>')
        look.block(f'<p class="note">{words.KEY_NOTE}</p>')
    st.stop()


def _try_key(shown: str) -> str:
    """Begin a session with a key that the API takes; give what is wrong with another one."""
    if not shown:
        return words.KEY_MISSING
    client = open_client(shown)
    try:
        client.read("/v1/me", MeOut, {})
    except SignedOutError:
        return words.KEY_UNKNOWN
    except ClientError as error:
        return str(error)
    name = SESSIONS.begin(shown)
    st.session_state.update({"client": client, HOW: KEY, NAME: name, TICKET: SESSIONS.make_ticket(name)})
    st.rerun()


def _drop() -> None:
    """Forget who was signed in, in this window."""
    for name in ("client", HOW, NAME, TICKET):
        st.session_state.pop(name, None)


def _card(title: str, said: str) -> str:
    return f'<p class="brand">{strings.TITLE}</p><h1 class="signin">{text(title)}</h1><p class="said">{text(said)}</p>'
