"""Forms that a known person's name is met in: parts, short names, run together, inflected, in another script."""

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from nlp.text.first_names import grammar_words
from nlp.text.folding import fold, is_plain, split_words
from nlp.text.lexicon import NICKNAMES
from nlp.text.records import NO_WORDS
from nlp.text.short_names import endings_of, short_forms

TITLES_OF_NAMES = frozenset(
    "mr mrs ms miss mx dr prof herr frau mme m. mlle sr sra jr ii iii phd mba md ing dipl".split()
)
PARTICLES = frozenset("de del della der den di da dos du el al bin ibn la le lo ter van von y zu zum zur".split())
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa", "æ": "ae"})
# Endings that languages with cases put behind a name, folded; Hungarian, Finnish, Estonian, Slavic, Turkish.
_CASES = frozenset(
    "a u e i y o om em am ou ej oj ovi owi ego emu im ym ie ka ku ke ki nak nek val vel t at et ot hoz hez tol nal "
    "nel rol "
    "ert ek n lle lta lla ssa sta ta le ga lt in un nin nun ye ya yi den dan de da la s es у ю е и ы ои ою ом ем "
    "ові еві еи а я "
    "і і ев ов ів ами ами ою ев".split()
)
_STEM_ENDINGS = ("", "a", "o", "e", "а", "я", "о", "и")
# ISO 9 without diacritics, as people write it; Greek by sound.
_LATIN = str.maketrans(
    dict(
        zip(
            "абвгґдеєёжзиіїклмнопрстуфхцчшщыэюяαβγδεζηθικλμνξοπρσςτυφχψω",
            "a b v g g d e ie e zh z i i i k l m n o p r s t u f h ts ch sh sch y e iu ia a v g d e z i th i k l m "
            "n x o p r s s t i f "
            "ch ps o".split(),
            strict=True,
        )
    )
    | {"ь": "", "ъ": ""}
)
# Spellings of one sound, in this order.
_SOUNDS = tuple(
    pair.split(":")
    for pair in "ph:f sch:s sh:s sz:s tch:k ch:k cz:k ck:k ts:k th:t kh:k gh:g dj:j zh:z "
    "ij:i ei:i ie:i ee:i ou:u oo:u "
    "ue:u oe:o ae:e y:i j:i w:v c:k q:k x:ks z:s".split()
)
_LEAST_SOUND = 4


@dataclass(frozen=True, slots=True)
class Person:
    """A known person: a durable key (the contact's or staff member's id), the name as filed, the mail address."""

    key: str
    name: str
    email: str = ""


def index_of(people: Iterable[Person]) -> dict[str, frozenset[str]]:
    """Map each folded part of a name to the keys of the people who bear it."""
    forms: dict[str, set[str]] = {}
    for person in people:
        for form in forms_of(person):
            forms.setdefault(form, set()).add(person.key)
    return {form: frozenset(keys) for form, keys in forms.items()}


def initials_of(person: Person) -> str:
    """Return the initials that a person signs with, two letters and more."""
    words = [word for word in split_words(person.name) if word.folded not in TITLES_OF_NAMES]
    return "".join(word.folded[0] for word in words) if len(words) > 1 else ""


def sound_of(folded: str) -> str:
    """Return what a folded name sounds like: one key for "Kateryna" and "Katerina", "Стелиос" and "Stelios"."""
    sound = folded if folded.isascii() else folded.translate(_LATIN)
    for written, said in _SOUNDS:
        sound = sound.replace(written, said)
    sound = sound[:1] + sound[1:].replace("h", "")
    return re.sub(r"(.)\1+", r"\1", sound)


def sounds_of(index: Mapping[str, frozenset[str]]) -> dict[str, str]:
    """Map the sound of each long form to the form."""
    found: dict[str, str] = {}
    for form in sorted(index):
        sound = sound_of(form)
        if len(sound) >= _LEAST_SOUND and len(form) > _LEAST_SOUND and form.isalpha():
            found.setdefault(sound, form)
    return found


def base_of(folded: str, index: Mapping[str, frozenset[str]]) -> str | None:
    """Return the form that a word is with the ending of a case: "Оксану", "Mislavovi", "Zsófiának"."""
    for cut in range(1, 5):
        stem, ending = folded[:-cut], folded[-cut:]
        if len(stem) < 4:
            return None
        if ending in _CASES:
            for vowel in _STEM_ENDINGS:
                if stem + vowel in index:
                    return stem + vowel
    return None


def forms_of(person: Person) -> set[str]:
    """Return the folded words that name a person: parts, nicknames, parts run together, the handle of the address."""
    words = [word for word in split_words(person.name) if word.folded not in TITLES_OF_NAMES]
    forms = {word.folded for word in words if len(word.folded) > 1 and word.folded not in PARTICLES}
    forms |= {fold(word.text.lower().translate(_UMLAUTS)) for word in words if not word.text.isascii()}
    for word in words[:1] + words[1:-1]:
        forms |= NICKNAMES.get(word.folded, frozenset())
    if len(words) > 1:
        first, last = words[0].folded, words[-1].folded
        forms |= {first[0] + last, first + last, last + first[0], last + first}
        forms |= {one.folded + other.folded for one, other in pairwise(words)}
    forms |= {fold(joined.replace("-", "")) for joined in _HYPHENED.findall(person.name)}
    handle = person.email.split("@")[0].lower()
    return forms | ({handle} if handle.isalpha() and len(handle) >= 4 and handle not in _ROLE_HANDLES else set())


_HYPHENED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+")


def particles_of(person: Person) -> frozenset[str]:
    """Return the small words within a name, which go with the surname."""
    words = [word.folded for word in split_words(person.name)]
    return frozenset(word for word in words[1:-1] if word in PARTICLES or len(word) <= 3)


def short_index_of(people: Iterable[Person], taken: Collection[str]) -> dict[str, frozenset[str]]:
    """Map the short forms that a first name may be called by to its bearers; forms that somebody bears stay theirs."""
    forms: dict[str, set[str]] = {}
    for person in people:
        words = [word for word in split_words(person.name) if word.folded not in TITLES_OF_NAMES]
        given = {
            form for word in words[:1] + words[1:-1] for form in (*short_forms(word.folded), *endings_of(word.folded))
        }
        for form in given:
            if form not in taken and form not in grammar_words() and not is_plain(form, NO_WORDS):
                forms.setdefault(form, set()).add(person.key)
    return {form: frozenset(keys) for form, keys in forms.items()}


_ROLE_HANDLES = frozenset(
    "admin billing contact finance hello help info office sales service support team hallo mail".split()
)
