"""What the index of meanings is made from, and the index that PostgreSQL keeps itself where it has pgvector."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import column, delete, insert, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from data.store.models import Embedding
from data.store.repositories.bulk import chunks
from data.store.sketches import sketch

# The fact that says where the index of meanings is kept, for which model and how many vectors it holds.
FACT = "meaning_index"
IN_FILE, IN_DATABASE = "file", "pgvector"
# From this share of new rows on it is quicker to make the graph again than to add to it.
REBUILD_SHARE = 0.3
_TABLE = table("text_sketches", column("text_key"), column("bits"))
_INDEX = "ix_text_sketches_bits"


def embedded_keys(session: Session, model_key: str) -> set[str]:
    """Give the keys of all texts that have a vector of this model."""
    rows = session.scalars(
        select(Embedding.text_key).where(Embedding.model_key == model_key).execution_options(yield_per=10_000)
    )
    return set(rows)


def dimension(session: Session, model_key: str) -> int:
    """Give the length of a model's vectors; 0 without any."""
    packed = session.scalar(select(Embedding.vector).where(Embedding.model_key == model_key).limit(1))
    return len(packed or b"") // 2


def vectors_of(
    session: Session, model_key: str, keys: Sequence[str], *, batch: int = 5_000
) -> Iterator[tuple[list[str], NDArray[np.float32]]]:
    """Give (keys, vectors) by batch, in the order of the keys; a key without a vector is left out."""
    for wanted in chunks(keys, batch):
        packed: dict[str, bytes] = {}
        for part in chunks(wanted):
            rows = session.execute(
                select(Embedding.text_key, Embedding.vector).where(
                    Embedding.model_key == model_key, Embedding.text_key.in_(part)
                )
            )
            packed.update({key: vector for key, vector in rows})
        found = [key for key in wanted if key in packed]
        if found:
            joined = np.frombuffer(b"".join(packed[key] for key in found), dtype="<f2")
            yield found, joined.reshape(len(found), -1).astype(np.float32)


def can_index(session: Session) -> bool:
    """Whether the database can keep the index itself: PostgreSQL with pgvector, which is switched on where it may be.

    Call it in a session that writes.
    """
    if session.get_bind().dialect.name != "postgresql":
        return False
    if session.scalar(text("SELECT 1 FROM pg_extension WHERE extname = 'vector'")):
        return True
    if not session.scalar(text("SELECT 1 FROM pg_available_extensions WHERE name = 'vector'")):
        return False
    try:
        with session.begin_nested():
            session.execute(text("CREATE EXTENSION vector"))
    except DBAPIError:
        # Not this user's right: an administrator may do it, until then the index is a file.
        return False
    return True


def make_table(session: Session, dim: int, *, afresh: bool) -> None:
    """Make the table of sketches where there is none, or again (`afresh`: another model)."""
    if afresh:
        session.execute(text("DROP TABLE IF EXISTS text_sketches"))
    session.execute(
        text(
            "CREATE TABLE IF NOT EXISTS text_sketches "
            f"(text_key varchar(64) PRIMARY KEY, bits bit({int(dim)}) NOT NULL)"
        )
    )


def has_table(session: Session) -> bool:
    """Whether the database keeps sketches."""
    return bool(session.scalar(text("SELECT to_regclass('text_sketches')")))


def sketched_keys(session: Session) -> set[str]:
    """Give the keys that the database's own index holds."""
    return set(session.scalars(select(_TABLE.c.text_key).execution_options(yield_per=10_000)))


def drop_graph(session: Session) -> None:
    """Take the graph away before many rows come."""
    session.execute(text(f"DROP INDEX IF EXISTS {_INDEX}"))


def make_graph(session: Session) -> None:
    """Make the graph where there is none."""
    session.execute(text("SET LOCAL maintenance_work_mem = '512MB'"))
    session.execute(text(f"CREATE INDEX IF NOT EXISTS {_INDEX} ON text_sketches USING hnsw (bits bit_hamming_ops)"))


def put_sketches(session: Session, keys: Sequence[str], vectors: NDArray[np.float32]) -> None:
    """Store sketches under new keys."""
    lines = [written(row) for row in sketch(vectors)]
    bits = text(f"CAST(:bits AS bit({vectors.shape[1]}))")
    rows = [{"text_key": key, "bits": line} for key, line in zip(keys, lines, strict=True)]
    session.execute(insert(_TABLE).values(text_key=text(":text_key"), bits=bits), rows)


def drop_sketches(session: Session, keys: Sequence[str]) -> None:
    """Delete sketches."""
    for part in chunks(keys):
        session.execute(delete(_TABLE).where(_TABLE.c.text_key.in_(part)))


def written(bits: NDArray[np.uint8]) -> str:
    """Write bits as PostgreSQL reads them: 0101."""
    return (np.unpackbits(bits) + ord("0")).tobytes().decode("ascii")


def nearest_sketches(session: Session, vector: NDArray[np.float32], count: int) -> list[str]:
    """Give the keys of the vectors whose sketches are nearest, nearest first (at most 1,000: pgvector's bound)."""
    width = min(max(count, 40), 1000)
    # For the connection: a session that reads for the API has no transaction.
    session.execute(text(f"SET hnsw.ef_search = {width}"))
    rows = session.scalars(
        text(f"SELECT text_key FROM text_sketches ORDER BY bits <~> CAST(:bits AS bit({len(vector)})) LIMIT :count"),
        {"bits": written(sketch(vector)), "count": count},
    )
    return list(rows)
