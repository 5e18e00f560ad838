"""Keep the likeness of complaints and commitments: only what is new or changed is compared."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Select, delete, exists, select
from sqlalchemy.orm import Session

from cx.loops import MISMATCH
from data.store.models import Comment, Commitment, CommitmentMatch, CommitmentVector, Embedding, Mention, Passage
from data.store.models.matches import OF_MISMATCH
from data.store.repositories.bulk import chunks, insert_ignore
from data.store.repositories.embeddings import pack, unpack


@dataclass(frozen=True)
class Pair:
    """A passage and a commitment of its account that were not compared yet."""

    passage_id: int
    text_key: str
    commitment_id: str


def text_hash(text: str) -> str:
    """Hash a commitment's words."""
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def outdated(session: Session, model_key: str) -> list[tuple[str, str]]:
    """Give (id, text) of the commitments without a vector of this model and these words, by id."""
    rows = session.execute(
        select(Commitment.commitment_id, Commitment.text, CommitmentVector.model_key, CommitmentVector.text_hash)
        .outerjoin(CommitmentVector, CommitmentVector.commitment_id == Commitment.commitment_id)
        .order_by(Commitment.commitment_id)
    )
    return [(key, text) for key, text, model, known in rows if model != model_key or known != text_hash(text)]


def put_vectors(
    session: Session, model_key: str, commitments: Sequence[tuple[str, str]], vectors: NDArray[np.float32]
) -> None:
    """Store the vectors of commitments (id, text), shape (n, dim); what was compared with their old ones goes."""
    for part in chunks([key for key, _ in commitments]):
        session.execute(delete(CommitmentVector).where(CommitmentVector.commitment_id.in_(part)))
        session.execute(delete(CommitmentMatch).where(CommitmentMatch.commitment_id.in_(part)))
    session.add_all(
        CommitmentVector(commitment_id=key, model_key=model_key, text_hash=text_hash(text), vector=pack(vector))
        for (key, text), vector in zip(commitments, vectors, strict=True)
    )
    session.flush()


def _unmatched(model_key: str) -> Select[int, str, str]:
    has = exists().where(
        CommitmentMatch.passage_id == Mention.passage_id, CommitmentMatch.commitment_id == Commitment.commitment_id
    )
    embedded = exists().where(Embedding.text_key == Passage.text_key, Embedding.model_key == model_key)
    return (
        select(Mention.passage_id, Passage.text_key, Commitment.commitment_id)
        .join(Commitment, Commitment.account_id == Mention.account_id)
        .join(Passage, Passage.id == Mention.passage_id)
        .where(OF_MISMATCH, embedded, ~has)
    )


def unmatched(session: Session, model_key: str) -> list[Pair]:
    """Give the pairs to compare, by passage and commitment."""
    rows = session.execute(_unmatched(model_key).order_by(Mention.passage_id, Commitment.commitment_id))
    return [Pair(*row) for row in rows]


def commitment_vectors(session: Session, ids: Sequence[str]) -> Mapping[str, NDArray[np.float32]]:
    """Give the vectors of commitments by id."""
    found: dict[str, NDArray[np.float32]] = {}
    for part in chunks(sorted(set(ids))):
        rows = session.execute(
            select(CommitmentVector.commitment_id, CommitmentVector.vector).where(
                CommitmentVector.commitment_id.in_(part)
            )
        )
        found.update({key: unpack(packed) for key, packed in rows})
    return found


def put_matches(session: Session, pairs: Sequence[Pair], similarities: Sequence[float]) -> None:
    """Store likenesses, one for each pair."""
    rows = [
        {"passage_id": pair.passage_id, "commitment_id": pair.commitment_id, "similarity": similarity}
        for pair, similarity in zip(pairs, similarities, strict=True)
    ]
    insert_ignore(session, CommitmentMatch, rows)


def drop_strays(session: Session) -> int:
    """Delete likenesses whose passage no longer speaks of the theme, or that lie across two accounts. Returns how many.

    Nobody reads them meanwhile (`queries.matches`); those of passages and commitments that are gone went with them.
    """
    speaks = exists().where(Mention.passage_id == CommitmentMatch.passage_id, Mention.theme_key == MISMATCH)
    together = (
        exists()
        .where(
            Passage.id == CommitmentMatch.passage_id,
            Comment.id == Passage.comment_pk,
            Commitment.commitment_id == CommitmentMatch.commitment_id,
            Commitment.account_id == Comment.account_id,
        )
        .correlate(CommitmentMatch)
    )
    gone = session.execute(delete(CommitmentMatch).where(~speaks | ~together))
    return gone.rowcount  # type: ignore[attr-defined]
