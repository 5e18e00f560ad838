"""Cached questions to the API. A cache lives for a minute and never holds a widget."""

from collections.abc import Mapping
from typing import Any, TypeVar

import streamlit as st

from api.schemas.accounts import AccountPage, CoverageOut
from api.schemas.comments import CommentPage
from api.schemas.scores import ScoresOut
from api.schemas.themes import ThemePage
from dashboard.client import Api, open_client

T = TypeVar("T")
# Seconds; after an import or a run the pages follow within it.
TTL_S = 60
# Answers kept: a few readers with a few filters each.
MAX_ENTRIES = 256
Asked = tuple[tuple[str, Any], ...]


def get_client() -> Api:
    """Give the session's client; a test puts its own into the session."""
    given = st.session_state.get("client")
    return given if given is not None else _shared_client()


@st.cache_resource
def _shared_client() -> Api:
    return open_client()


def asked(params: Mapping[str, Any], **more: Any) -> Asked:  # noqa: ANN401
    """Put parameters in a form that a cache can tell apart."""
    return tuple(sorted({**params, **more}.items()))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_scores(_client: Api, identity: str, params: Asked) -> ScoresOut:
    """Load score cards."""
    return _client.scores(dict(params))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_score_comments(_client: Api, identity: str, kind: str, params: Asked) -> CommentPage:
    """Load the comments under a score."""
    return _client.score_comments(kind, dict(params))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_themes(_client: Api, identity: str, params: Asked) -> ThemePage:
    """Load themes."""
    return _client.themes(dict(params))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_theme_comments(_client: Api, identity: str, key: str, params: Asked) -> CommentPage:
    """Load the comments behind a theme."""
    return _client.theme_comments(key, dict(params))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_accounts(_client: Api, identity: str, params: Asked) -> AccountPage:
    """Load accounts."""
    return _client.accounts(dict(params))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def load_coverage(_client: Api, identity: str, params: Asked) -> CoverageOut:
    """Load who answered."""
    return _client.coverage(dict(params))
