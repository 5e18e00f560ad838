"""Cursors: what is written is read back, and nothing else is."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.errors import CursorError
from api.listing import cut_page
from api.pagination import decode_cursor, encode_cursor
from data.store.vault import Vault

SIGN = Vault(bytes(32)).hash


@given(st.lists(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False))))
def test_cursor_round_trips(values):
    assert decode_cursor(encode_cursor(values, listing="a", sign=SIGN), listing="a", sign=SIGN) == values


@given(st.text(max_size=60))
def test_any_cursor_is_read_or_refused(cursor: str):
    with contextlib.suppress(CursorError):
        decode_cursor(cursor, listing="a", sign=SIGN)


@given(st.integers(0, 30), st.integers(1, 7))
def test_list_is_cut_without_loss(n: int, limit: int):
    seen: list[int] = []
    rows, after = list(range(n)), None
    while True:
        page = cut_page(rows, after, limit)
        seen, after = seen + page.rows, page.after
        if after is None:
            break
    assert seen == rows


def test_made_up_cursor_is_refused():
    made = encode_cursor([1, "x"], listing="a", sign=Vault(bytes(range(32))).hash)
    with pytest.raises(CursorError):
        decode_cursor(made, listing="a", sign=SIGN)
