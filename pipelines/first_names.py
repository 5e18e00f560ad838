"""Write the lists of first names and words of grammar that redaction knows: `python -m pipelines.first_names`.

Needs the dev extra.
The names are those of Faker's person providers (MIT), in Latin letters, without accents and case; words of grammar in
the languages that comments come in are left out. What a name also means in English is asked when it is used.
"""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from importlib.metadata import version

from nlp.text.first_names import FILE, GRAMMAR_FILE, spacy_stop_words
from nlp.text.people import fold

HEADER = (
    "# First names from Faker {version} (MIT, Daniele Faraglia and contributors), made by pipelines/first_names.py.\n"
)
_LATIN = re.compile(r"[a-z]{3,20}")
# Months, days and greetings, which calendars and comments hold more often than people are called so.
_NOT_NAMES = frozenset(
    "mai juni juli januar februar oktober dezember lundi mardi mercredi jeudi vendredi samedi dimanche avril juin "
    "lunes martes jueves viernes enero febrero abril mayo junio julio media meta mille beste tage leider danke bitte "
    "merci yada dev cal edi sim pim".split()
)


def write_first_names() -> int:
    """Write both files. Returns how many names it holds."""
    grammar = spacy_stop_words()
    names = sorted(name for name in set(_all_names()) - _NOT_NAMES - grammar if _LATIN.fullmatch(name))
    FILE.write_text(HEADER.format(version=version("faker")) + "\n".join(names) + "\n", encoding="utf-8")
    head = f"# Stop words of twelve languages from spaCy {version('spacy')} (MIT), made by pipelines/first_names.py.\n"
    GRAMMAR_FILE.write_text(head + "\n".join(sorted(grammar)) + "\n", encoding="utf-8")
    return len(names)


def _all_names() -> Iterator[str]:
    providers = importlib.import_module("faker.providers.person")
    for found in pkgutil.iter_modules(providers.__path__):
        provider = importlib.import_module(f"faker.providers.person.{found.name}").Provider
        for attribute in dir(provider):
            if attribute.startswith("first_names"):
                listed = getattr(provider, attribute)
                if isinstance(listed, list | tuple | set | dict):
                    yield from (fold(one) for one in listed)


if __name__ == "__main__":
    print(write_first_names())  # noqa: T201
