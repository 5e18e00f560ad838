"""Names of many countries and words of grammar, from lists that ship (`pipelines/first_names.py` writes them)."""

from functools import cache
from importlib import import_module
from pathlib import Path

FILE = Path(__file__).with_name("first_names.txt")
# Written by hand, for what the packages' lists lack: names of Africa, Central and South Asia, Wales, the Pacific.
MORE_FILE = Path(__file__).with_name("more_names.txt")
SURNAMES_FILE = Path(__file__).with_name("surnames.txt")
RARE_FILE = Path(__file__).with_name("rare_words.txt")
GRAMMAR_FILE = Path(__file__).with_name("grammar_words.txt")
# Languages of comments whose words of grammar the list of names may hold: "else", "dann", "mir".
_LANGUAGES = ("da", "de", "en", "es", "fi", "fr", "it", "nb", "nl", "pl", "pt", "sv")


@cache
def first_names() -> frozenset[str]:
    """Return the names, folded (`nlp.text.people.fold`), without words of grammar."""
    return _read(FILE) | _read(MORE_FILE)


@cache
def surnames() -> frozenset[str]:
    """Return surnames, folded, that are no English word and no first name."""
    return _read(SURNAMES_FILE)


@cache
def rare_words() -> frozenset[str]:
    """Return the first names that the dictionary holds and hardly a comment: "horace", "prudence"."""
    return _read(RARE_FILE)


@cache
def grammar_words() -> frozenset[str]:
    """Return the words of grammar of the languages that comments come in, in lower case."""
    return _read(GRAMMAR_FILE)


def spacy_stop_words() -> frozenset[str]:
    """Return what spaCy lists as stop words of these languages: what the file is made of. Imports much."""
    lists = [import_module(f"spacy.lang.{language}.stop_words").STOP_WORDS for language in _LANGUAGES]
    return frozenset(word for words in lists for word in words)


def _read(file: Path) -> frozenset[str]:
    lines = file.read_text(encoding="utf-8").splitlines()
    return frozenset(line for line in lines if line and not line.startswith("#"))
