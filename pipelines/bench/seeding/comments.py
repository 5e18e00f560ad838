"""The rows of a seeded store's comments."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from data.store.models import Comment
from data.store.repositories.loading import Loader, Same
from nlp.text.canonical import text_key
from pipelines.bench.seeding.block import Block
from pipelines.bench.seeding.passages import put_passages
from pipelines.bench.seeding.said import Said
from pipelines.bench.seeding.words import vary

EMPTY, FOREIGN = 0.03, 0.03
FOREIGN_TEXTS = (
    ("de", "Die Liste der Monteure fehlt noch immer, wir warten seit drei Wochen darauf."),
    ("fr", "Les interventions clôturées n'apparaissent toujours pas en comptabilité."),
    ("es", "El informe mensual llega siempre dos días tarde."),
)
FEATURES = "job form,calendar,route map,stock list,export,mobile app,portal,invoice".split(",")


def put_comments(loader: Loader, block: Block, said: Said) -> None:
    """Write the comments of a block with all that hangs on them; some say nothing, some in another language."""
    if not block.spoken:
        return
    words, rng = block.voice.words, block.voice.rng
    says_nothing = rng.random(len(block.spoken))
    texts: list[list[str]] = [[] for _ in block.spoken]
    keys: list[str] = []
    for place, plain, way in zip(said.comment.tolist(), said.plain.tolist(), said.way.tolist(), strict=True):
        text = words.texts[plain] if way < 0 else vary(words.texts[plain], way)
        texts[place].append(text)
        keys.append(words.keys[plain] if way < 0 else text_key(text))
    heard = says_nothing > EMPTY + FOREIGN
    whole: list[str] = []
    language: list[str] = []
    reason: list[str | None] = []
    for place, chance in enumerate(says_nothing.tolist()):
        if chance < EMPTY:
            whole.append(words.empty[place % len(words.empty)])
            language.append("en")
            reason.append("filler")
        elif chance < EMPTY + FOREIGN:
            code, text = FOREIGN_TEXTS[place % len(FOREIGN_TEXTS)]
            whole.append(text)
            language.append(code)
            reason.append(None)
        else:
            whole.append(" ".join(texts[place]))
            language.append("en")
            reason.append(None)
    mean = np.bincount(said.comment, said.sentiment) / np.bincount(said.comment)
    _put_rows(loader, block, whole, language, reason, heard, mean.round(4).tolist())
    put_passages(loader, block, said, texts, keys, heard)


def _put_rows(
    loader: Loader,
    block: Block,
    whole: Sequence[str],
    language: Sequence[str],
    reason: Sequence[str | None],
    heard: NDArray[np.bool_],
    sentiment: Sequence[float],
) -> None:
    places, voice = block.spoken, block.voice
    kinds = [block.kind(at) for at in places]
    ids = [f"{kind}:{block.origin[at]}" for kind, at in zip(kinds, places, strict=True)]
    who = block.ids(places)
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in whole]
    surveyed = [at if block.survey[at] >= 0 else None for at in places]
    noted = [block.source[at] == "review_note" for at in places]
    loader.put(
        Comment,
        {
            "id": range(voice.comments + 1, voice.comments + len(places) + 1),
            "comment_id": ids,
            "kind": kinds,
            "origin_id": [block.origin[at] for at in places],
            "source": [block.source[at] for at in places],
            "vendor_voice": noted,
            **who,
            "respondent_key": [contact or own for contact, own in zip(who["contact_id"], ids, strict=True)],
            "anonymous": [block.contact[at] < 0 for at in places],
            "survey_id": [None if at is None else voice.surveys[block.survey[at]].survey_id for at in surveyed],
            "response_id": [None if at is None else block.origin[at] for at in surveyed],
            "ticket_id": [block.ticket(at) for at in places],
            "feature": [FEATURES[at % len(FEATURES)] if block.source[at] == "in_app" else None for at in places],
            "role": [block.role[at] for at in places],
            "stage": [block.stage[at] for at in places],
            "stage_derived": Same(False),
            "said_at": [block.at[at] for at in places],
            "month": [_month(block.at[at]) for at in places],
            "score": [block.score[at] for at in places],
            "score_band": [None if block.band[at] < -1 else int(block.band[at]) for at in places],
            "given": [block.given(at) for at in places],
            "author_id": ["S001" if one else None for one in noted],
            "meeting": ["QBR" if one else None for one in noted],
            "origin": [f"seed#{block.origin[at]}" for at in places],
            "original_hash": hashes,
            "text": whole,
            "language": language,
            "language_confidence": Same(0.99),
            "redactions": Same({}),
            "empty_reason": reason,
            "analysed": heard.tolist(),
            "content_key": hashes,
            "sentiment": [value if ok else None for value, ok in zip(sentiment, heard.tolist(), strict=True)],
            "prepared_with": [voice.marks.prepared_with[account] for account in who["account_id"]],
            "tagged_with": [voice.marks.tagged_with if ok else None for ok in heard.tolist()],
        },
    )


def _month(at: datetime) -> str:
    return f"{at.year}-{at.month:02d}"
