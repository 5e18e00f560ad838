"""The one form in which equal wordings are embedded and tagged, so that the first writer's typing decides nothing."""

import hashlib
import re

from nlp.text.placeholder import PLACEHOLDER

_PERSON = re.compile(r"<PERSON_\d+>")
_REPEATED = re.compile(r"([!?.,;:\-–—*~])\1+")
# Marks at the ends that carry no words; a question mark stays.
_ENDS = " .,;:!-–—*~\"'“”‘’()[]"


def canonical(text: str) -> str:
    """Return the text in lower case with single blanks, no repeated or outer punctuation; people lose their numbers.

    A text of punctuation only keeps it. Idempotent.
    """
    line = _REPEATED.sub(r"\1", " ".join(_PERSON.sub("<PERSON>", text).split()))
    return _lowered(line).strip(_ENDS) or line


def _lowered(line: str) -> str:
    """Lower the words, not the placeholders."""
    parts, last = [], 0
    for match in re.finditer(rf"{PLACEHOLDER.pattern}|<PERSON>", line):
        parts += [line[last : match.start()].casefold(), match.group()]
        last = match.end()
    return "".join([*parts, line[last:].casefold()])


def text_key(text: str) -> str:
    """Return the key under which a wording is embedded and tagged once: SHA-256 of its canonical form, 64 digits."""
    return hashlib.sha256(canonical(text).encode("utf-8", "replace")).hexdigest()
