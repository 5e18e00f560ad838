"""Postal addresses part by part: a street, then flats, towns and a post code between commas or on lines of their own.

No list of towns or countries: a part counts by its form. A street that only its number tells ("Agiou Arseniou 12")
needs a post code within the next parts. Parts are short and every pattern is bounded, so time grows with the text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import NamedTuple

from nlp.text.address_forms import (
    AT_END,
    BEHIND,
    BOX,
    CITY_FIRST,
    CODED,
    CODED_BEHIND,
    CODED_FIRST,
    CUE,
    DIVIDES,
    EASTERN,
    FLAT,
    FLAT_END,
    HOUSE,
    KILOMETRES,
    LOCALITY,
    LONGEST,
    LOWER,
    NOT_STREETS,
    NUMBER_BEFORE,
    NUMBER_ONLY,
    NUMBERLESS,
    PLOT,
    REGION,
    RUN_ON,
    SHORT_CODED,
    SMALL_TOWN,
    SURE_BEFORE,
    SURE_WORD,
    TOWN_PART,
    WITHIN,
    YEAR,
)
from nlp.text.first_names import grammar_words
from nlp.text.folding import fold
from nlp.text.records import Span


class Part(NamedTuple):
    """A stretch `[start, end)` between two signs that divide."""

    start: int
    end: int


class _Street(NamedTuple):
    """Where a street starts, whether its form is enough, and whether a word of streets is in it."""

    start: int
    sure: bool
    worded: bool


def find_addresses(text: str) -> Iterator[Span]:
    """Yield the postal addresses of a text, and boxes at a post office; they may overlap."""
    for span in _found(text):
        # "Kerkstraat 12, two times. Molenweg 48" are two.
        *_, last = [0, *(match.end() for match in _STOP.finditer(text, span.start, span.end))]
        yield span._replace(start=max(span.start, last)) if last else span


# A sentence ends behind a small word, which an abbreviation of an address seldom is.
_STOP = re.compile(r"(?<!\w)(?!(?:str|ave|apt|ste|blvd|bldg)\.)[a-zà-öø-ÿ]{3,}\.\s+(?=[A-ZÀ-ÖØ-Þ])")


def _found(text: str) -> Iterator[Span]:
    parts = split_parts(text)
    for place, part in enumerate(parts):
        before = parts[place - 1] if place else None
        numbered = before is not None and NUMBER_BEFORE.search(text[max(before.start, before.end - 24) : before.end])
        behind = parts[place + 1] if place + 1 < len(parts) else None
        follows = behind is not None and NUMBER_ONLY.match(text[behind.start : min(behind.end, behind.start + 24)])
        street = _street(text, part, numbered=bool(numbered or follows))
        if street is None:
            continue
        start = _start(text, parts, place, street.start)
        coded = _coded_before(text, parts, place) if street.start == part.start else None
        sure = street.sure or coded is not None or _is_cued(text, parts, place, start=start, street=street)
        end = _end(text, parts, place, sure=sure, worded=street.worded)
        if end:
            yield Span(start if coded is None else coded, end, "ADDRESS")
    yield from _within(text)
    for form in (BOX, RUN_ON, EASTERN, KILOMETRES):
        for match in form.finditer(text):
            place = min(bisect_left(parts, match.end(), key=lambda part: part.end), len(parts) - 1)
            yield Span(match.start(), max(match.end(), _end(text, parts, place, sure=True, worded=True)), "ADDRESS")


def _within(text: str) -> Iterator[Span]:
    """Yield streets behind which the sentence goes on; a doubtful word of streets needs a cue before it."""
    for match in WITHIN.finditer(text):
        sure = match["sure"] or match["ends"] or match["before"]
        if (sure or CUE.search(text[max(0, match.start() - 70) : match.start()])) and not NOT_STREETS.search(
            match.group()
        ):
            yield Span(match.start(), match.end(), "ADDRESS")


def split_parts(text: str) -> list[Part]:
    """Divide a text at commas, lines and the like, blanks left out."""
    cuts = [0, *(place for match in DIVIDES.finditer(text) for place in match.span()), len(text)]
    found = []
    for left, right in zip(cuts[::2], cuts[1::2], strict=True):
        piece = text[left:right]
        start = left + len(piece) - len(piece.lstrip())
        found.append(Part(start, max(start, left + len(piece.rstrip()))))
    return found


def _street(text: str, part: Part, *, numbered: bool) -> _Street | None:
    """Give the street that a part ends with, or None; sure when its word or its form is a street's alone."""
    begin = max(part.start, part.end - LONGEST)
    piece = text[begin : part.end]
    if not any(map(str.isdigit, piece)) and not piece.lower().endswith("s/n"):
        match = NUMBERLESS.search(piece) if numbered else None
        return _Street(begin + match.start(), any(map(str.isupper, match.group())), True) if match else None
    for form in AT_END:
        match = form.search(piece)
        if match is None:
            continue
        kind = match.lastgroup if match.lastgroup != "unit" else "behind"
        capitals = any(char.isupper() for char in match.group())
        if kind in {"plain", "mixed", "rural"} and NOT_STREETS.search(match.group()):
            continue
        named = match.groupdict().get("word")
        sure = capitals and (
            kind in {"ending", "crossed", "apart", "rural", "nameless"}
            or SURE_BEFORE.match(match.group()) is not None
            or (named is not None and SURE_WORD.fullmatch(named) is not None)
        )
        return _Street(begin + match.start(), sure, kind not in {"plain", "numbered", "mixed"})
    plot = PLOT.search(piece)
    return _Street(begin + plot.start(), False, True) if plot else None


