"""Candidate names: short phrases as customers wrote them, by part-of-speech patterns."""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from nlp.describe.words import STOP, SUPPORTING, Token, is_acronym, is_negation, is_word, masked, stem

# Letters of the patterns: J adjective, K adjective after "is", N noun, P preposition or particle, X "not", W word of
# unknown kind, O "no". Verbs: V base or -ing form, S third person ("fails"), E participle ("was declined", "the agreed
# date"). A verb in the past tense ("my sister won") names nothing, and ends a phrase.
LETTERS = {"ADJ": "J", "NOUN": "N", "ADP": "P", "PART": "P", "": "W"}
CONTENT = frozenset("JKNVSEW")
DROPPED = frozenset({"DET", "AUX", "NUM"})
POSSESSIVES = frozenset("my your our their his her its whose".split())
FILLERS = POSSESSIVES | frozenset("already always even just still yet".split())
PATTERNS = re.compile(
    r"J{0,2}N{1,3}"  # wrong appointment time
    r"|EN{1,2}"  # agreed response time
    r"|OJ?N{1,2}"  # no reply
    r"|J?N{1,2}PJ?N{1,2}"  # delay in delivery, change of address
    r"|VP?J?N{1,3}"  # cancel policy, top up card
    r"|N{1,2}X?[SEK]"  # login fails, card not arrived, battery flat
    r"|N{1,2}X[JV]"  # app not responsive
    r"|XVN{1,2}"  # not receiving code
    r"|W{1,3}"
)
MOST_WORDS = 5


class Phrase(NamedTuple):
    """A candidate: lemmas (its identity), lower-case words in the order written, pattern letters."""

    lemmas: tuple[str, ...]
    words: tuple[str, ...]
    letters: str


def phrases(tokens: Sequence[Token], *, blocked: Collection[str] = (), most: int = MOST_WORDS) -> Iterator[Phrase]:
    """Yield the candidate phrases of one passage, single nouns too.

    Articles, auxiliaries and possessives inside a phrase are left out.
    """
    for run in _runs(tokens, blocked):
        for start in range(len(run)):
            for stop in range(start + 1, min(start + most, len(run)) + 1):
                part = run[start:stop]
                letters = "".join(letter for _, letter in part)
                if PATTERNS.fullmatch(letters) and _well_formed(part):
                    lemmas = tuple("not" if letter == "X" else token.lemma.lower() for token, letter in part)
                    words = tuple("not" if letter == "X" else token.text.lower() for token, letter in part)
                    yield Phrase(lemmas, words, letters)


def _runs(tokens: Sequence[Token], blocked: Collection[str]) -> Iterator[list[tuple[Token, str]]]:
    """Cut a passage where a phrase may not go on: punctuation, pronouns, conjunctions, names, blocked words."""
    run: list[tuple[Token, str]] = []
    hide = masked(tokens)
    for at, token in enumerate(tokens):
        letter = "" if hide[at] else _letter(tokens, at, blocked)
        if letter:
            run.append((token, letter))
        elif hide[at] or not _droppable(token):
            yield run
            run = []
    yield run


def _letter(tokens: Sequence[Token], at: int, blocked: Collection[str]) -> str:
    token, low = tokens[at], tokens[at].text.lower()
    if is_negation(token):
        return "X"
    if low == "no":
        return "O"
    if low in blocked or token.lemma.lower() in blocked:
        return ""
    if token.pos in {"ADP", "PART"}:
        return "P" if low.isalpha() and low != "to" else ""
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


def _well_formed(part: Sequence[tuple[Token, str]]) -> bool:
    """Refuse stop words at the ends, two forms of one word, and phrases of empty words only."""
    empty = [token.text.lower() in STOP or token.lemma.lower() in STOP for token, _ in part]
    words = [(token.text.lower(), bare) for (token, letter), bare in zip(part, empty, strict=True) if letter in CONTENT]
    if any(bare and low not in SUPPORTING for low, bare in words) or all(bare for _, bare in words):
        return False
    stems = [stem(token.lemma) for token, letter in part if letter != "X"]
    return len(set(stems)) == len(stems)
