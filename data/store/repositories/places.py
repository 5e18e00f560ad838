"""Where comments lie on the map: what the stage reads, and what it stores."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, exists, func, insert, select
from sqlalchemy.orm import Session

from data.store.models import Embedding, Mention, Passage, Place
from data.store.repositories.bulk import chunks

# The fact that says which fit of themes the map was laid out for, and from how many comments.
FACT = "map"


@dataclass(frozen=True)
class Comments:
    """Comments with one vector each: the mean of their passages', (n, dim) float32 unit rows."""

    pks: list[int]
    vectors: NDArray[np.float32]


def unplaced(session: Session, model_key: str, *, after: int = 0, limit: int = 5_000) -> list[int]:
    """Give the next comments that make a point and have no place, by key."""
    has = exists().where(Place.comment_pk == Passage.comment_pk)
    return list(
        session.scalars(
            select(Passage.comment_pk)
            .join(Embedding, (Embedding.text_key == Passage.text_key) & (Embedding.model_key == model_key))
            .where(Passage.position == 0, Passage.comment_pk > after, ~has)
            .order_by(Passage.comment_pk)
            .limit(limit)
        )
    )


def pointed(session: Session) -> list[int]:
    """Give every comment that makes a point, by key."""
    return list(
        session.scalars(
            select(Passage.comment_pk)
            .where(Passage.position == 0)
            .order_by(Passage.comment_pk)
            .execution_options(yield_per=10_000)
        )
    )


def main_themes(session: Session) -> dict[int, str]:
    """Give the first discovered theme by key of each comment that has one: what a sample is spread over."""
    rows = session.execute(
        select(Mention.comment_pk, func.min(Mention.theme_key))
        .where(Mention.kind == "discovered")
        .group_by(Mention.comment_pk)
        .execution_options(yield_per=10_000)
    )
    return {pk: key for pk, key in rows}


def read_comments(session: Session, model_key: str, pks: Sequence[int]) -> Comments:
    """Read the vectors of comments, in the order asked for; those without one are left out."""
    found: dict[int, NDArray[np.float32]] = {}
    for part in chunks(pks):
        rows = session.execute(
            select(Passage.comment_pk, Embedding.vector)
            .join(Embedding, (Embedding.text_key == Passage.text_key) & (Embedding.model_key == model_key))
            .where(Passage.comment_pk.in_(part))
            .order_by(Passage.comment_pk, Passage.position)
        ).all()
        for pk, own in groupby(rows, key=itemgetter(0)):
            passages = list(own)
            matrix = np.frombuffer(b"".join(row[1] for row in passages), dtype="<f2").reshape(len(passages), -1)
            mean = matrix.astype(np.float32).mean(axis=0)
            found[pk] = mean / max(float(np.linalg.norm(mean)), 1e-9)
    kept = [pk for pk in pks if pk in found]
    return Comments(
        pks=kept,
        vectors=np.stack([found[pk] for pk in kept]) if kept else np.zeros((0, 1), dtype=np.float32),
    )


def anchors(session: Session) -> dict[int, tuple[float, float]]:
    """Give the places of the anchors by comment."""
    rows = session.execute(select(Place.comment_pk, Place.x, Place.y).where(Place.anchor).order_by(Place.comment_pk))
    return {pk: (x, y) for pk, x, y in rows}


def places_of(session: Session, pks: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Give the places that these comments have."""
    found: dict[int, tuple[float, float]] = {}
    for part in chunks(pks):
        rows = session.execute(select(Place.comment_pk, Place.x, Place.y).where(Place.comment_pk.in_(part)))
        found.update({pk: (x, y) for pk, x, y in rows})
    return found


def put_places(
    session: Session, pks: Sequence[int], places: NDArray[np.float32], *, anchor: bool, chunk: int = 10_000
) -> None:
    """Store the (n, 2) places of n comments that have none."""
    rows = [
        {"comment_pk": pk, "x": round(x, 5), "y": round(y, 5), "anchor": anchor}
        for pk, (x, y) in zip(pks, places.tolist(), strict=True)
    ]
    for part in chunks(rows, chunk):
        session.execute(insert(Place), part)


def clear_places(session: Session) -> None:
    """Take every comment off the map."""
    session.execute(delete(Place))


def spread(themes: Iterator[tuple[int, str]] | Sequence[tuple[int, str]], most: int) -> list[int]:
    """Choose up to `most` of (comment, theme) pairs given in the order of a lottery.

    Each theme gets a share by the root of its size, so that a small one is seen too; the same pairs give the same ones.
    """
    by_theme: dict[str, list[int]] = {}
    for pk, theme in themes:
        by_theme.setdefault(theme, []).append(pk)
    total = sum(len(held) for held in by_theme.values())
    if total <= most:
        return sorted(pk for held in by_theme.values() for pk in held)
    roots = {theme: len(held) ** 0.5 for theme, held in by_theme.items()}
    scale = most / sum(roots.values())
    chosen = [pk for theme, held in by_theme.items() for pk in held[: max(1, int(roots[theme] * scale))]]
    return sorted(chosen[:most])
