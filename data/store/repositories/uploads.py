"""Files that came in over the API: what they are and how far they have come. Their bytes lie in the home folder."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.errors import DataError, NotFoundError
from data.store.models import Job, Upload
from data.store.repositories.jobs import OPEN

# A file that nobody imported in this time goes: it holds personal data, in clear.
KEPT_FOR = timedelta(days=7)
# States in which the file is there.
THERE = ("uploaded", "failed")


class UploadStateError(DataError, RuntimeError):
    """An upload is past what is asked for: imported, deleted, or being imported."""


def new_upload_id() -> str:
    """Make an id, before the first byte comes."""
    return "up_" + secrets.token_hex(8)


def add_upload(
    session: Session, upload_id: str, *, name: str, size_bytes: int, sha256: str, key_id: str, now: datetime
) -> Upload:
    """Note a file that came in whole."""
    upload = Upload(
        upload_id=upload_id,
        name=name,
        size_bytes=size_bytes,
        sha256=sha256,
        state="uploaded",
        key_id=key_id,
        uploaded_at=now,
        preview_encrypted=None,
    )
    session.add(upload)
    session.flush()
    return upload


def get_upload(session: Session, upload_id: str) -> Upload:
    """Give an upload.

    Raises:
        NotFoundError: There is none.
    """
    upload = session.scalar(select(Upload).where(Upload.upload_id == upload_id))
    if upload is None:
        raise NotFoundError(f"no import {upload_id!r}: GET /v1/imports lists them")
    return upload


def require_there(session: Session, upload_id: str) -> Upload:
    """Give an upload whose file is there and that nothing is being done with.

    Raises:
        NotFoundError: There is none.
        UploadStateError: Its file is gone, or it is being imported.
    """
    upload = get_upload(session, upload_id)
    if upload.state not in THERE:
        raise UploadStateError(f"import {upload_id} is {upload.state}: send the file again with POST /v1/imports")
    return upload


def set_state(session: Session, upload_id: str, state: str) -> None:
    """Note how far it has come; once imported or deleted the sample values go too."""
    upload = get_upload(session, upload_id)
    upload.state = state
    if state in ("imported", "deleted"):
        upload.preview_encrypted = None


def put_preview(session: Session, upload_id: str, preview_encrypted: bytes) -> None:
    """Keep what the file looks like."""
    get_upload(session, upload_id).preview_encrypted = preview_encrypted


def forgotten(session: Session, *, now: datetime) -> Sequence[str]:
    """Give the uploads whose file nobody asked for in a long time."""
    busy = select(Job.upload_id).where(Job.state.in_(OPEN), Job.upload_id.is_not(None))
    old = select(Upload.upload_id).where(
        Upload.uploaded_at < now - KEPT_FOR, Upload.state.in_(THERE), Upload.upload_id.not_in(busy)
    )
    return session.scalars(old.order_by(Upload.id)).all()


def still_there(session: Session, upload_ids: Sequence[str]) -> set[str]:
    """Give those of the uploads whose file is still needed."""
    needed = select(Upload.upload_id).where(Upload.upload_id.in_(upload_ids), Upload.state.in_((*THERE, "importing")))
    return set(session.scalars(needed))
