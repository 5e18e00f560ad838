"""What a search asks for: words that must all be there, "phrases in quotes", beginnings* and -words that must not be.

Any text is a search. What a database would read as an operator is a word here, or nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

# A search longer than this is a text, not a search; the rest of it is not looked for.
MOST_TERMS = 24
_PARTS = re.compile(r'(?P<minus>-?)"(?P<phrase>[^"]*)"?|(?P<bare>[^\s"]+)')
_TOKENS = re.compile(r"[^\W_]+")
# Words that stand in every second comment and say nothing of what is looked for.
LITTLE = frozenset(
    "a about all am an and any are as at be because been but by can could did do does for from get had has have he her "
    "his how i if in into is it its just me my no not of on or our out she so some than that the their them then there "
    "these they this to up us was we were what when where which who why will with would you your".split()
)


@dataclass(frozen=True)
class Term:
    """A word or a phrase as tokens; `prefix`: the last token may go on; `unwanted`: it must not be there."""

    tokens: tuple[str, ...]
    quoted: bool = False
    prefix: bool = False
    unwanted: bool = False


@dataclass(frozen=True)
class Wanted:
    """The terms of a search. Without a wanted term nothing is found."""

    terms: tuple[Term, ...]

    @property
    def wanted(self) -> list[Term]:
        """Terms that must all be there."""
        return [term for term in self.terms if not term.unwanted]

    @property
    def unwanted(self) -> list[Term]:
        """Terms none of which may be there."""
        return [term for term in self.terms if term.unwanted]


def read_wanted(text: str) -> Wanted:
    """Read a search. Little words are left out where others remain, so that a question finds its subject."""
    terms = list(_terms(text))[:MOST_TERMS]
    telling = [term for term in terms if term.unwanted or term.quoted or not _is_little(term)]
    return Wanted(tuple(telling if any(not term.unwanted for term in telling) else terms))


def read_question(text: str) -> str:
    """Give what a search asks for as a sentence: without -words, quotes and stars; "" where no word is asked for."""
    parts = [part["phrase"] or part["bare"] or "" for part in _PARTS.finditer(text) if not _is_unwanted(part)]
    plain = " ".join(part.rstrip("*") for part in parts).strip()
    return plain if _TOKENS.search(plain) else ""


def _is_unwanted(part: re.Match[str]) -> bool:
    return bool(part["minus"]) or (part["phrase"] is None and len(part["bare"]) > 1 and part["bare"].startswith("-"))


def _terms(text: str) -> Iterable[Term]:
    for part in _PARTS.finditer(text):
        if part["phrase"] is not None:
            tokens, prefix = _TOKENS.findall(part["phrase"]), False
        else:
            tokens, prefix = _TOKENS.findall(part["bare"]), part["bare"].endswith("*")
        if tokens:
            yield Term(tuple(tokens), part["phrase"] is not None, prefix, _is_unwanted(part))


def _is_little(term: Term) -> bool:
    return not term.prefix and all(token.lower() in LITTLE for token in term.tokens)


def fts5_match(wanted: Wanted, *, accounts: Iterable[str] | None = None) -> str | None:
    """Write a search for SQLite's FTS5 table `comment_words`, narrowed to accounts by the tokens of their ids.

    None where nothing can be found. The ids' tokens only narrow: whoever asks compares the ids themselves.
    """
    if not wanted.wanted:
        return None
    found = f"text : ({' AND '.join(fts5_term(term) for term in wanted.wanted)})"
    if wanted.unwanted:
        found = f"({found}) NOT text : ({' OR '.join(fts5_term(term) for term in wanted.unwanted)})"
    if accounts is None:
        return found
    named = [fts5_term(Term(tuple(_TOKENS.findall(account)))) for account in accounts]
    return f"({found}) AND account_id : ({' OR '.join(named)})" if named else None


def fts5_term(term: Term) -> str:
    """Write one term for FTS5: a quoted phrase of tokens, so that nothing in it is an operator."""
    return f'"{" ".join(term.tokens)}"' + (" *" if term.prefix else "")


def can_narrow(accounts: Iterable[str]) -> bool:
    """Whether every id has a token to be found by."""
    return all(_TOKENS.search(account) for account in accounts)
