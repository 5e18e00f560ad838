"""Who reads the digest: the webhook's channel, and the addresses of the settings that see all accounts."""

from collections.abc import Sequence

from data.store.repositories.digests import bound_readers
from pipelines.notify.interface import EVERYBODY, Notifier
from pipelines.stage import Bench

WEBHOOK, MAIL = "webhook", "mail"


def readers(bench: Bench, notifiers: Sequence[Notifier]) -> list[tuple[str, str]]:
    """Give (channel, recipient) of all readers; who sees some accounts only is left out."""
    channels = {one.channel for one in notifiers}
    found = [(WEBHOOK, EVERYBODY)] if WEBHOOK in channels else []
    if MAIL in channels:
        left_out = refused(bench)
        found += [(MAIL, one) for one in bench.settings.digest_readers if one not in left_out]
    return found


def refused(bench: Bench) -> set[str]:
    """Give the addresses of the settings whose people see some accounts only."""
    if not bench.settings.digest_readers:
        return set()
    with bench.store.read() as session:
        return bound_readers(session, bench.settings.digest_readers)
