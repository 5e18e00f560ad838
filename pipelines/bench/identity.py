"""Refit after a fifth is added and a tenth removed: who keeps their key? `python -m pipelines.bench.identity`.

Ours: a warm fit, recognised by `nlp.identity`, as `pipelines.discover` does it. Stock: BERTopic fitted twice; its
ids are ranks by size, and it has no other.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import normalized_mutual_info_score

from nlp.cluster.discover import discover
from nlp.cluster.records import Discovery, PreviousPartition
from nlp.cluster.rollup import roll_up
from nlp.config import ClusterConfig
from nlp.identity.identify import identify
from nlp.identity.records import Identified, KnownTheme
from nlp.measure.stability import survival
from pipelines.bench.passages import LabelledPassages, load
from pipelines.configs import cluster_config
from pipelines.settings import load_settings

# The refit: 20 % of the old rows are new, 10 % of them gone.
ADDED, REMOVED = 0.2, 0.1
SALT = "bench"
PLANTED_DRAWS = 10
NO_THEME = "none"

Rows = NDArray[np.int64]


@dataclass(frozen=True)
class Fit:
    """One fit: names of its passages, what was found, keys, and the key of each row's main theme."""

    names: list[str]
    found: Discovery
    identified: Identified
    main: dict[str, str]

    @property
    def members(self) -> dict[str, str]:
        """Key of each passage that has one."""
        return {
            name: self.identified.keys[label]
            for name, label in zip(self.names, self.found.labels.tolist(), strict=True)
            if label >= 0
        }


def rows_of_refit(count: int, *, seed: int) -> tuple[Rows, Rows]:
    """Return the rows of the old fit and of the refit, drawn with a seed."""
    order = np.random.default_rng(seed).permutation(count)
    old = order[: int(count / (1 + ADDED))]
    return old, np.concatenate([old[int(REMOVED * len(old)) :], order[len(old) :]])


def ours(corpus: LabelledPassages, *, seed: int, config: ClusterConfig) -> dict[str, Any]:
    """Fit, refit warm, fit afresh, and both again over shuffled rows."""
    old, new = rows_of_refit(len(corpus.labels), seed=seed)
    first = _fit(corpus, old, known=None, config=config, seed=seed)
    refit = _fit(corpus, new, known=first, config=config, seed=seed)
    fresh = _fit(corpus, new, known=None, config=config, seed=seed)
    shuffle = np.random.default_rng(seed + 1)
    again = _fit(corpus, shuffle.permutation(old), known=None, config=config, seed=seed)
    refit_again = _fit(corpus, shuffle.permutation(new), known=again, config=config, seed=seed)
    nmi, nmi_fresh = _nmi(refit.main, corpus.labels, new), _nmi(fresh.main, corpus.labels, new)
    return {
        "command": "identity",
        "old_themes": len(first.identified.keys),
        "themes": len(refit.identified.keys),
        "fresh_themes": len(fresh.identified.keys),
        "comments": _rounded(asdict(survival(first.main, refit.main))),
        "passages": _rounded(asdict(survival(first.members, refit.members))),
        "nmi_refit": nmi,
        "nmi_fresh": nmi_fresh,
        "nmi_lost": round(nmi_fresh - nmi, 4),
        "events": dict(Counter(event.kind for event in refit.identified.lineage)),
        "shuffled_same_keys": _same(first.members, again.members),
        "shuffled_refit_same_keys": _same(refit.members, refit_again.members),
    }


def stock(corpus: LabelledPassages, *, seed: int) -> dict[str, Any]:
    """Fit BERTopic twice over the same rows; its topic numbers are the only ids that it has."""
    old, new = rows_of_refit(len(corpus.labels), seed=seed)
    before, after = _topics(corpus, old), _topics(corpus, new)
    return {
        "command": "identity",
        "old_themes": len(set(before.values())),
        "themes": len(set(after.values())),
        "comments": _rounded(asdict(survival(before, after))),
        "nmi_refit": _nmi(after, corpus.labels, new),
    }


