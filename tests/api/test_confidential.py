"""Anonymous surveys: two answers of one role at an account must not be told from none, wherever that account is shown.

Two worlds that differ in nothing else are asked the same; the routes come from the OpenAPI description, so a new one is
asked, too. What is counted over all accounts may differ, and there the words stand without account, role and person.
"""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from fastapi.testclient import TestClient
from mcp import Client
from sqlalchemy import select, text

from api.app import create_app
from api.described import list_routes
from api.mcp import Door, fixed_key
from api.mcp_tools import make_mcp
from api.settings import ApiSettings
from data.store.models import Comment, Passage, PassageText
from data.store.repositories.bi import keep_min_group
from data.store.repositories.keys import create_key
from data.store.repositories.preparation import mark_stale
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.digest.letters import write_letter
from pipelines.push.push import write_of
from pipelines.push.words import markdown
from pipelines.settings import Settings
from pipelines.stage import Bench
from tests.api import world
from tests.api.conftest import MADE_AT
from tests.api.tables import ANONYMOUS, LOOPS, NOW
from tests.conftest import SECRET
from tests.mentions import mention

HERE = "pico"
(WORDS,) = [said for account, *_, said in ANONYMOUS if account == HERE and said]
KEYS = {"viewer": ("viewer", None), "bound admin": ("admin", [HERE])}
# What says who it was: the account, its name, the role, a person, a ticket.
WHO = {"account_id": None, "account_name": None, "role": "unknown", "contact_id": None, "ticket_id": None, "name": None}
# The moment of the question, not of an answer.
OWN = re.compile(r'"(?:now|request_id)":"[^"]*"')
# Parameters that narrow what is counted to the account.
NARROW = {"account_id": HERE, "account": HERE}


