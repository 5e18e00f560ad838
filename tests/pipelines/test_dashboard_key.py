"""Whose key the dashboard is started with: the launcher's, the demo's on this machine alone, else none."""

import pytest
from typer.testing import CliRunner

from pipelines import demo
from pipelines.cli import app
from pipelines.commands import serving
from pipelines.settings import Settings


class Ended:
    def wait(self) -> int:
        return 0


@pytest.mark.parametrize(
    ("words", "environment", "key"),
    [
        ((), {}, "demo"),
        (("--host", "0.0.0.0"), {}, ""),
        (("--sign-in",), {}, ""),
        ((), {"SOTTOVOCE_API_URL": "http://127.0.0.1:9"}, ""),
        ((), {"SOTTOVOCE_API_KEY": "own"}, "own"),
        (("--host", "0.0.0.0"), {"SOTTOVOCE_API_KEY": "own"}, "own"),
        (("--sign-in",), {"SOTTOVOCE_API_KEY": "own"}, ""),
    ],
)
def test_dashboard_shows_a_key_only_where_it_may(sqlite_store, monkeypatch, words, environment, key):
    started: list[str] = []

    def start(_settings: Settings, _host: str, _port: int, *, key: str, api_url: str) -> Ended:
        started.append(key)
        return Ended()

    monkeypatch.setattr(serving, "_dashboard_process", start)
    monkeypatch.setattr(demo, "demo_key", lambda _bench: "demo")
    for name in ("SOTTOVOCE_API_KEY", "SOTTOVOCE_API_URL", "SOTTOVOCE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"SOTTOVOCE_HOME": sqlite_store.engine.url.database.rpartition("/")[0], **environment}.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(app, ["dashboard", *words])
    assert (result.exit_code, started) == (0, [key])
