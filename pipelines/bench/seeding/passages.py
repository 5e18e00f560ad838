"""The rows of a seeded store's passages and mentions, and the vectors that are new."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.store.models import Mention, Passage
from data.store.repositories.loading import Loader, Same
from pipelines.bench.seeding.block import Block
from pipelines.bench.seeding.said import Said
from pipelines.bench.seeding.words import varied_vectors

UNASSIGNED = "unassigned: far_from_theme"


def put_passages(
    loader: Loader,
    block: Block,
    said: Said,
    texts: Sequence[Sequence[str]],
    keys: Sequence[str],
    heard: NDArray[np.bool_],
) -> None:
    """Write passages, new vectors and mentions of the comments that are heard."""
    words, themes, rng = block.voice.words, block.voice.themes, block.voice.rng
    kept = np.flatnonzero(heard[said.comment])
    comment, plain = said.comment[kept], said.plain[kept]
    varied = kept[said.way[kept] >= 0]
    spoken = [text for passages in texts for text in passages]
    block.voice.put_texts(
        loader,
        [keys[at] for at in varied.tolist()],
        [spoken[at] for at in varied.tolist()],
        varied_vectors(words.vectors[said.plain[varied]], rng),
    )
    starts, position = _offsets(texts)
    polarity = [words.tags[row][0][1] for row in plain.tolist()]
    assigned = themes.of_passage[plain]
    ids = range(block.voice.passages + 1, block.voice.passages + len(kept) + 1)
    loader.put(
        Passage,
        {
            "id": ids,
            "comment_pk": (comment + block.voice.comments + 1).tolist(),
            "position": [position[at] for at in kept.tolist()],
            "start": [starts[at] for at in kept.tolist()],
            "end": [starts[at] + len(spoken[at]) for at in kept.tolist()],
            "text_key": [keys[at] for at in kept.tolist()],
            "sentiment": said.sentiment[kept].tolist(),
            "theme_state": ["assigned" if one >= 0 else UNASSIGNED for one in assigned.tolist()],
        },
    )
    _put_mentions(loader, block, ids, comment.tolist(), plain.tolist(), assigned.tolist(), polarity)
    block.voice.passages += len(kept)


def _offsets(texts: Sequence[Sequence[str]]) -> tuple[list[int], list[int]]:
    """Where each passage starts in its comment, and the how manieth it is."""
    starts: list[int] = []
    positions: list[int] = []
    for passages in texts:
        at = 0
        for position, text in enumerate(passages):
            starts.append(at)
            positions.append(position)
            at += len(text) + 1
    return starts, positions


def _put_mentions(
    loader: Loader,
    block: Block,
    ids: range,
    comment: Sequence[int],
    plain: Sequence[int],
    assigned: Sequence[int],
    polarity: Sequence[str],
) -> None:
    words, themes, parties = block.voice.words, block.voice.themes, block.voice.parties
    rows: list[tuple[int, int, str, str, str]] = []
    for passage, at, row, theme, meant in zip(ids, comment, plain, assigned, polarity, strict=True):
        rows += [(passage, at, key, "taxonomy", how) for key, how in words.tags[row]]
        if theme >= 0:
            rows.append((passage, at, themes.keys[theme], "discovered", meant))
    if not rows:
        return
    places = [block.spoken[at] for _, at, *_ in rows]
    first = block.voice.mentions + 1
    loader.put(
        Mention,
        {
            "id": range(first, first + len(rows)),
            "passage_id": [row[0] for row in rows],
            "comment_pk": [row[1] + block.voice.comments + 1 for row in rows],
            "theme_key": [row[2] for row in rows],
            "kind": [row[3] for row in rows],
            "polarity": [row[4] for row in rows],
            "confidence": block.voice.rng.uniform(0.55, 0.99, len(rows)).round(4).tolist(),
            "said_by": Same("model"),
            "account_id": [parties.account_ids[block.account[at]] for at in places],
            "said_at": [block.at[at] for at in places],
        },
    )
    block.voice.mentions += len(rows)
