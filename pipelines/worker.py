"""The worker: takes up what the API put down, analyses what was imported, within a minute, without anyone typing `run`.

The work is a list of rows in the store. Whoever holds the lock takes them up; a row that is at work while the lock was
free is one whose worker was killed, and is taken up again.
"""

import logging
import threading
from collections.abc import Callable

from data.errors import BusyError, DataError, NotFoundError
from data.store.repositories import idempotency, jobs, uploads
from data.store.repositories.jobs import JobTask
from data.store.repositories.locks import try_lock
from data.store.repositories.preparation import count_unprepared
from pipelines import hooked, posted, quarantine, sample
from pipelines import uploads as uploaded
from pipelines.digest import due
from pipelines.errors import PipelineError
from pipelines.push.push import push_job
from pipelines.queue import LOOK, WORK, Queue
from pipelines.settings import Settings, load_settings
from pipelines.stage import Bench

log = logging.getLogger(__name__)
# Jobs that change what is analysed, and those that only look.
WORKING, LOOKING = ("comments", "import", "retry", "run", "sample", "hook"), ("preview", "issue")
# Two at once: previews are made beside a run that takes minutes.
THREADS = 2
# Seconds between two looks into an empty queue.
POLL_S = 1.0
_STEPS = {
    "comments": "importing",
    "import": "importing",
    "retry": "importing",
    "sample": "importing",
    "hook": "importing",
    "preview": "reading",
    "issue": "pushing",
}


def open_bench(settings: Settings) -> Bench:
    """Open what a piece of work needs; the caller closes the store."""
    store = settings.store()
    store.migrate()
    return Bench(settings, store, settings.vault())


def work(bench: Bench) -> int:
    """Take up every job, run the pipeline where something waits, else look at the loops.

    Returns:
        Jobs taken up; 0 as well where another worker is at it (it takes up what came meanwhile, too).
    """
    taken = 0
    while True:
        with try_lock(bench.store, bench.settings.home, WORK) as free:
            if not free:
                return taken
            taken += _each(bench, WORKING)
            due.put_due(bench)
            analyse(bench)
            _tidy(bench)
        # A job that came after the last look and before the lock was free: its wake-up found the lock taken.
        if not _waits(bench, WORKING):
            return taken


def look(bench: Bench) -> int:
    """Make the previews and issues that were asked for: they wait for no run. Returns how many."""
    taken = 0
    while _waits(bench, LOOKING):
        with try_lock(bench.store, bench.settings.home, LOOK) as free:
            if not free:
                return taken
            taken += _each(bench, LOOKING)
    return taken


def _waits(bench: Bench, kinds: tuple[str, ...]) -> bool:
    with bench.store.read() as session:
        return jobs.is_waiting(session, kinds)


def _each(bench: Bench, kinds: tuple[str, ...]) -> int:
    """Do the first half of every job: import, or look."""
    taken = 0
    while _waits(bench, kinds):
        with bench.store.write() as session:
            job = jobs.take_next(session, kinds, step="", now=bench.clock())
            if job is not None:
                jobs.get_job(session, job.job_id).step = _STEPS.get(job.kind)
        if job is None:
            continue
        _do(bench, job)
        taken += 1
    return taken


def _do(bench: Bench, job: JobTask) -> None:
    acts: dict[str, Callable[[Bench, JobTask], None]] = {
        "comments": posted.import_posted,
        "hook": hooked.import_hook,
        "import": uploaded.import_upload,
        "issue": push_job,
        "preview": uploaded.preview,
        "retry": quarantine.retry_job,
        "run": _to_be_run,
        "sample": sample.import_sample,
    }
    try:
        acts[job.kind](bench, job)
    except (PipelineError, NotFoundError) as error:
        _failed(bench, job, posted.said(str(error)))
    except DataError:
        # The database is locked or gone: the job stays, and is taken up again.
        raise
    except Exception as error:
        log.error("job %s (%s) failed: %s", job.job_id, job.kind, type(error).__name__, exc_info=error)
        _failed(bench, job, f"the worker made a mistake ({type(error).__name__}); its log says which")


