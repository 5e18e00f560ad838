"""Stages 4 and 5: themes that the words themselves make, with keys that outlive a refit.

Between refits new passages join known themes; `refit` or the drift rule finds the themes again. A fit is computed in
memory and stored in one transaction: a run killed in its middle leaves the themes as they were.
"""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from data.store.repositories import themes as repository
from data.store.repositories.embeddings import get as get_vectors
from data.store.repositories.runs import get_fact, put_fact
from data.store.repositories.themes import Member
from data.store.unit_of_work import Session
from nlp.cluster.assign import assign
from nlp.cluster.discover import discover
from nlp.cluster.records import PreviousPartition, ThemeModel
from nlp.cluster.space import with_context
from nlp.config import ClusterConfig, IdentityConfig
from nlp.identity.drift import advise
from pipelines.configs import cluster_config, open_embedder
from pipelines.corpus import read_corpus
from pipelines.identify import FIT, Fit, mention, store_fit
from pipelines.settings import Settings
from pipelines.stage import Bench, StageReport, stage


def run(bench: Bench, *, run_id: int, refit: bool = False) -> StageReport:
    """Let new passages join known themes; find themes where there are none, the settings changed, or drift says so."""
    with bench.store.read() as session:
        total = repository.count_unplaced(session)
        fit = get_fact(session, FIT)
    with stage(bench, "discover", total) as report:
        mark = fit_mark(bench.settings)
        if fit is not None and fit["mark"] == mark and not refit:
            if total:
                _join(bench, fit, report)
            with bench.store.read() as session:
                fit = get_fact(session, FIT) or fit
            advice = advise(fit["rows"], fit["joined"], fit["waited"], config=IdentityConfig())
            report.counts["joined"] = report.rows_out
            if not advice.refit:
                return report
            report.counts["why"] = advice.reason
        if total or fit is None or refit or fit["mark"] != mark or "why" in report.counts:
            _fit(bench, fit, mark, run_id, report)
    return report


def fit_mark(settings: Settings) -> str:
    """Say what a fit depends on besides the passages."""
    return f"{open_embedder(settings).key}|{cluster_config(settings).fingerprint()}|{settings.seed}"


def _fit(bench: Bench, fit: Mapping[str, Any] | None, mark: str, run_id: int, report: StageReport) -> None:
    model_key = open_embedder(bench.settings).key
    with bench.store.read() as session:
        corpus = read_corpus(session, model_key)
        waiting = repository.count_unplaced(session)
        known = repository.current_members(session)
    if not corpus.keys:
        return
    labels = corpus.labels_by_name(known)
    news = fit is None or bool(waiting or fit["joined"] or len(corpus.keys) != fit["rows"])
    previous = PreviousPartition(labels, fit["resolution"], fit["chosen_at_rows"], news) if fit and labels else None
    found = discover(
        corpus.embeddings,
        corpus.names,
        groups=corpus.groups,
        lengths=corpus.lengths,
        weights=corpus.weights,
        texts=corpus.texts,
        previous=previous if fit and fit["mark"] == mark else None,
        config=cluster_config(bench.settings),
        seed=bench.settings.seed,
    )
    store_fit(bench, Fit(corpus, found, labels, mark), run_id=run_id, report=report)
    _join_others(bench, report)


def _join_others(bench: Bench, report: StageReport) -> None:
    """Let passages that don't make themes (the vendor's notes) join the ones just found."""
    with bench.store.read() as session:
        fit = get_fact(session, FIT)
    if fit is not None:
        _join(bench, fit, report, counted=False)


def _join(bench: Bench, fit: Mapping[str, Any], report: StageReport, *, counted: bool = True) -> None:
    """Give each passage that discovery has not looked at its nearest theme, or let it wait; commit by batch."""
    keys, model = _model(bench, fit)
    model_key = open_embedder(bench.settings).key
    while True:
        with bench.store.read() as session:
            batch = _next_comments(session, bench.settings.batch_rows)
            if not batch:
                return
            rows = _rows(session, model_key, batch)
        placed = assign(rows, model)
        themes = [keys[label] if label >= 0 else None for label in placed.labels.tolist()]
        mentions = [
            mention(member, theme, float(sure))
            for member, theme, sure in zip(batch, themes, placed.similarity.tolist(), strict=True)
            if theme is not None
        ]
        states = {m.passage_id: "waiting" if t is None else "assigned" for m, t in zip(batch, themes, strict=True)}
        with bench.store.write() as session:
            repository.place(session, mentions, states)
            if counted:
                fact = dict(get_fact(session, FIT) or {})
                # Drift is judged by what came since the fit: review notes that waited from the start are no news.
                since = {"joined": fact["joined"] + len(batch), "waited": fact["waited"] + len(batch) - len(mentions)}
                put_fact(session, FIT, {**fact, **since}, now=bench.clock())
        report.rows_in += len(batch)
        report.rows_out += len(mentions)
        bench.progress.advance(len(batch))


def _next_comments(session: Session, size: int) -> list[Member]:
    """Give the next passages not looked at; a comment's passages stay together, since they lean on one another."""
    batch: list[Member] = []
    for member in repository.members(session, waiting_only=True):
        if len(batch) >= size and member.comment_pk != batch[-1].comment_pk:
            break
        batch.append(member)
    return batch


def _rows(session: Session, model_key: str, batch: Sequence[Member]) -> NDArray[np.float32]:
    vectors = get_vectors(session, model_key, [member.text_key for member in batch])
    texts = repository.texts_of(session, [member.text_key for member in batch])
    config = ClusterConfig()
    return with_context(
        np.stack([vectors[member.text_key] for member in batch]),
        [str(member.comment_pk) for member in batch],
        lengths=np.array([len(texts[member.text_key].split()) for member in batch], dtype=np.float64),
        context_words=config.context_words,
        context_max=config.context_max,
    )


def _model(bench: Bench, fit: Mapping[str, Any]) -> tuple[list[str], ThemeModel]:
    with bench.store.read() as session:
        themes = repository.joinable(session)
    centre = np.frombuffer(base64.b64decode(fit["centre"]), dtype="<f4")
    centroids = [np.frombuffer(theme.centroid or b"", dtype="<f4") for theme in themes]
    return [theme.theme_key for theme in themes], ThemeModel(
        centre=centre,
        centroids=np.stack(centroids) if centroids else np.zeros((0, len(centre)), dtype=np.float32),
        floors=np.array([theme.floor for theme in themes], dtype=np.float32),
    )
