"""National ids: numbers beside a word that says so, and forms that no other number has.

The check digits and dates of 85 countries are those of `idnumbers` (MIT). A word like "passport" or "BSN" right beside
is enough without them: an id with a slip of the pen is personal data, too.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from idnumbers import list_supported_countries

from nlp.text.id_cues import SURE, SYSTEMS, UNITS, WEAK
from nlp.text.records import Span

# Words in capitals or small letters before the number, digits in groups, maybe a letter behind: "QQ 12 34 56 C".
_NUMBER = re.compile(
    r"(?<![\w@#€$£+/.,-])(?P<lead>[A-Z]{1,3}[ -])?(?=[A-Za-z]{0,18}\d)[A-Za-z0-9]{1,20}"
    r"(?:[ ./\-\u2010-\u2013][A-Za-z]{0,3}\d[A-Za-z0-9]{0,19}){0,8}(?:[ -][A-Z]\b|\([0-9A]\))?(?![\w@])"
)
# Characters between a word and the number that it speaks of: right beside; in the same sentence; near by.
_RIGHT_BESIDE, _BESIDE, _NEAR, _FAR = 12, 30, 60, 110
_DATE = re.compile(
    r"^(?:(?:19|20)\d\d[-/. ]?(?:0?[1-9]|1[0-2])[-/. ]?(?:0?[1-9]|[12]\d|3[01])|"
    r"(?:0?[1-9]|[12]\d|3[01])[-/. ](?:0?[1-9]|1[0-2])[-/. ](?:19|20)?\d\d)(?:[ T]\d.*)?$"
)
_AMOUNT = re.compile(r"^\d{1,3}(?:[ .]\d{3})+$|^\d+[.,]\d{1,2}$")
# Behind the code of a country stands a phone number.
_ABROAD = re.compile(r"\+\d{1,3}[ .-]$")
_OWNER = re.compile(r"(?:^|[,;:(\n]|\b(?:his|her|my|their|our|with|and|is|the))\s*$", re.IGNORECASE)


def find_national_ids(text: str) -> Iterator[Span]:
    """Yield the national ids of a text; it needs five digits in all to hold one."""
    if sum(map(str.isdigit, text)) < 5:
        return
    for rule in _RULES:
        for match in rule.form.finditer(text):
            if rule.valid(_bare(match.group())):
                yield Span(match.start(), match.end(), "NATIONAL_ID")
    cued = bool(SURE.search(text) or WEAK.search(text))
    for match in _NUMBER.finditer(text):
        start = match.start() + _told_length(match["lead"])
        number = text[start : match.end()]
        if _ABROAD.search(text[max(0, start - 8) : start]):
            continue
        if len(_bare(number)) < 6 or sum(map(str.isdigit, number)) < 5 or _DATE.match(number):
            continue
        if _is_told(text, start, match.end()) if cued else _is_strong(number):
            yield Span(start, match.end(), "NATIONAL_ID")


def _told_length(lead: str | None) -> int:
    """Give how much of the capitals before a number is the word that says what it is: "NIF 213480972"."""
    told = lead is not None and (SURE.fullmatch(lead[:-1]) or WEAK.fullmatch(lead[:-1]))
    return len(lead) if lead and told else 0


def _is_told(text: str, start: int, end: int) -> bool:
    """Say whether the words around a number make it the id of a person."""
    number, before = text[start:end], text[max(0, start - _FAR) : start]
    if SYSTEMS.search(before[-40:]) or UNITS.match(text, end):
        return False
    if _is_strong(number):
        return True
    sure, weak = _last(SURE, before), _last(WEAK, before)
    if sure is not None:
        gap = before[sure.end() :]
        amount = _AMOUNT.match(number) and len(gap) > _RIGHT_BESIDE
        if (
            len(gap) <= _BESIDE
            and not re.search(r"[!?;]|(?<!\bnr)(?<!\bno)\.\s|\d{4}", gap, re.IGNORECASE)
            and not amount
        ):
            return True
        if _is_checked(number):
            return True
    behind = SURE.match(text[end : end + _BESIDE].lstrip(" (,=-")) or SURE.search(text[end : end + 16])
    if behind and len(_bare(number)) >= 8:
        return True
    return weak is not None and _is_borne_out(weak, before, number)


def _is_borne_out(weak: re.Match[str], before: str, number: str) -> bool:
    """Say whether "SIN", "pan" or "id" before a number are meant as ids of persons."""
    gap, bare = before[weak.end() :], _bare(number)
    if len(gap) <= _NEAR and len(bare) >= 9 and weak.group().lower() != "id" and _is_checked(number):
        return True
    beside = re.fullmatch(r"(?:[ -]?(?:no|nr|number|code))?[\s.:#=-]{0,3}(?:is )?", gap, re.IGNORECASE) is not None
    if weak.group().lower() == "id":
        return beside and len(bare) >= 9 and bool(_OWNER.search(before[: weak.start()]))
    return beside and len(bare) >= 7 and weak.group().isupper()


def _last(cue: re.Pattern[str], before: str) -> re.Match[str] | None:
    return max(cue.finditer(before), key=lambda match: match.end(), default=None)


def _bare(number: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", "", number).upper()


def _is_checked(number: str) -> bool:
    """Say whether the check digit or the date of some country's id holds."""
    return any(kind.METADATA.checksum or kind.METADATA.parsable for kind in _kinds_of(number))


