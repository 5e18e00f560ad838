"""Passages: pieces of a redacted comment that make one point each. Deterministic; no parser, the tags suffice.

Cut at sentence ends, at words of contrast, and where a further clause brings a subject and a finite verb of its own.
"""

from collections.abc import Iterator, Sequence

from nlp.text.emptytalk import empty_reason
from nlp.text.records import Passage, Token

_ENDERS = frozenset(".!?…")
_ABBREVIATIONS = frozenset(
    "e.g eg i.e ie etc vs approx incl excl mr mrs ms dr prof st no nr inc ltd co corp dept est fig max min avg "
    "resp ca bzw z.b al "
    "ver vol jan feb mar apr jun jul aug sep sept oct nov dec mon tue wed thu fri sat sun a.m p.m".split()
)
_CONTRAST = frozenset(
    {"but", "however", "although", "though", "whereas", "nevertheless", "nonetheless", "yet", "except", "only"}
)
# These open a clause of contrast anywhere; "yet", "though" and "only" have other uses and need a comma or dash before.
_SURE_CONTRAST = frozenset({"but", "however", "although", "whereas", "nevertheless", "nonetheless"})
_ADDITION = frozenset({"and", "also", "plus", "so", "while", "then", "or", "additionally", "besides", "furthermore"})
# Without any of these and without marks a sentence is one passage, and its edges stay.
JOINING_WORDS = _SURE_CONTRAST | _ADDITION | {"yet"}
_DASHES = frozenset({"-", "–", "—", "--", "/", "|", "•", "·", "*", "->", "=>", "+"})
_CLAUSE_MARKS = frozenset({",", ";", ":"}) | _DASHES
_FINITE = frozenset({"VBD", "VBZ", "VBP", "MD"})
# A left part that opens with one of these waits for its main clause: "When we export, the page hangs".
_SUBORDINATE = frozenset(
    "when if since because after as once unless whenever before until while although though given despite "
    "considering where "
    "without for in with".split()
)
# A pronoun that points back: cutting before it would lose what it stands for.
_BACKWARD = frozenset({"it", "this", "that", "which", "who", "they", "them", "these", "those", "he", "she"})
_SUBJECT = frozenset({"NOUN", "PROPN", "PRON", "NUM"})
_BEFORE_SUBJECT = frozenset(
    {"DET", "ADJ", "ADV", "NUM", "ADP", "PART", "PUNCT", "SYM", "NOUN", "PROPN", "PRON", "INTJ", "CCONJ"}
)
_CONTENT = frozenset({"NOUN", "PROPN", "VERB", "ADJ", "ADV", "NUM", "X", "INTJ"})
# A coordinated clause shorter than this is told with its neighbour ("it is slow and we wait").
_LONG_CLAUSE_TOKENS = 4
_SUBJECT_REACH = 8
Cut = tuple[int, int]


def split_passages(text: str, tokens: Sequence[Token], *, min_chars: int = 16) -> list[Passage]:
    """Return the passages in order; `text[start:end]` is each one's text. At least one unless the text is blank.

    Pieces of empty talk ("Thanks!") go unless nothing else is there. Pieces under `min_chars` with fewer than two
    words of content join the piece before them, or else the one after.
    """
    pieces: list[Cut] = []
    for first, last in _sentences(text, tokens):
        pieces += _clauses(tokens, first, last)
    telling = [
        (first, last) for first, last in pieces if not empty_reason(text[tokens[first].start : tokens[last - 1].end])
    ]
    pieces = telling or pieces
    passages = (_passage(text, tokens, first, last) for first, last in _joined(tokens, pieces, min_chars=min_chars))
    return [passage for passage in passages if passage.text]


def _sentences(text: str, tokens: Sequence[Token]) -> Iterator[Cut]:
    """Yield token ranges `[first, last)`; a line end also ends a sentence when the next line starts anew."""
    first = 0
    for place in range(len(tokens)):
        if place + 1 == len(tokens) or _ends_sentence(text, tokens, place):
            if place + 1 < len(tokens) and set(tokens[place + 1].text) <= _ENDERS | set("\"')”’»"):
                continue
            yield first, place + 1
            first = place + 1


def _ends_sentence(text: str, tokens: Sequence[Token], place: int) -> bool:
    token, after = tokens[place], tokens[place + 1]
    gap = text[token.end : after.start]
    if "\n" in gap:
        return "\n\n" in gap or not after.text[0].islower() or token.text in _ENDERS or after.text in _DASHES
    if not set(token.text) <= _ENDERS | set("\"')”’»") or not set(token.text) & _ENDERS:
        closing = token.text in {'"', "'", ")", "”", "’", "»"} and place and tokens[place - 1].text in _ENDERS
        return bool(closing) and after.text[0].isupper()
    if token.text == ".":
        before = tokens[place - 1].text.lower().rstrip(".") if place else ""
        return before not in _ABBREVIATIONS and (len(before) > 1 or before.isdigit() or not before.isalpha())
    return bool(gap) or not after.text[0].islower()


