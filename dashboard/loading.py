"""Cached questions to the API. A cache lives for a minute and never holds a widget."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any, TypeVar, cast

import streamlit as st

from api.schemas.base import Schema
from dashboard import paper
from dashboard.client import Api, ClientError, open_client

S = TypeVar("S", bound=Schema)
# Seconds; after an import or a run the pages follow within it.
TTL_S = 60
# Answers kept: a few readers with a few filters each.
MAX_ENTRIES = 256
# Questions of all readers that are asked ahead at once; more than the API has processes gains nothing.
AHEAD = 8
# (address, schema, parameters): what `read` takes.
Question = tuple[str, type[Schema], Mapping[str, Any]]


def get_client() -> Api:
    """Give the session's client; sign-in and tests put theirs into the session."""
    given = st.session_state.get("client")
    return given if given is not None else _shared_client()


@st.cache_resource
def _shared_client() -> Api:
    return open_client()


def read(path: str, schema: type[S], params: Mapping[str, Any] | None = None, **more: Any) -> S:  # noqa: ANN401
    """Read an address of the API as the session's reader, from the cache where it was asked within a minute."""
    asked = _key({**(params or {}), **more})
    written = paper.current()
    if written is not None:
        return written.read(path, schema, asked)
    client = get_client()
    return cast(S, _read(client, schema, client.identity, path, asked))


def ahead(*questions: Question) -> None:
    """Ask several questions side by side; `read` then waits for the one that it wants, and says what is wrong with it.

    For questions that don't need each other's answers: a page waits as long as for the slowest, not for their sum.
    """
    if paper.current() is not None:
        return
    client = get_client()
    for path, schema, params in questions:
        _pool().submit(_ask, client, schema, path, _key(params))


def _ask(client: Api, schema: type[Schema], path: str, asked: tuple[tuple[str, Any], ...]) -> None:
    with suppress(ClientError):  # nothing is kept of it: who reads it asks again, and is told
        _read(client, schema, client.identity, path, asked)


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(AHEAD, "ahead")


def _key(params: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(params.items()))


@st.cache_data(ttl=TTL_S, max_entries=MAX_ENTRIES, show_spinner=False)
def _read(_client: Api, _schema: type[Schema], identity: str, path: str, asked: tuple[tuple[str, Any], ...]) -> Schema:
    return _client.read(path, _schema, dict(asked))


def forget() -> None:
    """Drop what is cached: somebody here changed the data."""
    _read.clear()
