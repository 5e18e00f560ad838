"""Forget a person: every row, file and index that is theirs goes; the bare scores stay; a search proves it.

The plan is kept, encrypted, from the first commit until nothing of it is found any more: killed anywhere, the same
command goes on. Each step does nothing where it was done.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from data.errors import BusyError, NotFoundError
from data.store.personal.compact import compact, erasing
from data.store.personal.erase import erase
from data.store.personal.needles import Needles
from data.store.personal.person import Held, find_contacts, held_of
from data.store.personal.plans import (
    ExportRow,
    begin_plan,
    contact_mark,
    end_plan,
    exports_of,
    namesakes,
    open_plan,
)
from data.store.personal.search import (
    Finding,
    count_in_file,
    database_files,
    search_bytes,
    search_files,
    search_tables,
)
from data.store.personal.sweep import sweep
from data.store.personal.tombstones import add_tombstones, forgotten_of
from data.store.repositories import uploads
from data.store.repositories.audit import record
from data.store.repositories.locks import try_lock
from data.store.repositories.preparation import count_unprepared
from data.store.repositories.runs import last_runs, one_at_a_time
from pipelines import diagnose, index, prepare, summarise
from pipelines.errors import PipelineError
from pipelines.queue import WORK
from pipelines.stage import COMMAND_LINE, Bench
from pipelines.uploads import FOLDER
from pipelines.uploads import forget as delete_upload


@dataclass(frozen=True)
class ForgetReport:
    """What was done.

    Attributes:
        counts: Rows by what became of them.
        swept: Rows of other tables that named the person, by table.
        exports: Files that left the store and may hold the person: whoever has them has to delete them.
        uploads: Files that waited to be imported, held the person, and were deleted.
        findings: What the search found at the end; those that block are still theirs.
        resumed: An earlier, interrupted forgetting was ended.
    """

    counts: dict[str, int]
    swept: dict[str, int]
    exports: list[ExportRow]
    uploads: list[str]
    findings: list[Finding]
    resumed: bool = False

    @property
    def clean(self) -> bool:
        """Whether nothing of the person is left."""
        return not any(one.blocks for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {"clean": self.clean, **asdict(self)}


def forget(bench: Bench, *, contact_id: str | None = None, email: str | None = None) -> ForgetReport:
    """Forget the person with this id or address.

    Raises:
        NotFoundError: Nobody has it, and no forgetting of theirs waits to be ended.
        BusyError: A run or the worker is at work.
    """
    with _alone(bench):
        number, held, resumed = _plan(bench, contact_id, email)
        with bench.store.read() as session:
            exports = exports_of(session, held.accounts, since=None)
        with erasing(bench.store) as session:
            counts = erase(session, bench.vault, held, pseudonyms=_pseudonyms(bench, held))
        needles = _needles(bench, held)
        swept = sweep(
            bench.store,
            bench.vault,
            held,
            needles,
            scrub_own=_own_scrubber(bench, held),
            begin=lambda: erasing(bench.store),
        )
        gone = _delete_uploads(bench, needles)
        _count_again(bench)
        findings = _proven(bench, needles)
        report = ForgetReport(counts, swept, exports, gone, findings, resumed)
        if report.clean:
            _end(bench, number, held, report)
        return report


@contextmanager
def _alone(bench: Bench) -> Iterator[None]:
    with try_lock(bench.store, bench.settings.home, WORK) as free:
        if not free:
            raise BusyError("the worker is at work on this database: try again when it is done, or stop it")
        with one_at_a_time(bench.store, bench.settings.home):
            yield


def _plan(bench: Bench, contact_id: str | None, email: str | None) -> tuple[int, Held, bool]:
    """Give the plan of an interrupted forgetting, else make one; the first commit keeps the person out from then on."""
    with bench.store.read() as session:
        known = open_plan(session, bench.vault, contact_id=contact_id, email=email)
        if known is not None:
            return *known, True
        contacts = find_contacts(session, contact_id=contact_id, email=email)
        waiting = count_unprepared(session)
    if waiting:
        # What others said of the person is found by their pseudonym: it must be there.
        prepare.run(bench)
    with bench.store.read() as session:
        held = held_of(session, bench.vault, contacts)
    now = bench.clock()
    with erasing(bench.store) as session:
        add_tombstones(session, bench.vault, held, now=now)
        return begin_plan(session, bench.vault, held, now=now), held, False


def _pseudonyms(bench: Bench, held: Held) -> dict[str, list[str]]:
    """Give by account the hashes that the person's number stands under, as a contact or as a name in a text."""
    from nlp.text.folding import fold
    from nlp.text.people import pseudonym_hash

    secret = prepare.pseudonym_secret(bench)
    keys = [*(f"contact:{one}" for one in held.contacts), *(f"name:{fold(one)}" for one in held.names)]
    return {account: [pseudonym_hash(secret, key) for key in keys] for account in held.accounts}


