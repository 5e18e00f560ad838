"""Runs one command in a process of its own and measures it from outside: wall, processor, memory, its JSON."""

import json
import os
import resource
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from pipelines.errors import PipelineError

# `ru_maxrss` counts KiB on Linux and bytes on macOS (getrusage(2) of both).
MAXRSS_PER_MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
KIB_PER_MIB = 1024
# Between two looks at a process that has children of its own; one look costs some ms.
LOOK_S = 0.25
ERROR_CHARS = 600


class BenchError(PipelineError, RuntimeError):
    """A measured command failed; the message has its last words."""


@dataclass(frozen=True)
class Step:
    """One command of a measurement.

    Attributes:
        name: What the step is called in the records.
        words: The command.
        environment: Variables set for it, beside those of this process.
        accepted: Exit codes that are no failure.
        prints_json: Whether its last line on standard output is its result.
    """

    name: str
    words: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    accepted: tuple[int, ...] = (0,)
    prints_json: bool = True


@dataclass(frozen=True)
class Measured:
    """What a command cost and said.

    Attributes:
        wall_s: From its start to its end.
        cpu_s: Processor seconds, its children's included.
        peak_mib: Largest resident memory: of the process (the kernel's count), or of it and its children together
            (sampled, shared pages counted once), whichever is larger.
        result: Its JSON; empty when it prints none.
    """

    wall_s: float
    cpu_s: float
    peak_mib: float
    result: dict[str, Any]


def measure(step: Step) -> Measured:
    """Run a command to its end and measure it.

    Call it from a small process, as the command line is: Linux counts the pages that the caller held when it forked
    into the peak of the child.

    Raises:
        BenchError: It ended with another exit code than the accepted ones, or printed no JSON.
    """
    # `env` sets the variables and becomes the command itself: same process, same clock.
    given = [f"{name}={value}" for name, value in step.environment.items()]
    words = ["env", *given, *step.words] if given else list(step.words)
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        code, usage, children_mib = _wait(process)
        wall_s = time.perf_counter() - started
        if code not in step.accepted:
            raise BenchError(f"{_shown(step)} ended with {code}: {_tail(err) or _tail(out)}")
        result = _last_json(out, step) if step.prints_json else {}
    return Measured(
        wall_s=round(wall_s, 3),
        cpu_s=round(usage.ru_utime + usage.ru_stime, 3),
        peak_mib=round(max(usage.ru_maxrss / MAXRSS_PER_MIB, children_mib), 1),
        result=result,
    )


def _wait(process: "subprocess.Popen[bytes]") -> tuple[int, resource.struct_rusage, float]:
    """Wait without polling, so that short commands are timed to the millisecond; a thread looks at the memory."""
    peak, ended = [0.0], threading.Event()
    looker = threading.Thread(target=_look, args=(process.pid, ended, peak), daemon=True)
    looker.start()
    try:
        _, status, usage = os.wait4(process.pid, 0)
    except BaseException:
        process.kill()
        process.wait()
        raise
    finally:
        ended.set()
        looker.join()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage, peak[0]


def _look(pid: int, ended: threading.Event, peak: list[float]) -> None:
    while not ended.wait(LOOK_S):
        found = list(tree(pid))
        if len(found) > 1:
            peak[0] = max(peak[0], sum(map(proportional_mib, found)))


def tree(pid: int) -> Iterator[int]:
    """Yield a process and all below it; Linux only, elsewhere just itself."""
    yield pid
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            below = [int(child) for child in file.read_text().split()]
        except OSError:
            continue  # it ended meanwhile
        for child in below:
            yield from tree(child)


def proportional_mib(pid: int) -> float:
    """Give the memory of a process; what it shares with others counts in parts. 0 where it ended meanwhile."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it ended meanwhile
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / KIB_PER_MIB


def _last_json(out: IO[bytes], step: Step) -> dict[str, Any]:
    lines = _text(out).strip().splitlines()
    try:
        found = json.loads(lines[-1])
    except (IndexError, ValueError) as error:
        raise BenchError(f"{_shown(step)} printed no JSON at its end; run it by hand") from error
    return found if isinstance(found, dict) else {"items": found}


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode("utf-8", "replace")


def _tail(file: IO[bytes]) -> str:
    return _text(file).strip()[-ERROR_CHARS:]


def _shown(step: Step) -> str:
    return " ".join(Path(word).name if "/" in word else word for word in step.words)


def python(*words: str) -> tuple[str, ...]:
    """Return the command of one of our modules in this interpreter."""
    return (sys.executable, "-m", *words)


def sottovoce(*words: str) -> tuple[str, ...]:
    """Return a command line as a user types it: the installed script of this environment.

    Raises:
        BenchError: The project is not installed here.
    """
    script = Path(sys.executable).with_name("sottovoce")
    if not script.is_file():
        raise BenchError(f"{script} is missing; run: make install")
    return (str(script), *words)


def ask(words: Sequence[str]) -> dict[str, Any]:
    """Run a command that is not measured and return its JSON; keeps heavy imports out of this process."""
    return measure(Step("ask", tuple(words))).result
