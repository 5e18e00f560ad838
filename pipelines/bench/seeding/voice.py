"""What the blocks of a seeded store's answers share: who speaks, in which words, and what was written so far."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from data.store.models import Embedding, PassageText
from data.store.repositories.embeddings import pack
from data.store.repositories.loading import Loader, Same
from pipelines.bench.seeding.parties import Parties, SurveyFacts
from pipelines.bench.seeding.themes import Discovered
from pipelines.bench.seeding.words import Words

# An account has its own subjects.
FAVOURITES = 3


@dataclass(frozen=True)
class Marks:
    """What the stages write beside a comment that they are done with: its account's mark, and the tagger's key."""

    prepared_with: Mapping[str, str]
    tagged_with: str


@dataclass
class Voice:
    """Knows what the blocks speak of, and counts on from one to the next."""

    parties: Parties
    surveys: Sequence[SurveyFacts]
    words: Words
    themes: Discovered
    marks: Marks
    rng: np.random.Generator
    comments: int = 0
    passages: int = 0
    mentions: int = 0
    known: set[int] = field(default_factory=set)
    last_ticket: dict[int, str] = field(default_factory=dict)

    def put_texts(
        self, loader: Loader, keys: Sequence[str], texts: Sequence[str], vectors: NDArray[np.float32]
    ) -> None:
        """Write the words and vectors that are new; equal keys are equal words."""
        fresh = [at for at, key in enumerate(keys) if self._is_new(key)]
        if not fresh:
            return
        own = [keys[at] for at in fresh]
        loader.put(PassageText, {"text_key": own, "text": [texts[at] for at in fresh]})
        packed = [pack(vectors[at]) for at in fresh]
        loader.put(Embedding, {"text_key": own, "model_key": Same(self.words.model_key), "vector": packed})

    def _is_new(self, key: str) -> bool:
        short = int(key[:15], 16)
        if short in self.known:
            return False
        self.known.add(short)
        return True

    def favourites(self) -> NDArray[np.int64]:
        """Give each account's own subjects, shape (accounts, FAVOURITES); always the same ones."""
        rng = np.random.default_rng(len(self.parties.account_ids))
        return rng.integers(0, len(self.words.themes), (len(self.parties.account_ids), FAVOURITES))
