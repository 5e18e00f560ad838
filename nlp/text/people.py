"""People whom the user's files name: contacts go, the vendor's own staff stay, and each keeps one pseudonym."""

import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nlp.text.contact_cues import SIGNED, is_shown, is_told_of
from nlp.text.contact_forms import (
    Person,
    base_of,
    index_of,
    initials_of,
    particles_of,
    short_index_of,
    sound_of,
    sounds_of,
)
from nlp.text.deeds import HUMAN, OBJECTS, TIMES, acts, opens_clause, present
from nlp.text.folding import fold, is_plain, split_words
from nlp.text.lexicon import DOUBTFUL_NAMES, FIRST_NAMES, PLACES, PRODUCTS
from nlp.text.records import NO_WORDS, Span, Token, Vocabulary, Word
from nlp.text.slips import LEAST_SLIP, near_forms, slips

# What may stand between two parts of one name: "Jo-Ann", "J. Doe", "Doe, Jo", "jo.doe", "jo_doe".
_GAP = re.compile(r"^(?:[ \-._]|\. |, | -)$")


@dataclass(slots=True)
class Pseudonyms:
    """Numbers of one account's people, kept between runs. Holds keyed hashes, never names.

    Attributes:
        secret: Keys the hashes, so that nobody can look up a name in them.
        numbers: Hash to number, counting from 1. Save it with the account and hand it back next time.
    """

    secret: bytes = b""
    numbers: dict[str, int] = field(default_factory=dict)

    def placeholder(self, key: str) -> str:
        """Return `<PERSON_n>` for a person's key; a new person gets the next number."""
        digest = pseudonym_hash(self.secret, key)
        number = self.numbers.setdefault(digest, max(self.numbers.values(), default=0) + 1)
        return f"<PERSON_{number}>"

    def forget(self, key: str) -> bool:
        """Drop a person's number; the number is not given to anybody else while a higher one exists."""
        digest = pseudonym_hash(self.secret, key)
        return self.numbers.pop(digest, None) is not None


def pseudonym_hash(secret: bytes, key: str) -> str:
    """Give the keyed hash that a person's number is kept under, 32 hex digits."""
    return hmac.new(secret, key.encode("utf-8", "replace"), hashlib.sha256).hexdigest()[:32]


