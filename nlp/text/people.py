"""People whom the user's files name: contacts go, the vendor's own staff stay, and each keeps one pseudonym."""

import hashlib
import hmac
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from nlp.text.deeds import HUMAN, OBJECTS, TIMES, acts, opens_clause, present
from nlp.text.first_names import grammar_words, rare_words
from nlp.text.lexicon import DOUBTFUL_NAMES, FIRST_NAMES, NICKNAMES, PLACES, PRODUCTS
from nlp.text.records import NO_WORDS, Span, Token, Vocabulary, Word
from nlp.text.short_names import short_forms
from nlp.text.slips import LEAST_SLIP, near_forms, slips

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_TITLES = frozenset("mr mrs ms miss mx dr prof herr frau mme m. mlle sr sra jr ii iii phd mba md ing dipl".split())
_PARTICLES = frozenset("de del della der den di da dos du el al bin ibn la le lo ter van von y zu zum zur".split())
# What may stand between two parts of one name: "Jo-Ann", "J. Doe", "Doe, Jo", "jo.doe", "jo_doe".
_GAP = re.compile(r"^(?:[ \-._]|\. |, | -)$")
# Letters that are no letter with an accent to Unicode.
_LETTERS = str.maketrans({"’": "'", "đ": "d", "ł": "l", "ø": "o", "ð": "d", "þ": "th", "ı": "i", "æ": "ae", "œ": "oe"})
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})


@dataclass(frozen=True, slots=True)
class Person:
    """A known person: a durable key (the contact's or staff member's id), the name as filed, the mail address."""

    key: str
    name: str
    email: str = ""


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
        self._contacts = _index(people)
        self._initials = {person.key: {word.folded[0] for word in split_words(person.name)} for person in people}
        self._particles = {person.key: _particles(person) for person in people}
        self._first = {words[0].folded for person in people if (words := split_words(person.name))}
        self._short = _short_index(people, self._contacts)
        self._near = near_forms(self._contacts)
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
        words = split_words(text)
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
        if letter and letter.group(1) != "I" and letter.group(1).lower() in self._initials_of(keys) - {"a", "i"}:
            return True
        lonely = opens_clause(before, text, word.start)
        if after is None or not lonely:
            beside = before is not None and before.text.lower() in {"and", "&", "und", "et", "y"}
            return beside and bool(found) and found[-1].end == tokens[place - 2].end
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
        return next((self._contacts[form] for form in slips(word.folded, self._near)), frozenset())


def _is_name(word: Word, tokens: Sequence[Token], tags: Mapping[int, int], *, text: str, plain: Vocabulary) -> bool:
    """Say whether a single word that is part of a contact's name is meant as one here."""
    if word.folded in FIRST_NAMES or not is_plain(word.folded, plain):
        return len(word.folded) > 2 or word.text[0].isupper()
    if text[max(0, word.start - 1) : word.start] == "@" or acts([word], tokens, tags, text):
        return True
    if word.start not in tags:
        return False
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


def _index(people: Iterable[Person]) -> dict[str, frozenset[str]]:
    """Map each folded part of a name to the keys of the people who bear it."""
    forms: dict[str, set[str]] = {}
    for person in people:
        for form in _forms(person):
            forms.setdefault(form, set()).add(person.key)
    return {form: frozenset(keys) for form, keys in forms.items()}


@lru_cache(maxsize=4)
def _staff_index(people: tuple[Person, ...]) -> dict[str, frozenset[str]]:
    """One index for the gazetteers of all accounts, so that memory and messages to helpers hold it once."""
    return _index(people)


def _forms(person: Person) -> set[str]:
    words = [word for word in split_words(person.name) if word.folded not in _TITLES]
    forms = {word.folded for word in words if len(word.folded) > 1 and word.folded not in _PARTICLES}
    forms |= {fold(word.text.lower().translate(_UMLAUTS)) for word in words if not word.text.isascii()}
    if words:
        forms |= NICKNAMES.get(words[0].folded, frozenset())
    if len(words) > 1:
        first, last = words[0].folded, words[-1].folded
        forms |= {first[0] + last, first + last}
    forms |= {fold(joined.replace("-", "")) for joined in _HYPHENED.findall(person.name)}
    handle = person.email.split("@")[0].lower()
    return forms | ({handle} if handle.isalpha() and len(handle) >= 4 and handle not in _ROLE_HANDLES else set())


_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def _particles(person: Person) -> frozenset[str]:
    words = [word.folded for word in split_words(person.name)]
    return frozenset(word for word in words[1:-1] if word in _PARTICLES or len(word) <= 3)


def _short_index(people: Iterable[Person], taken: Collection[str]) -> dict[str, frozenset[str]]:
    """Map the short forms that a first name may be called by to its bearers; forms that somebody bears stay theirs."""
    forms: dict[str, set[str]] = {}
    for person in people:
        words = [word for word in split_words(person.name) if word.folded not in _TITLES]
        for form in short_forms(words[0].folded) if words else ():
            if form not in taken and form not in grammar_words() and not is_plain(form, NO_WORDS):
                forms.setdefault(form, set()).add(person.key)
    return {form: frozenset(keys) for form, keys in forms.items()}


_ROLE_HANDLES = frozenset(
    "admin billing contact finance hello help info office sales service support team hallo mail".split()
)


def _has_name_case(run: Sequence[Word]) -> bool:
    """A full name counts in any case, but "will page" with two plain words needs a capital."""
    return any(word.text[0].isupper() for word in run) or not all(
        word.folded in DOUBTFUL_NAMES or word.folded in PRODUCTS for word in run
    )


_INITIAL_BEFORE = re.compile(r"(?<!\w)[A-Z]\. ?$")
_LOWER_AFTER = re.compile(r"^ [a-z](?:\.(?=\s|$)|(?![\w']))")
_INITIAL_AFTER = re.compile(r"^ [A-Z](?:\.(?=\s|$)|(?!\w|'))")


def _with_initials(text: str, run: Sequence[Word], initials: set[str]) -> tuple[int, int]:
    """Widen a name by "J. " before it or " D." after it; in lower case where it is the person's own.

    "I" is a pronoun far more often.
    """
    start, end = run[0].start, run[-1].end
    before = _INITIAL_BEFORE.search(text[max(0, start - 4) : start])
    if before:
        start -= len(before.group())
    after = _INITIAL_AFTER.match(text[end : end + 4])
    if after and after.group().strip() not in {"I", "A"} and run[-1].text[0].isupper():
        end += len(after.group())
    own = _LOWER_AFTER.match(text[end : end + 4])
    if own and run[-1].text[0].islower() and own.group().strip(" .") in initials - {"i", "a", "u"}:
        end += len(own.group())
    return start, end
