"""Words of a text without case and accents, and which of them are plain ones."""

import re
import unicodedata

from nlp.text.first_names import rare_words
from nlp.text.lexicon import DOUBTFUL_NAMES, PLACES, PRODUCTS
from nlp.text.records import Vocabulary, Word

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
# Letters that are no letter with an accent to Unicode.
_LETTERS = str.maketrans({"’": "'", "đ": "d", "ł": "l", "ø": "o", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})


def split_words(text: str) -> list[Word]:
    """Return the words of a text in order; hyphens, dots and digits divide."""
    found = []
    for match in _WORD.finditer(text):
        word = match.group()
        if word[-2:] in {"'s", "’s", "'S", "’S"}:
            word = word[:-2]
        found.append(Word(fold(word), word, match.start(), match.start() + len(word)))
    return found


def fold(word: str) -> str:
    """Return the word without case and accents; typographic apostrophes become plain."""
    if word.isascii():
        return word.lower()
    bare = unicodedata.normalize("NFKD", word.casefold().translate(_LETTERS))
    return "".join(char for char in bare if not unicodedata.combining(char))


def is_plain(folded: str, plain: Vocabulary) -> bool:
    """Say whether a folded word also means something else than a person."""
    if folded in DOUBTFUL_NAMES or folded in PRODUCTS or folded in PLACES:
        return True
    if folded in rare_words():
        return folded in plain.verbs_and_more
    return folded in plain or (folded.endswith("s") and folded[:-1] in plain)