def planted(corpus: LabelledPassages, *, seed: int) -> dict[str, Any]:
    """Plant events in several draws and count those that were recorded as such.

    Returns:
        Draws, events found of each kind (one is planted a draw), and the mean share of other themes that kept their
        key; only the number of labels where the file has too few (six are needed).
    """
    labels = len(set(corpus.labels))
    if labels < len(PLANTED):
        return {"command": "planted", "labels": labels}
    draws = [plant(corpus, seed=seed + number) for number in range(PLANTED_DRAWS)]
    found = {kind: sum(draw[kind] for draw in draws) for kind in ("born", "gone", "split", "merged")}
    kept = round(float(np.mean([draw["others_kept"] for draw in draws])), 4)
    return {"command": "planted", "labels": labels, "draws": len(draws), **found, "others_kept": kept}


def plant(corpus: LabelledPassages, *, seed: int) -> dict[str, float]:
    """Take labels for themes, plant one birth, death, split and merge in a refit, and look for their records.

    Returns:
        1 or 0 for each kind, and the share of all other labels that kept their key.
    """
    names = [name for name, _ in Counter(corpus.labels).most_common()]
    born, died, split_a, split_b, merged_a, merged_b = (
        str(name) for name in np.random.default_rng(seed).choice(names, size=len(PLANTED), replace=False)
    )
    old, new = rows_of_refit(len(corpus.labels), seed=seed)
    before = {row: label for row in old.tolist() if (label := corpus.labels[row]) != born}
    after = {row: label for row in new.tolist() if (label := corpus.labels[row]) != died}
    before = {row: split_a if label == split_b else label for row, label in before.items()}
    after = {row: merged_a if label == merged_b else label for row, label in after.items()}
    first = _identified(corpus, before, known=[])
    themes = _members(first, before, still=set(after))
    refit = _identified(corpus, after, known=_known(corpus, themes))
    key = {label: refit.keys[at] for at, label in enumerate(sorted(set(after.values())))}
    past = {label: first.keys[at] for at, label in enumerate(sorted(set(before.values())))}
    events = {(event.kind, event.from_keys, event.to_keys) for event in refit.lineage}
    return {
        "born": int(("born", (), (key[born],)) in events),
        "gone": int(("gone", (past[died],), ()) in events),
        "split": int(any(k == "split" and set(to) == {key[split_a], key[split_b]} for k, _, to in events)),
        "merged": int(any(k == "merged" and set(f) == {past[merged_a], past[merged_b]} for k, f, _ in events)),
        "others_kept": _others_kept(past, key, {born, died, split_a, split_b, merged_a, merged_b}),
    }


PLANTED = ("born", "gone", "split", "split", "merged", "merged")


def _fit(corpus: LabelledPassages, rows: Rows, *, known: Fit | None, config: ClusterConfig, seed: int) -> Fit:
    """Fit some rows, warm after `known` (which may hold rows that are gone)."""
    place = {row: at for at, row in enumerate(rows.tolist())}
    inside = np.flatnonzero(np.isin(corpus.rows, rows))
    # In the order of `rows`, so that shuffled rows are shuffled passages.
    inside = inside[np.argsort([place[row] for row in corpus.rows[inside].tolist()], kind="stable")]
    all_names = corpus.names
    names = [all_names[at] for at in inside.tolist()]
    texts = [corpus.passages[at] for at in inside.tolist()]
    lengths = [len(text.split()) for text in texts]
    groups = [str(row) for row in corpus.rows[inside].tolist()]
    vectors = corpus.vectors[inside]
    previous, themes = _memory(known, names, vectors)
    found = discover(
        vectors, names, groups=groups, lengths=lengths, texts=texts, previous=previous, config=config, seed=seed
    )
    identified = identify(themes, found.labels, names, centroids=found.centroids, salt=SALT)
    rolled = roll_up(vectors, found.labels, groups, lengths=np.asarray(lengths, dtype=np.float64))
    main = {row.group: identified.keys[row.main] for row in rolled if row.main is not None}
    return Fit(names, found, identified, main)


