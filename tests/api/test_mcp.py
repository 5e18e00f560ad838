"""The API as tools of a chat assistant, driven with the SDK's own client: what a key may see holds here too."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx2
import pytest
from fastapi import FastAPI
from mcp import Client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import CallToolResult

from api.mcp import Door, fixed_key
from api.mcp_tools import make_mcp
from tests.api.conftest import Shared
from tests.api.test_access import FOREIGN

TOOLS = ["list_accounts", "diagnose_account", "theme_counts", "search_comments"]


def use(shared: Shared, key: str, do: Callable[[Client], Awaitable[object]]) -> object:
    """Connect in process, as `sottovoce mcp` serves one person."""

    async def main() -> object:
        server = make_mcp(Door(app=shared.app).ask, fixed_key(shared.secrets[key]), version="0")
        async with Client(server) as client:
            return await do(client)

    return asyncio.run(main())


def call(shared: Shared, key: str, tool: str, **arguments) -> CallToolResult:
    async def do(client: Client) -> object:
        return await client.call_tool(tool, arguments)

    found = use(shared, key, do)
    assert isinstance(found, CallToolResult)
    return found


def text_of(result: CallToolResult) -> str:
    return "\n".join(getattr(one, "text", "") for one in result.content)


def test_tools_are_described(shared: Shared):
    async def do(client: Client) -> object:
        return (await client.list_tools()).tools

    tools = use(shared, "viewer", do)
    assert [tool.name for tool in tools] == TOOLS  # type: ignore[attr-defined]
    assert all(tool.description and tool.annotations.read_only_hint for tool in tools)  # type: ignore[attr-defined]


def test_diagnosis_carries_comment_ids(shared: Shared):
    found = call(shared, "viewer", "diagnose_account", account_id="northwind")
    assert not found.is_error
    told = found.structured_content
    assert told["account"]["name"] == "Northwind Freight"
    assert told["headline"]["text"] in text_of(found)
    assert all(one["comment_ids"] or one.get("other_ids") for one in told["findings"])
    quoted = [one["comment_id"] for one in told["verbatims"]]
    assert quoted
    assert all(f"[{one}]" in text_of(found) for one in quoted)
    # An assistant reads all of it.
    assert len(text_of(found)) < 8000


def test_search_and_counts_lead_to_comments(shared: Shared):
    found = call(shared, "viewer", "search_comments", q="dock schedule", mode="words")
    assert [one["comment_id"] for one in found.structured_content["items"]] == ["response:r000"]
    assert "In the demo the dock schedule" in text_of(found)
    assert "champion, nps 4, 2026-09-24, Northwind Freight" in text_of(found)
    counted = call(shared, "viewer", "theme_counts", group_by="theme,role", limit=3)
    items = counted.structured_content["items"]
    assert len(items) == 3
    assert all(one["group"]["role"] and one["example_comment_id"] in text_of(counted) for one in items)
    assert counted.structured_content["total"]["comments"] > items[0]["comments"]
    listed = call(shared, "viewer", "list_accounts", search="freight")
    assert "northwind Northwind Freight" in text_of(listed)


def test_csm_never_gets_a_foreign_account(shared: Shared):
    own = call(shared, "csm", "diagnose_account", account_id="pico")
    assert not own.is_error
    for tool, arguments in (
        ("diagnose_account", {"account_id": "northwind"}),
        ("list_accounts", {}),
        ("list_accounts", {"search": "o"}),
        ("theme_counts", {"group_by": "theme,account"}),
        ("theme_counts", {"kind": "discovered"}),
        ("search_comments", {}),
        ("search_comments", {"q": "demo", "mode": "words"}),
    ):
        found = call(shared, "csm", tool, **arguments)
        said = text_of(found) + str(found.structured_content)
        asked = str(arguments)
        assert [name for name in FOREIGN if name in said and name.strip(".\"-,'") not in asked] == [], tool
    foreign = call(shared, "csm", "diagnose_account", account_id="northwind")
    nowhere = call(shared, "csm", "diagnose_account", account_id="nobody")
    assert foreign.is_error
    assert text_of(foreign).replace("northwind", "nobody") == text_of(nowhere)


def test_wrong_questions_and_keys_are_answered_in_words(shared: Shared):
    found = call(shared, "viewer", "theme_counts", group_by="height")
    assert found.is_error
    assert "height" in text_of(found)
    assert call(shared, "viewer", "list_accounts", limit=1000).is_error
    assert call(shared, "viewer", "diagnose_account", account_id="../themes").is_error

    async def stranger() -> CallToolResult:
        async with Client(make_mcp(Door(app=shared.app).ask, fixed_key("sv_wrong"), version="0")) as client:
            return await client.call_tool("list_accounts", {})

    refused = asyncio.run(stranger())
    assert refused.is_error
    assert "unknown or revoked" in text_of(refused)

    async def nobody_home() -> CallToolResult:
        async with Client(make_mcp(Door("http://127.0.0.1:9").ask, fixed_key("x"), version="0")) as client:
            return await client.call_tool("list_accounts", {})

    assert "sottovoce serve" in text_of(asyncio.run(nobody_home()))


async def _over_http(app: FastAPI, headers: dict[str, str]) -> CallToolResult:
    async with app.state.mcp.serve():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, headers=headers) as http:
            async with Client(streamable_http_client("http://test/mcp", http_client=http)) as client:
                return await client.call_tool("list_accounts", {})


def test_served_over_http_behind_the_same_keys(shared: Shared):
    found = asyncio.run(_over_http(shared.app, {"Authorization": f"Bearer {shared.secrets['csm']}"}))
    assert [one["account_id"] for one in found.structured_content["items"]] == ["pico"]
    # An application may be started again.
    found = asyncio.run(_over_http(shared.app, {"Authorization": f"Bearer {shared.secrets['viewer']}"}))
    assert len(found.structured_content["items"]) == 7


@pytest.mark.parametrize(
    ("headers", "status", "says"),
    [
        ({}, 401, "no key"),
        ({"Authorization": "Bearer sv_wrong"}, 401, "unknown or revoked"),
        ({"Authorization": "x"}, 401, "no key"),
    ],
)
def test_door_wants_a_key(shared: Shared, headers: dict[str, str], status: int, says: str):
    client = shared.client("viewer")
    client.headers.pop("Authorization")
    for method in ("GET", "POST", "DELETE"):
        answer = client.request(method, "/mcp", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
        assert says in answer.json()["detail"]


def test_door_says_when_it_is_not_open(shared: Shared):
    # Without its start, no application serves the protocol.
    assert shared.client("viewer").post("/mcp", json={}).status_code == 503
