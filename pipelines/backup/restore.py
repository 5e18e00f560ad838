"""Restore a backup into an empty place: everything is checked first, and the database comes last and whole."""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from data.store.copies.copies import load_copy, require_empty, require_known, sqlite_file
from data.store.unit_of_work import head_revision, hide_password
from pipelines import uploads
from pipelines.backup.archive import DATABASE, SECRET, TAGGER, UPLOADS, Manifest, extract, read_manifest, secret_mark
from pipelines.backup.scratch import scratch_in
from pipelines.errors import BackupError
from pipelines.settings import Settings
from pipelines.taxonomy import own_model


@dataclass(frozen=True)
class Restored:
    """What was restored and where; `secret_missing` and `secret_differs` say what is left to do."""

    manifest: Manifest
    url_shown: str
    home: Path
    migrated: bool
    secret_path: Path
    secret_missing: bool
    secret_differs: bool


def restore_backup(file: Path, settings: Settings, *, into: str = "") -> Restored:
    """Restore a backup into a home folder or a database's URL; empty: those of the settings.

    Killed anywhere, there is no database, and the same command does it again.

    Raises:
        BackupError: The backup is damaged, or a secret is there that is not the backup's.
        StoreError: The place is not empty, of another kind, or can't be used; or the backup's tables are newer.
    """
    settings = _aimed(settings, into)
    manifest = read_manifest(file)
    require_known(manifest.copied)
    require_empty(settings.url, manifest.copied)
    # Beside the database's file: it is put in its place by a change of name.
    folder = sqlite_file(settings.url).parent if manifest.is_file else settings.home
    busy = f"another restore into {folder} is at work: wait for it"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with scratch_in(folder, "restore", busy=busy) as scratch:
            manifest = extract(file, scratch)
            missing, differs = _secret(manifest, scratch, settings)
            _move_tree(scratch / UPLOADS, settings.home / uploads.FOLDER)
            _move_tree(scratch / TAGGER, own_model(settings))
            (scratch / DATABASE).mkdir(exist_ok=True)
            load_copy(settings.url, scratch / DATABASE, manifest.copied)
    except OSError as error:
        raise BackupError(
            f"can't restore into {settings.home} ({error.strerror or error}): no database was made; "
            "free space or name another folder, then restore again"
        ) from error
    migrated = manifest.copied.revision != head_revision()
    shown = hide_password(settings.url)
    return Restored(manifest, shown, settings.home, migrated, settings.secret_path, missing, differs)


def _aimed(settings: Settings, into: str) -> Settings:
    """Give the settings of the place: a URL goes with the home folder in force, a folder with its own database."""
    if not into:
        return settings
    place = {"database_url": into} if "://" in into else {"home": Path(into).absolute(), "database_url": ""}
    # Not a copy: that keeps what was worked out of the old values.
    return Settings(**{**settings.model_dump(), **place})


def _secret(manifest: Manifest, scratch: Path, settings: Settings) -> tuple[bool, bool]:
    """Put the secret where it belongs. Returns whether there is none, and whether another one is there."""
    path = settings.secret_path
    if manifest.has_secret and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        (scratch / SECRET).chmod(0o600)
        os.replace(scratch / SECRET, path)
    if not path.exists():
        return True, False
    mark = secret_mark(settings.vault())
    if manifest.has_secret and mark != manifest.secret_mark:
        raise BackupError(f"{path} holds another secret than the backup: move it away, then restore again")
    return False, mark != manifest.secret_mark


def _move_tree(source: Path, target: Path) -> None:
    """Move files to their places; one of the same name is replaced by the backup's."""
    for file in sorted(source.rglob("*")) if source.is_dir() else []:
        if file.is_file():
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(file, place)
