"""Stage 5: durable keys. New clusters against known themes, then themes, members and lineage in one transaction."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data.store.repositories import themes as repository
from data.store.repositories.effective import polarity_of
from data.store.repositories.mentions import MentionRow
from data.store.repositories.runs import put_fact
from data.store.repositories.themes import LineageRow, Member, ThemeRow
from data.store.unit_of_work import Session
from nlp.cluster.outliers import centroids
from nlp.cluster.records import Discovery
from nlp.identity.identify import identify
from nlp.identity.records import Identified, KnownTheme, Lineage
from pipelines.corpus import Corpus
from pipelines.naming import Description, describe_themes
from pipelines.stage import Bench, StageReport

FIT = "theme_fit"
# Salts of the two levels: a parent with one child must not get its child's key.
FINE, PARENT = "theme", "parent"
UNASSIGNED = -1
# What a lineage event makes of the old themes that it names and that live on under no key.
ENDS = {"gone": "gone", "merged": "merged", "split": "split"}


@dataclass(frozen=True)
class Fit:
    """A fit to store: the corpus, what was found, the themes its rows had before, and what the fit depends on."""

    corpus: Corpus
    found: Discovery
    before: Mapping[str, str]
    mark: str


@dataclass(frozen=True)
class Levels:
    """The themes of a fit with their durable keys, fine ones and parents."""

    fine: Identified
    parents: Identified
    parent_of: Sequence[int]


def store_fit(bench: Bench, fit: Fit, *, run_id: int, report: StageReport) -> None:
    """Recognise known themes, name new ones, and replace members, themes and lineage in one transaction."""
    with bench.store.read() as session:
        parent_keys = repository.model_parents(session)
    levels = _identify(fit, parent_keys)
    names = describe_themes(bench, fit.corpus, fit.found, levels.fine.keys, levels.parents.keys)
    now = bench.clock()
    with bench.store.write() as session:
        repository.put_themes(session, _theme_rows(fit, levels, names, run_id), now=now)
        for identified in (levels.fine, levels.parents):
            repository.end_themes(session, _ended(identified), now=now)
            repository.add_lineage(session, run_id, _lineage_rows(identified.lineage), now=now)
        placed = _place_all(session, fit, levels)
        repository.all_analysed_are_stale(session)
        fact = {
            "mark": fit.mark,
            "run_id": run_id,
            "rows": len(fit.corpus.keys),
            "joined": 0,
            "waited": 0,
            "resolution": fit.found.resolution,
            "chosen_at_rows": fit.found.chosen_at_rows,
            "stability": None if np.isnan(fit.found.stability) else round(fit.found.stability, 4),
            "centre": base64.b64encode(fit.found.model.centre.astype("<f4").tobytes()).decode(),
        }
        put_fact(session, FIT, fact, now=now)
    report.rows_in, report.rows_out = len(fit.corpus.row_of), placed
    events = [event.kind for event in levels.fine.lineage]
    report.counts["themes"] = len(levels.fine.keys)
    report.counts["parents"] = len(levels.parents.keys)
    report.counts |= {kind: events.count(kind) for kind in ("kept", "born", "merged", "split", "gone")}


def _identify(fit: Fit, parent_keys: Mapping[str, str | None]) -> Levels:
    names = fit.corpus.names
    fine = identify(_known(fit, fit.before), fit.found.labels, names, centroids=fit.found.centroids, salt=FINE)
    before = {name: parent for name, key in fit.before.items() if (parent := parent_keys.get(key))}
    weights = np.asarray(fit.corpus.weights)
    middle = centroids(fit.corpus.embeddings, fit.found.parents, weights)
    parents = identify(_known(fit, before), fit.found.parents, names, centroids=middle, salt=PARENT)
    return Levels(fine, parents, fit.found.parent_of.tolist())


def _known(fit: Fit, before: Mapping[str, str]) -> list[KnownTheme]:
    """Give the known themes with the members that are still there, and their middle."""
    row_of = {name: row for row, name in enumerate(fit.corpus.names)}
    members: dict[str, dict[str, float]] = {}
    for name, key in before.items():
        members.setdefault(key, {})[name] = fit.corpus.weights[row_of[name]]
    return [KnownTheme(key, rows, _middle(fit, [row_of[name] for name in rows])) for key, rows in members.items()]


def _middle(fit: Fit, rows: list[int]) -> NDArray[np.float32]:
    mean = np.average(fit.corpus.embeddings[rows], axis=0, weights=np.asarray(fit.corpus.weights)[rows])
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


def _theme_rows(fit: Fit, levels: Levels, names: Mapping[str, Description], run_id: int) -> list[ThemeRow]:
    sizes = np.bincount(fit.found.labels[fit.found.labels >= 0], minlength=len(levels.fine.keys))
    parent_sizes = np.bincount(fit.found.parents[fit.found.parents >= 0], minlength=len(levels.parents.keys))
    rows = [
        _row(names[key], key, run_id, level=0, size=int(parent_sizes[at])) for at, key in enumerate(levels.parents.keys)
    ]
    model = fit.found.model
    return rows + [
        _row(
            names[key],
            key,
            run_id,
            level=1,
            size=int(sizes[at]),
            parent_key=levels.parents.keys[levels.parent_of[at]],
            centroid=model.centroids[at].astype("<f4").tobytes(),
            floor=float(model.floors[at]),
        )
        for at, key in enumerate(levels.fine.keys)
    ]


def _row(
    name: Description,
    key: str,
    run_id: int,
    *,
    level: int,
    size: int,
    parent_key: str | None = None,
    centroid: bytes | None = None,
    floor: float | None = None,
) -> ThemeRow:
    return ThemeRow(
        theme_key=key,
        kind="discovered",
        name=name.name,
        level=level,
        parent_key=parent_key,
        terms=name.terms,
        exemplars=name.exemplars,
        nearest_key=name.nearest_key,
        nearest_similarity=name.nearest_similarity,
        emerging=name.emerging,
        size=size,
        centroid=centroid,
        floor=floor,
        born_run_id=run_id,
    )


def _ended(identified: Identified) -> dict[str, str]:
    living = set(identified.keys)
    return {
        key: ENDS[event.kind]
        for event in identified.lineage
        if event.kind in ENDS
        for key in event.from_keys
        if key not in living
    }


def _lineage_rows(events: Sequence[Lineage]) -> list[LineageRow]:
    """Give one row an edge; kept themes make none, or every run would add one for each."""
    rows = []
    for event in events:
        if event.kind == "kept":
            continue
        for source in event.from_keys or (None,):
            rows += [LineageRow(event.kind, source, target, event.share) for target in event.to_keys or (None,)]
    return rows


def _place_all(session: Session, fit: Fit, levels: Levels) -> int:
    """Put every passage of the corpus where its row went; passages outside it are looked at afterwards."""
    repository.clear_members(session)
    labels, sure, reasons = fit.found.labels.tolist(), fit.found.confidence.tolist(), fit.found.reasons
    mentions: list[MentionRow] = []
    states: dict[int, str | None] = {}
    for member in list(repository.members(session)):
        row = fit.corpus.row_of.get((member.content_key, member.text_key))
        if row is None:
            states[member.passage_id] = None
        elif labels[row] == UNASSIGNED:
            states[member.passage_id] = f"unassigned: {reasons[row]}"
        else:
            states[member.passage_id] = "assigned"
            mentions.append(mention(member, levels.fine.keys[labels[row]], sure[row]))
    repository.place(session, mentions, states, everything=True)
    return len(mentions)


def mention(member: Member, theme_key: str, confidence: float) -> MentionRow:
    """Say that a passage speaks of a discovered theme, with the passage's own polarity."""
    return MentionRow(
        passage_id=member.passage_id,
        comment_pk=member.comment_pk,
        theme_key=theme_key,
        kind="discovered",
        polarity=polarity_of(member.sentiment),
        confidence=round(max(0.0, min(1.0, confidence)), 4),
        said_by="model",
        account_id=member.account_id,
        said_at=member.said_at,
    )
