"""Cleaning keeps what the writer said and is stable."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.text.clean import clean

HTML_BITS = st.sampled_from(
    ["<p>", "</p>", "<br/>", "<b", ">", "&amp;", "&lt;", "<!--", "-->", "<script>", "a", " ", "\n", "<x>"]
)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("<p>Export &amp; import<br>fail</p>", "Export & import\nfail"),
        ("a < b > c, I <3 it", "a < b > c, I <3 it"),
        ("Use <your name> here", "Use <your name> here"),
        ("&amp;lt;p&amp;gt;slow&amp;lt;/p&amp;gt;", "slow"),
        ("<div>mine</div><blockquote>old<br>mail</blockquote>", "mine\n> old\n> mail"),
        ("ad\u200bmin\u202e\u00a0 page\r\n\r\n\r\n\r\nslow\x00", "admin page\n\nslow"),
        ("cafe\u0301 \ud83d\ude00 \ud83d", "café 😀 \ufffd"),
        ("👩‍💻 works", "👩‍💻 works"),
        ("<style>p {}</style><title>x</title>body", "body"),
    ],
)
def test_keeps_meaning_drops_bytes(raw, expected):
    assert clean(raw) == expected


@given(st.text(max_size=200) | st.lists(HTML_BITS, max_size=30).map("".join))
def test_clean_is_idempotent(text):
    once = clean(text)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)
    once.encode("utf-8")


@given(st.lists(st.from_regex(r"[A-Za-z0-9äöü]{1,8}", fullmatch=True), min_size=1, max_size=20))
def test_plain_words_survive(words):
    assert clean("  ".join(words)).split() == words


@pytest.mark.parametrize("bit", ["<", "<b><!--", "<b><a x=", "&amp;", "<p>", "<<b>b>", "<a href='"])
def test_hostile_markup_is_quick(bit):
    start = time.process_time()
    clean("<b>" + bit * 20_000)
    assert time.process_time() - start < 5
