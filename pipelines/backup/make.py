"""Make a backup: the store as of one moment, uploads that wait, the model trained here, and the secret if asked."""

import os
import shutil
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from data.store.copies.copies import take_copy
from pipelines import uploads
from pipelines.backup.archive import (
    DATABASE,
    SECRET,
    TAGGER,
    UPLOADS,
    Manifest,
    Member,
    hash_file,
    secret_mark,
    write_archive,
)
from pipelines.backup.scratch import scratch_in
from pipelines.errors import BackupError
from pipelines.stage import Bench
from pipelines.taxonomy import own_model

# Made again from what is kept, or of no use elsewhere.
MADE_AGAIN = (
    "the index of meanings (by the next run)",
    "the queue's messages",
    "models that are converted on first use",
)


@dataclass(frozen=True)
class Made:
    """A backup that was written."""

    file: Path
    size: int
    manifest: Manifest


def make_backup(bench: Bench, out: Path, *, with_secret: bool = False) -> Made:
    """Write a backup into a folder, under a name with its time, or into the file that is named; whole or not at all.

    The store may be read and written meanwhile.

    Raises:
        BackupError: It can't be written there, or another backup is being written there.
        StoreError: The store is empty, damaged or can't be used now.
    """
    now = bench.clock()
    file = out / f"sottovoce-{now:%Y%m%dT%H%M%SZ}.tar" if out.is_dir() else out
    if file.exists():
        raise BackupError(f"{file} is there already: nothing is replaced; name another file, or a folder")
    if not file.parent.is_dir():
        raise BackupError(f"there is no folder {str(file.parent)!r}: make it first, or write elsewhere")
    busy = f"another backup is being written into {file.parent}: wait for it, or name another folder"
    try:
        with scratch_in(file.parent, "backup", busy=busy) as scratch:
            manifest, files = _gather(bench, scratch, with_secret=with_secret)
            whole = scratch / "whole.tar"
            write_archive(whole, manifest, files)
            _sync(whole)
            whole.rename(file)
            _sync(file.parent)
    except OSError as error:
        raise BackupError(
            f"can't write the backup {file} ({error.strerror or error}): nothing half is left; it needs twice the size "
            "of the database for a while, name a folder with more space"
        ) from error
    return Made(file, file.stat().st_size, manifest)


def _gather(bench: Bench, scratch: Path, *, with_secret: bool) -> tuple[Manifest, dict[str, Path]]:
    """Copy everything into a folder. Returns the list, and where each member lies."""
    (scratch / DATABASE).mkdir()
    # Uploads before the store and again after it: every one that the store's rows name is there.
    _copy_tree(bench.settings.home / uploads.FOLDER, scratch / UPLOADS)
    copied = take_copy(bench.store, scratch / DATABASE)
    _copy_tree(bench.settings.home / uploads.FOLDER, scratch / UPLOADS)
    _copy_tree(own_model(bench.settings), scratch / TAGGER)
    if with_secret:
        shutil.copyfile(bench.settings.secret_path, scratch / SECRET)
    files = {str(file.relative_to(scratch).as_posix()): file for file in sorted(scratch.rglob("*")) if file.is_file()}
    members = tuple(Member(name, file.stat().st_size, hash_file(file)) for name, file in files.items())
    left_out = MADE_AGAIN if with_secret else ("the secret", *MADE_AGAIN)
    made_at, mark = bench.clock().isoformat(timespec="seconds"), secret_mark(bench.vault)
    return Manifest(made_at, version("sottovoce"), copied, members, mark, left_out), files


def _copy_tree(source: Path, target: Path) -> None:
    """Copy what is new in a folder; a file that is deleted meanwhile is left out."""
    for file in sorted(source.rglob("*")) if source.is_dir() else []:
        copy = target / file.relative_to(source)
        if copy.exists() or not file.is_file():
            continue
        copy.parent.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copyfile(file, copy)
        except FileNotFoundError:
            copy.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    """Wait until a file or a folder's list is on the disk."""
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
