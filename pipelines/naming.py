"""Names, terms, exemplars and the nearest taxonomy theme of each discovered theme."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from cx.scores import share
from data.store.repositories import preparation, tagged, themes
from data.store.repositories.themes import Member
from nlp.cluster.records import Discovery
from nlp.describe.describe import describe_levels
from nlp.describe.words import Token
from pipelines.configs import open_embedder
from pipelines.corpus import Corpus, Place
from pipelines.namer import open_namer
from pipelines.stage import Bench
from pipelines.taxonomy import load_taxonomy, prototypes

# A name's part of fewer letters is no name ("de", "JR"), and would block real words.
SHORTEST_BLOCKED = 3
# The newest part of all comments; a theme that is said there more often than elsewhere is on the rise.
NEWEST = 0.25
# Row of a passage that is not in the corpus: a vendor's own words.
UNSEEN = -1


@dataclass(frozen=True)
class Description:
    """What the store keeps of a theme beside its members."""

    name: str
    terms: list[str]
    exemplars: list[str]
    nearest_key: str | None
    nearest_similarity: float | None
    emerging: bool


def describe_themes(
    bench: Bench, corpus: Corpus, found: Discovery, fine_keys: Sequence[str], parent_keys: Sequence[str]
) -> dict[str, Description]:
    """Describe the themes of a fit, fine ones and parents, by theme key."""
    with bench.store.read() as session:
        tokens = themes.tokens_of(session, corpus.keys)
        tags = tagged.taxonomy_tags(session)
        members = list(themes.members(session))
        blocked = _blocked(
            [person.name for people in preparation.contacts_by_account(session).values() for person in people]
            + [person.name for person in preparation.staff(session)],
            list(preparation.account_names(session).values()),
        )
    # A theme that the user added has no prototype and no name that others could lean on.
    shipped = {theme.key: theme.label for theme in load_taxonomy()}
    embedder = open_embedder(bench.settings)
    keys, rows = prototypes(bench.settings)
    told = describe_levels(
        found.labels,
        [[Token(*token) for token in tokens[key]] for key in corpus.keys],
        corpus.embeddings,
        centroids=found.centroids,
        keys=corpus.names,
        groups=corpus.groups,
        blocked=blocked,
        tags=_row_tags(corpus, tags, among=shipped),
        tag_names=shipped,
        prototypes=rows,
        prototype_keys=keys,
        embed=embedder.embed,
        namer=open_namer(bench.settings),
        texts=corpus.texts,
        parent_of=found.parent_of,
    )
    rising = on_the_rise(corpus, found, members)
    described = {
        key: Description(
            name=one.name,
            terms=list(one.terms),
            exemplars=[corpus.keys[row] for row in one.exemplars],
            nearest_key=one.nearest.key or None,
            nearest_similarity=round(one.nearest.similarity, 4) if one.nearest.key else None,
            emerging=one.emerging and new,
        )
        for key, one, new in zip(fine_keys, told.themes, rising, strict=True)
    }
    return described | _parents(found, told.parents, fine_keys, parent_keys, described)


def on_the_rise(corpus: Corpus, found: Discovery, members: Sequence[Member]) -> list[bool]:
    """Tell of each theme whether surely more than a quarter of its comments are among the newest quarter of all.

    A comment counts once a theme, whoever else said the same; a corpus of one day has nothing new.
    """
    said: dict[tuple[int, int], datetime] = {}
    labels = found.labels.tolist()
    for member in members:
        row = corpus.row_of.get((member.content_key, member.text_key))
        if row is not None and labels[row] >= 0:
            said[labels[row], member.comment_pk] = member.said_at
    times = sorted({comment: time for (_, comment), time in said.items()}.values())
    line = times[int((1 - NEWEST) * len(times))] if times else datetime.max
    if not times or times[0] == times[-1]:
        return [False] * found.themes
    own: list[list[datetime]] = [[] for _ in range(found.themes)]
    for (theme, _), time in said.items():
        own[theme].append(time)
    shares = [share(sum(time >= line for time in told), len(told)) for told in own]
    return [one is not None and (one.low or 0.0) > 100 * NEWEST for one in shares]


def _row_tags(
    corpus: Corpus, tags: Mapping[Place, Mapping[str, float]], *, among: Container[str]
) -> list[dict[str, float]]:
    """Give what the passages of each row are tagged with (`among` these), the surest of those that say the same."""
    rows: list[dict[str, float]] = [{} for _ in corpus.keys]
    for place, found in tags.items():
        at = corpus.row_of.get(place, UNSEEN)
        for key, confidence in ((k, c) for k, c in found.items() if at != UNSEEN and k in among):
            rows[at][key] = max(rows[at].get(key, 0.0), confidence)
    return rows


def _parents(
    found: Discovery,
    names: Sequence[str],
    fine_keys: Sequence[str],
    parent_keys: Sequence[str],
    described: Mapping[str, Description],
) -> dict[str, Description]:
    """Describe parents by their children: the first terms of the largest, what they are nearest to, all new or not."""
    sizes = np.bincount(found.labels[found.labels >= 0], minlength=len(fine_keys))
    parents = {}
    for at, name in enumerate(names):
        children = sorted(np.flatnonzero(found.parent_of == at).tolist(), key=lambda child: -int(sizes[child]))
        own = [described[fine_keys[child]] for child in children]
        terms = list(dict.fromkeys(term for one in own for term in one.terms[:5]))[:10]
        parents[parent_keys[at]] = Description(
            name=name,
            terms=terms,
            exemplars=[key for one in own for key in one.exemplars[:2]][:5],
            nearest_key=own[0].nearest_key if own else None,
            nearest_similarity=own[0].nearest_similarity if own else None,
            emerging=bool(own) and all(one.emerging for one in own),
        )
    return parents


def _blocked(people: Sequence[str], accounts: Sequence[str]) -> frozenset[str]:
    """Give the words that no theme may be named after: those of contacts' and accounts' names, in lower case.

    An account's name is blocked by its first word only: "Birkenau Aufzugsdienst" must not block what it does.
    """
    parts = {part.strip(".,'’\"()").lower() for name in people for part in name.split()}
    parts |= {name.split()[0].strip(".,'’\"()").lower() for name in accounts if name.split()}
    return frozenset(part for part in parts if len(part) >= SHORTEST_BLOCKED)
