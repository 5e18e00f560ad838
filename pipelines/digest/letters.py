"""The digests of one round of sending: each is written once, from what the store says then, for all its readers."""

from datetime import datetime

from data.store.repositories import digests
from data.store.repositories.outbox import Message
from pipelines.digest.facts import gather
from pipelines.digest.readers import readers
from pipelines.digest.schedule import read_schedule
from pipelines.digest.words import letter_of
from pipelines.notify.interface import Letter, Notifier
from pipelines.stage import Bench

# Words of a message that nobody wants any more.
TURNED_OFF, NO_READER = "no digest is wanted any more", "this reader is not among the digest's any more"


class Letters:
    """Digests by their id, written when they are first asked for."""

    def __init__(self, bench: Bench) -> None:
        self._bench = bench
        self._written: dict[int, Letter] = {}

    def letter(self, digest_id: int) -> Letter:
        """Give the words of a digest."""
        if digest_id not in self._written:
            with self._bench.store.read() as session:
                due = digests.due_of(session, digest_id)
            self._written[digest_id] = write_letter(self._bench, due)
        return self._written[digest_id]

    def unwanted(self, notifier: Notifier, message: Message) -> str:
        """Say why a digest's message need not be sent any more; "" while it must."""
        if read_schedule(self._bench.settings.digest) is None:
            return TURNED_OFF
        wanted = readers(self._bench, [notifier])
        return "" if (message.channel, message.recipient) in wanted else NO_READER


def write_letter(bench: Bench, as_of: datetime) -> Letter:
    """Write what changed in the week to a moment."""
    with bench.store.read() as session:
        found = gather(session, as_of, now=bench.clock(), min_group=bench.settings.anonymous_min_group)
    return letter_of(found)
