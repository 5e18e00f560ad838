"""The planted world behind an API, and clients with keys of each kind."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.world import plant

MADE_AT = datetime(2026, 10, 1, tzinfo=UTC)
Caller = Callable[..., TestClient]


@pytest.fixture
def world(store: Store) -> Store:
    """The planted world, on each database."""
    plant(store)
    return store


@pytest.fixture
def sqlite_world(sqlite_store: Store) -> Store:
    """The planted world on SQLite only, where the database makes no difference."""
    plant(sqlite_store)
    return sqlite_store


@pytest.fixture
def app(sqlite_world: Store, vault: Vault) -> FastAPI:
    return create_app(ApiSettings(), sqlite_world, vault)


@pytest.fixture
def caller(app: FastAPI, vault: Vault) -> Iterator[Caller]:
    """Make a client that shows a key of a role."""
    made: list[TestClient] = []

    def make(role: str = "viewer", accounts: list[str] | None = None) -> TestClient:
        with app.state.store.write() as session:
            _, secret = create_key(session, vault, name="test", role=role, now=MADE_AT, accounts=accounts)
        headers = {"Authorization": f"Bearer {secret}"}
        made.append(TestClient(app, headers=headers, raise_server_exceptions=False))
        return made[-1]

    yield make
    for client in made:
        client.close()
