"""Seed a store for measuring: planted parties, answers and analysis in bulk, then the real stages over them.

The models are not run over the comments: words, labels and vectors come from the project's own examples. What is
derived from these (counts, standing, indexes, places) is made by the stages themselves, so that a seeded store is as
a run would have left it.
"""

import base64
import dataclasses
import time
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from data.store.models import Fact, Lineage, Run, Theme
from data.store.repositories.loading import Column, Loader, Same, bulk_load
from data.store.repositories.preparation import mark_stale
from data.store.repositories.themes import ThemeRow
from nlp.embed.types import Embedder
from pipelines.bench.seeding.answers import put_responses, put_tickets
from pipelines.bench.seeding.block import Block, blocks
from pipelines.bench.seeding.comments import put_comments
from pipelines.bench.seeding.events import draw_events
from pipelines.bench.seeding.parties import NOW, START, make_parties, make_surveys, put_parties
from pipelines.bench.seeding.said import draw_said
from pipelines.bench.seeding.signals import put_signals
from pipelines.bench.seeding.themes import Discovered, make_themes
from pipelines.bench.seeding.voice import Marks, Voice
from pipelines.bench.seeding.words import Words, read_words
from pipelines.identify import FIT
from pipelines.prepare import marks_in_force
from pipelines.stage import Bench
from pipelines.taxonomy import load_taxonomy

SEED = 20_260_930
# Plain passages: enough that a large seed does not say the same all the time, few enough that a small one is quick.
WORDS_PER_COMMENT, WORDS_LEAST = 1 / 25, 400
THEMES_MOST, WORDS_PER_THEME = 150, 6
RUN_ID = 1

Say = Callable[[str], None]


@dataclasses.dataclass(frozen=True)
class Stand:
    """What a finished run would have written of itself.

    Attributes:
        tagger_key: With which tagger the comments were tagged.
        fit_mark: What the theme fit depended on.
    """

    tagger_key: str
    fit_mark: str


def fill(
    bench: Bench, *, comments: int, accounts: int, embedder: Embedder, stand: Stand, seed: int = SEED, say: Say
) -> dict[str, int]:
    """Fill an empty, migrated store. Returns rows by table.

    Args:
        bench: Settings and store.
        comments: How many, as near as can be.
        accounts: How many.
        embedder: Embeds the examples; its key is the vectors'.
        stand: The keys that make the stages find nothing to do.
        seed: Of everything random.
        say: Hears how far it is.

    Raises:
        StoreError: The store is not empty.
    """
    most = max(WORDS_LEAST, int(comments * WORDS_PER_COMMENT))
    words = read_words(embedder, most=most, seed=seed)
    themes = make_themes(words, count=min(THEMES_MOST, len(words.texts) // WORDS_PER_THEME), run_id=RUN_ID, seed=seed)
    parties, surveys = make_parties(accounts, seed), make_surveys()
    events = draw_events(parties, surveys, comments=comments, seed=seed)
    say(f"{len(words.texts):,} plain passages, {len(themes.keys)} discovered themes")
    rng = np.random.default_rng([seed, 6])
    with bulk_load(bench.store) as loader:
        put_parties(loader, parties, surveys, seed)
        put_signals(loader, parties, seed)
        _put_run(loader)
        _put_themes(loader, themes)
    rows = loader.rows
    marks = Marks(marks_in_force(bench)[0], stand.tagger_key)
    with bulk_load(bench.store, more=True) as loader:
        voice = Voice(parties, surveys, words, themes, marks, rng)
        voice.put_texts(loader, words.keys, words.texts, words.vectors)
        for block in blocks(voice, events):
            _put_block(loader, block)
            say(f"{voice.comments:,} of {comments:,} comments")
        _put_fit(loader, words, themes, stand, passages=voice.passages)
    with bench.store.write() as session:
        mark_stale(session, ["", *parties.account_ids])
    return rows | loader.rows


def _put_block(loader: Loader, block: Block) -> None:
    put_responses(loader, block, put_tickets(loader, block))
    put_comments(loader, block, draw_said(block))
    block.voice.comments += len(block.spoken)


def stand_of(bench: Bench) -> Stand:
    """Ask the packaged models for their keys."""
    from pipelines.discover import fit_mark
    from pipelines.taxonomy import open_sentiment, open_tagger, sentiment_key

    settings = bench.settings
    tagger = open_tagger(settings)
    return Stand(f"{tagger.key}/{sentiment_key(open_sentiment(settings))}", fit_mark(settings))


def seed_store(bench: Bench, *, comments: int, accounts: int, seed: int = SEED, say: Say) -> dict[str, Any]:
    """Fill the store, and run the stages over it as on the evening of its newest record. Returns rows and seconds."""
    from pipelines.configs import open_embedder
    from pipelines.run import run

    started = time.monotonic()
    embedder = open_embedder(bench.settings)
    rows = fill(
        bench, comments=comments, accounts=accounts, embedder=embedder, stand=stand_of(bench), seed=seed, say=say
    )
    filled = time.monotonic()
    say(f"filled in {filled - started:.0f} s; the stages follow")
    report = run(dataclasses.replace(bench, clock=lambda: NOW))
    return {
        "rows": rows,
        "fill_s": round(filled - started, 1),
        "stages_s": round(time.monotonic() - filled, 1),
        "stages": {stage.stage: round(stage.seconds, 1) for stage in report.stages},
    }


def _put_run(loader: Loader) -> None:
    loader.put(
        Run,
        {
            "id": [RUN_ID],
            "command": ["seed"],
            "state": ["done"],
            "started_at": [NOW],
            "finished_at": [NOW],
            "settings": [{}],
            "model_keys": [{}],
            "counts": [{}],
            "seconds": [0.0],
        },
    )


def _put_themes(loader: Loader, themes: Discovered) -> None:
    rows = [*(theme.as_row() for theme in load_taxonomy()), *themes.rows]
    names = [field.name for field in dataclasses.fields(ThemeRow)]
    columns: dict[str, Column] = {name: [getattr(row, name) for row in rows] for name in names}
    loader.put(Theme, {**columns, "named_by": Same("model"), "updated_at": Same(NOW)})
    born = [row.theme_key for row in themes.rows]
    loader.put(
        Lineage,
        {"run_id": Same(RUN_ID), "happened_at": Same(START), "event": Same("born"), "to_key": born, "share": Same(0.0)},
    )


def _put_fit(loader: Loader, words: Words, themes: Discovered, stand: Stand, *, passages: int) -> None:
    fact: Mapping[str, Any] = {
        "mark": stand.fit_mark,
        "run_id": RUN_ID,
        "rows": passages,
        "joined": 0,
        "waited": 0,
        "resolution": 1.0,
        "chosen_at_rows": len(words.texts),
        "stability": None,
        "centre": base64.b64encode(themes.centre.astype("<f4").tobytes()).decode(),
    }
    loader.put(Fact, {"name": [FIT], "value": [fact], "updated_at": Same(NOW)})
