"""Put the digest that is due into the outbox: once, whoever works, and also where nobody worked when it was due."""

from collections.abc import Sequence
from datetime import datetime

from data.store.repositories import digests
from data.store.repositories.runs import get_fact, put_fact
from pipelines.digest.readers import readers
from pipelines.digest.schedule import read_schedule
from pipelines.notify.interface import Notifier
from pipelines.notify.open import open_notifiers
from pipelines.stage import Bench

# Since when there are digests: one that was due before somebody wanted any is not sent afterwards.
SINCE = "digests_since"


def put_due(bench: Bench, *, notifiers: Sequence[Notifier] | None = None) -> bool:
    """Write down the latest digest that is due, unless it is; says whether it was put.

    One that was due while nobody worked is sent late, for its own week; of several the latest only.
    """
    schedule = read_schedule(bench.settings.digest)
    if schedule is None:
        return False
    now = bench.clock()
    due = schedule.last_due(now)
    with bench.store.read() as session:
        since = get_fact(session, SINCE)
        known = digests.is_known(session, due)
    if since is None:
        with bench.store.write() as session:
            put_fact(session, SINCE, {"at": now.isoformat()}, now=now)
        return False
    if known or due <= datetime.fromisoformat(since["at"]):
        return False
    told = readers(bench, open_notifiers(bench.settings) if notifiers is None else notifiers)
    if not told:
        return False
    with bench.store.write() as session:
        digests.add_digest(session, due, told, now=now)
    return True
