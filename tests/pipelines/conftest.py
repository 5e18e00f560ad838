"""A workbench for the stages on each database, with a fixed clock."""

from datetime import UTC, datetime

import pytest

from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.settings import Settings
from pipelines.stage import Bench

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def bench(settings: Settings, store: Store, vault: Vault) -> Bench:
    """A bench on each database in turn."""
    return Bench(settings, store, vault, clock=lambda: NOW)


@pytest.fixture
def sqlite_bench(settings: Settings, sqlite_store: Store, vault: Vault) -> Bench:
    """A bench on SQLite."""
    return Bench(settings, sqlite_store, vault, clock=lambda: NOW)
