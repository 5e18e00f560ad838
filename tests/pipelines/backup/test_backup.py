"""A backup is one moment of the store while others write, comes back equal, and is refused where it was changed."""

import json
import random
import tarfile
import threading
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from data.errors import SchemaOutdatedError, StoreError
from data.store.migrations.run import downgrade
from data.store.models import AuditEntry
from data.store.repositories.audit import record
from data.store.repositories.runs import get_fact, put_fact
from data.store.unit_of_work import Store, head_revision
from pipelines.backup.archive import read_manifest
from pipelines.backup.make import Made, make_backup
from pipelines.backup.restore import restore_backup
from pipelines.errors import BackupError
from pipelines.settings import Settings
from pipelines.stage import Bench, utc_now
from tests.held import flip, table_hashes

SEED, FLIPS = 7, 12


def _restored(target: tuple[Settings, str]) -> Store:
    _, into = target
    return Store(into if "://" in into else f"sqlite:///{into}/sottovoce.db")


def _write_on(bench: Bench, stop: threading.Event) -> None:
    """Commit a row and the count of such rows together, again and again."""
    number = 0
    while not stop.is_set():
        number += 1
        with bench.store.write() as session:
            record(session, actor="writer", action="write", detail={"number": number}, now=utc_now())
            put_fact(session, "written", {"rows": number}, now=utc_now())


def test_backup_beside_writers_is_one_moment(bench: Bench, target, tmp_path: Path):
    stop = threading.Event()
    writer = threading.Thread(target=_write_on, args=(bench, stop))
    writer.start()
    try:
        made: Made = make_backup(bench, tmp_path)
    finally:
        stop.set()
        writer.join()
    restore_backup(made.file, target[0], into=target[1])
    store = _restored(target)
    with store.read() as session:
        rows = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.actor == "writer"))
        assert rows == (get_fact(session, "written") or {"rows": 0})["rows"]
    # Numbers that were given are not given again.
    with store.write() as session:
        record(session, actor="after", action="write", detail={}, now=utc_now())
    store.close()


def test_restored_tables_are_equal(bench: Bench, target, tmp_path: Path):
    before = table_hashes(bench.store)
    made = make_backup(bench, tmp_path / "one.tar")
    done = restore_backup(made.file, target[0], into=target[1])
    store = _restored(target)
    assert table_hashes(store) == before
    store.require_current()
    assert (tmp_path / "again" / "uploads" / "up_1" / "answers.csv").read_text() == "waits"
    with store.engine.connect() as connection:
        # Words are found again: their index is no part of a backup of PostgreSQL.
        assert connection.execute(text("SELECT count(*) FROM comment_words")).scalar() is not None
    store.close()
    assert done.manifest.rows == sum(table.rows for table in made.manifest.copied.tables.values()) > 0
    # A second time there is something: nothing is replaced.
    with pytest.raises(StoreError, match=r"there already|holds"):
        restore_backup(made.file, target[0], into=target[1])


def test_changed_byte_is_refused(bench: Bench, target, tmp_path: Path):
    file = make_backup(bench, tmp_path / "one.tar").file
    moments = random.Random(SEED)
    with tarfile.open(file) as tar:
        places = [(one.offset_data, one.size) for one in tar.getmembers() if one.size]
    for start, size in [*places[:3], *moments.choices(places, weights=[size for _, size in places], k=FLIPS)]:
        at = start + moments.randrange(size)
        flip(file, at)
        with pytest.raises(BackupError):
            restore_backup(file, target[0], into=target[1])
        flip(file, at)
    for length in (0, 100, file.stat().st_size // 2):
        cut = tmp_path / "cut.tar"
        cut.write_bytes(file.read_bytes()[:length])
        with pytest.raises(BackupError):
            restore_backup(cut, target[0], into=target[1])
    # None of these left anything: the whole one goes in.
    restore_backup(file, target[0], into=target[1])


@pytest.mark.slow
def test_older_tables_are_migrated_and_newer_ones_refused(bench: Bench, target, tmp_path: Path):
    downgrade(bench.store.engine, "20261122_r7_persons")
    made = make_backup(bench, tmp_path / "old.tar")
    done = restore_backup(made.file, target[0], into=target[1])
    assert (done.migrated, done.manifest.copied.revision) == (True, "20261122_r7_persons")
    store = _restored(target)
    assert store.revision() == head_revision()
    store.close()
    with bench.store.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '20991231_later'"))
    with pytest.raises(SchemaOutdatedError, match="newer"):
        restore_backup(make_backup(bench, tmp_path / "new.tar").file, target[0], into=str(tmp_path / "third"))


def test_secret_goes_only_where_asked(sqlite_store: Store, settings: Settings, tmp_path: Path):
    bench = Bench(settings, sqlite_store, settings.vault())
    plain = make_backup(bench, tmp_path / "plain.tar")
    secret = settings.secret_path.read_bytes().strip()
    assert secret not in plain.file.read_bytes()
    assert plain.file.stat().st_mode & 0o077 == 0
    assert restore_backup(plain.file, settings, into=str(tmp_path / "plain")).secret_missing
    held = make_backup(bench, tmp_path / "held.tar", with_secret=True)
    done = restore_backup(held.file, settings, into=str(tmp_path / "held"))
    assert (done.secret_missing, done.secret_differs) == (False, False)
    assert (tmp_path / "held" / "secret.key").read_bytes().strip() == secret
    # Another secret is neither replaced nor taken for the right one.
    other = Settings(home=tmp_path / "other")
    other.vault()
    assert restore_backup(plain.file, other).secret_differs
    (tmp_path / "other" / "sottovoce.db").unlink()
    with pytest.raises(BackupError, match="another secret"):
        restore_backup(held.file, other)


def test_place_must_be_right(sqlite_store: Store, settings: Settings, tmp_path: Path):
    bench = Bench(settings, sqlite_store, settings.vault())
    file = make_backup(bench, tmp_path / "one.tar").file
    with pytest.raises(BackupError, match="already"):
        make_backup(bench, file)
    with pytest.raises(BackupError, match="no folder"):
        make_backup(bench, tmp_path / "none" / "one.tar")
    with pytest.raises(StoreError, match="another kind"):
        restore_backup(file, settings, into="postgresql://127.0.0.1:1/none")
    with pytest.raises(StoreError, match="empty"):
        make_backup(Bench(settings, Store(f"sqlite:///{tmp_path}/new.db"), settings.vault()), tmp_path / "two.tar")
    assert not (tmp_path / "two.tar").exists()


def test_member_cannot_lie_elsewhere(sqlite_store: Store, settings: Settings, tmp_path: Path):
    bench = Bench(settings, sqlite_store, settings.vault())
    file = make_backup(bench, tmp_path / "one.tar").file
    told = json.loads(read_manifest(file).as_json())
    told["members"][0]["name"] = "../escaped.db"
    evil = tmp_path / "evil.tar"
    _written(evil, json.dumps(told).encode())
    with pytest.raises(BackupError, match="damaged"):
        restore_backup(evil, settings, into=str(tmp_path / "again"))
    assert not list(tmp_path.rglob("escaped.db"))


def _written(file: Path, manifest: bytes) -> None:
    import hashlib
    import io

    parts = {
        "manifest.json": manifest,
        "manifest.sha256": hashlib.sha256(manifest).hexdigest().encode(),
        "../escaped.db": b"x",
    }
    with tarfile.open(file, "w") as tar:
        for name, content in parts.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
