"""The worker: analyses what was imported, within a minute, without anyone typing `run`.

Tasks are started by name through huey; its queue lies in an SQLite file in the home folder.
"""

from huey import SqliteHuey, crontab

from pipelines.settings import Settings, load_settings
from pipelines.stage import Bench

ANALYSE = "analyse"


def analyse(settings: Settings) -> int:
    """Run the pipeline where something waits, else look at the loops. Returns the number of comments that waited."""
    from data.store.repositories.preparation import count_unprepared
    from pipelines import route
    from pipelines.run import run

    store = settings.store()
    store.migrate()
    with store.read() as session:
        waiting = count_unprepared(session)
    bench = Bench(settings, store, settings.vault())
    if waiting:
        run(bench)
    else:
        # Scores without words open loops too, and messages that failed are tried again.
        route.run(bench)
    store.close()
    return waiting


def make_queue(settings: Settings) -> SqliteHuey:
    """Open the queue with its tasks: `analyse` by name, and once a minute."""
    settings.home.mkdir(parents=True, exist_ok=True)
    queue = SqliteHuey("sottovoce", filename=str(settings.home / "queue.db"))

    @queue.task(name=ANALYSE)
    @queue.lock_task(ANALYSE)
    def analyse_task() -> int:
        return analyse(settings)

    @queue.periodic_task(crontab(minute="*"), name="analyse_each_minute")
    @queue.lock_task("analyse_each_minute")
    def analyse_each_minute() -> int:
        return analyse(settings)

    return queue


def serve() -> None:
    """Work until stopped; one task at a time, since one run holds the lock."""
    make_queue(load_settings()).create_consumer(workers=1, periodic=True).run()
