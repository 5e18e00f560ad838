"""The entry of the pages: the look and the navigation. Each page is a file in `app_pages/`."""

from pathlib import Path

import streamlit as st

from dashboard import look, strings

PAGES = Path(__file__).parent / "app_pages"

st.set_page_config(page_title=strings.TITLE, layout="wide", initial_sidebar_state="collapsed")
look.install()
# No icon on a page: Streamlit would fetch it from the net for the browser's tab.
st.navigation([st.Page(PAGES / "overview.py", title=strings.OVERVIEW, default=True)], position="top").run()
