"""Polarity from a word list with scopes: negation, degree, "but", shouting, emoticons. No model behind it."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.errors import SentimentError

_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+|[:;=8][-']?[)(DPp/|]|<3|[!?]|[\U0001F300-\U0001FAFF☀-➿]")
_BREAK = frozenset({"but", "however", "although", "though", "yet", "except"})
_NEGATION = frozenset(
    "not no never none nobody nothing neither nor without hardly barely scarcely cannot isnt arent wasnt werent dont "
    "doesnt didnt wont wouldnt cant couldnt shouldnt hasnt havent hadnt aint lacks lack anything_but".split()
)
_STRONGER = frozenset("very really so extremely super absolutely totally incredibly highly truly too way such".split())
_WEAKER = frozenset("somewhat slightly fairly rather quite bit little kinda sort mostly occasionally sometimes".split())
_SIGNS = {
    **dict.fromkeys([":)", ":-)", ":D", ":-D", "=)", ";)", ";-)", "<3", ":P", ":p"], 1.5),
    **dict.fromkeys([":(", ":-(", "=(", ":/", ":-/", ":|", ":'("], -1.5),
    **dict.fromkeys("😀😃😄😁😊🙂😍🥰🤩👍🙌👏❤💙🎉🔥✨⭐🌟💯😎🙏", 2.0),
    **dict.fromkeys("😞😟😠😡🤬😤😢😭👎💩🙁☹😩😫🙄😒🤦💔", -2.0),
}
# Words before a valued one that can turn it round or change its size.
SCOPE = 3
# A negated word keeps this share with the other sign: "not great" is milder than "terrible" (VADER uses .74).
NEGATED = -0.6
DEGREE = 1.3
# Before "but" a point counts less than after it.
BEFORE_BUT, AFTER_BUT = 0.6, 1.3
# Sum of valences at which the squashed score reaches .71.
HALF = 4.0


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Valences by word or phrase (words joined with blanks), and by beginning where the list has a star.

    Attributes:
        exact: Word or phrase to valence.
        longest: Words in the longest phrase.
    """

    exact: Mapping[str, float]
    longest: int


def parse_lexicon(text: str) -> Lexicon:
    """Read lines `valence: word word two_words`; `#` starts a comment.

    Raises:
        SentimentError: A line that is not like that.
    """
    exact: dict[str, float] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        head, colon, rest = line.partition(":")
        try:
            valence = float(head)
        except ValueError as error:
            raise SentimentError(
                f"lexicon line {number}: {head[:20]!r} is no number; write 'valence: words'"
            ) from error
        if not colon:
            raise SentimentError(f"lexicon line {number} has no colon; write 'valence: words'")
        exact.update({_plain(word.replace("_", " ")): valence for word in rest.split()})
    return Lexicon(exact, max((word.count(" ") + 1 for word in exact), default=1))


def _plain(word: str) -> str:
    return word.lower().replace("’", "'").replace("'", "")


def valences(text: str, lexicon: Lexicon) -> list[tuple[int, float]]:
    """Return (token number, valence) of every valued word of `text`, scopes applied, in order."""
    raw = _TOKEN.findall(text)
    tokens = [(_SIGNS.get(token) and token) or _plain(token) for token in raw]
    breaks = [number for number, token in enumerate(tokens) if token in _BREAK]
    found, number = [], 0
    while number < len(tokens):
        size, value = _longest_match(tokens, number, lexicon)
        if size:
            value *= _scope_factor(tokens, number, value)
            value *= 1.15 if raw[number].isupper() and len(raw[number]) > 2 else 1.0
            if breaks:
                value *= AFTER_BUT if number > breaks[-1] else BEFORE_BUT
            found.append((number, value))
        number += max(1, size)
    return found


def _longest_match(tokens: Sequence[str], start: int, lexicon: Lexicon) -> tuple[int, float]:
    for size in range(min(lexicon.longest, len(tokens) - start), 0, -1):
        phrase = " ".join(tokens[start : start + size])
        if phrase in lexicon.exact:
            return size, lexicon.exact[phrase]
    return (1, _SIGNS[tokens[start]]) if tokens[start] in _SIGNS else (0, 0.0)


def _scope_factor(tokens: Sequence[str], number: int, value: float) -> float:
    factor = 1.0
    for token in tokens[max(0, number - SCOPE) : number]:
        if token in _BREAK or token in "!?":
            factor = 1.0
        elif token in _NEGATION:
            factor *= NEGATED
        elif token in _STRONGER:
            factor *= DEGREE
        elif token in _WEAKER:
            factor /= DEGREE
    return factor


def lexicon_features(texts: Sequence[str], lexicon: Lexicon) -> NDArray[np.float32]:
    """Return (n, 6) float32: squashed sum, its positive and negative parts, first and last valence, exclamations."""
    rows = np.zeros((len(texts), 6), dtype=np.float32)
    for number, text in enumerate(texts):
        values = [value for _, value in valences(text, lexicon)]
        if values:
            good, bad = sum(v for v in values if v > 0), -sum(v for v in values if v < 0)
            rows[number, :3] = squash(good - bad), squash(good), squash(bad)
            rows[number, 3:5] = values[0] / 3, values[-1] / 3
        rows[number, 5] = min(text.count("!"), 3) / 3
    return rows


def squash(total: float) -> float:
    """Map a sum of valences to -1..1."""
    return total / math.sqrt(total * total + HALF * HALF)
