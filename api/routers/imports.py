"""Imports: upload a file, see what it seems to hold, confirm it with a mapping. For analysts and admins of all."""

import json
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi.concurrency import run_in_threadpool

from api.access import StoreDep
from api.deps import READS
from api.errors import NotReadyError
from api.exports import CSV_ANSWER, WHOLE, Table
from api.listing import PagingDep, cut_page
from api.routers.jobs import SHOWN, job_out
from api.schemas.imports import (
    ImportIn,
    ImportOut,
    ImportPage,
    MappingIn,
    PreviewOut,
    SavedMappingOut,
    SavedMappingPage,
)
from api.uploads import Kept, forget, receive, safe_name
from api.writers import LOOK, WORK, AnalystDep, now_of
from data.store.models import Job, Upload
from data.store.queries.jobs import list_uploads, newest_jobs
from data.store.queries.paging import After, Page
from data.store.repositories import uploads
from data.store.repositories.audit import record
from data.store.repositories.jobs import add_job
from data.store.repositories.keys import KeyInfo
from data.store.repositories.mappings import all_mappings
from data.store.unit_of_work import Session, Store

router = APIRouter(prefix="/v1/imports", tags=["imports"], responses=READS)
mappings_router = APIRouter(prefix="/v1/mappings", tags=["imports"], responses=READS)
_FILE = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
_COLUMNS = "import_id,name,size_bytes,sha256,state,key_id,uploaded_at".split(",")
_MAPPING = "name,kind,survey,date_order,updated_at".split(",")
ImportId = Annotated[str, Path(max_length=40, description="As POST /v1/imports gave it.")]
FileName = Annotated[
    str, Query(min_length=1, max_length=200, description="The file's name: its ending says the format.")
]


