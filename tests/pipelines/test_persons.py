"""People are let in and out on the command line, and the settings of sign-in are checked when they are read."""

import json

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from data.store.models import AuditEntry
from pipelines.cli import app
from pipelines.errors import SettingsError
from pipelines.settings import load_settings
from tests.api.world import plant


def test_person_is_granted_listed_and_revoked(sqlite_store, monkeypatch):
    plant(sqlite_store)
    monkeypatch.setenv("SOTTOVOCE_HOME", sqlite_store.engine.url.database.rpartition("/")[0])
    monkeypatch.delenv("SOTTOVOCE_DATABASE_URL", raising=False)

    def run(*words: str):
        return CliRunner().invoke(app, ["person", *words])

    assert "as viewer: all accounts" in run("grant", "--email", "Chief@vendor.test", "--role", "viewer").stdout
    assert "pico" in run("grant", "--email", "b@vendor.test", "--role", "csm", "--accounts", "pico, halden").stdout
    assert run("grant", "--email", "b@vendor.test", "--role", "root").exit_code == 1
    assert run("revoke", "--email", "nobody@vendor.test").exit_code == 1
    assert run("revoke", "--email", "b@vendor.test").exit_code == 0
    listed = json.loads(run("list", "--json").stdout)
    assert [(one["email"], one["accounts"], bool(one["revoked_at"])) for one in listed] == [
        ("b@vendor.test", ["halden", "pico"], True),
        ("chief@vendor.test", None, False),
    ]
    assert "revoked" in run("list").stdout
    with sqlite_store.read() as session:
        actions = [(row.actor, row.action) for row in session.scalars(select(AuditEntry).order_by(AuditEntry.id))]
    assert actions == [("command line", "grant person")] * 2 + [("command line", "revoke person")]


@pytest.mark.parametrize(
    ("name", "value", "also"),
    [
        ("OIDC_ISSUER", "http://issuer.test", {}),
        ("OIDC_ISSUER", "issuer.test", {}),
        ("OIDC_AUDIENCE", " ", {"OIDC_ISSUER": "https://issuer.test"}),
        ("OIDC_ROLES", "voc=root", {}),
        ("OIDC_ROLES", "voc", {}),
    ],
)
def test_wrong_settings_are_named(monkeypatch, name, value, also):
    for one, text in {**also, name: value}.items():
        monkeypatch.setenv(f"SOTTOVOCE_{one}", text)
    with pytest.raises(SettingsError, match=name):
        load_settings()


def test_good_settings_are_taken(monkeypatch):
    monkeypatch.setenv("SOTTOVOCE_OIDC_ISSUER", "https://issuer.test/tenant/v2.0")
    monkeypatch.setenv("SOTTOVOCE_OIDC_AUDIENCE", "dashboard")
    monkeypatch.setenv("SOTTOVOCE_OIDC_ROLES", "voc team=analyst, x=y=viewer")
    assert load_settings().oidc_issuer.endswith("v2.0")
