"""The map: a point for every comment that makes one. New comments are placed among those that were laid out before.

The map is laid out again only when the themes were found again, or when it was made from few comments and there are
many now; it then begins at the old places, so that regions stay where a reader knows them.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from data.store.repositories import places as repository
from data.store.repositories.runs import get_fact, put_fact
from data.store.unit_of_work import Session
from nlp.layout.plane import Anchors, Plane, lay_out
from pipelines.configs import open_embedder
from pipelines.identify import FIT
from pipelines.stage import Bench, StageReport, stage

# Comments laid out by the fit itself (10 s); the others are placed among them.
ANCHORS = 5_000
# Comments placed between two commits: a matrix of 100 MB beside the anchors.
BATCH = 5_000
# A map made from fewer anchors than it may have is laid out again when there are so many times the comments.
GROWTH = 4


def run(bench: Bench) -> StageReport:
    """Place what has no place; lay the map out where there is none or where it is out of date."""
    model_key = open_embedder(bench.settings).key
    with bench.store.read() as session:
        fact = get_fact(session, repository.FACT)
        mark = _mark(session, model_key)
        first = repository.unplaced(session, model_key, limit=BATCH)
        outdated = fact is None or fact["mark"] != mark or (first != [] and _is_poor(session, fact))
    with stage(bench, "place", None) as report:
        if outdated:
            _lay_out(bench, model_key, mark, report)
        elif first:
            _place(bench, model_key, first, report)
    return report


def _mark(session: Session, model_key: str) -> str:
    """Say what the map hangs on besides the comments: the fit of themes, and the model."""
    fit = get_fact(session, FIT) or {}
    return f"{model_key}|{fit.get('run_id')}"


def _is_poor(session: Session, fact: Mapping[str, Any]) -> bool:
    """Whether the map was made from too little, or what it was made from is gone."""
    if fact["anchors"] < ANCHORS and len(repository.pointed(session)) >= GROWTH * max(1, fact["comments"]):
        return True
    return not repository.anchors(session)


def _lay_out(bench: Bench, model_key: str, mark: str, report: StageReport) -> None:
    """Lay anchors out, place the rest, and store all of it at once: a killed run leaves the map as it was."""
    with bench.store.read() as session:
        everybody = repository.pointed(session)
        chosen = _choose(session, everybody)
        anchors = repository.read_comments(session, model_key, chosen)
        start = _start(session, anchors)
        places = lay_out(anchors.vectors, seed=bench.settings.seed, start=start)
        plane = Plane(Anchors(anchors.vectors, places)) if anchors.pks else None
        others: list[tuple[list[int], Any]] = []
        rest = sorted(set(everybody) - set(anchors.pks)) if plane is not None else []
        for begin in range(0, len(rest), BATCH):
            found = repository.read_comments(session, model_key, rest[begin : begin + BATCH])
            if plane is not None and found.pks:
                others.append((found.pks, plane.place(found.vectors, found.pks)))
    with bench.store.write() as session:
        repository.clear_places(session)
        repository.put_places(session, anchors.pks, places, anchor=True)
        for pks, where in others:
            repository.put_places(session, pks, where, anchor=False)
        total = len(anchors.pks) + sum(len(pks) for pks, _ in others)
        fact = {"mark": mark, "anchors": len(anchors.pks), "comments": total}
        put_fact(session, repository.FACT, fact, now=bench.clock())
    report.rows_in, report.rows_out = len(everybody), total
    report.counts |= {"anchors": len(anchors.pks), "kept_regions": start is not None}


def _choose(session: Session, everybody: list[int]) -> list[int]:
    """Choose the anchors: all while they are few, else a sample spread over the themes."""
    if len(everybody) <= ANCHORS:
        return everybody
    themes = repository.main_themes(session)
    order = np.random.default_rng(0).permutation(len(everybody)).tolist()
    return repository.spread([(everybody[at], themes.get(everybody[at], "")) for at in order], ANCHORS)


def _start(session: Session, anchors: repository.Comments) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    """Give the old places of anchors; those that have none begin where their neighbours lie. None without a map."""
    known = repository.places_of(session, anchors.pks)
    if len(known) < len(anchors.pks) / 10 or not known:
        return None
    held = [row for row, pk in enumerate(anchors.pks) if pk in known]
    new = [row for row, pk in enumerate(anchors.pks) if pk not in known]
    places = np.zeros((len(anchors.pks), 2), dtype=np.float32)
    places[held] = [known[anchors.pks[row]] for row in held]
    plane = Plane(Anchors(anchors.vectors[held], places[held]))
    places[new] = plane.place(anchors.vectors[new], [anchors.pks[row] for row in new])
    return places


def _place(bench: Bench, model_key: str, pks: list[int], report: StageReport) -> None:
    """Place new comments, commit by batch."""
    with bench.store.read() as session:
        known = repository.anchors(session)
        laid_out = repository.read_comments(session, model_key, list(known))
    plane = Plane(Anchors(laid_out.vectors, np.array([known[pk] for pk in laid_out.pks], dtype=np.float32)))
    while pks:
        with bench.store.read() as session:
            found = repository.read_comments(session, model_key, pks)
        where = plane.place(found.vectors, found.pks)
        with bench.store.write() as session:
            repository.put_places(session, found.pks, where, anchor=False)
        report.rows_in += len(pks)
        report.rows_out += len(found.pks)
        bench.progress.advance(len(pks))
        with bench.store.read() as session:
            pks = repository.unplaced(session, model_key, after=pks[-1], limit=BATCH)
