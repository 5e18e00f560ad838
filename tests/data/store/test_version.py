"""The data's version: equal only if nothing was committed between, whoever committed it."""

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from data.store.models import AuditEntry, Fact
from data.store.repositories.audit import record
from data.store.repositories.keys import create_key, list_keys, note_use
from data.store.unit_of_work import Store
from data.store.vault import Vault
from data.store.version import DataVersion

NOW = datetime(2026, 10, 1, tzinfo=UTC)


_values = itertools.count()


def change(store: Store) -> None:
    # Another value each time: the same one would be no change.
    with store.write() as session:
        session.merge(Fact(name="test", value={"n": next(_values)}, updated_at=NOW))


def test_commit_changes_the_version_and_a_note_does_not(store: Store, vault: Vault):
    with store.write() as session:
        key, _ = create_key(session, vault, name="CRM", role="viewer", now=NOW)
    version = DataVersion(store)
    first = version.read()
    assert version.read() == first
    assert version.aside(lambda session: note_use(session, key.key_id, now=NOW))
    assert version.read() == first
    with store.read() as session:
        assert [one.last_used_at for one in list_keys(session)] == [NOW]
    change(store)
    assert version.read() != first
    version.close()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(["commit", "note", "read", "undone"]), max_size=12))
def test_no_order_of_writers_hides_a_commit(store: Store, steps: list[str]):
    version = DataVersion(store)
    seen, commits, versions = version.read(), 0, {}
    versions[seen] = 0
    for step in steps:
        if step == "commit":
            change(store)
            commits += 1
        elif step == "note":
            version.aside(lambda session: record(session, actor="a", action="b", detail={}, now=NOW))
        elif step == "undone":
            with store.read() as session:
                session.add(Fact(name="never", value={}, updated_at=NOW))
        else:
            assert versions.setdefault(version.read(), commits) == commits
    version.close()


def test_forked_processes_share_versions_without_hiding_a_commit(store: Store):
    first, forked = DataVersion(store), DataVersion(store)
    # What a process gets that is forked: the same memory, and connections of its own.
    forked._counts, forked._nonce = first._counts, first._nonce
    before = first.read()
    first.close()
    first.forked(1)
    forked.forked(2)
    seen = {before: 0}
    for commits in range(1, 9):
        change(store)
        for version in (first, forked) if commits % 3 else (forked,):
            assert seen.setdefault(version.read(), commits) == commits
            assert seen.setdefault(version.read(), commits) == commits
    assert first.read() == forked.read()
    first.close()
    forked.close()


def test_busy_database_keeps_nobody_waiting(sqlite_store: Store):
    version = DataVersion(sqlite_store)
    before = version.read()
    began = datetime.now(UTC)
    with sqlite_store.write():
        done = version.aside(lambda session: record(session, actor="a", action="b", detail={}, now=NOW))
        assert version.read() == before
    assert not done
    assert datetime.now(UTC) - began < timedelta(seconds=5)
    assert version.aside(lambda session: record(session, actor="a", action="b", detail={}, now=NOW))
    with sqlite_store.read() as session:
        assert session.scalars(select(AuditEntry.actor)).all() == ["a"]
    version.close()
