"""What import relies on in the store: matching, roles on a day, and that nothing of a killed batch stays."""

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from data.store.models import Account, Contact, HealthScore, WeeklyUsage
from data.store.repositories.imports import ImportContext, Incoming, write_rows
from data.store.repositories.placing import ContactFacts, RoleSpan
from data.store.repositories.references import Reference, mail_domain, name_key, resolve
from data.store.unit_of_work import Store
from data.store.vault import Vault

NOW = datetime(2026, 3, 1, tzinfo=UTC)


def _put(store: Store, vault: Vault, kind: str, *rows: dict) -> list:
    with store.write() as session:
        incoming = [Incoming(row, f"test#{number}", "") for number, row in enumerate(rows)]
        return write_rows(session, kind, incoming, ImportContext(vault, NOW))


def test_account_known_by_name_is_taken_over_with_all_that_is_its(store: Store, vault: Vault) -> None:
    week = date(2025, 9, 1)
    _put(store, vault, "usage", {"account_name": "Acme", "week_start": week, "active_users": 4})
    _put(store, vault, "health", {"account_name": "ACME ", "scored_on": week, "score": 70.0})
    _put(store, vault, "usage", {"account_id": "a1", "week_start": week, "active_users": 5})
    assert _put(store, vault, "accounts", {"account_id": "a1", "name": "acme"}) == ["new"]
    with store.read() as session:
        assert session.scalars(select(Account.account_id)).all() == ["a1"]
        assert session.scalars(select(WeeklyUsage.active_users)).all() == [5]
        assert session.scalars(select(HealthScore.account_id)).all() == ["a1"]


def test_unknown_parties_become_stubs_once(store: Store, vault: Vault) -> None:
    wanted = [Reference("a9", "Nine", "c9", "x@nine.test"), Reference("a9", None, "c9"), Reference(None, "nine")]
    with store.write() as session:
        found = resolve(session, wanted, ImportContext(vault, NOW))
        assert [f.account_id for f in found[:2]] == ["a9", "a9"]
        assert session.scalars(select(Contact.contact_id)).all() == ["c9"]
    with store.read() as session:
        assert session.get_one(Account, "a9").is_stub


def test_row_with_an_unknown_survey_is_a_problem_and_leaves_no_trace(store: Store, vault: Vault) -> None:
    (problem,) = _put(
        store,
        vault,
        "responses",
        {"response_id": "r1", "survey_id": "nps", "account_id": "a1", "responded_at": NOW, "comment": "Hm"},
    )
    assert problem.field == "survey_id"
    with store.read() as session:
        assert session.scalar(select(func.count()).select_from(Account)) == 0


def test_role_on_a_day_follows_the_history() -> None:
    person = ContactFacts(
        "a1",
        "admin",
        [
            RoleSpan("champion", date(2025, 1, 1), None),
            RoleSpan("admin", date(2025, 6, 1), date(2025, 12, 31)),
        ],
    )
    days = (date(2024, 12, 31), date(2025, 5, 31), date(2025, 6, 1), date(2026, 1, 1))
    assert [person.role_on(day) for day in days] == ["unknown", "champion", "admin", "champion"]


@pytest.mark.parametrize(
    ("email", "domain"), [("a@Firm.test", "firm.test"), ("a@gmail.com", None), (None, None), ("broken", None)]
)
def test_free_mail_says_nothing_of_the_company(email: str | None, domain: str | None) -> None:
    assert mail_domain(email) == domain


def test_names_match_without_case_and_blanks() -> None:
    assert name_key("  ACME\tFreight ") == name_key("acme freight")


_CHILD = """
import sys
from pathlib import Path
from datetime import UTC, datetime
from data.store.unit_of_work import Store
from data.store.vault import Vault
from pipelines.ingest import import_path
from pipelines.settings import Settings
from pipelines.stage import Bench
settings = Settings(home=Path(sys.argv[2]), import_batch_rows=20)
bench = Bench(settings, Store(sys.argv[1]), Vault(bytes(range(32))), clock=lambda: datetime(2026, 3, 1, tzinfo=UTC))
print("ready", flush=True)
print(import_path(Path(sys.argv[3]), bench=bench).counts(), flush=True)
"""


def test_killed_import_ends_like_an_undisturbed_one(store: Store, vault: Vault, tmp_path: Path) -> None:
    from tests.pipelines.tables import dump

    file = tmp_path / "nps.csv"
    rows = [f"r{n},c{n % 7}@firm{n % 3}.test,{n % 11},Comment number {n},2025-01-{n % 28 + 1:02d}" for n in range(600)]
    file.write_text("\n".join(["response_id,email,NPS,comment,responded_at", *rows]), encoding="utf-8")
    url = store.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", _CHILD, url, str(tmp_path / "home"), str(file)]
    for wait_s in (0.05, 0.3):
        child = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."})
        if child.stdout is None:
            raise RuntimeError("no pipe")
        child.stdout.readline()
        time.sleep(wait_s)
        os.kill(child.pid, signal.SIGKILL)
        child.wait()
        child.stdout.close()
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": "."})
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.migrate()
    quiet = [*command[:3], str(other.url), *command[4:]]
    subprocess.run(quiet, check=True, capture_output=True, env={**os.environ, "PYTHONPATH": "."})
    assert dump(store, vault) == dump(other, vault)
    other.close()
