"""What the parts of the data page share: fresh reads, answers to a click, who may, lists that go on, files to keep."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import streamlit as st

from api.schemas.base import Schema
from api.schemas.slices import MeOut
from dashboard import links, loading, look, strings
from dashboard.client import ClientError
from dashboard.look import text
from dashboard.pieces import csv_button as button
from dashboard.pieces import data_words as words
from dashboard.pieces import empty

S = TypeVar("S", bound=Schema)
SHOWN = 20
_SAID, _FAILED = "data_said", "data_failed"


def fresh(path: str, schema: type[S], params: Mapping[str, Any] | None = None, **more: Any) -> S:  # noqa: ANN401
    """Read an address as it is now: files, jobs and rows move while the page is open."""
    return loading.get_client().read(path, schema, {**(params or {}), **more})


def attempt(act: Callable[[], S], *, done: str = "") -> S | None:
    """Do what was clicked; a refusal is said where it was asked for, and what was typed stays."""
    try:
        answer = act()
    except ClientError as error:
        problem(str(error))
        return None
    loading.forget()
    if done:
        say(done)
    return answer


def attempt_before(act: Callable[[], S], *, done: str) -> None:
    """Do what was clicked in a box that closes; how it went is said when the page is drawn next."""
    try:
        act()
    except ClientError as error:
        st.session_state[_FAILED] = str(error)
        return
    loading.forget()
    say(done)


def send(method: str, path: str, schema: type[S], **more: Any) -> S:  # noqa: ANN401 - as `Api.send` takes
    """Write to the API."""
    return loading.get_client().send(method, path, schema, **more)


def problem(said: str) -> None:
    """Say what went wrong, beside what was asked for."""
    look.block(f'<p class="problem" role="alert"><b>{words.NOT_DONE}</b> {text(words.in_page_words(said))}</p>')


def say(said: str) -> None:
    """Keep a word for the next time that the page is drawn: what was asked for is done."""
    st.session_state[_SAID] = said


def show_said() -> None:
    """Say once what was done, or was not."""
    failed = st.session_state.pop(_FAILED, "")
    if failed:
        problem(failed)
    said = st.session_state.pop(_SAID, "")
    if said:
        look.block(f'<p class="done" role="status">✓ {text(said)}</p>')


def may(me: MeOut, *roles: str) -> bool:
    """Whether the reader has one of these roles, for all accounts: such things belong to all."""
    return me.role in roles and me.accounts is None


def refused(me: MeOut, who_may: str) -> None:
    """Say who may use a part that this reader may not."""
    role = role_words(me)
    look.block(empty.empty_html(words.NOT_YOURS, f"{who_may} {words.YOU_READ_AS.format(name=me.name, role=role)}"))


def role_words(me: MeOut) -> str:
    """Say a reader's role, and how far it goes."""
    role = strings.KEY_ROLES.get(me.role, me.role)
    return role if me.accounts is None else f"{role}, {words.SOME_ACCOUNTS}"


def part_link(label: str, part: str, *, css: str = "", **more: str | int | None) -> str:
    """Write a link to a part of this page."""
    return links.link(label, links.href(links.DATA, None, part=part, **more), css=css)


def read_pages(path: str, schema: type[S], params: Mapping[str, Any], *, key: str) -> tuple[list[Any], S]:
    """Read a list as far as the reader asked for. Returns its items and the last page."""
    items: list[Any] = []
    cursor = None
    for _ in range(int(st.session_state.get(f"pages_{key}", 1))):
        page: Any = fresh(path, schema, params, limit=SHOWN, cursor=cursor)
        items.extend(page.items)
        cursor = page.next_cursor
        if cursor is None:
            break
    return items, page


def more_button(page: Any, *, key: str) -> None:  # noqa: ANN401 - any page of a list
    """Offer the next page of a list, where there is one."""
    if page.next_cursor is not None:
        st.button(words.SHOW_MORE, key=f"more_{key}", on_click=_turn, args=(f"pages_{key}",), type="tertiary")


def _turn(key: str) -> None:
    st.session_state[key] = int(st.session_state.get(key, 1)) + 1


def csv_button(path: str, params: Mapping[str, Any], *, name: str) -> None:
    """Offer a list whole as CSV; it is made when it is asked for."""
    button.csv_button("CSV", path, params, name=name, key=f"csv_{name}")


def note(said: str) -> None:
    """Write a note; the texts in it are escaped."""
    look.block(f'<p class="note">{said}</p>')


def clear_param(*names: str) -> None:
    """Take the page's own parameters out of the address."""
    for name in names:
        st.query_params.pop(name, None)
