"""A file as it comes in: under a name of ours, in the home folder, for its owner only."""

import hashlib
import re
import shutil
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from api.errors import NotReadyError, ParameterError
from api.writers import chunks_of

# As `pipelines.readers.detect` reads them.
SUFFIXES = frozenset(".csv .tsv .txt .tab .jsonl .ndjson .json .parquet .xlsx .xlsm .xlsb .xls .ods".split())
# Bytes that are gathered before they are written.
BUFFER = 1024 * 1024
STEM_CHARS = 80
# Windows takes these for devices, whatever their ending.
_DEVICES = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)


@dataclass(frozen=True)
class Kept:
    """A file that came in whole."""

    size_bytes: int
    sha256: str


def safe_name(name: str) -> str:
    """Give the name that a file is kept and shown under: no folder, no character that any system reads otherwise.

    Raises:
        ParameterError: Its ending is none that is read.
    """
    last = PurePosixPath(name.replace("\\", "/")).name
    stem, dot, suffix = last.rpartition(".")
    if f".{suffix.lower()}" not in SUFFIXES or not dot:
        raise ParameterError(f"name={last[:60]!r} has an ending that is not read: use {', '.join(sorted(SUFFIXES))}")
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-")[:STEM_CHARS]
    if not plain or _DEVICES.fullmatch(plain):
        plain = f"upload-{plain}".strip("-")
    return f"{plain}.{suffix.lower()}"


async def receive(request: Request, folder: Path, name: str) -> Kept:
    """Write a body to `folder / name` as it comes; nothing is left where it does not come whole.

    Raises:
        ParameterError: It is empty.
        NotReadyError: It can't be written.
        SlowError: The sender stopped.
    """
    try:
        kept = await _write(request, folder, name)
    except OSError as error:
        await run_in_threadpool(forget, folder)
        raise NotReadyError(f"the file can't be kept ({error.strerror}): look at the server's disk") from error
    except BaseException:
        # Also where the sender went away: the task is cancelled then.
        shutil.rmtree(folder, ignore_errors=True)
        raise
    if not kept.size_bytes:
        await run_in_threadpool(forget, folder)
        raise ParameterError("the body is empty: send the file's bytes, `curl --data-binary @FILE` does")
    return kept


async def _write(request: Request, folder: Path, name: str) -> Kept:
    digest, size, held, waiting = hashlib.sha256(), 0, bytearray(), 0
    file = await run_in_threadpool(_open, folder, name)
    try:
        async for chunk in chunks_of(request):
            held += chunk
            size, waiting = size + len(chunk), len(held)
            if waiting >= BUFFER:
                await run_in_threadpool(_flush, file, digest, bytes(held))
                held.clear()
        await run_in_threadpool(_flush, file, digest, bytes(held))
    finally:
        await run_in_threadpool(file.close)
    return Kept(size, digest.hexdigest())


def _open(folder: Path, name: str) -> BinaryIO:
    folder.mkdir(parents=True, mode=0o700)
    path = folder / name
    path.touch(mode=0o600)
    return path.open("wb")


def _flush(file: BinaryIO, digest: "hashlib._Hash", part: bytes) -> None:
    digest.update(part)
    file.write(part)


def forget(folder: Path) -> None:
    """Delete a file with its folder."""
    shutil.rmtree(folder, ignore_errors=True)
