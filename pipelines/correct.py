"""Stage: what people changed since the last run: own themes, corrections too large for a request, and learning.

Learning changes no model: passages in nearly the same words as a corrected one follow it (nlp/tag/learned.py), and only
their comments are made again. It is done again for new corrections over all passages, for new passages over all
corrections.
"""

from collections.abc import Iterable, Sequence

import numpy as np

from data.store.repositories import corrections as standing
from data.store.repositories import lessons as repository
from data.store.repositories.effective import rebuild
from data.store.repositories.embeddings import unpack
from data.store.repositories.runs import get_fact, put_fact
from nlp.tag.learned import Lesson, followers
from pipelines.configs import open_embedder
from pipelines.own import refresh_own
from pipelines.stage import Bench, StageReport, stage

LEARNED = "learned"
# Comments rebuilt between two commits.
REBUILT_AT_ONCE = 2000


def run(bench: Bench) -> StageReport:
    """Bring tags and themes in step with what people decided."""
    with stage(bench, "correct", None) as report:
        report.counts["waited"] = 0
        refresh_own(bench, report)
        _make_effective(bench, report)
        _learn(bench, report)
    return report


def _make_effective(bench: Bench, report: StageReport) -> None:
    """Rebuild what waits, batch by batch; a killed run begins that correction again, with the same result."""
    with bench.store.read() as session:
        waiting = standing.waiting(session)
    for correction_id in waiting:
        with bench.store.read() as session:
            comments = standing.affected(session, correction_id)
        for start in range(0, len(comments), REBUILT_AT_ONCE):
            with bench.store.write() as session:
                done = rebuild(session, comments[start : start + REBUILT_AT_ONCE])
            report.rows_out += len(done.comments)
        with bench.store.write() as session:
            standing.finish(session, correction_id)
        report.rows_in += 1
        report.counts["waited"] += 1


def _learn(bench: Bench, report: StageReport) -> None:
    model_key = open_embedder(bench.settings).key
    with bench.store.read() as session:
        known = get_fact(session, LEARNED) or {}
        correction, passage = repository.newest(session)
    if known.get("embedder") != model_key:
        known = {"correction": 0, "passage": 0}
        with bench.store.write() as session:
            repository.forget_learned(session)
    fact = {"embedder": model_key, "correction": correction, "passage": passage}
    if known == fact or not correction:
        return
    with bench.store.read() as session:
        everything = _lessons(repository.lessons(session, model_key))
        fresh = [one for one in everything if one[0].correction_id > known["correction"]]
    if fresh:
        _follow(bench, fresh, _all(bench, model_key), report)
    if everything and passage > known["passage"]:
        _follow(bench, everything, _new(bench, model_key, known["passage"]), report)
    report.rows_in += len(fresh)
    with bench.store.write() as session:
        put_fact(session, LEARNED, fact, now=bench.clock())


_Taught = tuple[Lesson, bytes]
_Words = Sequence[tuple[str, str, bytes]]


def _lessons(rows: Iterable[tuple[int, str, str, bytes]]) -> list[_Taught]:
    return [(Lesson(correction_id, key, text), vector) for correction_id, key, text, vector in rows]


def _follow(bench: Bench, taught: Sequence[_Taught], batches: Iterable[_Words], report: StageReport) -> None:
    lessons = [lesson for lesson, _ in taught]
    known = np.stack([unpack(vector) for _, vector in taught])
    for words in batches:
        vectors = np.stack([unpack(vector) for _, _, vector in words])
        keys, texts = [key for key, _, _ in words], [text for _, text, _ in words]
        found = [
            (one.correction_id, one.text_key, one.similarity)
            for one in followers(lessons, known, keys, texts, vectors=vectors)
        ]
        if found:
            with bench.store.write() as session:
                report.rows_out += repository.learn(session, found)


def _all(bench: Bench, model_key: str) -> Iterable[_Words]:
    last = ""
    while True:
        with bench.store.read() as session:
            batch = repository.words_after(session, model_key, bench.settings.batch_rows, after=last)
        if not batch:
            return
        yield batch
        last = batch[-1][0]


def _new(bench: Bench, model_key: str, after: int) -> Iterable[_Words]:
    with bench.store.read() as session:
        keys = repository.new_keys(session, after=after)
    for start in range(0, len(keys), bench.settings.batch_rows):
        with bench.store.read() as session:
            batch = repository.words_of(session, model_key, keys[start : start + bench.settings.batch_rows])
        if batch:
            yield batch
