"""Keys made and ended on the command line stand in the audit trail, without their secrets."""

from sqlalchemy import select
from typer.testing import CliRunner

from data.store.models import AuditEntry
from pipelines.cli import app
from pipelines.settings import Settings


def test_keys_of_the_command_line_are_audited(sqlite_store, monkeypatch):
    home = sqlite_store.engine.url.database.rpartition("/")[0]
    monkeypatch.setenv("SOTTOVOCE_HOME", home)
    monkeypatch.delenv("SOTTOVOCE_DATABASE_URL", raising=False)
    runner = CliRunner()
    made = runner.invoke(app, ["key", "create", "--name", "Weekly", "--role", "viewer"])
    secret = made.stdout.strip().splitlines()[-1]
    with Settings(home=home).store().read() as session:
        key_id = session.scalars(select(AuditEntry)).one().detail["key_id"]
    assert runner.invoke(app, ["key", "revoke", key_id]).exit_code == 0
    with sqlite_store.read() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    assert [(row.actor, row.action) for row in rows] == [
        ("command line", "create key"),
        ("command line", "revoke key"),
    ]
    assert secret not in str([row.detail for row in rows])
