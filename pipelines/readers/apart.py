"""Read a file that could fill the memory in a process of its own, with bounds on its memory and time.

The process writes lines of JSON; one that is {"error": why} says that the file can't be read.
"""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from pipelines.errors import InputFileError

ENDED = "it needs more memory or time than {} gets, or is damaged"


def bound(*, most_bytes: int, cpu_s: int) -> None:
    """Hold this process to so many bytes of addresses and seconds of processor (not on Windows)."""
    try:
        import resource
    except ImportError:
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for limit, most in ((resource.RLIMIT_AS, most_bytes), (resource.RLIMIT_CPU, cpu_s)):
        hard = resource.getrlimit(limit)[1]
        resource.setrlimit(limit, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def lines_apart(module: str, path: Path, *, kind: str, mend: str) -> Generator[Any, None, None]:
    """Give what the process writes, which is ended where nobody reads on.

    Args:
        module: What is run.
        path: The file that it reads.
        kind: What the file should be ("a workbook").
        mend: What to do where it can't be read.

    Raises:
        InputFileError: The process says so, or was ended by its bounds.
    """
    command = [sys.executable, "-P", "-m", module, str(path.resolve())]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as it:
        try:
            for line in it.stdout or ():
                told = _told(line)
                if isinstance(told, dict) and "error" in told:
                    why = one_line(told["error"] or ENDED.format(kind))
                    raise InputFileError(f"{path.name} can't be read as {kind} ({why}): {mend}")
                yield told
            if it.wait():
                raise InputFileError(f"{path.name} can't be read as {kind} ({ENDED.format(kind)}): {mend}")
        finally:
            it.kill()


def _told(line: bytes) -> Any:  # noqa: ANN401 - whatever JSON holds
    try:
        return json.loads(line)
    except ValueError:
        # The process was ended in the middle of it, or had no memory for the rest.
        return {"error": ""}


def one_line(said: str) -> str:
    """Cut what a library says."""
    return " ".join(said.split())[:200]
