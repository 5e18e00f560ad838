"""Stage 2: distinct texts in; one vector a text and model out. What has a vector is never embedded again."""

from data.store.repositories import embeddings as repository
from nlp.text.canonical import canonical
from pipelines.configs import open_embedder
from pipelines.stage import Bench, StageReport, stage


def run(bench: Bench) -> StageReport:
    """Embed every passage that has no vector of this model."""
    embedder = open_embedder(bench.settings)
    with bench.store.read() as session:
        total = repository.count_missing(session, embedder.key)
    with stage(bench, "embed", total) as report:
        report.model_keys["embedder"] = embedder.key
        while total and (batch := _next(bench, embedder.key)):
            keys, texts = [key for key, _ in batch], [text for _, text in batch]
            vectors = embedder.embed([canonical(text) for text in texts])
            with bench.store.write() as session:
                repository.put(session, embedder.key, keys, vectors)
            report.rows_in += len(batch)
            report.rows_out += len(batch)
            bench.progress.advance(len(batch))
    return report


def _next(bench: Bench, model_key: str) -> list[tuple[str, str]]:
    with bench.store.read() as session:
        return repository.missing(session, model_key, bench.settings.batch_rows)
