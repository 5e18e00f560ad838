"""A folder to work in, beside the place that something is written to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from pipelines.errors import BackupError


@contextmanager
def scratch_in(folder: Path, work: str, *, busy: str) -> Iterator[Path]:
    """Give an empty folder for some work, and remove it; what a killed one left is cleared by the next.

    Raises:
        BackupError: The same work is done in this folder by another one; says `busy`.
    """
    scratch = folder / f".sottovoce-{work}.part"
    try:
        with FileLock(folder / f".sottovoce-{work}.lock", timeout=0):
            shutil.rmtree(scratch, ignore_errors=True)
            scratch.mkdir(mode=0o700)
            try:
                yield scratch
            finally:
                shutil.rmtree(scratch, ignore_errors=True)
    except Timeout as error:
        raise BackupError(busy) from error
