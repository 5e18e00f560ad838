"""Stage 3: the 24 themes. Passages in; mentions with polarity and confidence, and a sentiment, out.

From the text alone: never from the score (or a contradiction could not be seen), the role or the stage.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from data.store.repositories import mentions as repository
from data.store.repositories.embeddings import get as get_vectors
from data.store.repositories.mentions import CommentToTag, MentionRow
from data.store.repositories.taxonomy import note_shipped
from data.store.repositories.themes import put_themes
from nlp.sentiment.model import SentimentModel
from nlp.tag.model import TaggerModel
from nlp.tag.types import Tag
from pipelines.configs import open_embedder
from pipelines.own import open_own, own_mentions
from pipelines.stage import Bench, StageReport, stage
from pipelines.taxonomy import load_taxonomy, open_sentiment, open_tagger, sentiment_key

# A passage in its comment, by their words: what is equal is tagged once a batch.
Wording = tuple[str, str]
# Reason kept with a comment that the tagger found to be empty talk; those of the text stage are its rules' names.
SAYS_NOTHING = "says nothing"


def run(bench: Bench) -> StageReport:
    """Tag every comment that this tagger has not seen."""
    tagger, embedder, sentiment = (
        open_tagger(bench.settings),
        open_embedder(bench.settings),
        open_sentiment(bench.settings),
    )
    key = f"{tagger.key}/{sentiment_key(sentiment)}"
    with bench.store.write() as session:
        put_themes(session, [theme.as_row() for theme in load_taxonomy()], now=bench.clock())
        note_shipped(session, [theme.key for theme in load_taxonomy()], now=bench.clock())
        total = repository.count_untagged(session, key)
    with stage(bench, "tag", total) as report:
        report.model_keys |= {"tagger": tagger.key, "sentiment": sentiment_key(sentiment)}
        own = open_own(bench) if total else None
        while total and (batch := _next(bench, key)):
            vectors = _vectors(bench, embedder.key, batch)
            mentions = _mentions(tagger, batch, vectors)
            empty = _empty(tagger, batch, mentions)
            mentions = [mention for mention in mentions if mention.comment_pk not in empty]
            passages, comments = _sentiments(sentiment, batch, vectors)
            if own is not None:
                tagged_so = {(mention.passage_id, mention.theme_key) for mention in mentions}
                told = own_mentions(own, batch, vectors, passages)
                mentions += [
                    mention
                    for mention in told
                    if mention.comment_pk not in empty and (mention.passage_id, mention.theme_key) not in tagged_so
                ]
            with bench.store.write() as session:
                repository.store_tags(
                    session,
                    batch,
                    mentions,
                    tagger_key=key,
                    passage_sentiment=passages,
                    comment_sentiment=comments,
                    empty=empty,
                )
            report.rows_in += len(batch)
            report.rows_out += len(mentions)
            tagged = len({mention.comment_pk for mention in mentions})
            report.counts["without a theme"] = report.counts.get("without a theme", 0) + len(batch) - tagged
            report.counts["empty"] = report.counts.get("empty", 0) + len(empty)
            bench.progress.advance(len(batch))
    return report


def _next(bench: Bench, key: str) -> list[CommentToTag]:
    with bench.store.read() as session:
        return repository.untagged(session, key, bench.settings.batch_rows)


def _vectors(bench: Bench, model_key: str, batch: Sequence[CommentToTag]) -> NDArray[np.float32]:
    """Give the vectors of the batch's passages, in order, shape (n, dim)."""
    keys = [passage.text_key for comment in batch for passage in comment.passages]
    with bench.store.read() as session:
        found = get_vectors(session, model_key, keys)
    return np.stack([found[key] for key in keys])


def _mentions(tagger: TaggerModel, batch: Sequence[CommentToTag], vectors: NDArray[np.float32]) -> list[MentionRow]:
    wordings = [(passage.text, comment.text) for comment in batch for passage in comment.passages]
    first: dict[Wording, int] = {}
    for at, wording in enumerate(wordings):
        first.setdefault(wording, at)
    distinct = list(first)
    tags = tagger.tag([own for own, _ in distinct], [whole for _, whole in distinct], vectors[list(first.values())])
    by_wording: dict[Wording, list[Tag]] = dict(zip(distinct, tags, strict=True))
    return [
        MentionRow(
            passage_id=passage.id,
            comment_pk=comment.pk,
            theme_key=tag.key,
            kind="taxonomy",
            polarity=tag.polarity,
            confidence=tag.confidence,
            said_by=tag.said_by,
            account_id=comment.account_id,
            said_at=comment.said_at,
        )
        for comment in batch
        for passage in comment.passages
        for tag in by_wording[passage.text, comment.text]
    ]


def _empty(tagger: TaggerModel, batch: Sequence[CommentToTag], mentions: Sequence[MentionRow]) -> dict[int, str]:
    """Give the reason, by their keys, of the comments that say nothing though no rule of the text stage saw it."""
    loudest = {comment.pk: 0.0 for comment in batch}
    for mention in mentions:
        loudest[mention.comment_pk] = max(loudest[mention.comment_pk], mention.confidence)
    found = tagger.find_empty([comment.text for comment in batch], list(loudest.values()))
    return {pk: SAYS_NOTHING for pk, is_empty in zip(loudest, found.tolist(), strict=True) if is_empty}


def _sentiments(
    model: SentimentModel, batch: Sequence[CommentToTag], vectors: NDArray[np.float32]
) -> tuple[dict[int, float], dict[int, float]]:
    """Give the sentiment (-1..1) of each passage by its id, and of each comment by its key: the mean by words."""
    passages = [passage for comment in batch for passage in comment.passages]
    scores = model.score([passage.text for passage in passages], vectors).tolist()
    by_id = {passage.id: round(score, 4) for passage, score in zip(passages, scores, strict=True)}
    by_comment = {}
    for comment in batch:
        words = [max(1, len(passage.text.split())) for passage in comment.passages]
        total = sum(by_id[passage.id] * count for passage, count in zip(comment.passages, words, strict=True))
        by_comment[comment.pk] = round(total / sum(words), 4)
    return by_id, by_comment
