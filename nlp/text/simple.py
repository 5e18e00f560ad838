"""Which texts need no reading: one clause, no name, whatever spaCy would say about their words.

The rules of `passages.py` and `names.py` act on certain words and marks only. A text without any of them is one passage
and holds no name, so its tags decide nothing and spaCy need not see it. Where in doubt, a text is read.
"""

import re

from nlp.text.first_names import first_names
from nlp.text.folding import is_plain
from nlp.text.lexicon import DOUBTFUL_NAMES, FIRST_NAMES
from nlp.text.name_cues import TITLES
from nlp.text.passages import JOINING_WORDS
from nlp.text.records import Vocabulary

# Words, numbers and blanks, and marks that neither end a sentence nor part a clause; one mark may end the text.
_ONE_CLAUSE = re.compile(r"[A-Za-z0-9 '%$&]+[.!?]*\Z")
_WORD = re.compile(r"[A-Za-z]+")
_NAMES = FIRST_NAMES | TITLES | first_names()
# Words of grammar, which the lemmatizer's index leaves out; they open half of all short comments.
_GRAMMAR = frozenset(
    "how what which who whose whom where when why if the an this that these those there here you your yours we our "
    "ours they their theirs them he him his she her it its me my mine us could would should can cannot must shall "
    "might did do does has have had is are was were am be been for from of in on at to by as with without about into "
    "since until because not no any some all every each another other such anything something everything nothing "
    "anyone someone everyone nobody hey hi ok okay please".split()
)


def is_simple(text: str, plain: Vocabulary) -> bool:
    """Say whether a cleaned text is one passage without names of people, whatever its tags.

    Args:
        text: As `clean` leaves it.
        plain: English words in lower case, by which a capitalised word is no name.
    """
    if not _ONE_CLAUSE.match(text):
        return False
    words = _WORD.findall(text)
    folded = {word.lower() for word in words}
    # Cheap tests first; "I'm" gives "I" and "m", which are no names.
    return (
        len(words) > 1
        and not folded & JOINING_WORDS
        and not folded & _NAMES
        and all(_is_word(word.lower(), plain) for word in words if word[0].isupper() and len(word) > 1)
    )


def _is_word(folded: str, plain: Vocabulary) -> bool:
    return folded in _GRAMMAR or (folded not in DOUBTFUL_NAMES and is_plain(folded, plain))
