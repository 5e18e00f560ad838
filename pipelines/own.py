"""A user's own themes of the taxonomy: told by definition and examples, found in all comments by stored vectors."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store.repositories import lessons as repository
from data.store.repositories.effective import polarity_of
from data.store.repositories.embeddings import unpack
from data.store.repositories.mentions import CommentToTag, MentionRow
from data.store.repositories.runs import get_fact, put_fact
from data.store.repositories.taxonomy import OWN, Entry, own_entries
from nlp.tag.own import OwnThemes, fit_theme, others_of, theme_text
from nlp.text.canonical import canonical
from nlp.types import FloatArray
from pipelines.configs import open_embedder
from pipelines.stage import Bench, StageReport
from pipelines.taxonomy import prototypes

# Texts from which the corpus's middle is taken: keys are hashes, so the first ones are a fair draw.
CENTRE_ROWS = 20_000


def refresh_own(bench: Bench, report: StageReport) -> None:
    """Find the themes that are new or told otherwise since the last run; the others are up to date."""
    with bench.store.read() as session:
        entries, known = own_entries(session), get_fact(session, OWN) or {}
    model_key = open_embedder(bench.settings).key
    if known.get("embedder") != model_key:
        known = {}
    stored = known.get("themes", {})
    changed = [one for one in entries if stored.get(one.key, {}).get("mark") != one.mark]
    if not changed:
        return
    fact = _fitted(bench, known, changed, keep={one.key for one in entries})
    themes = _restored(bench, fact, [one.key for one in changed])
    with bench.store.write() as session:
        repository.clear_own(session, themes.keys)
    found = _tag_all(bench, themes, model_key)
    with bench.store.write() as session:
        put_fact(session, OWN, fact, now=bench.clock())
    report.rows_in += len(changed)
    report.rows_out += found
    report.counts["tags of own themes"] = found


def open_own(bench: Bench) -> OwnThemes | None:
    """Give the themes that new comments are compared with; None without any."""
    with bench.store.read() as session:
        entries, fact = own_entries(session), get_fact(session, OWN) or {}
    if not entries or fact.get("embedder") != open_embedder(bench.settings).key:
        return None
    return _restored(bench, fact, [one.key for one in entries if one.key in fact["themes"]])


def own_mentions(
    themes: OwnThemes, batch: Sequence[CommentToTag], vectors: NDArray[np.float32], sentiment: Mapping[int, float]
) -> list[MentionRow]:
    """Tag a batch with a user's themes; `sentiment` is by passage."""
    places = [(comment, passage) for comment in batch for passage in comment.passages]
    return [
        MentionRow(
            passage_id=passage.id,
            comment_pk=comment.pk,
            theme_key=key,
            kind="taxonomy",
            polarity=polarity_of(sentiment.get(passage.id)),
            confidence=sure,
            said_by="model",
            account_id=comment.account_id,
            said_at=comment.said_at,
        )
        for (comment, passage), found in zip(places, themes.tag(vectors), strict=True)
        for key, sure in found.items()
    ]


def _fitted(bench: Bench, known: Mapping[str, Any], changed: Sequence[Entry], *, keep: set[str]) -> dict[str, Any]:
    embedder = open_embedder(bench.settings)
    centre = _unpacked(known["centre"]) if known else _centre(bench, embedder.key, embedder.dim)
    themes = {key: value for key, value in known.get("themes", {}).items() if key in keep}
    for one in changed:
        texts = [canonical(text) for text in (theme_text(one.name, one.definition), *one.examples)]
        vectors = embedder.embed(texts)
        themes[one.key] = {"mark": one.mark, "row": _packed(fit_theme(vectors[0], vectors[1:], centre))}
    return {"embedder": embedder.key, "centre": _packed(centre), "themes": themes}


def _centre(bench: Bench, model_key: str, dim: int) -> FloatArray:
    with bench.store.read() as session:
        batch = repository.words_after(session, model_key, CENTRE_ROWS, after="")
    if not batch:
        return np.zeros(dim, dtype=np.float32)
    middle: FloatArray = np.mean([unpack(vector) for _, _, vector in batch], axis=0, dtype=np.float32)
    return middle


def _restored(bench: Bench, fact: Mapping[str, Any], keys: Sequence[str]) -> OwnThemes:
    centre = _unpacked(fact["centre"])
    rows = [_unpacked(fact["themes"][key]["row"]) for key in keys]
    others = others_of(prototypes(bench.settings)[1])
    return OwnThemes(tuple(keys), np.stack(rows) if rows else np.zeros((0, len(centre)), np.float32), others, centre)


def _tag_all(bench: Bench, themes: OwnThemes, model_key: str) -> int:
    stored, last = 0, ""
    while batch := _next(bench, model_key, last):
        last = batch[-1][0]
        tags = themes.tag(np.stack([unpack(vector) for _, _, vector in batch]))
        found = {key: one for (key, _, _), one in zip(batch, tags, strict=True) if one}
        if found:
            with bench.store.write() as session:
                stored += repository.tag_own(session, found)
    return stored


def _next(bench: Bench, model_key: str, after: str) -> list[tuple[str, str, bytes]]:
    with bench.store.read() as session:
        return repository.words_after(session, model_key, bench.settings.batch_rows, after=after)


def _packed(row: FloatArray) -> str:
    return base64.b64encode(row.astype("<f4").tobytes()).decode()


def _unpacked(text: str) -> FloatArray:
    return np.frombuffer(base64.b64decode(text), dtype="<f4").astype(np.float32)
