"""A backup or a restore that is killed leaves nothing that looks whole, and is done by the same command again."""

import random
from functools import partial
from pathlib import Path

import pytest

from data.store.unit_of_work import Store
from pipelines.backup.make import make_backup
from pipelines.backup.restore import restore_backup
from pipelines.stage import Bench
from tests.held import table_hashes
from tests.killing import in_child

pytestmark = pytest.mark.slow
# Statements that either sends on either database, at least.
SEED, KILLS, LAST = 3, 5, 40


def test_killed_backup_is_none(bench: Bench, tmp_path: Path):
    file = tmp_path / "one.tar"
    bench.store.close()
    for at in random.Random(SEED).sample(range(1, LAST), KILLS):
        again = Bench(bench.settings, Store(bench.settings.url), bench.vault)
        assert in_child(partial(make_backup, again, file), at_statement=at).killed
        assert not file.exists()
    make_backup(bench, file)
    assert [one.name for one in tmp_path.iterdir() if one.suffix in (".tar", ".part")] == ["one.tar"]


def test_killed_restore_leaves_no_database(bench: Bench, target, tmp_path: Path):
    before, file = table_hashes(bench.store), make_backup(bench, tmp_path / "one.tar").file
    bench.store.close()
    settings, into = target
    url = into if "://" in into else f"sqlite:///{into}/sottovoce.db"
    for at in random.Random(SEED).sample(range(1, LAST), KILLS):
        assert in_child(partial(restore_backup, file, settings, into=into), at_statement=at).killed
        if "://" in into:
            assert _revision(url) is None
        else:
            assert not Path(into, "sottovoce.db").exists()
    restore_backup(file, settings, into=into)
    store = Store(url)
    assert table_hashes(store) == before
    store.close()


def _revision(url: str) -> str | None:
    store = Store(url)
    try:
        return store.revision()
    finally:
        store.close()
