"""A process beside an evaluation that prepares the few new texts of a file, while that one loads everything else.

spaCy and its model take a second or two to load, the other libraries too; on two cores they load side by side.
"""

import pickle
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Self

from nlp.config import TextConfig

if TYPE_CHECKING:
    from nlp.text.people import Pseudonyms

# Makes the process load what it needs before the first text comes: words, names, and another language.
WARM_UP = ("It loads slowly, but Tom Miller helped.", "Das dauert alles viel zu lange")


@dataclass(frozen=True)
class Reading:
    """What is kept of one prepared text."""

    redacted: str
    passages: tuple[str, ...]


def read_texts(texts: Sequence[str], numbers: dict[str, "Pseudonyms"], *, config: TextConfig) -> list[Reading]:
    """Prepare texts; nobody reads the words of these passages, so texts that are clear without see no spaCy."""
    # Imported here: who starts a reader need not load what it loads.
    from nlp.text.prepare import prepare_texts

    prepared = prepare_texts(texts, kinds="survey", config=config, tokens=False, pseudonyms=numbers)
    return [Reading(one.redacted, tuple(passage.text for passage in one.passages)) for one in prepared]


class Reader:
    """The process; use it in a `with` block. It starts at once and ends with the block."""

    def __init__(self, config: TextConfig) -> None:
        self._config = config

    def __enter__(self) -> Self:
        """Start loading."""
        words = [sys.executable, "-m", "pipelines.evaluate.reader"]
        self._process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End it."""
        self.end()

    def end(self) -> None:
        """End it now, whatever it is doing."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()

    def read(self, texts: Sequence[str], numbers: dict[str, "Pseudonyms"]) -> list[Reading]:
        """Prepare texts there; here where that process failed. Called once."""
        said, _ = self._process.communicate(pickle.dumps((list(texts), numbers, self._config)))
        if self._process.returncode != 0:
            return read_texts(texts, numbers, config=self._config)
        found, after = pickle.loads(said)
        numbers.update(after)
        return [Reading(redacted, passages) for redacted, passages in found]


def _serve() -> None:
    read_texts(WARM_UP, {}, config=TextConfig())
    texts, numbers, config = pickle.load(sys.stdin.buffer)
    # Plain tuples: a class of this module is one of `__main__` here.
    found = [(one.redacted, one.passages) for one in read_texts(texts, numbers, config=config)]
    sys.stdout.buffer.write(pickle.dumps((found, numbers)))


if __name__ == "__main__":
    _serve()
