"""The index of meanings: a sketch of every passage's vector, brought up to what `embeddings` holds.

Kept by PostgreSQL itself where it has pgvector, else in a file in the home folder. Only what is new or gone is changed.
"""

from pathlib import Path

from data.store.repositories import sketches as repository
from data.store.repositories.runs import get_fact, put_fact
from data.store.sketches import new_sketches, open_sketches
from pipelines.configs import open_embedder
from pipelines.settings import Settings
from pipelines.stage import Bench, StageReport, stage


def index_folder(settings: Settings) -> Path:
    """Give the folder of the index that is a file."""
    return settings.home / "search"


def run(bench: Bench) -> StageReport:
    """Index the vectors that are new, and forget those that are gone."""
    model_key = open_embedder(bench.settings).key
    with stage(bench, "index", None) as report:
        with bench.store.write() as session:
            own = repository.can_index(session)
        where = repository.IN_DATABASE if own else repository.IN_FILE
        total = _into_database(bench, model_key, report) if own else _into_file(bench, model_key, report)
        report.counts |= {"indexed": total, "where": where}
        _note(bench, {"where": where, "model_key": model_key, "vectors": total}, changed=report.rows_out > 0)
    return report


def _note(bench: Bench, fact: dict[str, object], *, changed: bool) -> None:
    """Say where the index is; written only when something changed, since readers take a commit for news."""
    with bench.store.read() as session:
        known = get_fact(session, repository.FACT)
    if changed or known != fact:
        with bench.store.write() as session:
            put_fact(session, repository.FACT, fact, now=bench.clock())


def _into_file(bench: Bench, model_key: str, report: StageReport) -> int:
    folder = index_folder(bench.settings)
    with bench.store.read() as session:
        wanted = repository.embedded_keys(session, model_key)
        index = open_sketches(folder)
        if index is None or index.held.model_key != model_key:
            index = new_sketches(model_key, repository.dimension(session, model_key))
        held = index.keys()
        gone = sorted(place for key, place in held.items() if key not in wanted)
        new = sorted(wanted - held.keys())
        report.rows_in, report.counts["removed"] = len(new), len(gone)
        if not new and not gone:
            return len(wanted)
        changed = index.changed(gone=gone, new=repository.vectors_of(session, model_key, new))
    report.rows_out = len(new) + len(gone)
    changed.save(folder)
    return len(wanted)


def _into_database(bench: Bench, model_key: str, report: StageReport) -> int:
    with bench.store.write() as session:
        known = get_fact(session, repository.FACT) or {}
        there = repository.has_table(session) and known.get("model_key") == model_key
        wanted = repository.embedded_keys(session, model_key)
        held = repository.sketched_keys(session) if there else set()
        new, gone = sorted(wanted - held), sorted(held - wanted)
        report.rows_in, report.counts["removed"] = len(new), len(gone)
        if not new and not gone:
            return len(wanted)
        repository.make_table(session, repository.dimension(session, model_key), afresh=not there)
        repository.drop_sketches(session, gone)
        if len(new) > repository.REBUILD_SHARE * len(wanted):
            repository.drop_graph(session)
        for found, vectors in repository.vectors_of(session, model_key, new):
            repository.put_sketches(session, found, vectors)
            report.rows_out += len(found)
        repository.make_graph(session)
        report.rows_out += len(gone)
        # In the same transaction: the fact never speaks of a table that is not there.
        fact = {"where": repository.IN_DATABASE, "model_key": model_key, "vectors": len(wanted)}
        put_fact(session, repository.FACT, fact, now=bench.clock())
    return len(wanted)
