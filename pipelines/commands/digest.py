"""The digest: when it is sent, to whom, and what it would say."""

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING, Annotated

import typer

from pipelines.commands.opening import AsJson, open_bench, open_settings, print_json
from pipelines.explained import explained

if TYPE_CHECKING:
    from pipelines.notify.interface import Notifier
    from pipelines.stage import Bench

Day = Annotated[
    datetime | None, typer.Option("--as-of", help="The week to this day (UTC), not the newest.", formats=["%Y-%m-%d"])
]


@explained
def digest(
    preview: Annotated[bool, typer.Option("--preview", help="Print what it would say; nothing is sent.")] = False,
    as_of: Day = None,
    as_json: AsJson = False,
) -> None:
    """Say when the weekly digest is sent, and to whom; with --preview, its words. The worker sends it."""
    from data.store.queries.clock import newest_record
    from pipelines.digest.letters import write_letter
    from pipelines.digest.schedule import WEEK, read_schedule
    from pipelines.digest.words import standing
    from pipelines.notify.open import open_notifiers

    bench = open_bench(open_settings(), migrate=False)
    schedule, now = read_schedule(bench.settings.digest), bench.clock()
    due = schedule.last_due(now + WEEK) if schedule is not None else None
    told = _told(bench, open_notifiers(bench.settings))
    letter = None
    if preview or as_json:
        with bench.store.read() as session:
            newest = newest_record(session)
        end = datetime.combine(as_of.date(), time.max, UTC) if as_of is not None else min(newest, now)
        letter = write_letter(bench, end)
    if as_json:
        words = {} if letter is None else vars(letter)
        print_json({"due_at": due, "told": told, **words})
        return
    typer.echo(standing(due, told), err=letter is not None)
    if letter is not None:
        typer.echo(f"{letter.subject}\n\n{letter.text}", nl=False)


def _told(bench: "Bench", notifiers: "list[Notifier]") -> list[str]:
    from pipelines.digest.readers import readers, refused

    found = [f"{recipient or 'everybody'} by {channel}" for channel, recipient in readers(bench, notifiers)]
    return found + [f"not {address}, who sees some accounts only" for address in sorted(refused(bench))]
