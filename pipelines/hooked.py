"""What a webhook brought, imported by the readers of exports; in one transaction with the end of its job.

Where a product only names what changed (Zendesk's events, HubSpot's), or sends a part of it (Intercom), the whole is
asked for with the settings of `sottovoce pull`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing

from data.store.repositories import jobs
from data.store.repositories.imports import ImportContext
from data.store.repositories.jobs import JobTask
from pipelines.arrived import Arrived, store_export
from pipelines.errors import InputFileError
from pipelines.patience import Patience
from pipelines.posted import row_error, said
from pipelines.pull.source import open_source
from pipelines.readers import delighted, hubspot, intercom, typeform_answers, zendesk
from pipelines.readers.export import Export
from pipelines.readers.objects import JsonObject, Objects, objects_of, within, word
from pipelines.stage import Bench

# A worker that waits does nothing else meanwhile; what stays out comes with the next pull.
PATIENCE = Patience(attempts=3, first_s=1.0, most_s=15.0)

# HubSpot puts 100 events into a body at most; the others one.
MOST_IDS = 1000


def import_hook(bench: Bench, job: JobTask) -> None:
    """Import the body of a webhook and note what became of it; all of it or nothing.

    Raises:
        InputFileError: The body names nothing that can be imported.
        PullError: The whole of it has to be asked for, and can't.
    """
    payload = bench.vault.decrypt(job.payload_encrypted) if job.payload_encrypted else "null"
    source = str(job.options["source"])
    export = _READERS[source](bench, json.loads(payload))
    arrived = Arrived()
    with bench.store.write() as session:
        if export is not None:
            context = ImportContext(bench.vault, bench.clock())
            store_export(session, export, arrived, place=f"hook/{source}", context=context)
        told = [f"{count} {'row' if count == 1 else 'rows'}: {said(one)}" for one, count in arrived.reasons.items()]
        errors = [row_error(0, None, None, one, "GET /v1/quarantine lists them; mend and retry") for one in told]
        jobs.imported(session, job.job_id, counts=dict(arrived.counts), errors=errors)
        jobs.get_job(session, job.job_id).received = arrived.counts.total()


def _delighted(_bench: Bench, body: object) -> Export | None:
    found = [one for one in _objects(body, "event_data") if delighted.is_response(one)]
    return delighted.export(_some("delighted", found, body))


def _typeform(_bench: Bench, body: object) -> Export | None:
    found = [one for one in _objects(body, "form_response") if typeform_answers.is_response(one)]
    return typeform_answers.export(_some("typeform", found, body))


def _zendesk(bench: Bench, body: object) -> Export | None:
    """An event names its ticket ("detail"); a trigger's body is the account's own: a ticket, or the id of one."""
    found = _objects(body, "ticket") or _objects(body)
    whole = [one for one in found if zendesk.is_ticket(one)]
    if whole:
        return zendesk.export(objects_of("zendesk", whole))
    ids = [_id(one, ("detail", "id"), ("ticket_id",), ("ticket", "id"), ("id",)) for one in _objects(body)]
    return _fetched(bench, "zendesk", ids)


def _intercom(bench: Bench, body: object) -> Export | None:
    """A notification holds a conversation with its newest parts only: the whole is asked for where that is set up."""
    if word(body, "topic") == "ping":
        return None
    found = [one for one in _objects(body, "data", "item") if intercom.is_conversation(one)]
    if bench.settings.intercom_token:
        return _fetched(bench, "intercom", [_id(one, ("id",)) for one in found])
    return intercom.export(_some("intercom", found, body), whole=False)


def _hubspot(bench: Bench, body: object) -> Export | None:
    """Events name the objects; a workflow's own body may be a submission."""
    found = _objects(body)
    whole = [one for one in found if hubspot.is_submission(one)]
    if whole:
        return hubspot.export(objects_of("hubspot", whole))
    return _fetched(bench, "hubspot", [_id(one, ("objectId",), ("hs_object_id",)) for one in found])


_READERS: dict[str, Callable[[Bench, object], Export | None]] = {
    "zendesk": _zendesk,
    "intercom": _intercom,
    "hubspot": _hubspot,
    "delighted": _delighted,
    "typeform": _typeform,
}


def _objects(body: object, *path: str) -> list[JsonObject]:
    """Give the objects of a body: itself, those of a list, or what lies in them on the way."""
    listed = body if isinstance(body, list) else [body]
    return [found for one in listed if isinstance(found := within(one, *path), Mapping)]


def _id(value: JsonObject, *paths: tuple[str, ...]) -> str | None:
    """Give the first number that stands on one of the ways."""
    found = (word(value, *path) for path in paths)
    return next((one for one in found if one is not None and one.isascii() and one.isdecimal()), None)


def _some(name: str, found: Sequence[JsonObject], body: object) -> Objects:
    if not found and word(body, "event_type") is None and word(body, "topic") is None:
        raise InputFileError(f"this is nothing that {name} sends: check which webhook calls this address")
    return objects_of(name, found)


def _fetched(bench: Bench, name: str, ids: Sequence[str | None]) -> Export | None:
    wanted = list(dict.fromkeys(one for one in ids if one))
    if not wanted:
        raise InputFileError(f"{name} names nothing to import: send the id of what changed (docs/connect.md)")
    if len(wanted) > MOST_IDS:
        raise InputFileError(f"{name} names {len(wanted):,} objects, at most {MOST_IDS:,} are asked for: pull instead")
    with closing(open_source(bench.settings, name, patience=PATIENCE)) as source:
        return source.make(source.fetch(wanted))
