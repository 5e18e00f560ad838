"""Addresses of pages: every link carries the filters in force, so that what it opens is counted alike."""

from collections.abc import Mapping
from urllib.parse import urlencode

from dashboard import paper
from dashboard.filters import Filters, current_filters, write_filters
from dashboard.look import text

OVERVIEW, THEMES, THEME, ACCOUNTS, ACCOUNT = "", "themes", "theme", "accounts", "account"
JOURNEY, MAP, LOOPS, RETENTION, SEARCH, DATA = "journey", "map", "loops", "retention", "search", "data"


def href(page: str, filters: Filters | None = None, **more: str | int | None) -> str:
    """Give the address of a page with filters (those in force) and the page's own parameters."""
    if paper.current() is not None:
        return ""
    wanted: Mapping[str, str] = write_filters(current_filters() if filters is None else filters)
    own = {name: str(value) for name, value in more.items() if value not in (None, "")}
    query = urlencode({**wanted, **own})
    return f"/{page}?{query}" if query else f"/{page}"


def link(label: str, address: str, *, css: str = "", title: str = "") -> str:
    """Write a link to a page of ours; the label is a text, never HTML.

    Its name for who hears the page begins with what is seen: "12: Read the comments of Acme" (WCAG 2.5.3).
    """
    said = title if not title or label in title else f"{label}: {title}"
    return anchor(text(label), address, css=css, title=title, said=said)


def anchor(html: str, address: str, *, css: str = "", title: str = "", said: str = "") -> str:
    """Write a link around a piece of HTML whose texts were escaped; on paper the piece alone."""
    if paper.current() is not None:
        return html
    named = f' title="{text(title)}" aria-label="{text(said or title)}"' if title else ""
    return f'<a class="{("go " + css).strip()}" href="{text(address)}" target="_self"{named}>{html}</a>'


def theme_link(key: str, name: str) -> str:
    """Write a theme's name as the way to its page."""
    return link(name, href(THEME, key=key))


def account_link(account_id: str, name: str) -> str:
    """Write an account's name as the way to its page."""
    return link(name, href(ACCOUNT, id=account_id))


def comments_link(label: str, filters: Filters | None = None, *, title: str = "", **more: str | int | None) -> str:
    """Write a number as the way to the comments behind it: the search page, which says how many there are."""
    return link(label, href(SEARCH, filters, **more), css="number", title=title or f"Read the comments behind {label}")
