"""What every page has around it: its opening sentence, the filter bar, and states for what goes wrong."""

from collections.abc import Callable, Mapping
from datetime import datetime

import streamlit as st

from dashboard import look, strings
from dashboard.client import ClientError, MissingError, RefusedError
from dashboard.filters import Filters, current_filters, filter_bar
from dashboard.pieces import empty


def show(render: Callable[[Filters], None]) -> None:
    """Draw a page; where the API has no answer, say what is wrong and what to do."""
    filters = current_filters()
    try:
        render(filters)
    except RefusedError as error:
        look.block(empty.empty_html(strings.REFUSED_TITLE, str(error)))
    except MissingError as error:
        look.block(empty.empty_html(strings.MISSING_TITLE, str(error)))
    except ClientError as error:
        look.block(empty.empty_html(strings.UNREACHABLE_TITLE, str(error)))


def head(sentence_html: str, filters: Filters, as_of: datetime | None, *, over: str = "") -> None:
    """Draw the sentence that a page opens with, then the bar that says what is shown.

    Args:
        sentence_html: The answer first; texts in it are escaped.
        filters: Those in force.
        as_of: Where the window ends.
        over: What the page is about, in a word or two above the sentence, where the navigation does not say it.
    """
    above = f'<p class="brand">{over}</p>' if over else ""
    look.block(f'{above}<h1 class="lead">{sentence_html}</h1>')
    filter_bar(filters, as_of)


def section(title: str, note: str = "", *, html: str = "", anchor: str = "", folded: str = "") -> None:
    """Draw a section's title with its note, and what follows of HTML.

    Args:
        title: Its name.
        note: What to know of it.
        html: What it holds.
        anchor: What a link on the page names.
        folded: What a phone shows instead of `html` until it is tapped, or until a link leads here; "" is never.
    """
    said = f'<p class="note">{note}</p>' if note else ""
    named = f' id="{anchor}"' if anchor else ""
    head = f'<div class="section"{named}><h2 class="title">{title}</h2>{said}</div>'
    if folded:
        fold = f'<details class="fold"><summary>{folded}</summary></details>'
        look.block(f'<div class="folding">{head}{fold}<div class="folded">{html}</div></div>')
    else:
        look.block(head + html)


def contents(names: Mapping[str, str]) -> str:
    """Write the way to the sections of a long page: their names by their anchors."""
    ways = "".join(f'<li><a href="#{anchor}">{name}</a></li>' for anchor, name in names.items())
    return f'<nav class="contents note" aria-label="On this page"><ul>{ways}</ul></nav>'


def no_data() -> None:
    """Draw the state of a first start: the sample or an upload."""
    look.block(empty.no_data_html())
    st.stop()
