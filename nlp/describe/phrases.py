"""Candidate names: short phrases as customers wrote them, by part-of-speech patterns."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from nlp.describe.words import STOP, SUPPORTING, Token, is_acronym, is_negation, is_word, masked, stem

# Letters of the patterns: J adjective, N noun, V verb, P preposition or particle, X "not", W word of unknown kind.
LETTERS = {"ADJ": "J", "NOUN": "N", "VERB": "V", "ADP": "P", "PART": "P", "": "W"}
DROPPED = frozenset({"DET", "AUX", "NUM"})
POSSESSIVES = frozenset("my your our their his her its whose".split())
PATTERNS = re.compile(
    r"J{0,2}N{1,3}"  # wrong appointment time
    r"|J?N{1,2}PJ?N{1,2}"  # delay in delivery, change of address
    r"|VP?J?N{1,3}"  # cancel policy, top up card
    r"|N{1,2}X?VP?"  # card not arrived, payment declined
    r"|N{1,2}XJ"  # app not responsive
    r"|XVN{1,2}"  # not receiving code
    r"|VPN{1,2}"
    r"|W{2,3}"
)
MOST_WORDS = 5


class Phrase(NamedTuple):
    """A candidate: lemmas (its identity), lower-case words in the order written, pattern letters."""

    lemmas: tuple[str, ...]
    words: tuple[str, ...]
    letters: str


def phrases(tokens: Sequence[Token], *, blocked: Collection[str] = (), most: int = MOST_WORDS) -> Iterator[Phrase]:
    """Yield the candidate phrases of one passage; articles, auxiliaries and possessives inside are left out."""
    for run in _runs(tokens, blocked):
        for start in range(len(run)):
            for stop in range(start + 2, min(start + most, len(run)) + 1):
                part = run[start:stop]
                letters = "".join(letter for _, letter in part)
                if PATTERNS.fullmatch(letters) and _well_formed(part):
                    lemmas = tuple("not" if letter == "X" else token.lemma.lower() for token, letter in part)
                    words = tuple("not" if letter == "X" else token.text.lower() for token, letter in part)
                    yield Phrase(lemmas, words, letters)


def _runs(tokens: Sequence[Token], blocked: Collection[str]) -> Iterator[list[tuple[Token, str]]]:
    """Cut a passage where a phrase may not go on: punctuation, pronouns, conjunctions, names, blocked words."""
    run: list[tuple[Token, str]] = []
    for token, hidden in zip(tokens, masked(tokens), strict=True):
        letter = "" if hidden else _letter(token, blocked)
        if letter:
            run.append((token, letter))
        elif hidden or not _droppable(token):
            yield run
            run = []
    yield run


def _letter(token: Token, blocked: Collection[str]) -> str:
    low = token.text.lower()
    if is_negation(token):
        return "X"
    if low in blocked or token.lemma.lower() in blocked:
        return ""
    if token.pos in {"ADP", "PART"}:
        return "P" if low.isalpha() and low != "to" else ""
    if token.pos == "PROPN":
        return "N" if is_acronym(token.text) else ""
    if token.pos == "" and low in STOP:
        return ""
    return LETTERS.get(token.pos, "") if is_word(token) else ""


def _droppable(token: Token) -> bool:
    return token.pos in DROPPED or token.text.lower() in POSSESSIVES


def _well_formed(part: Sequence[tuple[Token, str]]) -> bool:
    """Refuse stop words at the ends, two forms of one word, and phrases of empty words only."""
    lows = [(token.text.lower(), token.lemma.lower(), letter) for token, letter in part]
    empty = [low in STOP or lemma in STOP for low, lemma, _ in lows]
    if any(
        bare and letter in "JNVW" and low not in SUPPORTING for (low, _, letter), bare in zip(lows, empty, strict=True)
    ):
        return False
    strong = [letter in "JNVW" and not bare for (_, _, letter), bare in zip(lows, empty, strict=True)]
    ends = (lows[0], lows[-1])
    if any(low in STOP and letter not in "XP" and low not in SUPPORTING for low, _, letter in ends) or not any(strong):
        return False
    stems = [stem(lemma) for _, lemma, letter in lows if letter != "X"]
    return len(set(stems)) == len(stems)


def _written(token: Token) -> str:
    return token.text if is_acronym(token.text) else token.text.lower()
