"""What each theme's comments say, counted by comments: a comment of nine passages has one voice."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import log

import numpy as np

from nlp.describe.phrases import phrases
from nlp.describe.voices import voices_of
from nlp.describe.words import Token, is_word, stem
from nlp.types import IntArray

# Comments that a word is taken off before its share of a theme counts: what one comment says is chance.
ONE_VOICE = 0.75
# Comments added to the rest of the corpus, so that a word found nowhere else has a finite weight.
REST_PRIOR = 1.0


@dataclass(frozen=True, slots=True)
class Heard:
    """Counts over voices: a voice is one comment in one theme.

    Attributes:
        voice_of: (n,) voice of each passage, -1 for passages without a theme.
        theme_of: (voices,) theme of each voice, ascending.
        sizes: (themes,) voices of each theme.
        stems: Voices that hold a stem.
        phrases: Voices that hold a phrase, by theme.
        written: How often each phrase was written in which words.
        letters: Pattern letters of each phrase.
    """

    voice_of: IntArray
    theme_of: IntArray
    sizes: IntArray
    stems: Mapping[str, IntArray]
    phrases: Sequence[Mapping[tuple[str, ...], int]]
    written: Mapping[tuple[str, ...], Counter[tuple[str, ...]]]
    letters: Mapping[tuple[str, ...], str]

    def count(self, word: str, theme: int) -> int:
        """Return how many comments of a theme hold a stem."""
        at = self.stems.get(word)
        if at is None:
            return 0
        first, last = np.searchsorted(self.theme_of[at], [theme, theme + 1])
        return int(last - first)

    def worth(self, word: str, theme: int) -> float:
        """Return how much a stem says for a theme: its part of the divergence between the theme and the rest."""
        count, size = self.count(word, theme), int(self.sizes[theme])
        others = len(self.stems.get(word, ())) - count
        rest = (others + REST_PRIOR) / (len(self.theme_of) - size + 2 * REST_PRIOR)
        own = (count - ONE_VOICE) / max(size, 1)
        return own * log(own / rest) if own > rest else 0.0


def listen(
    tokens: Sequence[Sequence[Token]],
    labels: Sequence[int],
    groups: Sequence[str],
    themes: int,
    *,
    blocked: Collection[str] = (),
    most_words: int = 5,
) -> Heard:
    """Count stems and phrases over the comments of each theme.

    Args:
        tokens: (n,) tokens of each passage.
        labels: (n,) theme of each passage, -1 = none.
        groups: (n,) comment of each passage.
        themes: Number of themes.
        blocked: Lower-case words that no phrase may hold.
        most_words: Most words of a phrase.
    """
    voices = voices_of(labels, groups)
    number = {voice: at for at, voice in enumerate(voices)}
    voice_of = np.array([number.get(voice, -1) for voice in zip(labels, groups, strict=True)], dtype=np.int64)
    theme_of = np.array([theme for theme, _ in voices], dtype=np.int64)
    stems: dict[str, set[int]] = {}
    spoken: list[dict[tuple[str, ...], set[int]]] = [{} for _ in range(themes)]
    written: dict[tuple[str, ...], Counter[tuple[str, ...]]] = {}
    letters: dict[tuple[str, ...], Counter[str]] = {}
    for row, voice in zip(tokens, voice_of.tolist(), strict=True):
        found = {one.lemmas: one for one in phrases(row, blocked=blocked, most=most_words)}
        for lemmas, one in found.items():
            written.setdefault(lemmas, Counter())[one.words] += 1
            letters.setdefault(lemmas, Counter())[one.letters] += 1
            if voice >= 0:
                spoken[int(theme_of[voice])].setdefault(lemmas, set()).add(voice)
        if voice >= 0:
            for word in {stem(token.lemma) for token in row if is_word(token)}:
                stems.setdefault(word, set()).add(voice)
    return Heard(
        voice_of=voice_of,
        theme_of=theme_of,
        sizes=np.bincount(theme_of, minlength=themes),
        stems={word: np.array(sorted(at), dtype=np.int64) for word, at in stems.items()},
        phrases=[{lemmas: len(at) for lemmas, at in theme.items()} for theme in spoken],
        written=written,
        letters={lemmas: min(seen, key=lambda form: (-seen[form], form)) for lemmas, seen in letters.items()},
    )


def coarser(heard: Heard, parent_of: IntArray) -> tuple[Heard, IntArray]:
    """Return what the comments of each parent say, and the (voices,) theme that each of its voices is of.

    Args:
        heard: What the comments of each theme say.
        parent_of: (themes,) parent of each theme, 0.. without gaps.
    """
    order = np.argsort(parent_of[heard.theme_of], kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    parents = parent_of[heard.theme_of][order]
    said: list[Counter[tuple[str, ...]]] = [Counter() for _ in range(int(parent_of.max(initial=-1)) + 1)]
    for theme, inside in enumerate(heard.phrases):
        said[int(parent_of[theme])].update(inside)
    voice_of, speaks = heard.voice_of.copy(), heard.voice_of >= 0
    # Only those who speak: with no theme at all there is no place to look up.
    voice_of[speaks] = place[voice_of[speaks]]
    coarse = Heard(
        voice_of=voice_of,
        theme_of=parents,
        sizes=np.bincount(parents, minlength=len(said)),
        stems={word: np.sort(place[at]) for word, at in heard.stems.items()},
        phrases=said,
        written=heard.written,
        letters=heard.letters,
    )
    return coarse, heard.theme_of[order]
