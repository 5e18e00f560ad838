"""The queue that wakes the worker: huey over an SQLite file, PostgreSQL or Redis.

A message says only "look": the jobs themselves are rows of the store, committed with the answer that promised them. So
a lost message costs at most a minute (the clock wakes the worker too), and a killed worker loses nothing.
See `docs/decisions/007-queue.md`.
"""

import logging
from collections.abc import Callable
from typing import Any

from huey import Huey, PostgresHuey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from pipelines.errors import ModelMissingError, SettingsError
from pipelines.settings import Settings

log = logging.getLogger(__name__)
NAME = "sottovoce"
# "work" takes up jobs and runs the pipeline; "look" reads uploads for their preview, also beside a run.
WORK, LOOK = "work", "look"


def open_queue(settings: Settings) -> Huey:
    """Open the queue that the settings name; the SQLite file lies in the home folder.

    Raises:
        SettingsError: The address is of no kind that is known, or can't be used.
        ModelMissingError: Redis is asked for and its package is not installed.
    """
    url = settings.queue_url
    # A message is a pickle: one that was not signed with our secret is never read.
    signed = SignedSerializer(secret=settings.vault().hash("queue"))
    if not url:
        settings.home.mkdir(parents=True, exist_ok=True)
        return SqliteHuey(NAME, filename=str(settings.home / "queue.db"), results=False, serializer=signed)
    try:
        return _open_shared(url, signed)
    except (ModelMissingError, SettingsError):
        raise
    except Exception as error:
        raise SettingsError(
            f"can't use the queue that SOTTOVOCE_QUEUE_URL names ({type(error).__name__}): check that its server runs"
        ) from error


def _open_shared(url: str, signed: SignedSerializer) -> Huey:
    scheme = url.partition("://")[0].partition("+")[0]
    if scheme in ("postgresql", "postgres"):
        return PostgresHuey(NAME, dsn="postgresql://" + url.partition("://")[2], results=False, serializer=signed)
    if scheme not in ("redis", "rediss", "unix"):
        raise SettingsError("SOTTOVOCE_QUEUE_URL is neither postgresql:// nor redis://: use one of them, or leave it")
    try:
        import redis  # type: ignore[import-not-found]  # noqa: F401
    except ImportError as error:
        raise ModelMissingError("SOTTOVOCE_QUEUE_URL names Redis: pip install redis") from error
    return RedisHuey(NAME, url=url, results=False, serializer=signed)


class Queue:
    """The queue with its tasks, by name; what they do is handed in."""

    def __init__(self, settings: Settings, tasks: dict[str, Callable[[], Any]]) -> None:
        """Register the tasks on both sides: who wakes and who works."""
        self.huey = open_queue(settings)
        self._tasks = {name: self.huey.task(name=name)(_task(act)) for name, act in tasks.items()}

    def each_minute(self, act: Callable[[], Any]) -> None:
        """Let the clock wake the worker, too."""
        self.huey.periodic_task(crontab(minute="*"), name="each_minute")(_task(act))

    def wake(self, name: str) -> None:
        """Wake the worker. Where the queue can't be reached, the clock does within a minute."""
        try:
            self._tasks[name]()
        except Exception as error:
            log.warning("the queue can't be reached (%s): the worker looks within a minute", type(error).__name__)

    def close(self) -> None:
        """Give this thread's connection back."""
        self.huey.storage.close()


def _task(act: Callable[[], Any]) -> Callable[[], None]:
    """Wrap what a task does: huey knows it by its name and its function's module, which are the same on both sides."""

    def task() -> None:
        act()

    return task


def wake_only(settings: Settings) -> Callable[[str], None]:
    """Give what wakes the worker, for a process that does not work itself; the queue is opened on first use."""
    opened: list[Queue] = []

    def wake(name: str) -> None:
        try:
            if not opened:
                opened.append(Queue(settings, {WORK: _elsewhere, LOOK: _elsewhere}))
        except (SettingsError, ModelMissingError, OSError) as error:
            log.warning("%s", error)
            return
        opened[0].wake(name)

    return wake


def _elsewhere() -> None:
    """Stand in the registry under the name of a task that the worker runs."""
