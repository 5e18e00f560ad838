"""Gives a run's themes their durable keys, and writes down births, deaths, splits and merges."""

from collections.abc import Sequence

import numpy as np

from nlp.config import IdentityConfig
from nlp.errors import IdentityError
from nlp.identity.keys import birth_key
from nlp.identity.match import Overlap, match, overlap
from nlp.identity.records import Identified, KnownTheme, Lineage
from nlp.types import FloatArray, IntArray

ORDER = {"kept": 0, "split": 1, "merged": 2, "born": 3, "gone": 4}


def identify(
    known: Sequence[KnownTheme],
    labels: IntArray,
    keys: Sequence[str],
    *,
    centroids: FloatArray,
    salt: str,
    config: IdentityConfig | None = None,
) -> Identified:
    """Recognise known themes in a new run, and make keys for the others.

    The result depends on what themes hold, not on their numbers or the order of rows.

    Args:
        known: Themes of earlier runs; none on the first.
        labels: (n,) theme of each passage in the new run, -1 = unassigned.
        keys: (n,) passage keys.
        centroids: (themes, dim) unit rows of the new themes.
        salt: For new keys; see `nlp.identity.keys.birth_key`.
        config: Settings; the defaults when left out.

    Raises:
        IdentityError: Arrays of unlike lengths, or two known themes with one key.
    """
    settings = config or IdentityConfig()
    themes = int(labels.max(initial=-1)) + 1
    _check(known, labels, keys, themes, centroids)
    old = sorted(known, key=lambda theme: theme.key)
    counted = overlap(old, labels, keys)
    kept = match(old, counted, centroids, config=settings) if old and themes else {}
    names = _keys(old, kept, labels, keys, themes, salt)
    events = [
        *_kept(old, kept, counted, names),
        *_splits(old, kept, counted, names, settings),
        *_merges(old, kept, counted, names, settings),
    ]
    explained = {key for event in events for key in (*event.from_keys, *event.to_keys)}
    events += [Lineage("born", (), (name,), 0.0) for name in names if name not in explained]
    events += [Lineage("gone", (theme.key,), (), 0.0) for theme in old if theme.key not in explained]
    events.sort(key=lambda event: (ORDER[event.kind], event.from_keys, event.to_keys))
    return Identified(keys=tuple(names), lineage=tuple(events))


def _check(
    known: Sequence[KnownTheme], labels: IntArray, keys: Sequence[str], themes: int, centroids: FloatArray
) -> None:
    if len(labels) != len(keys):
        raise IdentityError(f"{len(labels)} labels but {len(keys)} keys; hand in one of each a passage")
    if len(centroids) != themes:
        raise IdentityError(f"{themes} themes in the labels but {len(centroids)} centroids; hand in one a theme")
    if len({theme.key for theme in known}) != len(known):
        raise IdentityError(f"{len(known)} known themes share keys; hand in each theme once")


def _keys(
    old: Sequence[KnownTheme],
    kept: dict[int, int],
    labels: IntArray,
    keys: Sequence[str],
    themes: int,
    salt: str,
) -> list[str]:
    members: list[list[str]] = [[] for _ in range(themes)]
    for key, label in zip(keys, labels.tolist(), strict=True):
        if label >= 0:
            members[label].append(key)
    taken = {theme.key for theme in old}
    names = [old[kept[theme]].key if theme in kept else "" for theme in range(themes)]
    for theme in sorted((theme for theme in range(themes) if not names[theme]), key=lambda one: sorted(members[one])):
        names[theme] = birth_key(members[theme], salt=salt, taken=taken)
        taken.add(names[theme])
    return names


def _kept(old: Sequence[KnownTheme], kept: dict[int, int], counted: Overlap, names: Sequence[str]) -> list[Lineage]:
    share = counted.of_known
    return [Lineage("kept", (old[row].key,), (names[new],), float(share[row, new])) for new, row in kept.items()]


def _splits(
    old: Sequence[KnownTheme], kept: dict[int, int], counted: Overlap, names: Sequence[str], config: IdentityConfig
) -> list[Lineage]:
    """A known theme was split when new themes beside its own are made mostly of its passages."""
    events = []
    for row, theme in enumerate(old):
        parts = [
            new
            for new in range(len(names))
            if new not in kept
            and counted.new[new] >= config.min_shared
            and counted.of_new[row, new] >= config.part_share
        ]
        own = [new for new, source in kept.items() if source == row]
        parts = sorted({*parts, *own}, key=lambda new: (-counted.shared[row, new], names[new]))
        if set(parts) - set(own) and len(parts) > 1:
            share = float(counted.of_known[row, parts].sum())
            events.append(Lineage("split", (theme.key,), tuple(names[new] for new in parts), share))
    return events


def _merges(
    old: Sequence[KnownTheme], kept: dict[int, int], counted: Overlap, names: Sequence[str], config: IdentityConfig
) -> list[Lineage]:
    """Known themes were merged when those beside the one whose key lives on went mostly to its new theme."""
    living = set(kept.values())
    events = []
    for new, name in enumerate(names):
        lost = [
            row
            for row in range(len(old))
            if row not in living
            and counted.known[row] >= config.min_shared
            and counted.of_known[row, new] >= config.part_share
        ]
        own = [kept[new]] if new in kept else []
        sources = sorted({*lost, *own}, key=lambda row: (-counted.shared[row, new], old[row].key))
        if lost and len(sources) > 1:
            went = counted.shared[sources, new].sum() / max(float(np.sum(counted.known[sources])), 1e-12)
            events.append(Lineage("merged", tuple(old[row].key for row in sources), (name,), float(went)))
    return events