def _needles(bench: Bench, held: Held) -> Needles:
    with bench.store.read() as session:
        shared = namesakes(session, held)
    return Needles.of(held, names=[one for one in held.names if one.casefold() not in shared])


def _own_scrubber(bench: Bench, held: Held) -> Callable[[str, str], str]:
    """Take the person out of texts of their own account: a first name alone is theirs there."""
    from nlp.text.people import Gazetteer, Person
    from nlp.text.spacy_pass import english_words

    emails = dict(enumerate(held.emails))
    people = [Person(held.contacts[0], name, emails.get(place, "")) for place, name in enumerate(held.names)]
    gazetteer, plain = Gazetteer(people, keep=bench.settings.kept_names), english_words()

    def scrub(text: str, gone: str) -> str:
        spans, _ = gazetteer.find(text, plain=plain)
        for span in reversed(spans):
            text = text[: span.start] + gone + text[span.end :]
        return text

    return scrub


def _delete_uploads(bench: Bench, needles: Needles) -> list[str]:
    """Delete files that wait to be imported and hold the person. Returns their names."""
    folder = bench.settings.home / FOLDER
    gone = []
    for own in sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []:
        files = [file for file in own.rglob("*") if file.is_file()]
        if not any(_holds(file, needles) for file in files):
            continue
        with erasing(bench.store) as session:
            try:
                name = uploads.get_upload(session, own.name).name
                uploads.set_state(session, own.name, "deleted")
            except NotFoundError:
                name = own.name
        delete_upload(bench, own.name)
        gone.append(name)
    return gone


def _holds(file: Path, needles: Needles) -> bool:
    """Say whether a file that waits holds the person: in its bytes, or in its cells where it is packed."""
    from pipelines.readers.detect import open_table

    if count_in_file(file, needles):
        return True
    keys = {one for one in needles.keys.get("contact_id", ()) if not one.isdigit()} | needles.marks
    try:
        rows = open_table(file).read()
        cells = (str(cell) for row in rows for cell in row.cells.values() if cell is not None)
        return any(cell in keys or needles.scrub(cell) != cell for cell in cells)
    except PipelineError:
        return False


def _count_again(bench: Bench) -> None:
    """Bring what is made of comments up to what is left: counts, the index of meanings, where accounts stand."""
    summarise.run(bench)
    with bench.store.read() as session:
        analysed = bool(last_runs(session, 1))
    if analysed:
        index.run(bench)
        diagnose.run(bench)


def _proven(bench: Bench, needles: Needles) -> list[Finding]:
    compact(bench.store)
    shared: set[str] = set()
    with bench.store.read() as session:
        found = search_tables(session, bench.vault, needles, shared=shared)
    # Bytes do not say whose they are: what others bear or said as well is not looked for in them.
    own = needles.without(shared)
    left_out = [bench.settings.secret_path.name]
    for file in database_files(bench.store.url):
        left_out += [file.name, f"{file.name}-shm"]
    found += search_files(bench.settings.home, own, left_out=left_out)
    traces = search_bytes(bench.store.url, own)
    if traces and not any(one.blocks for one in found):
        compact(bench.store, whole=True)
        traces = search_bytes(bench.store.url, own)
    return [*found, *traces]


def _end(bench: Bench, number: int, held: Held, report: ForgetReport) -> None:
    now = bench.clock()
    detail = {
        "contact_hash": contact_mark(bench.vault, held.contacts[0]),
        "counts": report.counts,
        "exports": len(report.exports),
    }
    with erasing(bench.store) as session:
        end_plan(session, number, counts=report.counts, now=now)
        record(session, actor=COMMAND_LINE, action="forget person", detail=detail, now=now)
    compact(bench.store)


@dataclass(frozen=True)
class CheckReport:
    """What a later look found. `known`: the store remembers that this person was forgotten."""

    known: bool
    open: bool
    findings: list[Finding] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether nothing of the person is left."""
        return not any(one.blocks for one in self.findings)

    def as_dict(self) -> dict[str, Any]:
        """Give it as JSON takes it."""
        return {"clean": self.clean, **asdict(self)}


def check(bench: Bench, *, contact_id: str | None = None, email: str | None = None, name: str = "") -> CheckReport:
    """Look for a person again: by id and address, by the name that the caller gives, and by all of an open plan.

    The store keeps hashes only of whom it forgot: a name can't be looked for that nobody gives.
    """
    with bench.store.read() as session:
        plan = open_plan(session, bench.vault, contact_id=contact_id, email=email)
        keys = [(kind, one) for kind, one in (("contact", contact_id), ("email", email)) if one]
        known = bool(forgotten_of(session, bench.vault, keys))
    held = plan[1] if plan else Held([contact_id] if contact_id else [])
    held.emails = sorted({*held.emails, *([email.lower()] if email else [])})
    held.names = sorted({*held.names, *([name] if name else [])})
    return CheckReport(known, plan is not None, _proven(bench, _needles(bench, held)))
