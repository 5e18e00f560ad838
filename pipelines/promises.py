"""Compare what was promised with complaints that it was not kept: the cosine of each mention and each commitment.

Both are embedded by the model that embeds passages. A likeness is shown, never asserted; see `queries.matches`.
"""

from collections.abc import Sequence

import numpy as np

from data.store.repositories import matches as repository
from data.store.repositories.embeddings import get as get_vectors
from nlp.text.canonical import canonical
from pipelines.configs import open_embedder
from pipelines.stage import Bench, StageReport, stage

# Pairs between two commits: vectors of 15 MB.
PAIRS_PER_BATCH = 5_000


def run(bench: Bench) -> StageReport:
    """Embed the commitments that are new or read otherwise now, and compare every pair that was not compared yet."""
    embedder = open_embedder(bench.settings)
    with bench.store.read() as session:
        commitments = repository.outdated(session, embedder.key)
    if commitments:
        vectors = embedder.embed([canonical(text) for _, text in commitments])
        with bench.store.write() as session:
            repository.put_vectors(session, embedder.key, commitments, vectors)
    with bench.store.read() as session:
        waiting = repository.unmatched(session, embedder.key)
    with stage(bench, "promises", len(waiting)) as report:
        report.counts["commitments"] = len(commitments)
        for start in range(0, len(waiting), PAIRS_PER_BATCH):
            pairs = waiting[start : start + PAIRS_PER_BATCH]
            _compare(bench, embedder.key, pairs)
            report.rows_in += len(pairs)
            report.rows_out += len(pairs)
            bench.progress.advance(len(pairs))
        if waiting or commitments:
            with bench.store.write() as session:
                report.counts["removed"] = repository.drop_strays(session)
    return report


def _compare(bench: Bench, model_key: str, pairs: Sequence[repository.Pair]) -> None:
    with bench.store.write() as session:
        said = get_vectors(session, model_key, [pair.text_key for pair in pairs])
        promised = repository.commitment_vectors(session, [pair.commitment_id for pair in pairs])
        left = np.stack([said[pair.text_key] for pair in pairs])
        right = np.stack([promised[pair.commitment_id] for pair in pairs])
        cosines = np.einsum("nd,nd->n", left, right).round(6)
        repository.put_matches(session, pairs, cosines.tolist())