def _is_strong(number: str) -> bool:
    """Say whether hardly any other number looks so: date and check digit hold, or its signs stand as printed."""
    signs = set(re.sub(r"[A-Za-z0-9 ]", "", number))
    length = len(_bare(number))
    if length < 10 or (length == 10 and not signs):
        return False
    for kind, form in _kinds_of(number).items():
        printed = _shape(number) in {_shape(mask) for mask in kind.METADATA.masks}
        dated = kind.METADATA.parsable and "yyyymmdd" in (kind.parse(form) or {})
        if kind.METADATA.checksum and (dated or (printed and (len(signs) > 1 or (signs and length > 10)))):
            return True
        if dated and printed and signs and length > 11:
            return True
    return False


def _kinds_of(number: str) -> dict[Any, str]:
    """Give the kinds of ids that a number may be, each with the way of writing that it was taken in."""
    bare = _bare(number)
    found: dict[Any, str] = {}
    # The sign within a Finnish id is counted as a character of it.
    for kind in dict.fromkeys((*_kinds().get(len(bare), ()), *_kinds().get(len(number), ()))):
        for form in (number.upper(), bare, *(_written(bare, mask) for mask in kind.METADATA.masks)):
            if kind.validate(form):
                found[kind] = form
                break
    return found


def _written(bare: str, mask: str) -> str:
    letters = iter(bare)
    return "".join(next(letters, "") if sign.isalnum() or sign in "#*" else sign for sign in mask)


def _shape(written: str) -> str:
    return re.sub(r"[A-Za-z0-9*]", "#", written)


@cache
def _kinds() -> dict[int, tuple[Any, ...]]:
    """Give the kinds of ids by their length, those of companies left out."""
    every = {kind for country in list_supported_countries() for kind in country.id_types}
    persons = [kind for kind in every if not re.search(r"Entity|Business|VAT|UnifiedId", kind.__name__)]
    lengths: dict[int, list[Any]] = {}
    for kind in sorted(persons, key=lambda one: (one.__module__, one.__name__)):
        for length in range(kind.METADATA.min_length, kind.METADATA.max_length + 1):
            lengths.setdefault(length, []).append(kind)
    return {length: tuple(kinds) for length, kinds in lengths.items()}


@dataclass(frozen=True, slots=True)
class _Rule:
    form: re.Pattern[str]
    valid: Callable[[str], bool]


def luhn(number: str) -> bool:
    """Say whether the digits pass Luhn's check (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _us_ssn(number: str) -> bool:
    """Area 000, 666 and 9xx, group 00 and serial 0000 are never given out (SSA; 9xx is an ITIN, taken out as well)."""
    return number[:3] not in {"000", "666"} and number[3:5] != "00" and number[5:] != "0000"


def _uk_nino(number: str) -> bool:
    return number[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def _es_nie(number: str) -> bool:
    """DNI and NIE: the letter is the number modulo 23 (Orden INT/2058/2008); X, Y and Z count 0, 1 and 2."""
    digits = str("XYZ".find(number[0])) + number[1:-1] if number[0] in "XYZ" else number[:-1]
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _cl_rut(number: str) -> bool:
    """RUT: modulo 11 with the weights 2 to 7 from the right; 10 is written K."""
    total = sum(int(digit) * (2 + place % 6) for place, digit in enumerate(reversed(number[:-1])))
    return "0123456789K0"[11 - total % 11 if total % 11 else 0] == number[-1]


def _is_checked_bare(number: str) -> bool:
    return _is_checked(number)


# Forms that tell themselves, without a word beside them.
_RULES = (
    _Rule(re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), _us_ssn),
    _Rule(
        re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
        _uk_nino,
    ),
    _Rule(re.compile(r"\b(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z]\b", re.IGNORECASE), _es_nie),
    _Rule(re.compile(r"(?<![\w.,-])\d{1,2}\.\d{3}\.\d{3}-[\dk](?![\w-])", re.IGNORECASE), _cl_rut),
    _Rule(re.compile(r"\b[STFGM]\d{7}[A-Z]\b"), _is_checked_bare),
)
