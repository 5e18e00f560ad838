"""The analysed sample with a hostile customer in it, served once; a browser; axe-core.

With SOTTOVOCE_BROWSER_HOME the home is made there once and used again, which saves who writes tests the analysis.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path

import pytest
from filelock import FileLock
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium, hostile, reading
from tests.browser.reading import Reader
from tests.browser.serving import KEY_FILE, Served, analyse, serving

# Where `make test-browser` puts it.
AXE = Path(__file__).parents[2] / "data/var/npm/node_modules/axe-core/axe.min.js"
# Seconds: most of it is for a machine that does other things too.
TIMEOUT_S = 900
OpenReader = Callable[..., AbstractContextManager[Reader]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder; the first ones wait for the sample's analysis too."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(TIMEOUT_S))


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the analysed sample; the processes of a run share it, and none writes to it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base
    kept = Path(os.environ.get("SOTTOVOCE_BROWSER_HOME") or shared / "analysed")
    with FileLock(f"{kept}.lock"):
        if not (kept / KEY_FILE).exists():
            kept.mkdir(parents=True, exist_ok=True)
            analyse(kept, hostile.write(tmp_path_factory.mktemp("hostile")))
    return kept


@pytest.fixture(scope="session")
def served(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo, for tests that only read."""
    with serving(home, tmp_path_factory.mktemp("served")) as found:
        yield found


@pytest.fixture(scope="module")
def written(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A demo of a module's own with a worker, for tests that write."""
    with serving(home, tmp_path_factory.mktemp("written"), worker=True) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    path = chromium.find()
    if path is None:
        pytest.fail(chromium.MISSING)
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=path, args=list(chromium.FLAGS))
        yield launched
        launched.close()


@pytest.fixture
def open_reader(browser: Browser, served: Served) -> OpenReader:
    """What gives a reader of the demo that nobody writes to."""
    return partial(reading.reader, browser, served.pages)


@pytest.fixture
def reader(open_reader: OpenReader) -> Iterator[Reader]:
    """A reader at 1280 px, in the light; at the end nothing went wrong behind the pages."""
    with open_reader() as found:
        yield found
        assert found.wrong == []


@pytest.fixture(scope="session")
def axe() -> str | None:
    """The script of axe-core, None where it is not: the pages are opened all the same."""
    return AXE.read_text(encoding="utf-8") if AXE.exists() else None
