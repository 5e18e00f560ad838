"""Which column of a file means what, saved by name and found again by the file's header."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.store.models import SavedMapping


def save_mapping(
    session: Session,
    name: str,
    *,
    kind: str,
    header_hash: str,
    columns: dict[str, str],
    options: dict[str, Any],
    now: datetime,
) -> None:
    """Save a mapping over an older one of the same name."""
    session.merge(
        SavedMapping(name=name, kind=kind, header_hash=header_hash, columns=columns, options=options, updated_at=now)
    )


def find_mapping(session: Session, header_hash: str) -> SavedMapping | None:
    """Give the newest mapping that was saved for a header."""
    return session.scalars(
        select(SavedMapping)
        .where(SavedMapping.header_hash == header_hash)
        .order_by(SavedMapping.updated_at.desc(), SavedMapping.name)
    ).first()


def get_mapping(session: Session, name: str) -> SavedMapping | None:
    """Give a mapping by name."""
    return session.get(SavedMapping, name)


def all_mappings(session: Session) -> Sequence[SavedMapping]:
    """Give all mappings by name."""
    return session.scalars(select(SavedMapping).order_by(SavedMapping.name)).all()
