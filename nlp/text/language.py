"""Which language a comment is in, and how sure that is. Short or unclear texts are in the corpus' main language.

py3langid (BSD-3) was chosen over lingua (Apache-2.0) on the 62 lines of `tests/nlp/text/language_lines.py`, 7
languages, one busy core: py3langid .968 right, 2.3 s and 119 MiB for 100,000 comments; lingua .984, 107 s, 194 MiB;
lingua in low accuracy mode .903, 7 s, 17 MiB. What py3langid misses are words of English products ("SSO broken"),
and there the rule below helps more than a better model.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Protocol

# What a vendor's customers write in; each further language makes short texts less clear.
LANGUAGES = "en de fr es nl it pt da sv no fi pl cs sk hu ro tr ru uk bg el zh ja ko ar he hi vi id ca".split()
# Below, a foreign guess on English lines of the development corpora was wrong more often than right: English
# "Can I request a card?" reaches .52 (ca) with .3 left for English, foreign lines of two words start at .52 with
# .12 or less left for English.
_MIN_FOREIGN = 0.5
_MAX_MAIN = 0.15
# Under this many letters a foreign guess must be surer.
_SHORT_LETTERS = 20
_MIN_FOREIGN_SHORT = 0.65
_PLACEHOLDER = re.compile(r"<[A-Z_]+\d*>|https?://\S+|\S+@\S+")
# Words that no other listed language writes; two of them, or one in four, make a text English.
_ENGLISH = frozenset(
    "the and are were been have has our you they your their it its i'm it's don't can't this that "
    "these those with from for to not but would could should very too again why when how what which there here "
    "nothing everything works working broken slow great good bad better easy hard love nice".split()
)
_WORD = re.compile(r"[a-z']+")


@dataclass(frozen=True, slots=True)
class Guess:
    """A language (ISO 639-1) and its probability; 0 where the main language was assumed."""

    language: str
    confidence: float


class _Ranker(Protocol):
    def rank(self, text: str) -> list[tuple[str, float]]: ...


def detect(text: str, *, main: str = "en", min_letters: int = 10) -> Guess:
    """Return the language of a cleaned text; `main` with confidence 0 when the text can't tell."""
    bare = _PLACEHOLDER.sub(" ", text)
    letters = sum(map(str.isalpha, bare))
    if not letters or (letters < min_letters and bare.isascii()):
        return Guess(main, 0.0)
    if letters < min_letters and not _other_script(bare):
        return Guess(main, 0.0)
    if main == "en" and _speaks_english(bare):
        return Guess("en", 1.0)
    ranked = _ranker().rank(bare)
    best, confidence = ranked[0]
    if best == main:
        return Guess(main, float(confidence))
    rest = float(dict(ranked).get(main, 0.0))
    needed = _MIN_FOREIGN_SHORT if letters < _SHORT_LETTERS else _MIN_FOREIGN
    if (float(confidence) >= needed and rest <= _MAX_MAIN) or _other_script(bare):
        return Guess(best, float(confidence))
    return Guess(main, 0.0)


def _speaks_english(text: str) -> bool:
    """Plain English needs no model; this also halves the time."""
    if not text.isascii():
        return False
    words = _WORD.findall(text.lower())
    known = sum(word in _ENGLISH for word in words)
    return known >= 2 and known * 4 >= len(words)


def _other_script(text: str) -> bool:
    """Say whether most letters are outside Latin (U+0250 ends the Latin blocks; U+1E00-1EFF extend them)."""
    letters = [char for char in text if char.isalpha()]
    other = sum(char > "\u024f" and not "\u1e00" <= char <= "\u1eff" for char in letters)
    return other * 2 > len(letters)


@cache
def _ranker() -> _Ranker:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    ranker: _Ranker = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    ranker.set_languages(list(LANGUAGES))  # type: ignore[attr-defined]
    return ranker