@dataclass
class World:
    """An application over one of the worlds."""

    store: Store
    vault: Vault
    app: Any
    secrets: dict[str, str]

    def client(self, key: str) -> TestClient:
        headers = {"Authorization": f"Bearer {self.secrets[key]}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)


def built(store: Store) -> World:
    vault = Vault(SECRET)
    world.plant(store)
    with store.write() as session:
        for comment in session.scalars(select(Comment).where(Comment.anonymous, Comment.account_id == HERE)):
            if comment.survey_id == "csat_anonymous":
                session.add(PassageText(text_key="e" * 64, text=WORDS, tokens=None))
                passage = Passage(comment_pk=comment.id, position=0, start=0, end=len(WORDS), text_key="e" * 64)
                session.add(passage)
                session.flush()
                session.add(mention(comment, passage.id, "ease_of_use", polarity="negative"))
        mark_stale(session, [HERE])
        secrets = {
            name: create_key(session, vault, name=name, role=role, now=MADE_AT, accounts=accounts)[1]
            for name, (role, accounts) in KEYS.items()
        }
    return World(store, vault, create_app(ApiSettings(rate_per_s=0), store, vault), secrets)


@pytest.fixture(scope="module")
def worlds(make_store: Callable[[], Store]) -> tuple[World, World]:
    """One with pico's two answers to the anonymous survey, and one without them."""
    with pytest.MonkeyPatch.context() as patch:
        there = built(make_store())
        patch.setattr(world, "ANONYMOUS", [row for row in ANONYMOUS if row[0] != HERE])
        return there, built(make_store())


def addresses(app: Any) -> Iterator[tuple[str, list[str]]]:
    """Give each address that can be read, with its parameters."""
    for path, methods in app.openapi()["paths"].items():
        if "get" in methods and path.startswith("/v1/"):
            found = path.format(
                account_id=HERE,
                key="ease_of_use",
                survey_type="csat",
                loop_id=LOOPS[HERE],
                view_id="none",
                job_id="none",
                import_id="none",
                run_id=1,
            )
            yield found, [one["name"] for one in methods["get"].get("parameters", ()) if one["in"] == "query"]


def asked(app: Any, *, of_account: bool) -> Iterator[str]:
    """Give what is asked: each address as JSON, CSV and Parquet, whole and narrowed by role, survey and account."""
    lists = {path.format(account_id=HERE, key="ease_of_use", survey_type="csat") for path in list_routes(app)}
    for path, names in addresses(app):
        is_here = f"/{HERE}" in path or path.endswith(str(LOOPS[HERE]))
        narrow = [f"{name}={NARROW[name]}" for name in names if name in NARROW]
        wishes = narrow if of_account and not is_here else ["", *narrow]
        wanted = ("role=admin", "source=csat", "group_by=role", "group_by=account")
        more = ["", *(one for one in wanted if one.partition("=")[0] in names)]
        for wish in wishes:
            for one in more:
                query = "&".join(part for part in (wish, one) if part)
                for end in ("", ".csv") if path in lists else ("",):
                    yield f"{path}{end}?{query}".rstrip("?")


def said_by(client: TestClient, address: str) -> str:
    answer = client.get(address)
    return f"{answer.status_code} {OWN.sub('', answer.text)}"


def test_key_of_the_account_sees_no_difference(worlds: tuple[World, World]):
    there, without = (one.client("bound admin") for one in worlds)
    every = list(asked(worlds[0].app, of_account=False))
    assert len(every) > 60
    told = [address for address in every if said_by(there, address) != said_by(without, address)]
    assert told == []


def test_account_shows_no_difference_to_those_who_see_all(worlds: tuple[World, World]):
    there, without = (one.client("viewer") for one in worlds)
    every = list(asked(worlds[0].app, of_account=True))
    assert len(every) > 30
    told = [address for address in every if said_by(there, address) != said_by(without, address)]
    assert told == []


def objects(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for one in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from objects(one)


def test_words_stand_without_whose_they_are(worlds: tuple[World, World]):
    client, shown = worlds[0].client("viewer"), 0
    for path, names in addresses(worlds[0].app):
        answer = client.get(path, params={"q": "manager"} if "q" in names else {})
        if WORDS not in answer.text:
            continue
        for one in objects(answer.json()):
            if WORDS in [value for value in one.values() if isinstance(value, str)]:
                shown += 1
                assert {name: one[name] for name in WHO if name in one and one[name] != WHO[name]} == {}, path
    assert shown


def test_tools_of_chat_assistants_tell_nothing(worlds: tuple[World, World]):
    def answers(found: World, key: str) -> list[str]:
        async def main() -> list[str]:
            server = make_mcp(Door(app=found.app).ask, fixed_key(found.secrets[key]), version="0")
            async with Client(server) as client:
                tools = (await client.list_tools()).tools
                given = {"account_id": HERE, "query": "manager picked", "q": "manager picked", "search": "Pico"}
                said = []
                for tool in tools:
                    known = tool.input_schema["properties"]
                    arguments = {name: value for name, value in given.items() if name in known}
                    told = await client.call_tool(tool.name, arguments)
                    said.append(f"{tool.name} {OWN.sub('', json.dumps(told.structured_content))}")
                return said

        return asyncio.run(main())

    assert answers(worlds[0], "bound admin") == answers(worlds[1], "bound admin")
    whole = answers(worlds[0], "viewer")
    assert len(whole) >= 4
    for one in whole:
        for held in objects(json.loads(one.partition(" ")[2])):
            if WORDS in [value for value in held.values() if isinstance(value, str)]:
                assert {name: held[name] for name in WHO if name in held and held[name] != WHO[name]} == {}


def test_views_of_bi_tools_name_no_account(worlds: tuple[World, World]):
    for one in worlds:
        keep_min_group(one.store, ApiSettings().anonymous_min_group)

    def rows(found: World) -> list[tuple[str, list[Any]]]:
        with found.store.read() as session:
            names = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'view'")).all()
            held = [(name, list(session.execute(text(f"SELECT * FROM {name}")).mappings())) for name in names]
            return [(name, [row for row in rows if row.get("account_id") == HERE]) for name, rows in held]

    there, without = rows(worlds[0]), rows(worlds[1])
    assert len(there) == 7
    for (name, shown), (_, plain) in zip(there, without, strict=True):
        assert len(shown) == len(plain), name
        assert WORDS not in str(shown), name


def test_issues_and_letters_name_no_account(worlds: tuple[World, World]):
    found = worlds[0]
    bench = Bench(Settings(), found.store, found.vault, clock=lambda: NOW)
    issue = markdown(write_of(bench, "ease_of_use", since=None))
    assert WORDS in issue
    assert "admin" not in issue.partition(WORDS)[2][:40]
    assert "pico" not in issue.lower()
    letters = [write_letter(Bench(Settings(), one.store, one.vault, clock=lambda: NOW), NOW) for one in worlds]
    told = [[line for line in one.text.splitlines() if "Pico" in line] for one in letters]
    assert told[0] == told[1]
    assert all(WORDS not in line for line in told[0])
