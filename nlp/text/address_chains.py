"""Postal addresses that no single part tells: flats, buildings, streets and quarters one behind the other.

"Office 1204, Marina Plaza, Dubai Marina, Dubai" has no street with a number. Each part counts by its form, and the run
of parts is an address when the sum is enough and a town or a post code is in it.
"""

import re
from collections.abc import Iterator
from itertools import takewhile

from nlp.text.address_forms import (
    AT_END,
    CUE,
    FLAT,
    HOUSE,
    LOCALITY,
    LONGEST,
    NOT_STREETS,
    NUMBERLESS,
    QUARTER,
    SHORT_CODED,
    SURE_CODE,
)
from nlp.text.addresses import Part, coded_length, split_parts
from nlp.text.first_names import grammar_words
from nlp.text.records import Span

_MOST_PARTS = 8
# What a part counts; flats count no more than this together: "Level 1, Room 2, Seat 3" are no address.
_FLAT_COUNTS, _MOST_FLATS, _STREET_COUNTS, _TOWN_COUNTS, _ENOUGH = 2, 3, 4, 1, 8
# "Flat 3B", "B-204", "Plot 7", at the end of a part: the sentence goes before it.
_OPENS = re.compile(
    r"(?<![\w.-])(?:(?:flat|apt\.?|apartment|unit|suite|ste\.?|office|shop|villa|plot|house|lot|warehouse|door|"
    r"block|blk|floor|"
    r"level|building|room|h\.? ?no|d\.? ?no|no|sco|kav)\.? ?(?:no\.? ?|#)?[A-Z]?-?\d[\w/-]{0,8}|"
    r"[A-Z]{1,2}-\d{1,4}(?:/\d{1,3})?|\d{1,3}/?F|"
    r"\d{1,3}(?:st|nd|rd|th) floor)$",
    re.IGNORECASE,
)
# Nothing but land and homes is numbered so.
_PLOT = re.compile(r"(?:flat|plot|villa|house|h\.? ?no|d\.? ?no|door no|sco|kav|apt)", re.IGNORECASE)
_HOUSE_END = re.compile(
    r"(?<![\w.-])(?:[Tt]he )?(?:[^\W\d_a-z][\w'’.-]{0,24} ){1,3}(?:House|Cottage|Farm|Barn|Forge|Mill|Lodge|Hall|"
    r"Building|Tower|"
    r"Towers|Centre|Center|Mansion|Villa|Manor|Works|Plaza|Chambers|Wharf|Complex|Apartments|Heights|Mall|Arcade|Depot|"
    r"Dairy|Creamery|Brewery|Rectory|Vicarage|Granary|Stables|Maltings|Foundry|Schoolhouse|Mews|"
    r"(?:Business|Industrial|Retail|Science|Technology|Trading|Tech) (?:Park|Estate|Centre))$"
)
_LAST_SENTENCE = re.compile(r"[.:!?()\"“„] ")


def find_chains(text: str) -> Iterator[Span]:
    """Yield runs of parts that are an address together, and what stands before a code that only posts write."""
    parts = split_parts(text)
    place = 0
    while place < len(parts) - 1:
        # Most parts are stretches of sentences, which the one behind tells at once.
        chain = _chain(text, parts, place) if _goes_on(text, parts[place + 1]) else None
        if chain is None:
            place += 1
            continue
        yield chain
        while place < len(parts) and parts[place].start < chain.end:
            place += 1
    yield from _coded_runs(text, parts)


def _goes_on(text: str, part: Part) -> bool:
    piece = text[part.start : min(part.end, part.start + LONGEST)]
    return bool(_counts(piece) or (part.end - part.start <= LONGEST and coded_length(piece, worded=True)))


def _chain(text: str, parts: list[Part], place: int) -> Span | None:
    """Return the address that the run of parts from `place` is, or None."""
    first = parts[place]
    begin = max(first.start, first.end - LONGEST)
    opens = _opening(text[begin : first.end])
    if opens is None:
        return None
    start = begin + opens.start()
    flats = _FLAT_COUNTS if opens.re is _OPENS and not _PLOT.match(opens.group()) else 0
    count = 0 if flats else _STREET_COUNTS - (opens.re in AT_END[-3:]) * 3
    strong, end, closed = bool(count), first.end, False
    for part in parts[place + 1 : place + _MOST_PARTS]:
        piece = text[part.start : min(part.end, part.start + LONGEST)]
        coded = coded_length(piece, worded=True) if part.end - part.start <= LONGEST else 0
        if coded and not FLAT.match(piece):
            end, count, closed = part.start + coded, count + _STREET_COUNTS, True
            break
        counts = _counts(piece)
        if not counts:
            break
        flats += counts * (counts == _FLAT_COUNTS)
        count += counts * (counts != _FLAT_COUNTS)
        strong, closed = strong or counts == _STREET_COUNTS, closed or counts == _TOWN_COUNTS
        end = part.end
    cued = bool(CUE.search(text[max(0, start - 70) : start]))
    digits = any(map(str.isdigit, text[start:end]))
    total = count + min(flats, _MOST_FLATS) + cued
    return Span(start, end, "ADDRESS") if closed and strong and digits and total >= _ENOUGH else None


def _opening(piece: str) -> re.Match[str] | None:
    """Give what an address may begin with at the end of a part; "Invoice 12" is none."""
    forms = (_OPENS, _HOUSE_END, NUMBERLESS, *AT_END)
    found = next((match for form in forms if (match := form.search(piece))), None)
    refused = found is not None and found.re is not _OPENS and NOT_STREETS.match(found.group())
    return None if refused else found


def _counts(piece: str) -> int:
    """Say what a part behind the first counts; 0 when it belongs to no address."""
    if FLAT.match(piece):
        return _FLAT_COUNTS
    if any(form.match(piece) for form in (HOUSE, LOCALITY, NUMBERLESS, SHORT_CODED)) or _is_street(piece):
        return _STREET_COUNTS
    return _TOWN_COUNTS if _is_town(piece) else 0


def _is_street(piece: str) -> bool:
    return any(form.fullmatch(piece) for form in AT_END[:-3])


def _is_town(piece: str) -> bool:
    match = QUARTER.match(piece)
    return match is not None and len(piece) <= 40 and any(word.lower() not in grammar_words() for word in piece.split())


def _coded_runs(text: str, parts: list[Part]) -> Iterator[Span]:
    """Take the parts before a British, Irish or Canadian code: "the old creamery, heol y felin, sy18 6zz"."""
    place = 0
    for code in SURE_CODE.finditer(text):
        while parts[place].end < code.end():
            place += 1
        start = _run_start(text, parts, place, code.start())
        if start is not None:
            yield Span(start, code.end(), "ADDRESS")


def _run_start(text: str, parts: list[Part], place: int, end: int) -> int | None:
    """Return where the short parts begin that go before a code; None when the code stands within a sentence."""
    start = None
    for at in range(place, max(place - 4, -1), -1):
        piece = text[parts[at].start : min(parts[at].end, end)][-LONGEST:]
        words = list(re.finditer(r"\S+", piece))
        most = 3 if at == place else 5
        tail = [word for word in takewhile(lambda one: _may_be_placed(one.group()), reversed(words))]
        if len(tail) > most:
            break
        if at < place and tail:
            start = min(parts[at].end, end) - len(piece) + tail[-1].start()
        if len(tail) < len(words):
            break
    return start


def _may_be_placed(word: str) -> bool:
    small = word.lower() in {"the", "of", "y", "on", "le", "la", "de", "upon", "in"}
    return small or (word[-1] not in ".:!?)" and word.lower() not in grammar_words())
