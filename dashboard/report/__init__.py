"""Reports: the pages' pieces in one file."""

from streamlit.logger import set_log_level

# Outside its own server Streamlit warns of each cache that it is in memory only: here none is used.
set_log_level("error")