class Gazetteer:
    """The names known for one account.

    Args:
        contacts: The account's people; every form of their names is found.
        staff: The vendor's people; their names stay, unless a contact bears the same name.
        keep: Names of products and companies, which stay even where a part is a contact's name.
    """

    def __init__(
        self,
        contacts: Iterable[Person] = (),
        *,
        staff: Iterable[Person] = (),
        keep: Iterable[str] = (),
    ) -> None:
        people = tuple(contacts)
        self._contacts = index_of(people)
        self._initials = {person.key: {word.folded[0] for word in split_words(person.name)} for person in people}
        self._particles = {person.key: particles_of(person) for person in people}
        self._first = {words[0].folded for person in people if (words := split_words(person.name))}
        self._short = short_index_of(people, self._contacts)
        self._near = near_forms(self._contacts)
        self._sounds = sounds_of(self._contacts)
        self._signs = {letters: person.key for person in people if (letters := initials_of(person))}
        self._staff = _staff_index(tuple(staff))
        self._keep = {phrase for name in keep if (phrase := tuple(word.folded for word in split_words(name)))}
        self._keep_starts = {phrase[0] for phrase in self._keep}

    def __bool__(self) -> bool:
        """Say whether any name is known."""
        return bool(self._contacts or self._staff or self._keep)

    def find(
        self, text: str, *, tokens: Sequence[Token] = (), plain: Vocabulary = NO_WORDS
    ) -> tuple[list[Span], list[Span]]:
        """Return the spans of contacts (kind PERSON, key set) and the spans that must stay, both sorted.

        `plain` holds English words in lower case: a contact called "Cook" is found only where it reads as a name.
        """
        if not self:
            return [], []
        words = [self._without_article(word) for word in split_words(text)]
        tags = {token.start: place for place, token in enumerate(tokens)}
        found: list[Span] = []
        stays = list(self._kept_spans(words))
        kept = {place for span in stays for place in range(span.start, span.end)}
        place = 0
        while place < len(words):
            if words[place].start in kept:
                place += 1
                continue
            width, keys, mine = self._run(text, words, place, plain)
            run = words[place : place + max(width, 1)]
            if width and not mine:
                stays.append(Span(run[0].start, run[-1].end, "STAFF"))
            elif width and (
                (width > 1 and (_has_name_case(run) or acts(run, tokens, tags, text)))
                or (width == 1 and _is_name(run[0], tokens, tags, text=text, plain=plain))
                or (width == 1 and self._is_meant(run[0], keys, tokens, tags, text=text, found=found))
            ):
                run = list(self._with_particles(words, place, run, keys))
                start, end = _with_initials(text, run, self._initials_of(keys))
                found.append(Span(start, end, "PERSON", f"contact:{min(keys)}"))
            place += max(width, 1)
        found += self._signed(text)
        return found, sorted(stays, key=lambda span: span.start)

    def _with_particles(
        self, words: Sequence[Word], place: int, run: Sequence[Word], keys: Collection[str]
    ) -> Sequence[Word]:
        """Take what stands before a surname with it: "du Plessis", "Le Goff"."""
        own = {particle for key in keys for particle in self._particles.get(key, ())}
        start = place
        while start and words[start - 1].folded in own and words[start].start - words[start - 1].end == 1:
            start -= 1
        return [*words[start:place], *run]

    def _without_article(self, word: Word) -> Word:
        """Take the name out of "l'Oriol" and "Mehmet'in"; names that hold the sign stay whole."""
        head, sign, tail = word.folded.partition("'")
        if not sign or word.folded in self._contacts or len(word.folded) != len(word.text):
            return word
        if tail in self._contacts and len(head) <= 4:
            return Word(tail, word.text[-len(tail) :], word.end - len(tail), word.end)
        return (
            Word(head, word.text[: len(head)], word.start, word.start + len(head)) if head in self._contacts else word
        )

    def _signed(self, text: str) -> Iterator[Span]:
        """Take the initials that a text ends with: "- JD", "K." on a line of its own."""
        match = SIGNED.search(text[-24:])
        key = self._signs.get(re.sub(r"\W", "", match["letters"]).lower()) if match else None
        if match and key is not None:
            shift = max(0, len(text) - 24)
            yield Span(match.start("letters") + shift, match.end("letters") + shift, "PERSON", f"contact:{key}")

    def _initials_of(self, keys: Collection[str]) -> set[str]:
        return {letter for key in keys for letter in self._initials.get(key, ())}

    def _is_meant(
        self,
        word: Word,
        keys: Collection[str],
        tokens: Sequence[Token],
        tags: Mapping[int, int],
        *,
        text: str,
        found: Sequence[Span],
    ) -> bool:
        """Take a plain word that is a contact's first name by its place: "hope flagged it", "art and gloria"."""
        if word.folded not in self._first or word.start not in tags or word.folded in OBJECTS:
            return False
        place = tags[word.start]
        before, after = tokens[place - 1] if place else None, tokens[place + 1] if place + 1 < len(tokens) else None
        letter = re.match(r" ([^\W\d_])(?:\.|\b(?!'))", text[word.end : word.end + 4])
        dotted = (
            letter is not None and letter.group().endswith(".") and letter.group(1).isupper() and word.text[0].isupper()
        )
        if letter and (dotted or letter.group(1) not in "AaIi") and letter.group(1).lower() in self._initials_of(keys):
            return True
        joined = before is not None and before.text.lower() in {"and", "&", "und", "et", "y"}
        if joined and found and found[-1].end == tokens[place - 2].end:
            return True
        if after is None or not opens_clause(before, text, word.start):
            return False
        if after.text.lower() in {"and", "&", "und", "et", "y"} and place + 2 < len(tokens):
            if before is not None and before.text == ",":
                return False
            other = fold(tokens[place + 2].text)
            return other in FIRST_NAMES or other in self._first
        if word.folded in TIMES:
            return after.lemma in HUMAN and (after.tag in {"VBD", "VBZ"} or before is None)
        if present(after.text.lower()) in HUMAN and after.text.lower() not in HUMAN:
            return True
        return (
            after.tag in {"VBD", "VBZ"}
            or (after.tag == "MD" and word.folded != after.text.lower())
            or (after.text.lower() == word.folded and word.folded == "will")
        )

    def _kept_spans(self, words: Sequence[Word]) -> Iterator[Span]:
        for place, word in enumerate(words):
            if word.folded not in self._keep_starts:
                continue
            for phrase in self._keep:
                run = words[place : place + len(phrase)]
                if tuple(each.folded for each in run) == phrase:
                    yield Span(run[0].start, run[-1].end, "KEEP")

    def _run(self, text: str, words: Sequence[Word], place: int, plain: Vocabulary) -> tuple[int, frozenset[str], bool]:
        """Return how many words from `place` name one person, whom they may name, and whether that is a contact."""
        best: tuple[int, frozenset[str], bool] = (0, frozenset(), False)
        for index, mine in ((self._staff, False), (self._contacts, True)):
            keys, width = self._bearers(index, words[place], plain, near=mine), 0
            while keys:
                width += 1
                best = (width, keys, mine) if width >= best[0] else best
                follower = place + width
                if follower >= len(words) or not _GAP.match(text[words[follower - 1].end : words[follower].start]):
                    break
                keys = keys & self._bearers(index, words[follower], plain, near=mine)
        return best

    def _bearers(
        self, index: Mapping[str, frozenset[str]], word: Word, plain: Vocabulary, *, near: bool
    ) -> frozenset[str]:
        """Give who may be meant by a word: as filed, with a possessive s, or written with one slip."""
        found = index.get(word.folded)
        if not found and near and word.folded in self._short and not is_plain(word.folded, plain):
            found = self._short[word.folded]
        if found or len(word.folded) < LEAST_SLIP:
            return found or frozenset()
        if word.folded.endswith("s") and word.folded[:-1] in index and not is_plain(word.folded[:-1], NO_WORDS):
            return index[word.folded[:-1]]
        if is_plain(word.folded, plain):
            return frozenset()
        if not near or word.folded in FIRST_NAMES:
            return frozenset()
        form = next(slips(word.folded, self._near), None) or base_of(word.folded, index)
        form = form or self._sounds.get(sound_of(word.folded))
        return index[form] if form else frozenset()


