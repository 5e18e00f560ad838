"""Questions that are asked ahead: side by side, each once, and what is wrong is told to who reads the answer."""

import threading

import pytest
import streamlit as st

from api.schemas.slices import MeOut, SlicesOut
from dashboard import loading
from dashboard.client import UnreachableError
from tests.dashboard.fakes import FakeApi


@pytest.fixture
def api(monkeypatch):
    found = FakeApi("ahead")
    monkeypatch.setattr(loading, "get_client", lambda: found)
    st.cache_data.clear()
    yield found
    st.cache_data.clear()


def test_questions_are_asked_side_by_side_and_once(api):
    both = threading.Barrier(2, timeout=10)
    me, slices = api.answers["/v1/me"], api.answers["/v1/slices"]
    # Each waits until the other one is asked: one after the other would never end.
    api.answers["/v1/me"] = lambda params: (both.wait(), me)[1]
    api.answers["/v1/slices"] = lambda params: (both.wait(), slices)[1]
    loading.ahead(("/v1/me", MeOut, {}), ("/v1/slices", SlicesOut, {}))
    assert loading.read("/v1/me", MeOut) == me
    assert loading.read("/v1/slices", SlicesOut) == slices
    assert sorted(path for path, _ in api.asked) == ["/v1/me", "/v1/slices"]


def test_what_is_wrong_is_told_to_who_reads(api):
    api.answers["/v1/me"] = UnreachableError("nobody answers")
    loading.ahead(("/v1/me", MeOut, {}))
    with pytest.raises(UnreachableError, match="nobody answers"):
        loading.read("/v1/me", MeOut)