def _memory(
    known: Fit | None, names: Sequence[str], vectors: NDArray[np.float32]
) -> tuple[PreviousPartition | None, list[KnownTheme]]:
    """Return what the store would hand to the next run: themes of the passages that are still there."""
    if known is None:
        return None, []
    place = {name: at for at, name in enumerate(names)}
    labels = {name: key for name, key in known.members.items() if name in place}
    previous = PreviousPartition(labels, known.found.resolution, known.found.chosen_at_rows)
    members: dict[str, list[str]] = {}
    for name, key in labels.items():
        members.setdefault(key, []).append(name)
    return previous, [
        KnownTheme(key, dict.fromkeys(held, 1.0), _middle(vectors[[place[name] for name in held]]))
        for key, held in members.items()
    ]


def _topics(corpus: LabelledPassages, rows: Rows) -> dict[str, str]:
    from bertopic import BERTopic

    texts = [corpus.texts[row] for row in rows.tolist()]
    topics, _ = BERTopic(embedding_model=None).fit_transform(texts, embeddings=corpus.row_vectors[rows])
    return {str(row): str(topic) for row, topic in zip(rows.tolist(), topics, strict=True) if topic != -1}


def _identified(corpus: LabelledPassages, label_of: Mapping[int, str], *, known: list[KnownTheme]) -> Identified:
    rows = sorted(label_of)
    number = {label: at for at, label in enumerate(sorted(set(label_of.values())))}
    labels = np.array([number[label_of[row]] for row in rows], dtype=np.int64)
    vectors = corpus.row_vectors[rows]
    middles = np.stack([_middle(vectors[labels == at]) for at in range(len(number))])
    return identify(known, labels, [str(row) for row in rows], centroids=middles, salt=SALT)


def _members(first: Identified, label_of: Mapping[int, str], *, still: set[int]) -> dict[str, list[int]]:
    number = {label: at for at, label in enumerate(sorted(set(label_of.values())))}
    members: dict[str, list[int]] = {key: [] for key in first.keys}
    for row, label in label_of.items():
        if row in still:
            members[first.keys[number[label]]].append(row)
    return members


def _known(corpus: LabelledPassages, members: Mapping[str, list[int]]) -> list[KnownTheme]:
    return [
        KnownTheme(key, {str(row): 1.0 for row in rows}, _middle(corpus.row_vectors[rows]))
        for key, rows in members.items()
    ]


def _others_kept(past: Mapping[str, str], key: Mapping[str, str], touched: set[str]) -> float:
    others = [label for label in past if label in key and label not in touched]
    return sum(past[label] == key[label] for label in others) / len(others) if others else 1.0


def _middle(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(vectors):
        return np.zeros(vectors.shape[1], dtype=np.float32)
    mean = vectors.mean(axis=0)
    return (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)


def _nmi(main: Mapping[str, str], labels: Sequence[str], rows: Rows) -> float:
    told = [labels[row] for row in rows.tolist()]
    given = [main.get(str(row), NO_THEME) for row in rows.tolist()]
    return round(float(normalized_mutual_info_score(told, given)), 4)


def _same(one: Mapping[str, str], other: Mapping[str, str]) -> float:
    names = one.keys() | other.keys()
    return round(sum(one.get(name) == other.get(name) for name in names) / len(names), 4) if names else 1.0


def _rounded(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()}


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("who", choices=["ours", "stock", "planted"])
    parser.add_argument("passages", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    corpus = load(given.passages)
    if given.who == "ours":
        done = ours(corpus, seed=given.seed, config=cluster_config(load_settings()))
    else:
        done = (stock if given.who == "stock" else planted)(corpus, seed=given.seed)
    sys.stdout.write(json.dumps(done) + "\n")
