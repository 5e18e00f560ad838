"""Each migration down and up again with rows in every table, and migrations that are killed on the way."""

import random
from functools import partial

import pytest
from sqlalchemy import MetaData, Table, inspect, select

from data.store.copies.copied import kept_tables
from data.store.migrations.run import downgrade, upgrade
from data.store.unit_of_work import MIGRATIONS, Store, head_revision
from tests.data.store.filled import fill
from tests.killing import in_child

REVISIONS = sorted(path.stem for path in (MIGRATIONS / "versions").glob("[0-9]*.py"))
# What going down below a revision drops, as docs/reliability.md says: tables, columns, and rows of tables that stay.
DROPPED = {
    "20261123_exports": {"theme_issues", "bi_rules"},
    "20261122_r9_forgotten": {"forgotten_keys", "forgettings"},
    "20261122_r8_digests": {"digests", "outbox.digest_id", "1 row of outbox"},
    "20261122_r7_persons": {"persons"},
    "20261122_r6_reads": set(),
    "20261122_r5_jobs": {"jobs", "repeated_answers", "uploads", "run_progress"},
    "20261122_r4_corrections": {
        "saved_views",
        "corrected_passages",
        "overruled_mentions",
        "mentions.correction_id",
        "themes.base",
        "corrections.undone_by",
        "corrections.waits",
        "lineage.correction_id",
        "1 row of lineage",
    },
    "20261122_r3_search": {"places", "commitment_vectors", "commitment_matches"},
    "20261122_r2_counts": {"account_packs", "stale_accounts.stamp"},
    "20261122_r1_standing": {"account_standings"},
    "20261122_loops": {"loops", "loop_acts", "outbox"},
}
# Not data: who is counted again, which the migration itself writes.
WRITTEN_AGAIN = {"stale_accounts"}
KILLS, SEED = 6, 5

Rows = dict[str, list[dict]]


def _rows(store: Store) -> Rows:
    with store.engine.connect() as connection:
        tables = [Table(name, MetaData(), autoload_with=connection) for name in kept_tables(connection)]
        return {one.name: [dict(row._mapping) for row in connection.execute(select(one))] for one in tables}


def _lost(before: Rows, after: Rows) -> set[str]:
    """Say what is there no more; what is left must be as it was."""
    lost = set(before) - set(after)
    for name in set(before) & set(after) - WRITTEN_AGAIN:
        columns = [set(rows[0]) if rows else set() for rows in (before[name], after[name])]
        both = columns[0] & columns[1] if after[name] else columns[0]
        lost |= {f"{name}.{column}" for column in columns[0] - both}
        was, left = (
            {repr(sorted((k, v) for k, v in row.items() if k in both)) for row in rows[name]}
            for rows in (before, after)
        )
        assert left <= was, name
        if len(left) < len(was):
            lost.add(f"{len(was) - len(left)} row of {name}")
    return lost


def _columns(store: Store) -> dict[str, set[str]]:
    with store.engine.connect() as connection:
        found = inspect(connection)
        return {name: {one["name"] for one in found.get_columns(name)} for name in kept_tables(connection)}


@pytest.mark.slow
def test_each_migration_down_and_up_with_rows(store: Store):
    with store.engine.begin() as connection:
        fill(connection)
    for place in range(len(REVISIONS) - 1, 0, -1):
        revision, older = REVISIONS[place], REVISIONS[place - 1]
        before, shape = _rows(store), _columns(store)
        downgrade(store.engine, older)
        down = _rows(store)
        dropped = _lost(before, down)
        if "stale_accounts" in before and "stamp" in shape["stale_accounts"] - _columns(store)["stale_accounts"]:
            dropped.add("stale_accounts.stamp")
        assert dropped == DROPPED[revision], revision
        upgrade(store.engine, revision)
        assert _columns(store) == shape, revision
        up = _rows(store)
        # What going down left is all there; theme_cells of old go, they are counted again.
        assert _lost(down, up) <= {"theme_cells"}, revision
        downgrade(store.engine, older)
    store.migrate()
    store.require_current()
    downgrade(store.engine, "base")
    assert kept_names(store) == []


def kept_names(store: Store) -> list[str]:
    with store.engine.connect() as connection:
        return kept_tables(connection)


def _migrate(url: str) -> None:
    Store(url).migrate()


@pytest.mark.slow
def test_killed_migration_leaves_the_old_tables(store: Store):
    with store.engine.begin() as connection:
        fill(connection)
    for start in ("20261122_loops", "20261122_r3_search", "20261122_r7_persons"):
        downgrade(store.engine, start)
        store.close()
        url = store.engine.url.render_as_string(hide_password=False)
        # What a whole migration sends, counted on the way back up and down again.
        whole = in_child(partial(_migrate, url))
        assert whole.well
        downgrade(store.engine, start)
        store.close()
        before = _rows(store)
        store.close()
        for at in random.Random(SEED).sample(range(2, whole.statements), KILLS):
            assert in_child(partial(_migrate, url), at_statement=at).killed
            assert (store.revision(), _rows(store)) == (start, before), at
            store.close()
        store.migrate()
        assert store.revision() == head_revision()
