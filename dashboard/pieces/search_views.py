"""Saved searches: keep this one under a name, open one, rename or delete one; and this one's address to hand on."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import streamlit as st

from api.schemas.base import Schema
from api.schemas.views import ViewOut, ViewPage
from dashboard import links, loading, look
from dashboard.client import ClientError
from dashboard.look import text
from dashboard.pieces.search_asked import Asked, of_view

PATH, PAGE = "/v1/views", "search"
MOST_VIEWS, MOST_NAME = 200, 120
SAVED, SAVE_AS, SAVE = "Saved views", "Save this search as", "Save"
NAME, SHARED = "Name", "For everybody whose key sees these accounts"
NO_VIEWS = "None is saved yet."
CHANGE, CHANGE_TITLE, CHOOSE = "Rename or delete", "Rename or delete a view", "View"
RENAME, DELETE = "Save changes", "Delete"
NEEDS_NAME = "A view needs a name."
SHARE, SHARE_NOTE = "Share", "The address holds the whole search. Whoever opens it sees what their own key may see."
_NOTE, _OPEN, _TURN = "search_note", "search_changing", "search_views_turn"
Views = Sequence[ViewOut]


class _Nothing(Schema):
    """An answer without a body."""


def read_views() -> Views:
    """Read the saved views of this page that the reader sees, by name."""
    return loading.read(PATH, ViewPage, {"page": PAGE, "limit": MOST_VIEWS}).items


def opened(asked: Asked, views: Views) -> ViewOut | None:
    """Give the saved view that shows just this search; the reader's own first."""
    same = [view for view in views if of_view(view.parameters).address == asked.address]
    return next((view for view in same if view.own), next(iter(same), None))


def said() -> None:
    """Say once what was saved, changed or refused."""
    words, problem = st.session_state.pop(_NOTE, ("", False))
    if words:
        css, role = ("problem", "alert") if problem else ("done", "status")
        look.block(f'<p class="{css}" role="{role}">{text(words)}</p>')


def views_of(asked: Asked, views: Views) -> None:
    """Draw the saved views: this one to save, those that there are, and the way to change them."""
    label = f"{SAVED} ({len(views)})" if views else SAVED
    # Another key is another popover, a closed one: what follows a click in it must not lie under it.
    with st.popover(label, icon=":material/bookmark:", key=f"search_views_{st.session_state.get(_TURN, 0)}"):
        look.block(views_html(views, opened(asked, views)))
        with st.form("search_save", border=False, clear_on_submit=True):
            st.text_input(SAVE_AS, key="view_name", max_chars=MOST_NAME)
            st.checkbox(SHARED, key="view_shared")
            st.form_submit_button(SAVE, key="view_save", on_click=_save, args=(asked,))
        if any(view.own for view in views):
            st.button(CHANGE, key="view_change", on_click=_open, type="tertiary")


def views_html(views: Views, current: ViewOut | None) -> str:
    """Write saved views as links."""
    if not views:
        return f'<p class="note">{NO_VIEWS}</p>'
    return f'<ul class="views">{"".join(_item(view, current) for view in views)}</ul>'


def _item(view: ViewOut, current: ViewOut | None) -> str:
    here = ' aria-current="page"' if current is not None and view.view_id == current.view_id else ""
    whose = "" if view.own and not view.shared else "shared" if view.own else "shared with you"
    note = f' <span class="note">{whose}</span>' if whose else ""
    return f"<li{here}>{links.link(view.name, of_view(view.parameters).href)}{note}</li>"


def _save(asked: Asked) -> None:
    name = str(st.session_state["view_name"]).strip()
    if not name:
        _say(NEEDS_NAME, problem=True)
        return
    body = {"name": name, "page": PAGE, "parameters": parameters_of(asked), "shared": st.session_state["view_shared"]}
    _send("POST", PATH, ViewOut, done=f"“{name}” is saved.", body=body)
    _fold()


def parameters_of(asked: Asked) -> dict[str, str | list[str]]:
    """Give what a view of this search holds: the parameters of its question."""
    return {name: value if isinstance(value, str) else list(value) for name, value in asked.params().items()}


def changing(views: Views) -> None:
    """Draw the dialog that renames and deletes, if it is open."""
    own = {view.view_id: view for view in views if view.own}
    if st.session_state.get(_OPEN) and own:
        st.dialog(CHANGE_TITLE, on_dismiss=_close)(_dialog)(own)


def _dialog(own: Mapping[str, ViewOut]) -> None:
    chosen = st.selectbox(CHOOSE, list(own), format_func=lambda key: own[key].name, key="view_chosen")
    view = own[chosen]
    name = st.text_input(NAME, value=view.name, max_chars=MOST_NAME, key=f"view_name_{chosen}").strip()
    shared = st.checkbox(SHARED, value=view.shared, key=f"view_shared_{chosen}")
    body = {"name": name, "page": PAGE, "parameters": view.parameters, "shared": shared}
    with st.container(horizontal=True):
        if st.button(RENAME, key="view_rename", type="primary", disabled=not name):
            _send("PUT", f"{PATH}/{chosen}", ViewOut, done=f"“{name}” is saved.", body=body)
            _close()
            st.rerun()
        if st.button(f"{DELETE} “{look.label(view.name)}”", key="view_delete"):
            _send("DELETE", f"{PATH}/{chosen}", _Nothing, done=f"“{view.name}” is deleted.")
            _close()
            st.rerun()


def _send(method: str, path: str, schema: type[Schema], *, done: str, body: Mapping[str, Any] | None = None) -> None:
    try:
        loading.get_client().send(method, path, schema, body=body)
    except ClientError as error:
        _say(str(error), problem=True)
    else:
        _say(done)
    loading.forget()


def _say(words: str, *, problem: bool = False) -> None:
    st.session_state[_NOTE] = (words, problem)


def _open() -> None:
    st.session_state[_OPEN] = True
    _fold()


def _close() -> None:
    st.session_state[_OPEN] = False


def _fold() -> None:
    """Close the popover of the views."""
    st.session_state[_TURN] = st.session_state.get(_TURN, 0) + 1


def share(asked: Asked) -> None:
    """Draw the address of this search, to copy."""
    with st.popover(SHARE, icon=":material/link:", key="search_share"):
        look.block(f'<p class="note">{SHARE_NOTE}</p>')
        st.code(full_address(asked, st.context.url), language=None, wrap_lines=True)


def full_address(asked: Asked, page: str | None) -> str:
    """Give the whole address of a search, from that of a page that the reader's browser shows."""
    parts = urlsplit(page or "")
    # The pages may lie under a path of their own.
    root = parts.path.rstrip("/").removesuffix(f"/{links.SEARCH}")
    return f"{parts.scheme}://{parts.netloc}{root}{asked.href}" if parts.netloc else asked.href
