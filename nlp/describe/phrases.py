"""Candidate names: short phrases as customers wrote them, by part-of-speech patterns."""

import re
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from nlp.describe.words import STOP, SUPPORTING, Token, is_acronym, is_negation, is_word, masked, stem

# Letters of the patterns: J adjective, K adjective after "is", N noun, P preposition or particle, X "not", W word of
# unknown kind, O "no", T "to". Verbs: V base or -ing form, S third person ("fails"), E participle ("was declined",
# "the agreed date"). A verb in the past tense ("my sister won") names nothing, and ends a phrase.
LETTERS = {"ADJ": "J", "NOUN": "N", "ADP": "P", "PART": "P", "": "W"}
CONTENT = frozenset("JKNVSEW")
DROPPED = frozenset({"DET", "AUX", "NUM"})
POSSESSIVES = frozenset("my your our their his her its whose".split())
FILLERS = POSSESSIVES | frozenset("already always even just still yet".split())
# Prepositions that tie two nouns to one subject ("fee for transfer"); "at", "by" and the like place and time it.
TYING = frozenset("of for in from with without on between against".split())
# What may follow each other only where nothing was left out between: "charged a fee" is no charged fee.
TIGHT = frozenset({"JN", "EN", "NN", "ON", "JT", "KT", "TV"})
PATTERNS = re.compile(
    r"J{0,2}N{1,3}"  # wrong appointment time
    r"|EN{1,2}"  # agreed response time
    r"|OJ?N{1,2}"  # no reply
    r"|J?N{1,2}PJ?N{1,2}"  # delay in delivery, change of address
    r"|VP?J?N{1,3}"  # cancel policy, top up card
    r"|N{1,2}X?[SEK]"  # login fails, card not arrived, battery flat
    r"|N{1,2}X[JV]"  # app not responsive
    r"|XVN{1,2}"  # not receiving code
    r"|[JK]TV"  # easy to use
    r"|W{1,3}"
)
MOST_WORDS = 5


class Phrase(NamedTuple):
    """A candidate: lemmas (its identity), lower-case words in the order written, pattern letters."""

    lemmas: tuple[str, ...]
    words: tuple[str, ...]
    letters: str


class Part(NamedTuple):
    """A token of a run, its letter and its place in the passage."""

    token: Token
    letter: str
    at: int


def phrases(tokens: Sequence[Token], *, blocked: Collection[str] = (), most: int = MOST_WORDS) -> Iterator[Phrase]:
    """Yield the candidate phrases of one passage, single nouns too.

    Articles, auxiliaries and possessives inside a phrase are left out.
    """
    for run in _runs(tokens, blocked):
        for start in range(len(run)):
            for stop in range(start + 1, min(start + most, len(run)) + 1):
                parts = run[start:stop]
                letters = "".join(part.letter for part in parts)
                if PATTERNS.fullmatch(letters) and _well_formed(parts, letters):
                    lemmas = tuple("not" if one.letter == "X" else one.token.lemma.lower() for one in parts)
                    words = tuple("not" if one.letter == "X" else one.token.text.lower() for one in parts)
                    yield Phrase(lemmas, words, letters)


def _runs(tokens: Sequence[Token], blocked: Collection[str]) -> Iterator[list[Part]]:
    """Cut a passage where a phrase may not go on: punctuation, pronouns, conjunctions, names, blocked words."""
    run: list[Part] = []
    hide = masked(tokens)
    for at, token in enumerate(tokens):
        letter = "" if hide[at] else _letter(tokens, at, blocked)
        if letter:
            run.append(Part(token, letter, at))
        elif hide[at] or not _droppable(token):
            yield run
            run = []
    yield run


def _letter(tokens: Sequence[Token], at: int, blocked: Collection[str]) -> str:
    token, low = tokens[at], tokens[at].text.lower()
    if is_negation(token):
        return "X"
    if low in {"no", "to"}:
        return "O" if low == "no" else "T"
    if low in blocked or token.lemma.lower() in blocked:
        return ""
    if token.pos in {"ADP", "PART"}:
        return "P" if low.isalpha() else ""
    if token.pos == "PROPN":
        return "N" if is_acronym(token.text) else ""
    if not is_word(token) or (token.pos == "" and low in STOP):
        return ""
    if token.pos == "VERB":
        return _verb(tokens, at)
    after_is = at > 0 and token.pos == "ADJ" and _links(tokens, at)
    return "K" if after_is else LETTERS.get(token.pos, "")


def _verb(tokens: Sequence[Token], at: int) -> str:
    low, lemma = tokens[at].text.lower(), tokens[at].lemma.lower()
    if low == lemma or low.endswith("ing"):
        return "V"
    if low.endswith("s"):
        return "S"
    before = tokens[at - 1].pos if at else "PUNCT"
    leads = at + 1 < len(tokens) and tokens[at + 1].pos in {"NOUN", "ADJ"} and before in {"DET", "ADP", "PUNCT"}
    return "E" if leads or _links(tokens, at) else ""


def _links(tokens: Sequence[Token], at: int) -> bool:
    """Tell whether an auxiliary, or "not", stands before a word, adverbs aside."""
    before = at - 1
    while before >= 0 and tokens[before].pos == "ADV" and not is_negation(tokens[before]):
        before -= 1
    return before >= 0 and (tokens[before].pos == "AUX" or is_negation(tokens[before]))


def _droppable(token: Token) -> bool:
    return token.pos in DROPPED or token.text.lower() in FILLERS


def _well_formed(parts: Sequence[Part], letters: str) -> bool:
    """Refuse torn phrases, stop words at the ends, two forms of one word, and phrases of empty words only."""
    if "T" in letters:
        return _tight(parts) and parts[0].token.lemma.lower() not in STOP
    if letters[-1] in "NW" and len(letters) > 1 and "X" not in letters and stem(parts[-1].token.lemma) == "work":
        return False
    if "P" in letters[:-1] and letters[0] != "V" and not _tied(parts):
        return False
    empty = [one.token.text.lower() in STOP or one.token.lemma.lower() in STOP for one in parts]
    words = [(one.token.text.lower(), bare) for one, bare in zip(parts, empty, strict=True) if one.letter in CONTENT]
    if any(bare and low not in SUPPORTING for low, bare in words) or all(bare for _, bare in words):
        return False
    stems = [stem(one.token.lemma) for one in parts if one.letter != "X"]
    return len(set(stems)) == len(stems) and _tight(parts)


def _tied(parts: Sequence[Part]) -> bool:
    return all(one.token.text.lower() in TYING for one in parts if one.letter == "P")


def _tight(parts: Sequence[Part]) -> bool:
    """Tell whether nothing was left out where a word belongs to the one after it."""
    return all(two.at == one.at + 1 or one.letter + two.letter not in TIGHT for one, two in pairwise(parts))
