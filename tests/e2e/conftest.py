"""The shipped sample, imported and analysed once with the packaged models."""

from datetime import UTC, datetime

import pytest

from pipelines.ingest import import_path
from pipelines.run import run
from pipelines.sample import SAMPLE, VENDOR_NAMES
from pipelines.settings import Settings
from pipelines.stage import Bench

NOW = datetime(2026, 10, 1, 8, tzinfo=UTC)


@pytest.fixture(scope="session")
def sample_bench(tmp_path_factory):
    settings = Settings(home=tmp_path_factory.mktemp("sample"), vendor_names=VENDOR_NAMES)
    store = settings.store()
    store.migrate()
    yield Bench(settings, store, settings.vault(), clock=lambda: NOW)
    store.close()


@pytest.fixture(scope="session")
def sample_import(sample_bench):
    return import_path(SAMPLE, bench=sample_bench)


@pytest.fixture(scope="session")
def sample_run(sample_bench, sample_import):
    return run(sample_bench)


@pytest.fixture
def session(sample_bench, sample_run):
    with sample_bench.store.read() as opened:
        yield opened
