"""Theme discovery from end to end: embeddings and keys in, two levels of themes out."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from math import nan

import numpy as np
import scipy.sparse as sp

from nlp.cluster.assign import fit_model
from nlp.cluster.communities import neighbour_graph, support
from nlp.cluster.granularity import best_run, choose, merge_by_gain, sweep, themes_least
from nlp.cluster.hierarchy import parent_count, parents_of
from nlp.cluster.neighbours import nearest, neighbour_count
from nlp.cluster.outliers import Tidied, centroids, least_size, tidy
from nlp.cluster.records import UNASSIGNED, Discovery, PreviousPartition, Reason, SweepPoint, ThemeModel
from nlp.cluster.refresh import Neighbourhood, came_and_went, refreshed
from nlp.cluster.space import canonical_order, centre_of, group_numbers, principal, project, row_names, with_context
from nlp.cluster.warm import warm
from nlp.config import ClusterConfig
from nlp.errors import ClusterInputError
from nlp.types import BoolArray, FloatArray, IntArray, RealArray

# Fewer passages than this have neighbours, but no themes.
ROWS_LEAST = 10
# Share of passages that may come or go before neighbours are searched anew, in directions of the corpus as it is.
REFRESH_MOST = 0.05

Found = tuple[IntArray, float, int, tuple[SweepPoint, ...], float]


def discover(
    embeddings: FloatArray,
    keys: Sequence[str],
    *,
    groups: Sequence[str] | None = None,
    lengths: Sequence[int] | None = None,
    weights: Sequence[float] | None = None,
    texts: Sequence[str] | None = None,
    previous: PreviousPartition | None = None,
    known: Neighbourhood | None = None,
    keep: bool = False,
    config: ClusterConfig | None = None,
    seed: int = 0,
) -> Discovery:
    """Find themes and their parents.

    The result depends on the rows and the seed, never on the order of the rows.

    Args:
        embeddings: (n, dim) float32 unit rows, one a passage.
        keys: (n,) content hash of each passage; fixes the order in which rows are looked at.
        groups: (n,) comment of each passage; passages then lean on their comment (see `with_context`).
        lengths: (n,) words of each passage; needed with `groups`, all equal when left out.
        weights: (n,) respondents that a passage stands for; 1 when left out.
        texts: (n,) only the `bertopic` engine reads them.
        previous: An earlier run to start from, so that themes stay what they were (`graph` engine only).
        known: Neighbours that an earlier run with the same settings kept; brought up to date when no more than
            REFRESH_MOST of the passages came or went since they were searched, else searched anew.
        keep: Give the neighbours back for a later run (some 800 bytes a passage).
        config: Settings; the defaults when left out.
        seed: Random seed.

    Raises:
        ClusterInputError: Arrays of unlike lengths, or an engine without what it needs.
    """
    settings = config or ClusterConfig()
    _check(embeddings, keys, groups=groups, lengths=lengths, weights=weights, texts=texts, settings=settings)
    if len(keys) < ROWS_LEAST:
        return _too_few(embeddings, settings)
    seconds: dict[str, float] = {}
    with _clock(seconds, "space"):
        names = row_names(keys, groups)
        order = canonical_order(names)
        own = embeddings[order]
        rows = _in_context(own, order, groups, lengths, settings)
    heavy = np.ones(len(keys)) if weights is None else np.asarray(weights, dtype=np.float64)[order]
    with _clock(seconds, "neighbours"):
        near = _neighbourhood(rows, [names[row] for row in order], known, settings, seed)
        comments = None if groups is None else group_numbers([groups[row] for row in order])
        flat, graph = near.flat, neighbour_graph(near.cosines, near.found, comments)
    with _clock(seconds, "communities"):
        ordered = [keys[row] for row in order]
        said = None if texts is None else [texts[row] for row in order]
        raw, resolution, at_rows, points, stable = _partition(
            graph, ordered, rows, said, previous, settings, seed, comments=comments
        )
    with _clock(seconds, "tidy"):
        seen = None if previous is None else np.array([key in previous.labels for key in ordered])
        tidied = _tidied(flat, raw, heavy, support(graph, raw), settings, comments=comments, known=seen)
    with _clock(seconds, "hierarchy"):
        found = Discovery(
            labels=tidied.labels,
            parents=tidied.labels,
            parent_of=_parents(own - centre_of(own), tidied.labels, heavy, settings),
            confidence=support(graph, tidied.labels),
            reasons=tuple(tidied.reasons),
            centroids=centroids(own, tidied.labels, heavy),
            model=fit_model(rows, tidied.labels, heavy, floor_spreads=settings.floor_spreads),
            resolution=resolution,
            chosen_at_rows=at_rows,
            sweep=points,
            stability=stable,
            engine=settings.engine,
            seconds=seconds,
            neighbourhood=near if keep else None,
        )
    return _as_handed_in(found, order)


def _check(
    embeddings: FloatArray,
    keys: Sequence[str],
    *,
    groups: Sequence[str] | None,
    lengths: Sequence[int] | None,
    weights: Sequence[float] | None,
    texts: Sequence[str] | None,
    settings: ClusterConfig,
) -> None:
    if embeddings.ndim != 2:
        raise ClusterInputError(f"embeddings have shape {embeddings.shape}; hand in (rows, dimensions)")
    given = {"keys": keys, "groups": groups, "lengths": lengths, "weights": weights, "texts": texts}
    for name, values in given.items():
        if values is not None and len(values) != len(embeddings):
            raise ClusterInputError(f"{len(embeddings)} embeddings but {len(values)} {name}; hand in one a row")
    if settings.engine == "bertopic" and texts is None:
        raise ClusterInputError("the bertopic engine reads the texts; hand them in as `texts`")


def _in_context(
    own: FloatArray,
    order: IntArray,
    groups: Sequence[str] | None,
    lengths: Sequence[int] | None,
    settings: ClusterConfig,
) -> FloatArray:
    if groups is None:
        return own
    words = (
        np.ones(len(order)) * settings.context_words
        if lengths is None
        else np.asarray(lengths, dtype=np.float64)[order]
    )
    return with_context(
        own,
        [groups[row] for row in order],
        lengths=words,
        context_words=settings.context_words,
        context_max=settings.context_max,
    )


def _neighbourhood(
    rows: FloatArray, names: Sequence[str], known: Neighbourhood | None, settings: ClusterConfig, seed: int
) -> Neighbourhood:
    if known is not None:
        old, gone = came_and_went(known.names, names)
        changed = known.changed + gone + int((old < 0).sum())
        if changed <= REFRESH_MOST * known.searched:
            return refreshed(known, names, rows)
    directions = principal(rows, dimensions=settings.dimensions)
    flat = project(rows, directions)
    count = neighbour_count(
        len(flat),
        exponent=settings.neighbour_exponent,
        least=settings.neighbours_min,
        most=settings.neighbours_max,
    )
    found = nearest(flat, count, exact_limit=settings.exact_limit, seed=seed)
    return Neighbourhood(tuple(names), directions, flat, *found, searched=len(names))


def _partition(
    graph: sp.csr_matrix,
    keys: Sequence[str],
    rows: FloatArray,
    texts: Sequence[str] | None,
    previous: PreviousPartition | None,
    settings: ClusterConfig,
    seed: int,
    *,
    comments: IntArray | None,
) -> Found:
    if settings.engine == "bertopic" and texts is not None:
        # UMAP, numba and BERTopic are loaded only by those who ask for them.
        from nlp.cluster.bertopic_adapter import topics

        return topics(texts, rows, seed=seed), 0.0, len(keys), (), nan
    if previous is not None and _still_holds(previous, len(keys), settings):
        labels = warm(graph, keys, previous, settings=settings, seed=seed, comments=comments)
        return labels, previous.resolution, previous.rows, (), nan
    least = least_size(len(keys), min_size=settings.min_size)
    themes_min = themes_least(len(keys), themes_min=settings.themes_min, min_size=least)
    looks = sweep(
        graph,
        settings.resolutions,
        seed=seed,
        evidence=settings.evidence,
        min_size=least,
        themes_min=themes_min,
    )
    points = tuple(look.point for look in looks)
    wanted = choose(points, themes_min=themes_min)
    best, stable = best_run(
        graph,
        [look for look in looks if look.point in wanted],
        seed=seed,
        runs=max(1, min(settings.seeds, settings.seeds_rows // len(keys))),
        evidence=settings.evidence,
        min_size=least,
    )
    merged = merge_by_gain(graph, best.labels, evidence=settings.evidence, themes_min=themes_min)
    return merged, best.point.resolution, len(keys), points, stable


def _tidied(
    flat: FloatArray,
    raw: IntArray,
    weights: RealArray,
    held: RealArray,
    settings: ClusterConfig,
    *,
    comments: IntArray | None,
    known: BoolArray | None,
) -> Tidied:
    return tidy(
        flat,
        raw,
        weights,
        held,
        min_size=least_size(len(raw), min_size=settings.min_size),
        floor_spreads=settings.floor_spreads,
        lone_spreads=settings.lone_spreads,
        min_support=settings.min_support,
        max_unassigned=settings.max_unassigned,
        comments=comments,
        known=known,
    )


def _still_holds(previous: PreviousPartition, rows: int, settings: ClusterConfig) -> bool:
    """Tell whether the resolution of an earlier run is still right for a corpus of `rows`."""
    known = previous.resolution > 0 and previous.rows > 0 and bool(previous.labels)
    return known and 1 / settings.regrowth <= rows / previous.rows <= settings.regrowth


def _parents(flat: FloatArray, labels: IntArray, weights: RealArray, settings: ClusterConfig) -> IntArray:
    middle = centroids(flat, labels, weights)
    count = parent_count(len(middle), least=settings.parents_min, most=settings.parents_max)
    return parents_of(middle, np.bincount(labels[labels >= 0], minlength=len(middle)), count=count)


def _as_handed_in(found: Discovery, order: IntArray) -> Discovery:
    """Put rows back into the caller's order, and give each its parent."""
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    labels = found.labels[back]
    parents = np.where(labels >= 0, found.parent_of[np.maximum(labels, 0)], UNASSIGNED) if found.themes else labels
    return replace(
        found,
        labels=labels,
        parents=parents.astype(np.int64),
        confidence=found.confidence[back],
        reasons=tuple(found.reasons[row] for row in back),
    )


def _too_few(embeddings: FloatArray, settings: ClusterConfig) -> Discovery:
    rows, dim = embeddings.shape
    none = np.full(rows, UNASSIGNED, dtype=np.int64)
    reasons: tuple[Reason, ...] = ("too_few_passages",) * rows
    empty = np.zeros((0, dim), dtype=np.float32)
    return Discovery(
        labels=none,
        parents=none,
        parent_of=np.zeros(0, dtype=np.int64),
        confidence=np.zeros(rows),
        reasons=reasons,
        centroids=empty,
        model=ThemeModel(np.zeros(dim, dtype=np.float32), empty, np.zeros(0, dtype=np.float32)),
        resolution=0.0,
        chosen_at_rows=rows,
        sweep=(),
        stability=nan,
        engine=settings.engine,
        seconds={},
    )


@contextmanager
def _clock(seconds: dict[str, float], step: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    seconds[step] = seconds.get(step, 0.0) + time.perf_counter() - start
