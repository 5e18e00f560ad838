"""The file of a backup: a tar whose first member says what the others are, with their SHA-256."""

import hashlib
import io
import json
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any, Self

from data.store.copies.copied import Copied
from data.store.vault import Vault
from pipelines.errors import BackupError

MANIFEST, MANIFEST_HASH = "manifest.json", "manifest.sha256"
# Of the layout below; a later one is not read.
FORMAT = 1
PART_BYTES = 1 << 20
# Larger manifests are none of ours: one of 100,000 uploads has 20 MB.
MOST_MANIFEST_BYTES = 64 << 20


@dataclass(frozen=True)
class Member:
    """One file within a backup."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup holds. `secret_mark` tells one secret from another without revealing it."""

    made_at: str
    version: str
    copied: Copied
    members: tuple[Member, ...]
    secret_mark: str
    left_out: tuple[str, ...]

    @property
    def has_secret(self) -> bool:
        """Whether the secret lies in the backup."""
        return any(one.name == SECRET for one in self.members)

    @property
    def is_file(self) -> bool:
        """Whether the store is one file (SQLite)."""
        return self.copied.database == "sqlite"

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.copied.tables.values())

    def as_json(self) -> bytes:
        """Give it as it lies in the file."""
        told = {
            "format": FORMAT,
            "made_at": self.made_at,
            "version": self.version,
            "secret_mark": self.secret_mark,
            "left_out": self.left_out,
            **self.copied.as_dict(),
            "members": [vars(member) for member in self.members],
        }
        return json.dumps(told, indent=1).encode()

    @classmethod
    def from_json(cls, content: bytes) -> Self:
        """Read it.

        Raises:
            BackupError: It is of another layout.
        """
        try:
            told: dict[str, Any] = json.loads(content)
            if told["format"] != FORMAT:
                raise BackupError(f"the backup is of layout {told['format']}, this version reads {FORMAT}: update")
            members = tuple(Member(str(m["name"]), int(m["size"]), str(m["sha256"])) for m in told["members"])
            copied, left = Copied.from_dict(told), tuple(told["left_out"])
            return cls(told["made_at"], told["version"], copied, members, told["secret_mark"], left)
        except BackupError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise BackupError("the backup's list can't be read: it is damaged, use another one") from error


# Where things lie within a backup.
DATABASE, UPLOADS, TAGGER, SECRET = "database", "uploads", "models/tagger", "secret.key"


def secret_mark(vault: Vault) -> str:
    """Tell one secret from another: a keyed hash of nothing but its purpose."""
    return vault.hash("backup")


def hash_file(file: Path) -> str:
    """Give the SHA-256 of a file."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def write_archive(out: Path, manifest: Manifest, files: Mapping[str, Path]) -> None:
    """Write a backup; only its owner may read it. `out` is a name that nobody takes for a whole one.

    Raises:
        OSError: There is no space, or no right.
    """
    out.unlink(missing_ok=True)
    out.touch(mode=0o600)
    told = manifest.as_json()
    with out.open("wb") as opened, tarfile.open(fileobj=opened, mode="w", format=tarfile.PAX_FORMAT) as tar:
        _add_bytes(tar, MANIFEST, told)
        _add_bytes(tar, MANIFEST_HASH, hashlib.sha256(told).hexdigest().encode())
        for member in manifest.members:
            info = _info(member.name, member.size)
            with files[member.name].open("rb") as source:
                tar.addfile(info, source)


def read_manifest(file: Path) -> Manifest:
    """Read what a backup holds.

    Raises:
        BackupError: It is none, or its list is damaged.
    """
    with _opened(file) as tar:
        return _manifest(tar, file)


def extract(file: Path, folder: Path) -> Manifest:
    """Write all members into a folder, each checked by its SHA-256.

    Raises:
        BackupError: One is missing, changed, or named so that it would lie elsewhere.
        OSError: There is no space, or no right.
    """
    with _opened(file) as tar:
        manifest = _manifest(tar, file)
        for member in manifest.members:
            content, name = _next(tar, file), PurePosixPath(member.name)
            if content.name != member.name or not content.isreg() or name.is_absolute() or ".." in name.parts:
                raise _damaged(file, member.name)
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            if _write(tar.extractfile(content), target) != member.sha256:
                raise _damaged(file, member.name)
        return manifest


def _write(source: IO[bytes] | None, target: Path) -> str:
    digest = hashlib.sha256()
    with target.open("wb") as out:
        while source is not None and (part := source.read(PART_BYTES)):
            digest.update(part)
            out.write(part)
    return digest.hexdigest()


@contextmanager
def _opened(file: Path) -> Iterator[tarfile.TarFile]:
    if not file.is_file():
        raise BackupError(f"{file} is no file: name a backup that `sottovoce backup` made")
    try:
        with tarfile.open(file, mode="r:") as tar:
            yield tar
    except tarfile.TarError as error:
        raise BackupError(f"{file} is no backup, or is cut off ({error}): use another one") from error


def _manifest(tar: tarfile.TarFile, file: Path) -> Manifest:
    first = _next(tar, file)
    if first.name != MANIFEST or first.size > MOST_MANIFEST_BYTES:
        raise BackupError(f"{file} is no backup of ours: its first member is {first.name!r}, not {MANIFEST!r}")
    told = _read(tar, first)
    second = _next(tar, file)
    if second.name != MANIFEST_HASH or hashlib.sha256(told).hexdigest().encode() != _read(tar, second):
        raise _damaged(file, MANIFEST)
    return Manifest.from_json(told)


def _next(tar: tarfile.TarFile, file: Path) -> tarfile.TarInfo:
    found = tar.next()
    if found is None:
        raise BackupError(f"{file} is cut off: members are missing; use another backup")
    return found


def _read(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    opened = tar.extractfile(info) if info.isreg() else None
    return opened.read(MOST_MANIFEST_BYTES) if opened is not None else b""


def _damaged(file: Path, member: str) -> BackupError:
    return BackupError(f"{file} is damaged at {member!r}: nothing was restored; use another backup")


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


def _add_bytes(tar: tarfile.TarFile, name: str, content: bytes) -> None:
    tar.addfile(_info(name, len(content)), io.BytesIO(content))
