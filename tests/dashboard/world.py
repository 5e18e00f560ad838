"""Pages in Streamlit's own test runner, over the fake API or over the real one in process."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from streamlit.testing.v1 import AppTest

import dashboard
from api.app import create_app
from api.settings import ApiSettings
from dashboard.client import Api, Client
from data.store.repositories.keys import create_key
from data.store.unit_of_work import Store
from data.store.vault import Vault
from tests.api.tables import NOW

ROOT = Path(dashboard.__file__).parent
ENTRY = ROOT / "streamlit_app.py"


def real_client(store: Store, vault: Vault, *, role: str = "admin", accounts: list[str] | None = None) -> Client:
    """Give a client of the real API over a store (`tests.api.world.plant` fills one)."""
    with store.write() as session:
        _, key = create_key(session, vault, name="page", role=role, accounts=accounts, now=NOW)
    transport = httpx.ASGITransport(app=create_app(ApiSettings(rate_per_s=0), store, vault))
    # An address of its own, so that no cache of another test answers.
    return Client(f"http://{uuid4().hex}", key, transport=transport)


def open_page(client: Api, path: str = "", **address: str) -> AppTest:
    """Open a page by its address, as a link or a refresh would, and run it."""
    page = AppTest.from_file(str(ENTRY), default_timeout=60)
    page.session_state["client"] = client
    if getattr(client, "identity", "") == "fake":
        client.identity = uuid4().hex
    for name, value in address.items():
        page.query_params[name] = value
    if path:
        page.switch_page(f"app_pages/{path}.py")
    page.run()
    assert not page.exception, page.exception
    return page


def html_of(page: AppTest) -> str:
    """Give all HTML of ours on a page."""
    return "".join(str(one.proto.body) for one in page.get("html"))


def state_of(page: AppTest, name: str) -> Any:
    """Give a value of the session."""
    return page.session_state[name] if name in page.session_state else None
