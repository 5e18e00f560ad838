"""How far the run at work has come, for who asks meanwhile."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from data.store.models import RunProgress


def note_progress(
    session: Session, run_id: int, *, stage: str, rows_done: int, rows_total: int | None, now: datetime
) -> None:
    """Write how far a run has come over what was written before."""
    session.merge(RunProgress(run_id=run_id, stage=stage, rows_done=rows_done, rows_total=rows_total, heard_at=now))


def end_progress(session: Session) -> None:
    """Forget it: one run is at work at a time, and it has ended."""
    session.execute(delete(RunProgress))
