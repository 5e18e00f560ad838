"""Write the lists of names and words of grammar that redaction knows: `python -m pipelines.first_names`.

Needs the dev extra.
The names are those of Faker's and mimesis' lists (both MIT) and of the US census of 1990 (public domain, from the
package `names`, MIT), in Latin letters, without accents and case; words of grammar in the languages that comments
come in are left out. What a name also means in English is asked when it is used: but a name that is in the dictionary
and in no text of ours or of the two word lists ("horace", "prudence") is a name.
"""

import importlib
import json
import pkgutil
import re
from collections.abc import Iterable, Iterator
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

from anyascii import anyascii

from nlp.text.first_names import FILE, GRAMMAR_FILE, RARE_FILE, SURNAMES_FILE, spacy_stop_words
from nlp.text.folding import fold
from nlp.text.lexicon import PLACES
from nlp.text.spacy_pass import english_words

_LATIN = re.compile(r"[a-z]{3,20}")
# Scripts that are spelt the same way in Latin letters nearly always: Greek, Cyrillic, Georgian, Devanagari.
_SPELT = re.compile(r"^[\u0370-\u04ff\u10a0-\u10ff\u0900-\u097f]+$")
# Months, days, greetings and towns, which calendars and comments hold more often than people are called so.
_NOT_NAMES = frozenset(
    "mai juni juli januar februar oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche avril juin "
    "lunes martes jueves viernes enero febrero abril mayo junio julio media meta mille beste tage leider danke bitte "
    "merci yada dev cal edi sim pim versie santa san sao sankt saint".split()
)
# Of the 88,799 surnames of the census, the commonest: the last of them has 1 bearer in 80,000.
_CENSUS_SURNAMES = 12_000
_TEXTS = ("data/sample", "data/gold", "data/taxonomy")


def write_names() -> dict[str, int]:
    """Write all files. Returns how many words each holds."""
    grammar = spacy_stop_words()
    first = _latin(_first_names(), without=grammar)
    last = _latin(_surnames(), without=grammar | first | english_words().words)
    source = f"Faker {version('faker')}, mimesis {version('mimesis')} (MIT) and the US census of 1990 (public domain)"
    used = _used_words() | PLACES
    rare = {name for name in first & english_words().words if name not in used and len(name) > 3}
    stop = f"Stop words of twelve languages from spaCy {version('spacy')} (MIT)"
    return {
        FILE.name: _write(FILE, f"First names from {source}", first),
        SURNAMES_FILE.name: _write(SURNAMES_FILE, f"Surnames from {source}", last),
        RARE_FILE.name: _write(RARE_FILE, "First names that are in the dictionary and in no text of ours", rare),
        GRAMMAR_FILE.name: _write(GRAMMAR_FILE, stop, grammar),
    }


def _write(file: Path, head: str, words: Iterable[str]) -> int:
    lines = sorted(words)
    file.write_text(f"# {head}, made by pipelines/first_names.py.\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return len(lines)


def _latin(names: Iterable[str], *, without: frozenset[str] | set[str]) -> frozenset[str]:
    folded = {fold(anyascii(name) if _SPELT.match(name) else name) for name in names}
    return frozenset(name for name in folded - _NOT_NAMES - without if _LATIN.fullmatch(name))


def _first_names() -> Iterator[str]:
    yield from _of_faker("first_names", "first_romanized_names")
    yield from _of_mimesis("names")
    yield from (*_of_census("female.first"), *_of_census("male.first"))


def _surnames() -> Iterator[str]:
    yield from _of_faker("last_names", "last_romanized_names")
    yield from _of_mimesis("surnames")
    yield from _of_census("all.last")[:_CENSUS_SURNAMES]


def _of_faker(*starts: str) -> Iterator[str]:
    providers = importlib.import_module("faker.providers.person")
    for found in pkgutil.iter_modules(providers.__path__):
        provider = importlib.import_module(f"faker.providers.person.{found.name}").Provider
        for attribute in dir(provider):
            listed = getattr(provider, attribute) if attribute.startswith(starts) else None
            if isinstance(listed, list | tuple | set | dict):
                yield from (str(one) for one in listed)


def _of_mimesis(key: str) -> Iterator[str]:
    for folder in (files("mimesis") / "datasets").iterdir():
        file = folder / "person.json"
        listed = json.loads(file.read_text(encoding="utf-8")).get(key, []) if file.is_file() else []
        for part in listed.values() if isinstance(listed, dict) else [listed]:
            yield from part


def _of_census(name: str) -> list[str]:
    lines = (files("names") / f"dist.{name}").read_text(encoding="utf-8").splitlines()
    return [line.split()[0] for line in lines if line.strip()]


def _used_words() -> set[str]:
    """Give the words that texts of ours hold in lower case, and those of the two packages' English word lists."""
    root = Path(__file__).parents[1]
    texts = [file for folder in _TEXTS for file in sorted((root / folder).rglob("*")) if file.suffix in _READ]
    own = {word for file in texts if "personal" not in file.parts for word in _words(file.read_text(encoding="utf-8"))}
    mimesis = json.loads((files("mimesis") / "datasets" / "en" / "text.json").read_text(encoding="utf-8"))
    faker = importlib.import_module("faker.providers.lorem.en_US").Provider
    return own | {word.lower() for word in (*mimesis["words"], *faker.word_list)}


_READ = {".csv", ".json", ".jsonl", ".yaml", ".yml", ".toml", ".md"}


def _words(text: str) -> list[str]:
    return re.findall(r"(?<![\w'-])[a-z]{2,}(?![\w-])", text)


if __name__ == "__main__":
    print(write_names())  # noqa: T201