def _clauses(tokens: Sequence[Token], first: int, last: int) -> Iterator[Cut]:
    start = first
    for place in range(first + 1, last - 1):
        if place > start and _starts_point(tokens, start, place, last):
            yield start, place
            start = place
    yield start, last


def _starts_point(tokens: Sequence[Token], start: int, place: int, last: int) -> bool:
    """Say whether the token at `place` opens a new point in the clause that began at `start`."""
    word, before = tokens[place].text.lower(), tokens[place - 1].text
    if word in _CLAUSE_MARKS:
        return False
    marked = before in _CLAUSE_MARKS
    if before == ";" or (before in _DASHES - {"-", "/"} and _substance(tokens, start, place) > 1):
        return _substance(tokens, place, last) > 1 and _substance(tokens, start, place) > 1
    if word in _SURE_CONTRAST or (marked and word in _CONTRAST):
        return _is_contrast(tokens, start, place, last)
    added = word in _ADDITION and tokens[place].pos in {"CCONJ", "SCONJ", "ADV"}
    if not (added or marked):
        return False
    opens = place + 1 if added else place
    return _is_own_clause(tokens, opens, last) and _can_stand(tokens, start, place)


def _is_contrast(tokens: Sequence[Token], start: int, place: int, last: int) -> bool:
    """Cut "X but Y"; leave "nothing but", "not only ... but also", "all but"."""
    before = tokens[place - 1].text.lower()
    if before in {"nothing", "anything", "all", "none", "last", "everything"}:
        return False
    only = any(
        tokens[spot].text.lower() in {"not", "n't"} and tokens[spot + 1].text.lower() in {"only", "just"}
        for spot in range(start, place - 1)
    )
    opened = tokens[start].text.lower() in _SUBORDINATE and not _has_finite(tokens, start + 1, place)
    return not only and not opened and _substance(tokens, start, place) > 0 and _substance(tokens, place + 1, last) > 0


def _is_own_clause(tokens: Sequence[Token], place: int, last: int) -> bool:
    """Say whether a subject and then a finite verb follow from `place`, the subject not pointing back."""
    if last - place < _LONG_CLAUSE_TOKENS or tokens[place].text.lower() in _BACKWARD | _SUBORDINATE:
        return False
    subject = False
    for token in tokens[place : min(last, place + _SUBJECT_REACH)]:
        if token.tag in _FINITE:
            return subject
        if token.pos in _SUBJECT and token.tag not in {"WP", "WDT", "WRB"}:
            subject = True
        if token.pos not in _BEFORE_SUBJECT or token.text in {",", ".", ";"} or token.tag in {"WP", "WDT", "WRB"}:
            return False
    return False


def _can_stand(tokens: Sequence[Token], start: int, place: int) -> bool:
    """Say whether the part on the left is a clause of its own and does not wait for what follows."""
    long = place - start >= _LONG_CLAUSE_TOKENS - 1
    waits = tokens[start].text.lower() in _SUBORDINATE and not any(
        token.text == "," for token in tokens[start : place - 1]
    )
    return long and not waits and _has_finite(tokens, start, place)


def _has_finite(tokens: Sequence[Token], start: int, end: int) -> bool:
    return any(
        token.tag in _FINITE or (token.tag == "VB" and place == 0) for place, token in enumerate(tokens[start:end])
    )


def _substance(tokens: Sequence[Token], start: int, end: int) -> int:
    return sum(token.pos in _CONTENT for token in tokens[start:end])


def _joined(tokens: Sequence[Token], pieces: Sequence[Cut], *, min_chars: int) -> list[Cut]:
    joined: list[Cut] = []
    for first, last in pieces:
        beside = bool(joined) and joined[-1][1] == first
        if beside and (_is_fragment(tokens, first, last, min_chars) or _is_fragment(tokens, *joined[-1], min_chars)):
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined


def _is_fragment(tokens: Sequence[Token], first: int, last: int, min_chars: int) -> bool:
    """A short piece with one word of content leans on its neighbour: "but pricey"; "too slow" stands."""
    substance = _substance(tokens, first, last)
    return substance == 0 or (substance < 2 and tokens[last - 1].end - tokens[first].start < min_chars)


def _passage(text: str, tokens: Sequence[Token], first: int, last: int) -> Passage:
    """Trim marks and joining words from the edges; a piece of marks only gives an empty passage."""
    while first < last and _is_edge(tokens, first, last):
        first += 1
    while last > first and tokens[last - 1].text in {",", ";", ":", "and", "but"} | _DASHES:
        last -= 1
    if first == last:
        return Passage(0, 0, "")
    start, end = tokens[first].start, tokens[last - 1].end
    return Passage(start, end, text[start:end], tuple(tokens[first:last]))


def _is_edge(tokens: Sequence[Token], first: int, last: int) -> bool:
    word = tokens[first].text.lower()
    joins = word in {"and", "but", "however", "also", "plus", "yet", "whereas"} and tokens[first].pos in {
        "CCONJ",
        "ADV",
        "SCONJ",
    }
    return word in _CLAUSE_MARKS or (joins and last - first > 2)
