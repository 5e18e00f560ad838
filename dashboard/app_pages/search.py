"""Search: comments by words, by meaning and by what narrows them; where every number of the other pages leads."""

from dataclasses import replace

import streamlit as st

from api.schemas.accounts import AccountPage
from api.schemas.search import SearchPage
from api.schemas.slices import MeOut
from api.schemas.taxonomy import TaxonomyOut
from dashboard import format as fmt
from dashboard import frame, links, loading, look, navigate
from dashboard.client import AnswerError, MissingError
from dashboard.filters import Filters
from dashboard.pieces import empty, search_empty, search_form, search_list, search_views, search_words
from dashboard.pieces.csv_button import csv_button
from dashboard.pieces.search_asked import PATH, Asked, read_asked
from dashboard.pieces.search_words import Names
from dashboard.pieces.theme_tree import read_themes

EXPORT = "Export {} (CSV)"
NO_ANSWER = "This search has no answer"
WORDS_ONLY, NO_THEME, AGAIN = "Search by words instead", "Leave the theme out", "Start again"
UNNAMED = "a theme that is not known"
# Accounts that a part of an id can fit.
LOOKED_AT = 50


def render(filters: Filters) -> None:
    """Draw the page."""
    me = loading.read("/v1/me", MeOut)
    if not me.has_data:
        frame.no_data()
    own = navigate.own_params()
    asked = read_asked(filters, own)
    try:
        page = search_list.read_first(asked)
    except MissingError as error:
        _refused(asked, str(error), NO_THEME, asked.without("theme"))
        return
    except AnswerError as error:
        by_words = replace(asked, own={**asked.own, "mode": "words"})
        # What is refused without meaning is refused by words too.
        if asked.one("q") and asked.one("mode") != "words":
            _refused(asked, str(error), WORDS_ONLY, by_words)
        else:
            _refused(asked, str(error), AGAIN, Asked(filters, {}))
        return
    names = _names(asked, page)
    views = search_views.read_views()
    current = search_views.opened(asked, views)
    over = f"View: {look.text(current.name)}" if current is not None else ""
    frame.head(search_words.sentence_html(asked, page, names), filters, page.period.as_of, over=over)
    search_views.said()
    search_form.box(asked)
    with st.container(horizontal=True, key="search_ways"):
        search_form.narrow(asked, names)
        search_views.views_of(asked, views)
        search_views.share(asked)
        _export(asked, page)
    look.block(search_words.chips_html(asked, names) + _note(page))
    if page.total:
        search_list.results(asked, page, pages=_pages(own.get("pages", "")))
    else:
        look.block(search_empty.empty_html(asked, names))
    search_views.changing(views)


def _refused(asked: Asked, why: str, label: str, way: Asked) -> None:
    """A search that the API refuses: say why, keep the box, and show a way on."""
    frame.head(NO_ANSWER + ".", asked.filters, None)
    search_form.box(asked)
    look.block(empty.empty_html(NO_ANSWER, why, ways=links.link(label, way.href, css="button")))


def _names(asked: Asked, page: SearchPage) -> Names:
    key = asked.one("theme")
    return Names(_theme_name(key, page) if key else "", {one: _account_name(one, page) for one in _named(asked)})


def _named(asked: Asked) -> tuple[str, ...]:
    keys = asked.several("account")
    return keys if len(keys) <= search_words.NAMED else ()


def _theme_name(key: str, page: SearchPage) -> str:
    """Give a theme's name: what was found mostly says it."""
    tagged = {tag.key: tag.name for one in page.items for tag in one.themes}
    if key in tagged:
        return tagged[key]
    taxonomy = {one.key: one.name for one in loading.read("/v1/taxonomy", TaxonomyOut).themes}
    if key in taxonomy:
        return taxonomy[key]
    found = read_themes("discovered", {}, trend=False, total=False).items
    return next((one.info.name for one in found if one.info.key == key), UNNAMED)


def _account_name(key: str, page: SearchPage) -> str:
    for one in page.items:
        if one.account_id == key and one.account_name:
            return one.account_name
    found = loading.read("/v1/accounts", AccountPage, search=key[:200], limit=LOOKED_AT).items
    return next((one.name for one in found if one.account_id == key), key)


def _note(page: SearchPage) -> str:
    return f'<p class="note attention">{look.prose(page.note[:1].upper() + page.note[1:])}.</p>' if page.note else ""


def _export(asked: Asked, page: SearchPage) -> None:
    """Draw the way to a file that holds what the sentence counts."""
    if not page.total:
        return
    label = EXPORT.format(fmt.counted(page.total, "comment"))
    csv_button(label, PATH, {**asked.params(), "bom": True}, name="comments", key="search_csv")


def _pages(value: str) -> int:
    return min(max(int(value), 1), search_list.MOST_PAGES) if value.isascii() and value.isdecimal() else 1


frame.show(render)
