"""Redaction: what names or reaches a person is replaced before anything else sees the text. Offline."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from nlp.config import RedactConfig
from nlp.text.names import find_names
from nlp.text.people import Gazetteer, Pseudonyms
from nlp.text.placeholder import PLACEHOLDER
from nlp.text.records import NO_WORDS, Reading, Span, Token, Vocabulary
from nlp.text.structured import find_structured

# Stored with every analysed text; a higher one makes the pipeline redact again.
REDACTOR_VERSION = "1.4"


@dataclass(frozen=True, slots=True)
class Redacted:
    """A redacted text, its tokens with offsets into it, what was taken out of the original, and counts by kind."""

    text: str
    tokens: tuple[Token, ...] = ()
    spans: tuple[Span, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)


def find_personal(
    text: str, reading: Reading, *, gazetteer: Gazetteer, config: RedactConfig, plain: Vocabulary = NO_WORDS
) -> tuple[Span, ...]:
    """Return what must go from a cleaned text, sorted, apart from each other; nothing inside a placeholder."""
    fixed = [Span(match.start(), match.end(), "PLACEHOLDER") for match in PLACEHOLDER.finditer(text)]
    structured = find_structured(text, regions=config.default_regions, addresses=config.addresses)
    known, stays = gazetteer.find(text, tokens=reading.tokens, plain=plain)
    strangers = find_names(text, reading, plain=plain, known=known) if config.unknown_names else []
    strangers = [span for span in strangers if not _stays(span, stays, text)]
    found = [span for span in (*structured, *known, *strangers) if not _touches(span, fixed)]
    return tuple(_apart(found))


def redact(text: str, spans: Sequence[Span], *, tokens: Sequence[Token] = (), pseudonyms: Pseudonyms) -> Redacted:
    """Replace sorted spans by placeholders; a person gets the number that the account's pseudonyms hold."""
    pieces: list[str] = []
    moved: list[Token] = []
    place, end, shift = 0, 0, 0
    for span in spans:
        holder = pseudonyms.placeholder(span.key) if span.kind == "PERSON" else f"<{span.kind}>"
        place = _move(tokens, place, span.start, shift=shift, moved=moved, text=text, floor=end)
        pieces += (text[end : span.start], holder)
        moved.append(Token(holder, holder, "PROPN", "NNP", span.start + shift))
        shift += len(holder) - (span.end - span.start)
        end = span.end
    _move(tokens, place, len(text), shift=shift, moved=moved, text=text, floor=end)
    counts = Counter(span.kind for span in spans)
    return Redacted("".join(pieces) + text[end:], tuple(moved), tuple(spans), dict(sorted(counts.items())))


def _move(
    tokens: Sequence[Token], place: int, until: int, *, shift: int, moved: list[Token], text: str, floor: int
) -> int:
    """Append the tokens from `place` that start before `until`, cut to `[floor, until)`; return the next place."""
    while place < len(tokens) and tokens[place].start < until:
        token = tokens[place]
        start, end = max(token.start, floor), min(token.end, until)
        if (start, end) == (token.start, token.end):
            moved.append(Token(token.text, token.lemma, token.pos, token.tag, start + shift))
        elif start < end:
            rest = text[start:end]
            moved.append(Token(rest, rest.lower(), "X", token.tag, start + shift))
        if token.end > until:
            break
        place += 1
    return place


def _apart(spans: Sequence[Span]) -> list[Span]:
    """Join spans that overlap: nothing that either found may stay. The first, or else the longer, gives the kind.

    A contact's own key wins over a guessed name, so that one person keeps one pseudonym.
    """
    joined: list[Span] = []
    for span in sorted(spans, key=lambda each: (each.start, -each.end, each.key)):
        if joined and span.start < joined[-1].end:
            joined[-1] = _joined(joined[-1], span)
        else:
            joined.append(span)
    return joined


def _joined(left: Span, right: Span) -> Span:
    end = max(left.end, right.end)
    if left.kind == right.kind == "PERSON":
        key = min(left.key, right.key)  # "contact:..." sorts before "name:...".
        return Span(left.start, end, "PERSON", key)
    main = left if left.end - left.start >= right.end - right.start else right
    return Span(left.start, end, main.kind, main.key)


def _stays(span: Span, stays: Sequence[Span], text: str) -> bool:
    """Say whether a guessed name is the vendor's staff or a product; a surname more makes it somebody else."""
    for kept in stays:
        if span.start < kept.end and kept.start < span.end:
            rest = text[span.start : max(span.start, kept.start)] + text[min(span.end, kept.end) : span.end]
            return kept.kind == "KEEP" or not re.search(r"\w{2}", rest)
    return False


def _touches(span: Span, fixed: Sequence[Span]) -> bool:
    return any(span.start < other.end and other.start < span.end for other in fixed)
