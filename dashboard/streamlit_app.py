"""The entry of the pages: the look, who reads, and the navigation. Each page is a file in `app_pages/`."""

from pathlib import Path

import streamlit as st

from dashboard import links, look, navigate, signin, strings
from dashboard.filters import restore_filters

PAGES = Path(__file__).parent / "app_pages"

st.set_page_config(page_title=strings.TITLE, layout="wide", initial_sidebar_state="collapsed")
look.install()


def _page(path: str, title: str, *, hidden: bool = False) -> st.Page:
    """Describe a page. No icon: Streamlit would fetch it from the net for the browser's tab."""
    file = PAGES / f"{path or 'overview'}.py"
    return st.Page(
        file, title=title, url_path=path or None, default=not path, visibility="hidden" if hidden else "visible"
    )


pages = {
    path: _page(path, title, hidden=path in (links.THEME, links.ACCOUNT)) for path, title in strings.PAGE_NAMES.items()
}
page = st.navigation(list(pages.values()), position="hidden")
# After the address is read, which outlives signing in; before anything of a page runs.
signin.require()
navigate.follow(pages)
restore_filters()
navigate.bar(page.url_path)
page.run()
