"""Comments as a list: how many there are, the first ones, and more on a click. Pages come from the server."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from api.schemas.comments import CommentOut, CommentPage
from dashboard import format as fmt
from dashboard import loading, look, strings
from dashboard.pieces import comment

SHOWN = 10
Asked = Mapping[str, Any]


def comment_list(
    path: str,
    params: Asked,
    *,
    key: str,
    shown: int = SHOWN,
    account: bool = True,
    each: Callable[[CommentOut], None] | None = None,
) -> None:
    """Draw the comments behind an address of the API.

    Args:
        path: A list of comments.
        params: Its filters.
        key: Tells this list from others on the page.
        shown: Comments at first, and more at each click.
        account: Whether to name the account with each.
        each: Draws what stands under each comment; without it they are drawn in one piece.
    """
    pages = int(st.session_state.get(f"pages_{key}", 1))
    found, total, following = _read(path, params, pages, shown)
    if not found:
        look.block(f'<p class="note">{strings.NO_COMMENTS_HERE}</p>')
        return
    if each is None:
        look.block("".join(comment.comment_html(one, account=account) for one in found))
    else:
        for one in found:
            look.block(comment.comment_html(one, account=account))
            each(one)
    if following:
        left = "" if total is None else f" ({fmt.count(max(total - len(found), 0))} more)"
        st.button(
            f"{strings.MORE_COMMENTS}{left}",
            key=f"more_{key}",
            on_click=_turn,
            args=(f"pages_{key}", pages + 1),
            type="tertiary",
        )


def _read(path: str, params: Asked, pages: int, shown: int) -> tuple[Sequence[CommentOut], int | None, bool]:
    found: list[CommentOut] = []
    total, cursor = None, None
    for _ in range(pages):
        page = loading.read(path, CommentPage, params, limit=shown, cursor=cursor)
        found.extend(page.items)
        total, cursor = page.total if total is None else total, page.next_cursor
        if cursor is None:
            break
    return found, total, cursor is not None


def _turn(key: str, pages: int) -> None:
    st.session_state[key] = pages
