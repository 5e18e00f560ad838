"""Tokens as the describing rooms read them, and which of them may stand in a name."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import NamedTuple

from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

WORD = re.compile(r"[A-Za-z]{2,}(?:[-'][A-Za-z]+)*$")
CONTENT = frozenset({"NOUN", "ADJ", "VERB"})
# Words that carry no theme although a grammar calls them content; written for customer comments.
EMPTY = frozenset(
    """
    able actually afternoon alright anybody anyone anything asap ask asked asking asks basically bit bring brings
    brought bunch came certain come comes coming couple day days dear definitely different does doing done eg etc
    evening ever everybody everyone everything fact feel fine folk folks general get gets getting give given gives glad
    go goes going gonna good goodbye got gotta great guess guy guys happen happy hello help hey hi hope idea ie instance
    issue issues item just keep keeps kept kind know lady let lets like literally little look lot lots love luck madam
    make makes making many matter maybe mean mine month months morning need needs nice ok okay one ones oh order own
    part particular people perhaps person place please point possible problem problems put quite rather really reason
    right said say says see seem sir someone something sort start stuff suppose sure take takes taking talk tell thank
    thanks thing things think time times today tomorrow tonight total totally tried try trying type um use used user
    using various very wait want wanted wants way week weeks well whole wish wonder would yeah year years yep yes
    yesterday yet
    """.split()
)
# Content words of EMPTY that may still stand inside or at the end of a name, beside a stronger word.
SUPPORTING = frozenset(
    "call calls day days get help issue issues keep morning order problem problems time times type user wait".split()
)
# On scikit-learn's list of stop words, but what customers write about: "top up", "bill", "system".
TOPICAL = frozenset("amount bill bottom empty fill fire front full interest system thick thin top".split())
# Particles of nouns that are written apart, too ("top up", "log in"); and the uses of the hyphen that show it.
PARTICLES = frozenset("up in out on off down over back".split())
HYPHENED = 3
# Share of its uses in which a name has its capital; customers' typing leaves out some.
ALWAYS = 0.9
STOP = (frozenset(ENGLISH_STOP_WORDS) - TOPICAL) | EMPTY


class Token(NamedTuple):
    """One token: text as written, lemma, universal part of speech ("" where no tagger ran)."""

    text: str
    lemma: str
    pos: str


def whole(tokens: Sequence[Token], text: str) -> tuple[Token, ...]:
    """Join the halves of hyphened words ("top-up", "e-mail") that a tagger took apart.

    Args:
        tokens: Tokens of the text, hyphens by themselves.
        text: The text, which tells a hyphen from a dash.
    """
    low = text.lower()
    found: list[Token] = []
    for token in tokens:
        if len(found) > 1 and found[-1].text == "-" and token.text[:1].isalpha() and found[-2].text[-1:].isalpha():
            before = found[-2]
            if f"{before.text}-{token.text}".lower() in low:
                pos = "ADJ" if token.pos in {"ADJ", "VERB"} else "NOUN"
                lemma = f"{before.text}-{token.lemma}".lower()
                found[-2:] = [Token(f"{before.text}-{token.text}", lemma, pos)]
                continue
        found.append(token)
    return tuple(found)


def with_particles(passages: Sequence[Sequence[Token]]) -> list[Sequence[Token]]:
    """Join "top up" to "top-up" in passages of customers who also write it with a hyphen, so that it counts as one.

    Only words with a particle are joined: they are what people write either way.
    """
    hyphened = Counter(token.text.lower() for tokens in passages for token in tokens if "-" in token.text)
    known = {word for word, count in hyphened.items() if count >= HYPHENED and word.rpartition("-")[2] in PARTICLES}
    return [_joined(tokens, known) for tokens in passages] if known else list(passages)


def _joined(tokens: Sequence[Token], known: Collection[str]) -> Sequence[Token]:
    found: list[Token] = []
    for token in tokens:
        both = f"{found[-1].lemma}-{token.text}".lower() if found else ""
        if both in known:
            found[-1] = Token(both, both, "NOUN")
        else:
            found.append(token)
    return found


def stem(word: str) -> str:
    """Return a crude stem, only to see that two words are forms of one."""
    low = word.lower()
    for ending in ("ations", "ation", "ments", "ment", "ingly", "ings", "ing", "ies", "ied", "ers", "ed", "er", "es"):
        if low.endswith(ending) and len(low) - len(ending) >= 3:
            low = low[: -len(ending)]
            break
    else:
        low = low[:-1] if low.endswith(("s", "y", "e")) and len(low) > 3 else low
    return low[:-1] if len(low) > 3 and (low[-1] == low[-2] or low.endswith("e")) else low


def proper_words(passages: Sequence[Sequence[Token]]) -> frozenset[str]:
    """Return the words, in lower case, that are nearly always written with a capital where no sentence begins.

    They are names of people, firms and places, also those that a tagger took for nouns. What customers write either
    way (visa, dropbox) has become a word.
    """
    written: Counter[str] = Counter()
    capitals: Counter[str] = Counter()
    for tokens in passages:
        for before, token in pairwise(tokens):
            if before.text[-1:].isalnum() and is_word(token) and not token.text.isupper():
                written[token.text.lower()] += 1
                capitals[token.text.lower()] += token.text[0].isupper()
    return frozenset(word for word, count in written.items() if capitals[word] >= ALWAYS * count)


def is_negation(token: Token) -> bool:
    """Tell whether a token negates; such a word is written "not" in names."""
    return token.text.lower() in {"not", "n't", "n’t", "never"}


def masked(tokens: Sequence[Token]) -> list[bool]:
    """Return for each token whether it must not be shown: redaction placeholders and halves of hyphened words."""
    hide = [False] * len(tokens)
    inside = False
    for at, token in enumerate(tokens):
        text = token.text
        if text.startswith("<") and text.endswith(">") and len(text) > 1:
            hide[at] = True
        elif text in "<>[]" and text:
            inside = text in "<["
            hide[at] = True
        elif inside:
            hide[at] = True
        elif text in {"-", "/", "_", "’", "'"}:
            hide[max(0, at - 1) : at + 2] = [True] * len(hide[max(0, at - 1) : at + 2])
    for at, token in enumerate(tokens[:-1]):
        if token.text in {"-", "/", "_"}:
            hide[at + 1] = True
    return hide


def is_word(token: Token) -> bool:
    """Tell whether a token is a whole word: letters, at least three of them unless it is an acronym."""
    text = token.text
    return bool(WORD.match(text)) and (len(text) > 2 or text.isupper())


def is_acronym(text: str) -> bool:
    """Tell whether a word is written in capitals throughout, as API or SSO."""
    return text.isupper() and 2 <= len(text) <= 5


def is_content(token: Token, blocked: Collection[str]) -> bool:
    """Tell whether a token may carry meaning in a name or a list of terms."""
    low, lemma = token.text.lower(), token.lemma.lower()
    if not is_word(token) or low in blocked or lemma in blocked or low in STOP or lemma in STOP:
        return False
    if token.pos == "PROPN":
        return is_acronym(token.text)
    return token.pos in CONTENT or token.pos == ""
