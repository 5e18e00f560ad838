"""Commands as a user types them, in processes forked from a warm one: what they end with, and what they say."""

import os
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import BinaryIO

import pytest

# What a run imports on the way; no model is opened, so that no threads run when processes are forked.
LIBRARIES = (
    "pipelines.cli",
    "pipelines.run",
    "pipelines.ingest",
    "pipelines.terminal",
    "openTSNE",
    "faiss",
    "onnx",
    "onnxruntime",
    "sklearn.linear_model",
)


def warm() -> None:
    """Load what every command would load."""
    for name in LIBRARIES:
        import_module(name)
    from nlp.text.spacy_pass import SpacyPass

    SpacyPass().read(["A short text."])


@dataclass
class Command:
    """A command at work."""

    pid: int
    errors: BinaryIO

    def end(self, within_s: float = 600.0) -> tuple[int, str]:
        """Wait for it; gives its exit code and all it said on standard error."""
        end = time.monotonic() + within_s
        while not (ended := os.waitpid(self.pid, os.WNOHANG))[0]:
            if time.monotonic() > end:
                os.kill(self.pid, 9)
                os.waitpid(self.pid, 0)
                pytest.fail(f"it did not end in {within_s} s")
            time.sleep(0.02)
        self.errors.seek(0)
        said = self.errors.read().decode()
        self.errors.close()
        return os.waitstatus_to_exitcode(ended[1]), said


def start(environment: Mapping[str, str], *words: str) -> Command:
    """Start `sottovoce` with some words."""
    errors = tempfile.TemporaryFile()
    pid = os.fork()
    if pid == 0:
        _command(environment, words, errors)
    return Command(pid, errors)


def _command(environment: Mapping[str, str], words: tuple[str, ...], errors: BinaryIO) -> None:
    code = 70
    try:
        os.environ.update(environment)
        os.dup2(errors.fileno(), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
        sys.stdout = os.fdopen(1, "w", closefd=False)
        sys.argv = ["sottovoce", *words]
        import_module("pipelines.cli").main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 0 if ended.code is None else 1
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    finally:
        sys.stderr.flush()
        os._exit(code)
