"""What a person would be recognised by in any text: names, addresses, their own words and keys; found and replaced."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from data.store.personal.person import Held

# What stands where something of a forgotten person stood; in comments the placeholder that redaction knows.
GONE, GONE_IN_WORDS = "[forgotten]", "<PERSON_0>"
# A shorter id may be anybody's value: it is looked for in the columns that hold such ids only.
_LEAST_KEY_CHARS = 6


@dataclass(frozen=True)
class Needles:
    """What to look for: names and addresses in any case of letters, as whole words; texts and keys as they stand.

    Attributes:
        names: Full names, in both orders. Lone words are not looked for: "May" is anybody's month.
        emails: Addresses.
        texts: Their words, the longest first.
        keys: Ids by the columns that may hold them.
        marks: Ids that are looked for in every value.
    """

    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    marks: frozenset[str] = frozenset()

    @classmethod
    def of(cls, held: Held, *, names: Iterable[str] | None = None) -> "Needles":
        """Make them of what is held; `names` where not all of them may be looked for."""
        full = [one for one in (held.names if names is None else names) if " " in one]
        turned = [f"{last}{mark}{first}" for one in full for first, _, last in [one.rpartition(" ")] for mark in _TURNS]
        everything = {*held.contacts, *held.responses, *held.messages, *held.tickets}
        distinct = {one for one in everything if len(one) >= _LEAST_KEY_CHARS and not one.isdigit()}
        return cls(
            tuple(sorted({*full, *turned})),
            tuple(held.emails),
            tuple(sorted(held.texts, key=lambda one: (-len(one), one))),
            _by_column(held),
            frozenset(distinct | {*held.comments, *held.text_keys}),
        )

    @property
    def text_keys(self) -> frozenset[str]:
        """Hashes of passages that were theirs alone."""
        return self.keys.get("text_key", frozenset())

    @property
    def words(self) -> tuple[str, ...]:
        """Names and addresses."""
        return (*self.names, *self.emails)

    @cached_property
    def _form(self) -> re.Pattern[str] | None:
        forms = [re.escape(one).replace(r"\ ", r"[\s.]+") for one in sorted(self.words, key=len, reverse=True)]
        return re.compile(rf"(?<!\w)(?:{'|'.join(forms)})(?!\w)", re.IGNORECASE) if forms else None

    @cached_property
    def _first_words(self) -> tuple[str, ...]:
        return tuple(sorted({one.split()[0].casefold() for one in self.words}))

    def may_hold(self, text: str) -> bool:
        """Say quickly that a text, or many joined, may hold a name, an address or their words; false is sure."""
        folded = text.casefold()
        return any(one in folded for one in self._first_words) or self.has_text(text)

    def has_word(self, text: str) -> bool:
        """Say whether a text holds a name or an address."""
        return self._form is not None and self._form.search(text) is not None

    def words_in(self, texts: Iterable[str]) -> set[str]:
        """Give the names and addresses that stand in some texts."""
        folded = [text.casefold() for text in texts]
        return {one for one in self.words if any(one.casefold() in text for text in folded)}

    def without(self, words: Collection[str]) -> "Needles":
        """Leave some names, addresses and words out."""
        names, emails = (tuple(one for one in held if one not in words) for held in (self.names, self.emails))
        return replace(self, names=names, emails=emails, texts=tuple(one for one in self.texts if one not in words))

    def has_text(self, text: str) -> bool:
        """Say whether a text holds words of theirs."""
        return any(one in text for one in self.texts)

    def scrub(self, text: str, *, gone: str = GONE) -> str:
        """Replace names, addresses, their words, and a value that is one of their ids."""
        if text in self.marks:
            return gone
        if not self.may_hold(text):
            return text
        for one in self.texts:
            text = text.replace(one, gone)
        return text if self._form is None else self._form.sub(gone, text)


_TURNS = (" ", ", ")


def _by_column(held: Held) -> dict[str, frozenset[str]]:
    contacts, comments = frozenset(held.contacts), frozenset(held.comments)
    return {
        "contact_id": contacts,
        "respondent_key": contacts,
        "author_id": contacts,
        "response_id": frozenset(held.responses),
        "ticket_id": frozenset(held.tickets),
        "message_id": frozenset(held.messages),
        "comment_id": comments,
        "signal_key": comments | {f"response:{one}" for one in held.responses},
        "text_key": frozenset(held.text_keys),
    }


def leaves(value: object) -> Iterator[str]:
    """Give every string in a JSON value, keys too."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner)


def scrubbed(value: Any, scrub: Callable[[str], str]) -> Any:  # noqa: ANN401 - any JSON
    """Give a JSON value with each string replaced."""
    if isinstance(value, str):
        return scrub(value)
    if isinstance(value, dict):
        return {scrub(str(key)): scrubbed(inner, scrub) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [scrubbed(inner, scrub) for inner in value]
    return value