@router.get("", summary="Uploaded files, newest first", response_model=ImportPage, responses=CSV_ANSWER)
def list_all_imports(caller: AnalystDep, paging: PagingDep) -> object:
    """List uploads with their newest jobs; what a file holds is shown by its own address."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[ImportOut]:
        found = list_uploads(session, after=after, limit=limit)
        jobs = newest_jobs(session, [one.upload_id for one in found.rows])
        return Page([_out(one, jobs.get(one.upload_id), caller) for one in found.rows], found.after)

    return paging.answer(
        fetch,
        listing="imports",
        table=Table([*_COLUMNS, "job_id", "job_state"], _row),
        name="imports",
        page=lambda items, following, _: ImportPage(items=items, next_cursor=following),
    )


@router.post("", summary="Upload a file", status_code=202, response_model=ImportOut, openapi_extra=_FILE)
async def upload(
    request: Request,
    store: StoreDep,
    caller: AnalystDep,
    name: FileName = "upload.csv",
    preview: Annotated[bool, Query(description="False: import it at once, as it is guessed.")] = True,
) -> ImportOut:
    """Take a CSV, TSV, JSON lines, Excel or Parquet file as the body (`curl --data-binary @FILE`).

    Then poll `GET /v1/imports/{import_id}`: its `preview` says what each column seems to be, with sample values, and
    what could not be told. `POST /v1/imports/{import_id}/start` imports it. A file that nobody imports is deleted
    after a week.
    """
    home, kept_as = _folder(request), safe_name(name)
    upload_id = uploads.new_upload_id()
    kept = await receive(request, home / upload_id, kept_as)
    try:
        return await run_in_threadpool(_note, request, store, caller, upload_id, kept_as, kept, preview=preview)
    except BaseException:
        forget(home / upload_id)
        raise


def _note(
    request: Request, store: Store, caller: KeyInfo, upload_id: str, name: str, kept: Kept, *, preview: bool
) -> ImportOut:
    now = now_of(request)
    with store.write() as session:
        made = uploads.add_upload(
            session, upload_id, name=name, size_bytes=kept.size_bytes, sha256=kept.sha256, key_id=caller.key_id, now=now
        )
        if not preview:
            made.state = "importing"
        job = add_job(session, "preview" if preview else "import", key_id=caller.key_id, upload_id=upload_id, now=now)
        detail = {"import_id": upload_id, "name": name, "bytes": kept.size_bytes, "sha256": kept.sha256}
        record(session, actor=caller.key_id, action="upload file", detail=detail, now=now)
    request.app.state.services.wake(LOOK if preview else WORK)
    return _out(made, job, caller)


@router.get("/{import_id}", summary="An upload: what it seems to hold, how far its import has come")
def one_import(request: Request, store: StoreDep, caller: AnalystDep, import_id: ImportId) -> ImportOut:
    """Show an upload with its preview, once that is made, and the newest job about it."""
    with store.read() as session:
        found = uploads.get_upload(session, import_id)
        job = newest_jobs(session, [import_id]).get(import_id)
    sealed = found.preview_encrypted
    shown = PreviewOut.model_validate(json.loads(request.app.state.vault.decrypt(sealed))) if sealed else None
    return _out(found, job, caller, preview=shown, errors=None)


@router.post("/{import_id}/preview", summary="Look again, with a mapping", status_code=202)
def look_again(
    request: Request, store: StoreDep, caller: AnalystDep, import_id: ImportId, wanted: MappingIn
) -> ImportOut:
    """Make the preview again as if the file were imported with this mapping; nothing is stored of its rows."""
    now = now_of(request)
    with store.write() as session:
        found = uploads.require_there(session, import_id)
        found.preview_encrypted = None
        job = add_job(
            session, "preview", key_id=caller.key_id, upload_id=import_id, options=wanted.model_dump(), now=now
        )
    request.app.state.services.wake(LOOK)
    return _out(found, job, caller)


@router.post("/{import_id}/start", summary="Import an uploaded file", status_code=202)
def start(request: Request, store: StoreDep, caller: AnalystDep, import_id: ImportId, wanted: ImportIn) -> ImportOut:
    """Import the file with this mapping; what it leaves out is guessed. Its job says what became of the rows."""
    now = now_of(request)
    with store.write() as session:
        found = uploads.require_there(session, import_id)
        found.state = "importing"
        job = add_job(
            session, "import", key_id=caller.key_id, upload_id=import_id, options=wanted.model_dump(), now=now
        )
        detail = {"import_id": import_id, "job_id": job.job_id, "mapping": wanted.model_dump(exclude_defaults=True)}
        record(session, actor=caller.key_id, action="start import", detail=detail, now=now)
    request.app.state.services.wake(WORK)
    return _out(found, job, caller)


@router.delete("/{import_id}", summary="Delete an uploaded file")
def delete(request: Request, store: StoreDep, caller: AnalystDep, import_id: ImportId) -> ImportOut:
    """Delete the file and its preview; what was imported stays."""
    with store.write() as session:
        found = uploads.require_there(session, import_id)
        uploads.set_state(session, import_id, "deleted")
        detail = {"import_id": import_id, "name": found.name}
        record(session, actor=caller.key_id, action="delete upload", detail=detail, now=now_of(request))
    forget(_folder(request) / found.upload_id)
    return _out(found, None, caller)


@mappings_router.get("", summary="Saved mappings", response_model=SavedMappingPage, responses=CSV_ANSWER)
def list_all_mappings(_caller: AnalystDep, paging: PagingDep) -> object:
    """List the mappings that were saved, by name: a file with the same header is read by the newest of them."""

    def fetch(session: Session, after: After | None, limit: int) -> Page[SavedMappingOut]:
        found = [
            SavedMappingOut(
                name=one.name,
                kind=one.kind,
                columns={field: str(column) for field, column in one.columns.items()},
                survey=one.options.get("survey"),
                date_order=one.options.get("date_order"),
                updated_at=one.updated_at,
            )
            for one in all_mappings(session)
        ]
        return cut_page(found, after, limit)

    def row(one: SavedMappingOut) -> list[list[object]]:
        columns = "; ".join(f"{field}={column}" for field, column in one.columns.items())
        return [[*(getattr(one, name) for name in _MAPPING), columns]]

    return paging.answer(
        fetch,
        listing="mappings",
        table=Table([*_MAPPING, "columns"], row),
        name="mappings",
        step=WHOLE,
        page=lambda items, following, _: SavedMappingPage(items=items, next_cursor=following),
    )


def _folder(request: Request) -> FilePath:
    folder: FilePath | None = request.app.state.services.uploads
    if folder is None:
        raise NotReadyError("this server keeps no uploads: import the file with `sottovoce import`")
    return folder


def _out(
    found: Upload, job: Job | None, caller: KeyInfo, *, preview: PreviewOut | None = None, errors: int | None = SHOWN
) -> ImportOut:
    return ImportOut(
        import_id=found.upload_id,
        name=found.name,
        size_bytes=found.size_bytes,
        sha256=found.sha256,
        state=found.state,
        key_id=found.key_id,
        uploaded_at=found.uploaded_at,
        preview=preview,
        job=job_out(job, caller, errors=errors) if job is not None else None,
    )


def _row(one: ImportOut) -> list[list[Any]]:
    job = (one.job.job_id, one.job.state) if one.job is not None else (None, None)
    return [[*(getattr(one, name) for name in _COLUMNS), *job]]
