"""What the C library holds for this process beyond what is in use: as little as can be.

glibc only; each of these does nothing where the C library is another one.
"""

import ctypes
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
# mallopt(3): number of the option, and the value.
_ARENAS, _TRIM = (-8, 1), (-1, 64 * 1024 * 1024)
# Seconds between two looks, and processor seconds after which there is something to give back; it takes 2 ms.
LOOK_S, WORKED_S = 1.0, 0.1
# Neither the C library nor a function in it.
_MISSING = (OSError, AttributeError)


def hold_little_memory() -> None:
    """Let the C library give memory back: one heap for all threads, and large arrays out of it.

    Counting over a million comments makes arrays of some 10 MB and drops them again. With a heap for each thread and
    the default limits, which grow with what was freed, the server's memory rose to 709 MiB where it is 567 with these.
    """
    with suppress(*_MISSING):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in (_ARENAS, _TRIM):
            mallopt(option, value)


def give_back() -> None:
    """Hand what lies free back to the system, also from between what is in use."""
    with suppress(*_MISSING):
        ctypes.CDLL(None).malloc_trim(0)


def give_back_steadily() -> None:
    """Hand back what answers leave free, once a second as long as there are some; in a thread of its own.

    At a million comments that is some 20 MiB a process.
    """

    def watch() -> None:
        worked = time.process_time()
        while True:
            time.sleep(LOOK_S)
            if time.process_time() - worked > WORKED_S:
                give_back()
                worked = time.process_time()

    threading.Thread(target=watch, name="give back", daemon=True).start()


def in_child(make: Callable[[], T]) -> T:
    """Make something in a forked process, and take it from there: what making it left behind ends with that process.

    Where processes can be forked, and from one that has no threads.

    Raises:
        EOFError: It could not be made.
    """
    import multiprocessing  # Only a server does this; 10 ms of every command's start.

    forked = multiprocessing.get_context("fork")
    receiver, sender = forked.Pipe(duplex=False)
    child = forked.Process(target=lambda: sender.send(make()), name="making")
    child.start()
    sender.close()
    try:
        found: T = receiver.recv()
        return found
    finally:
        receiver.close()
        child.join()
