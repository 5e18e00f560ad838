"""Names by a chat server: asked in its format, refused when they are none, explained when it fails."""

import json

import httpx
import pytest

from pipelines.namer import ChatNamer, NamerError, open_namer


def _namer(answer):
    return ChatNamer("http://names.test/v1", model="m", key="k", transport=httpx.MockTransport(answer))


def test_name_is_asked_for_and_cleaned():
    seen: dict = {}

    def answer(request):
        seen.update(json.loads(request.content), url=str(request.url), key=request.headers["Authorization"])
        return httpx.Response(200, json={"choices": [{"message": {"content": '"Phone battery flat".\n'}}]})

    assert _namer(answer).name(["battery"], ["flat by two"]) == "Phone battery flat"
    assert seen["url"].endswith("/v1/chat/completions")
    assert seen["key"] == "Bearer k"
    assert "flat by two" in seen["messages"][0]["content"]


@pytest.mark.parametrize("told", ["", "   ", "x" * 200])
def test_what_is_no_name_is_left_out(told):
    namer = _namer(lambda _: httpx.Response(200, json={"choices": [{"message": {"content": told}}]}))
    assert namer.name([], []) is None


@pytest.mark.parametrize("answer", [httpx.Response(500), httpx.Response(200, json={}), httpx.Response(200, text="no")])
def test_failing_server_is_explained(answer):
    with pytest.raises(NamerError, match="SOTTOVOCE_NAMER_URL"):
        _namer(lambda _: answer).name([], [])


def test_nothing_is_asked_without_the_setting(settings):
    assert open_namer(settings) is None