def _to_be_run(bench: Bench, job: JobTask) -> None:
    with bench.store.write() as session:
        jobs.imported(session, job.job_id, counts={})


def _failed(bench: Bench, job: JobTask, problem: str) -> None:
    with bench.store.write() as session:
        jobs.fail(session, [job.job_id], problem, now=bench.clock())
        if job.kind == "import" and job.upload_id:
            # The file is still there: another mapping may do.
            uploads.set_state(session, job.upload_id, "uploaded")


def analyse(bench: Bench) -> None:
    """Run the pipeline where comments or jobs wait for it, else look at the loops; then close the jobs."""
    from pipelines import route
    from pipelines.run import run

    with bench.store.read() as session:
        waiting = count_unprepared(session)
        owed = jobs.is_owed_a_run(session)
    if not owed and not waiting:
        # Scores without words open loops too, and messages that failed are tried again.
        route.run(bench)
        return
    pending: list[JobTask] = []
    if owed:
        with bench.store.write() as session:
            pending = jobs.begin_analysis(session)
    ids = [job.job_id for job in pending]
    if any(job.kind == "sample" for job in pending):
        bench = sample.of_its_vendor(bench)
    try:
        done = run(bench, refit=any(job.options.get("refit") for job in pending)).as_dict()
    except BusyError:
        log.info("another run is at work: looked at again within a minute")
        with bench.store.write() as session:
            jobs.not_begun(session, ids)
        return
    except Exception as error:
        log.error("the run failed: %s", type(error).__name__, exc_info=error)
        with bench.store.write() as session:
            problem = f"the run failed ({type(error).__name__}); the rows are stored, and GET /v1/runs says more"
            jobs.fail_hopeless(session, ids, problem, now=bench.clock())
        return
    if ids:
        with bench.store.write() as session:
            jobs.finish(session, ids, now=bench.clock(), run=done)


def _tidy(bench: Bench) -> None:
    """Forget what was kept long enough; nothing is written where there is nothing."""
    now = bench.clock()
    uploaded.forget_lost(bench)
    with bench.store.read() as session:
        old, gone = idempotency.has_old(session, now=now), uploads.forgotten(session, now=now)
    if not old and not gone:
        return
    with bench.store.write() as session:
        idempotency.forget_old(session, now=now)
        for upload_id in gone:
            uploads.set_state(session, upload_id, "deleted")
    for upload_id in gone:
        uploaded.forget(bench, upload_id)


def make_queue(settings: Settings) -> Queue:
    """Open the queue with its tasks: `work` and `look` by name, and both once a minute."""

    def on_bench(act: Callable[[Bench], int]) -> Callable[[], None]:
        def task() -> None:
            try:
                bench = open_bench(settings)
                try:
                    act(bench)
                finally:
                    bench.store.close()
            except DataError as error:
                # Gone, full or locked: every job is where it was, and the clock wakes us again.
                log.warning("%s; the worker looks again within a minute", error)

        return task

    tasks = {WORK: on_bench(work), LOOK: on_bench(look)}
    queue = Queue(settings, tasks)
    queue.each_minute(lambda: (tasks[LOOK](), tasks[WORK]()))
    return queue


def serve(settings: Settings | None = None, *, stop: threading.Event | None = None) -> None:
    """Work until stopped: by a signal, or, in a thread of a test, by an event."""
    queue = make_queue(settings or load_settings())
    consumer = queue.huey.create_consumer(
        workers=THREADS, periodic=True, initial_delay=POLL_S / 5, backoff=1.2, max_delay=POLL_S
    )
    # What waited while no worker was there.
    queue.wake(LOOK)
    queue.wake(WORK)
    if stop is None:
        consumer.run()
        return
    consumer.start()
    stop.wait()
    consumer.stop(graceful=True)
