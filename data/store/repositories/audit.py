"""The audit trail: who did what. One row for every write and every export, never changed."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data.store.models import AuditEntry


def record(session: Session, *, actor: str, action: str, detail: dict[str, Any], now: datetime) -> None:
    """Append a row; in the session of the write that it tells of, so that neither is there without the other."""
    session.add(AuditEntry(at=now, actor=actor, action=action, detail=detail))
