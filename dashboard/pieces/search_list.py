"""What was found: a page of comments at a time from the server, with the places that were found marked."""

from collections.abc import Sequence
from itertools import pairwise

import streamlit as st

from api.schemas.search import FoundComment, HighlightOut, SearchPage
from dashboard import format as fmt
from dashboard import frame, loading, look, strings
from dashboard.look import quoted
from dashboard.pieces import comment
from dashboard.pieces.search_asked import PATH, Asked

# Comments at first, and more at each click.
SHOWN, LATER = 10, 100
# Pages that a link or a refresh draws again at once: some 3,000 comments, more than anybody reads.
MOST_PAGES = 30
MANY = "These are many: narrow the search to read the others, or export all of them."
TITLES = {"list": "Newest first", "words": "Best first", "meaning": "Nearest in meaning first", "both": "Best first"}
# What a mark means; each has a sign beside its colour.
LEGEND = {
    "words": '<mark class="word">Bold</mark>: your words.',
    "meaning": '<mark class="near">Underlined</mark>: the passage that is near in meaning.',
}
SIMILAR = "similarity {:.2f}"
# Below this, a comment without a word of the question mostly speaks of something else (the first 14 of eight questions
# to the sample, read).
WEAK = 0.4
WEAK_TITLE = "Weaker"
WEAK_NOTE = f"No word of yours, and similarity under {WEAK:.2f}: many of these speak of something else."
SIMILAR_TITLE = "How near the nearest passage is in meaning, from 0 to 1. Under 0.25 nothing is shown."
# Characters of a long comment shown around the first place that was found.
BEFORE, EXCERPT = 60, 300
# A cut moves back to the beginning of its word by so many characters at most.
NEAR_BLANK = 30


def read_first(asked: Asked) -> SearchPage:
    """Read the first page."""
    return loading.read(PATH, SearchPage, asked.params(), limit=SHOWN)


def results(asked: Asked, page: SearchPage, *, pages: int) -> None:
    """Draw what was found, in `pages` steps, and the way to more of it."""
    following, found = page.next_cursor, list(page.items)
    for _ in range(min(pages, MOST_PAGES) - 1):
        if following is None:
            break
        later = loading.read(PATH, SearchPage, asked.params(), limit=LATER, cursor=following)
        found, following = [*found, *later.items], later.next_cursor
    shown = f"{fmt.count(len(found))} of {fmt.count(page.total)} shown." if following else ""
    frame.section(TITLES.get(page.mode, TITLES["both"]), " ".join(part for part in (_legend(found), shown) if part))
    strong = _strong(found)
    look.block("".join(found_html(one) for one in found[:strong]) + _weaker(found[strong:], alone=not strong))
    if following and pages >= MOST_PAGES:
        look.block(f'<p class="note">{MANY}</p>')
    elif following:
        left = fmt.count(max(page.total - len(found), 0))
        label = f"{strings.MORE_COMMENTS} ({left} more)"
        st.button(label, key="more_search", on_click=_more, args=(pages + 1,), type="tertiary")


def _strong(found: Sequence[FoundComment]) -> int:
    """Count the comments up to the last one that is no weak hit."""
    return max((place for place, one in enumerate(found, 1) if not is_weak(one)), default=0)


def is_weak(one: FoundComment) -> bool:
    """Whether a comment was found by its meaning alone, and is not near."""
    by_words = any(mark.by == "words" for mark in one.highlights)
    return one.similarity is not None and one.similarity < WEAK and not by_words


def _weaker(found: Sequence[FoundComment], *, alone: bool) -> str:
    """Write the comments after the last strong one, set apart; the order is the server's."""
    if not found:
        return ""
    title = "" if alone else f'<h3 class="under">{WEAK_TITLE}</h3>'
    quotes = "".join(found_html(one) for one in found)
    return f'<div class="weaker">{title}<p class="note">{WEAK_NOTE}</p>{quotes}</div>'


def _more(pages: int) -> None:
    st.query_params["pages"] = str(pages)


def _legend(found: Sequence[FoundComment]) -> str:
    by = {mark.by for one in found for mark in one.highlights}
    return " ".join(words for name, words in LEGEND.items() if name in by)


def found_html(one: FoundComment) -> str:
    """Write a comment that was found: its words with marks, and how near it is in meaning."""
    similar = "" if one.similarity is None else SIMILAR.format(one.similarity)
    aside = f'<span title="{SIMILAR_TITLE}">{similar}</span>' if similar else ""
    return comment.comment_html(one, quote=_quote(one), aside=aside)


def _quote(one: FoundComment) -> str:
    if not one.highlights:
        return ""
    if len(one.text) <= comment.LONG:
        return _words(marked_html(one.text, one.highlights))
    start = _word(one.text, max(0, min(mark.start for mark in one.highlights) - BEFORE))
    end = _word(one.text, min(len(one.text), start + EXCERPT))
    inside = [mark for mark in one.highlights if mark.start < end and mark.end > start]
    moved = [mark.model_copy(update={"start": max(mark.start, start), "end": min(mark.end, end)}) for mark in inside]
    excerpt = marked_html(one.text, moved, start=start, end=end)
    excerpt = f"{'… ' if start else ''}{excerpt}{' …' if end < len(one.text) else ''}"
    return (
        f'<details class="cut"><summary>{_words(excerpt)}<span class="more">{strings.SHOW_ALL}</span></summary>'
        f"{_words(marked_html(one.text, one.highlights))}</details>"
    )


def _word(words: str, place: int) -> int:
    """Move a cut to the blank before it, if there is one near."""
    blank = max(words.rfind(" ", place - NEAR_BLANK, place + 1), words.rfind("\n", place - NEAR_BLANK, place + 1))
    return blank + 1 if 0 < place < len(words) and blank >= 0 and place > NEAR_BLANK else place


def _words(html: str) -> str:
    return f'<blockquote class="quote" dir="auto">{html}</blockquote>'


def marked_html(words: str, marks: Sequence[HighlightOut], *, start: int = 0, end: int | None = None) -> str:
    """Write a customer's words with what was found marked; places outside of the text are left out.

    Args:
        words: The text that the places lie in.
        marks: Places in characters; a word may lie in a passage.
        start: Where to begin.
        end: Where to end.
    """
    last = len(words) if end is None else end
    cuts = {start, last, *(place for mark in marks for place in (mark.start, mark.end) if start < place < last)}
    ordered = sorted(cuts)
    return "".join(_piece(words, left, right, marks) for left, right in pairwise(ordered))


def _piece(words: str, left: int, right: int, marks: Sequence[HighlightOut]) -> str:
    by = {mark.by for mark in marks if mark.start <= left and right <= mark.end}
    kinds = [css for name, css in (("words", "word"), ("meaning", "near")) if name in by]
    shown = quoted(words[left:right], whole=words)
    return f'<mark class="{" ".join(kinds)}">{shown}</mark>' if kinds else shown
