"""What all page tests share."""

import pytest
from streamlit.components.v2 import manifest_scanner


@pytest.fixture(scope="session", autouse=True)
def quick_applications(routes_read_once: None) -> None:
    """Most pages are shown over an application of their own."""


@pytest.fixture(autouse=True)
def no_scan(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit looks for components in all installed packages whenever a page is opened: half of a test's time."""
    monkeypatch.setattr(manifest_scanner, "scan_component_manifests", list)
