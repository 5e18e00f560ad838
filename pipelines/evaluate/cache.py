"""What evaluation runs keep on disk: finished results, prepared texts and vectors, so that nothing is computed twice.

One SQLite file; each batch is a transaction, so a run that is killed leaves whole batches only. Keys hold the content,
the settings, the project's own code and the versions of the libraries: what could change an answer changes its key.
Original texts are not kept, only redacted passages under the hash of their text.
"""

import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Any, Self

ROOT = Path(__file__).resolve().parents[2]
LIBRARIES = ("numpy", "scipy", "scikit-learn", "onnxruntime", "tokenizers", "spacy", "faiss-cpu", "graspologic-native")
# SQLite takes up to 32,766 values in a statement; this many are fast and safe in every build.
CHUNK = 900
# Another run may be writing; its batches take well under a second.
WAIT_S = 30
TABLES = (
    "CREATE TABLE IF NOT EXISTS kept (kind TEXT, mark TEXT, code TEXT, body BLOB, PRIMARY KEY (kind, mark, code)) "
    "WITHOUT ROWID"
)


def code_mark(*folders: str, extra: Sequence[str] = ()) -> str:
    """Return a hash of the project's sources in `folders`, of the libraries' versions and of what else matters."""
    sha = hashlib.sha256()
    for name in folders:
        for file in sorted((ROOT / name).glob("*")):
            if file.suffix in (".py", ".safetensors"):
                sha.update(file.name.encode() + file.read_bytes())
    sha.update(json.dumps([*map(_version, LIBRARIES), *extra]).encode())
    return sha.hexdigest()


def text_code(text: str) -> str:
    """Return the name under which what belongs to a text is kept."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


class EvaluationCache:
    """The file; use it in a `with` block. A file that another version left, or that is broken, is made anew."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Self:
        """Open the file, making it where needed."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.touch(mode=0o600)
        try:
            self._open()
        except sqlite3.DatabaseError:
            self._path.unlink()
            self._path.touch(mode=0o600)
            self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close the file."""
        self._base.close()

    def _open(self) -> None:
        self._base = sqlite3.connect(self._path, timeout=WAIT_S, check_same_thread=False)
        self._base.execute("PRAGMA synchronous=NORMAL")
        self._base.execute(TABLES)

    def get(self, kind: str, mark: str, codes: Iterable[str]) -> dict[str, bytes]:
        """Return what is kept of `codes`."""
        wanted = list(dict.fromkeys(codes))
        found: dict[str, bytes] = {}
        for start in range(0, len(wanted), CHUNK):
            part = wanted[start : start + CHUNK]
            holes = ",".join("?" * len(part))
            query = f"SELECT code, body FROM kept WHERE kind = ? AND mark = ? AND code IN ({holes})"
            with closing(self._base.execute(query, (kind, mark, *part))) as rows:
                found.update(rows)
        return found

    def put(self, kind: str, mark: str, bodies: Mapping[str, bytes]) -> None:
        """Keep bodies by code, all or none of them."""
        with self._base:
            self._base.executemany(
                "INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)",
                [(kind, mark, code, body) for code, body in bodies.items()],
            )

    def get_json(self, kind: str, mark: str, code: str) -> Any:  # noqa: ANN401 - JSON
        """Return a kept JSON value, or None."""
        body = self.get(kind, mark, [code]).get(code)
        return None if body is None else json.loads(zlib.decompress(body))

    def put_json(self, kind: str, mark: str, code: str, value: object) -> None:
        """Keep a JSON value."""
        self.put(kind, mark, {code: zlib.compress(json.dumps(value, ensure_ascii=False).encode(), 1)})


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