def _is_name(word: Word, tokens: Sequence[Token], tags: Mapping[int, int], *, text: str, plain: Vocabulary) -> bool:
    """Say whether a single word that is part of a contact's name is meant as one here."""
    if word.folded in FIRST_NAMES or not is_plain(word.folded, plain):
        return len(word.folded) > 2 or word.text[0].isupper()
    if text[max(0, word.start - 1) : word.start] == "@" or not word.text.isascii() or is_shown(word, text):
        return True
    if acts([word], tokens, tags, text):
        return True
    if word.start not in tags:
        return False
    if is_told_of(word, tokens[tags[word.start]], text):
        return True
    if not word.text[0].isupper():
        return _stands_alone(word, tokens, tags[word.start], plain=plain)
    before = text[max(0, word.start - 4) : word.start]
    return bool(_INITIAL_BEFORE.search(before)) or reads_as_name(tokens, tags[word.start], text)


def _stands_alone(word: Word, tokens: Sequence[Token], place: int, *, plain: Vocabulary) -> bool:
    """Take "according to miller" for the contact: only a noun, yet without an article, and no noun behind it."""
    if word.folded in plain.verbs_and_more or word.folded in DOUBTFUL_NAMES | PRODUCTS | PLACES or place == 0:
        return False
    after = tokens[place + 1].tag if place + 1 < len(tokens) else "."
    plural = word.folded.endswith("s") and tokens[place].tag == "NNS"
    return not plural and tokens[place - 1].tag in {"TO", "IN", "VB"} and not after.startswith(("NN", "HYPH"))


def reads_as_name(tokens: Sequence[Token], place: int, text: str) -> bool:
    """Say whether a capitalised word that is also a plain word is a name by its neighbours."""
    token = tokens[place]
    after = tokens[place + 1] if place + 1 < len(tokens) else None
    before = tokens[place - 1] if place else None
    if token.tag == "MD" and after is not None and after.tag in {"VBD", "VBZ"}:
        return True  # "Will was": a modal takes no finite verb.
    if not token.tag.startswith("NNP") or text.isupper():
        return False
    if after is not None and (
        after.tag in {"CD", "NN", "NNS", "NNP", "NNPS", "HYPH"} or after.text.lower() in {"as", "&"}
    ):
        return False
    if before is not None and before.text.lower() in _NOT_BEFORE_NAMES:
        return False
    if before is not None and before.tag in {"DT", "JJ", "CD", "NNP", "NNPS", "PRP$"}:
        return False
    return (before is not None and before.text not in ".!?") or (
        after is not None
        and (after.tag in {"VBD", "VBZ", "MD", "POS", "CC", ","} or after.lemma in {"from", "in", "at"})
    )


# A month or a place follows these, hardly a person.
_NOT_BEFORE_NAMES = frozenset({"in", "on", "since", "until", "till", "during", "into", "via"})


@lru_cache(maxsize=4)
def _staff_index(people: tuple[Person, ...]) -> dict[str, frozenset[str]]:
    """One index for the gazetteers of all accounts, so that memory and messages to helpers hold it once."""
    return index_of(people)


def _has_name_case(run: Sequence[Word]) -> bool:
    """A full name counts in any case, but "will page" with two plain words needs a capital."""
    return any(word.text[0].isupper() for word in run) or not all(
        word.folded in DOUBTFUL_NAMES or word.folded in PRODUCTS for word in run
    )


_INITIAL_BEFORE = re.compile(r"(?<!\w)(?:[A-Z]\. ?){1,3}$")
_LOWER_AFTER = re.compile(r"^ [a-z](?:\.(?=\s|$)|(?![\w']))")
_INITIAL_AFTER = re.compile(r"^ [A-Z](?:\.(?=\s|$)|(?!\w|'))")


def _with_initials(text: str, run: Sequence[Word], initials: set[str]) -> tuple[int, int]:
    """Widen a name by "J. " before it or " D." after it; in lower case where it is the person's own.

    "I" is a pronoun far more often.
    """
    start, end = run[0].start, run[-1].end
    before = _INITIAL_BEFORE.search(text[max(0, start - 10) : start])
    if before:
        start -= len(before.group())
    after = _INITIAL_AFTER.match(text[end : end + 4])
    if after and after.group().strip() not in {"I", "A"} and run[-1].text[0].isupper():
        end += len(after.group())
    own = _LOWER_AFTER.match(text[end : end + 4])
    if own and run[-1].text[0].islower() and own.group().strip(" .") in initials - {"i", "a", "u"}:
        end += len(own.group())
    return start, end
