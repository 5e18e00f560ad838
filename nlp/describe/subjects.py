"""Names that no comment says in so many words: what the taxonomy calls a subject, and talk about nothing in particular.

A theme of mixed or oblique remarks has no phrase of its own. Where the taxonomy, or one of the kinds of talk below,
tells its comments from all others, that is what a person would call it.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from nlp.describe.telling import Ear
from nlp.describe.voices import tag_table
from nlp.types import FloatArray

# Kinds of talk without a subject, and how people talk so: written for this file, compared by vectors.
TALK: Mapping[str, tuple[str, ...]] = {
    "General praise": ("great, I love it", "awesome, the best ever", "excellent, amazing, perfect", "very good, cool"),
    "General complaints": ("terrible and useless", "awful, the worst ever", "very disappointed", "I hate it, rubbish"),
    "Thanks and good wishes": ("thank you very much", "many thanks and best regards", "have a nice day"),
    "Small talk": ("my dog and my family", "the weather", "lunch in the canteen", "by the way, a joke"),
    "No further remarks": ("no further comment", "nothing to add", "no remarks this time", "see my answer above"),
}


class Subject(NamedTuple):
    """A name with how far it speaks for each voice: (voices,) in 0..1.

    A heading is only the first half of a name: another theme may have the same.
    """

    name: str
    spoken: FloatArray
    heading: bool


def wordings() -> list[str]:
    """Return the texts that an ear must know to hear the kinds of talk."""
    return [wording for told in TALK.values() for wording in told]


def talk_subjects(ear: Ear) -> list[Subject]:
    """Return the kinds of talk as subjects; the ear must know their wordings."""
    return [Subject(name, ear.alike(told).max(axis=0), False) for name, told in TALK.items()]


def tagged_subjects(
    labels: Sequence[int],
    groups: Sequence[str],
    tags: Sequence[Mapping[str, float]],
    names: Mapping[str, str],
) -> list[Subject]:
    """Return the taxonomy's themes as headings, in the order of their keys.

    Args:
        labels: (n,) theme of each passage, -1 = none.
        groups: (n,) comment of each passage.
        tags: (n,) taxonomy keys of each passage with the tagger's confidence (0..1).
        names: Name of each taxonomy key.
    """
    keys, sure = tag_table(labels, groups, tags)
    return [Subject(names[key], sure[:, at].astype(np.float32), True) for at, key in enumerate(keys) if key in names]
