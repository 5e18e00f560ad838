"""Cursors: what is written is read back, and nothing else is."""

import contextlib

from hypothesis import given
from hypothesis import strategies as st

from api.errors import CursorError
from api.pagination import cut_list, decode_cursor, encode_cursor


@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False))))
def test_cursor_round_trips(values):
    assert decode_cursor(encode_cursor(values, listing="a"), listing="a") == values


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_refused(cursor: str):
    with contextlib.suppress(CursorError):
        decode_cursor(cursor, listing="a")


@given(st.integers(0, 30), st.integers(1, 7))
def test_list_is_cut_without_loss(n: int, limit: int):
    rows, after, seen = list(range(n)), None, []
    while True:
        page, after = cut_list(rows, after, limit)
        seen += page
        if after is None:
            break
    assert seen == rows
