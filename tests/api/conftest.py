"""The planted world behind an API, and clients with keys of each kind."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api.app import create_app
from api.settings import ApiSettings
from api.writers import Services
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.world import plant
from tests.conftest import SECRET

MADE_AT = datetime(2026, 10, 1, tzinfo=UTC)
Caller = Callable[..., TestClient]


@pytest.fixture(scope="session", autouse=True)
def quick_applications(routes_read_once: None) -> None:
    """Nearly every test here makes an application."""


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
    uploads = Path(str(sqlite_world.engine.url.database)).parent / "uploads"
    return create_app(ApiSettings(), sqlite_world, vault, services=Services(uploads=uploads))


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


@dataclass(frozen=True)
class Shared:
    """An application over the planted world for tests that only read it, with the secret of a key of each kind."""

    app: FastAPI
    secrets: dict[str, str]

    def client(self, key: str) -> TestClient:
        headers = {"Authorization": f"Bearer {self.secrets[key]}"}
        return TestClient(self.app, headers=headers, raise_server_exceptions=False)


# A key of each role, and of each role that may be bound to accounts: pico's words are its own.
KEYS = {
    "viewer": ("viewer", None),
    "csm": ("csm", ["pico"]),
    "analyst": ("analyst", None),
    "bound admin": ("admin", ["pico"]),
    "admin": ("admin", None),
}


@pytest.fixture(scope="module")
def shared(make_store: Callable[[], Store]) -> Shared:
    """The application that a module's tests share; nothing limits how often they ask."""
    store, vault = make_store(), Vault(SECRET)
    plant(store)
    with store.write() as session:
        secrets = {
            name: create_key(session, vault, name=name, role=role, now=MADE_AT, accounts=accounts)[1]
            for name, (role, accounts) in KEYS.items()
        }
    services = Services(uploads=Path(str(store.engine.url.database)).parent / "uploads")
    return Shared(create_app(ApiSettings(rate_per_s=0), store, vault, services=services), secrets)
