"""What model files must hold: their SHA-256, compared where they are opened.

Files of installed packages, and this package's own, are listed in `models.sha256`; a model that was trained has its
list beside it. Both are as `sha256sum` writes and checks them.
"""

import hashlib
from collections.abc import Iterable, Mapping
from functools import lru_cache
from pathlib import Path

from nlp.errors import ModelChangedError, ModelMissingError

LIST = "SHA256SUMS"
PACKAGED = Path(__file__).with_name("models.sha256")


def file_sha256(path: Path) -> str:
    """Return a file's SHA-256, computed once a process while it stays as it is (1 ms a MB)."""
    found = path.stat()
    return _sha256(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256(path: Path, _size: int, _changed_at: int) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_sums(path: Path) -> dict[str, str]:
    """Read a list: SHA-256 by name."""
    rows = (line.split(maxsplit=1) for line in path.read_text(encoding="utf-8").splitlines())
    return {row[1].lstrip("*"): row[0] for row in rows if len(row) == 2}


@lru_cache(maxsize=1)
def packaged_sums() -> Mapping[str, str]:
    """Return the list that ships: SHA-256 by the name of the package and the path inside it."""
    return read_sums(PACKAGED)


def check_file(path: Path, expected: str, *, mend: str) -> None:
    """Compare a file with its SHA-256.

    Args:
        path: The file.
        expected: What it should have, in hex digits; empty where it stands in no list.
        mend: What to do where it has another, as a sentence goes on after a semicolon.

    Raises:
        ModelMissingError: There is no such file.
        ModelChangedError: It has another.
    """
    try:
        found = file_sha256(path)
    except OSError as error:
        raise ModelMissingError(f"{path} can't be read ({error.strerror}); {mend}") from error
    if found != expected:
        raise ModelChangedError(f"{path} has SHA-256 {found}, expected {expected or 'none: it is in no list'}; {mend}")


def check_package(package: str, folder: Path, *, mend: str, only: Iterable[str] = ()) -> None:
    """Compare a package's files with the list that ships.

    Args:
        package: Its name there.
        folder: Where it is installed.
        mend: As for `check_file`.
        only: Those of these names; without any, all that are listed.

    Raises:
        ModelMissingError: A file is missing.
        ModelChangedError: A file is another.
    """
    known = {name: sha for name, sha in packaged_sums().items() if name.partition("/")[0] == package}
    for name in [f"{package}/{one}" for one in only] or known:
        check_file(folder / name.partition("/")[2], known.get(name, ""), mend=mend)


def note_sums(folder: Path, names: Iterable[str]) -> None:
    """Put files of a folder into its list; those that are in it stay."""
    path = folder / LIST
    sums = read_sums(path) if path.is_file() else {}
    sums |= {name: file_sha256(folder / name) for name in names}
    path.write_text("".join(f"{sums[name]}  {name}\n" for name in sorted(sums)), encoding="utf-8")


def check_noted(folder: Path, names: Iterable[str], *, mend: str) -> None:
    """Compare files of a folder with the list beside them.

    Raises:
        ModelMissingError: A file, or the list, is missing.
        ModelChangedError: A file is another.
    """
    path = folder / LIST
    if not path.is_file():
        raise ModelMissingError(f"{folder} holds no {LIST}, so nothing says what its files must hold; {mend}")
    sums = read_sums(path)
    for name in names:
        check_file(folder / name, sums.get(name, ""), mend=mend)
