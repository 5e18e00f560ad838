"""Vectors by text and model: kept once, float16, read back as float32 rows."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import Session

from data.store.models import Embedding, PassageText
from data.store.repositories.bulk import chunks, insert_ignore


def pack(vector: NDArray[np.float32]) -> bytes:
    """Turn a unit vector into bytes (float16, little-endian)."""
    return vector.astype("<f2").tobytes()


def unpack(packed: bytes) -> NDArray[np.float32]:
    """Turn bytes back into a vector."""
    return np.frombuffer(packed, dtype="<f2").astype(np.float32)


def _missing(model_key: str) -> Select[Any, Any]:
    has = exists().where(Embedding.text_key == PassageText.text_key, Embedding.model_key == model_key)
    return select(PassageText.text_key, PassageText.text).where(~has)


def count_missing(session: Session, model_key: str) -> int:
    """Count the texts without a vector of this model."""
    return session.scalar(select(func.count()).select_from(_missing(model_key).subquery())) or 0


def missing(session: Session, model_key: str, limit: int) -> list[tuple[str, str]]:
    """Give the next (key, text) pairs without a vector of this model."""
    rows = session.execute(_missing(model_key).order_by(PassageText.text_key).limit(limit))
    return [(key, text) for key, text in rows]


def put(session: Session, model_key: str, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
    """Store vectors, shape (n, dim), for n keys."""
    rows = [
        {"text_key": key, "model_key": model_key, "vector": pack(vector)}
        for key, vector in zip(keys, vectors, strict=True)
    ]
    insert_ignore(session, Embedding, rows)


def get(session: Session, model_key: str, keys: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
    """Give the vectors of those keys that have one."""
    found: dict[str, NDArray[np.float32]] = {}
    for part in chunks(sorted(set(keys))):
        rows = session.execute(
            select(Embedding.text_key, Embedding.vector).where(
                Embedding.model_key == model_key, Embedding.text_key.in_(part)
            )
        )
        found.update({key: unpack(packed) for key, packed in rows})
    return found


def drop_orphans(session: Session) -> int:
    """Delete vectors whose text is gone. Returns how many."""
    gone = ~exists().where(PassageText.text_key == Embedding.text_key)
    return session.execute(delete(Embedding).where(gone)).rowcount  # type: ignore[attr-defined]