def _end(text: str, parts: list[Part], place: int, *, sure: bool, worded: bool) -> int:
    """Return where an address ends that has its street in the part at `place`; 0 when it is none."""
    end = parts[place].end if sure else 0
    lower = sure and not any(map(str.isupper, text[parts[place].start : parts[place].end]))
    bare = not any(map(str.isdigit, text[max(parts[place].start, parts[place].end - LONGEST) : parts[place].end]))
    for at, part in enumerate(parts[place + 1 : place + 1 + BEHIND]):
        piece = text[part.start : min(part.end, part.start + LONGEST)]
        if bare and not at and NUMBER_ONLY.match(piece):
            end = part.end if sure else end
            continue
        coded = coded_length(piece, worded=worded)
        if coded:
            region = REGION.match(text, part.start + coded)
            return region.end() if region else part.start + coded
        if LOCALITY.match(piece):
            end, sure = part.end, True
            continue
        if FLAT.match(piece) or HOUSE.match(piece) or (sure and NUMBERLESS.match(piece)):
            end = part.end if sure else end
            continue
        city = CITY_FIRST.match(piece)
        if city is None and not TOWN_PART.match(piece):
            break
        if sure:
            beside = end == parts[place + at].end
            end = max(end, _town_end(text, part, city, small=lower and beside))
        if not TOWN_PART.match(piece) or len(piece) > 40:
            break
    return end


def _town_end(text: str, part: Part, city: re.Match[str] | None, *, small: bool) -> int:
    """Return where a town ends that a part begins with; 0 when it is none.

    The sentence may go on behind it: "14 Adeola Odeku Street, Lagos is closed". `small`: the street has no capitals.
    """
    piece = text[part.start : part.end]
    if city is None:
        met = small and SMALL_TOWN.match(piece) and fold(piece.split()[0]) not in grammar_words()
        return part.end if met else 0
    if city.end() == len(piece):
        return part.end if len(piece) <= 30 else 0
    if "\n" in text[max(0, part.start - 2) : part.start]:
        return 0
    town = re.split(r"(?<=\w{3})\. ", city.group())[0].rstrip(".")
    return part.start + len(town) if town.split()[0].lower() not in grammar_words() else 0


def _coded_before(text: str, parts: list[Part], place: int) -> int | None:
    """Return where "1119 Budapest" starts in the part before a street, or None."""
    if not place:
        return None
    before = parts[place - 1]
    match = CODED_FIRST.search(text[max(before.start, before.end - LONGEST) : before.end])
    return before.end - len(match.group()) if match and not YEAR.search(match.group().split()[0]) else None


def _is_cued(text: str, parts: list[Part], place: int, *, start: int, street: "_Street") -> bool:
    """Say whether words like "ship to" stand before a street; one without a word of streets needs a town behind it."""
    if not CUE.search(text[max(0, start - 70) : start]):
        return False
    if street.worded:
        return True
    behind = parts[place + 1] if place + 1 < len(parts) else None
    if behind is None:
        return False
    town = CITY_FIRST.match(text[behind.start : min(behind.end, behind.start + LONGEST)])
    return town is not None and town.group().lower() not in grammar_words()


def coded_length(piece: str, *, worded: bool) -> int:
    """Return how long the post code and the town are that a part begins with; 0 when there is no code.

    Behind what only its number makes a street, a town has a capital: not "Table 12, 4500 entries".
    """
    for form in (CODED, CODED_BEHIND):
        match = form.match(piece)
        if match is None or YEAR.search(match.group()) or NOT_STREETS.match(match.group()):
            continue
        if worded or not LOWER.search(match.group()):
            return match.end()
    return len(piece) if worded and SHORT_CODED.match(piece) and not FLAT.match(piece) else 0


def _start(text: str, parts: list[Part], place: int, start: int) -> int:
    """Take flats and names of houses that stand before a street: "The Old Forge, 6 Chapel Lane"."""
    if start > parts[place].start:
        return start
    for part in reversed(parts[max(0, place - 4) : place]):
        piece = text[part.start : part.end]
        if part.end == part.start or "\n" in text[part.end : start]:
            break
        if not (FLAT.match(piece) or HOUSE.match(piece)):
            match = FLAT_END.search(piece[-24:])
            return part.end - len(match.group()) if match else start
        start = part.start
    return start
