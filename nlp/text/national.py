"""National ids that carry a checksum or a fixed form: found by form, kept only when the checksum holds.

Rules of the issuing bodies; the bare 9 to 11 digit ids also need a word beside them that says what they are.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from nlp.text.records import Span

_CONTEXT_CHARS = 40


@dataclass(frozen=True, slots=True)
class _Rule:
    form: re.Pattern[str]
    valid: Callable[[str], bool]
    context: re.Pattern[str] | None = None


def find_national_ids(text: str) -> Iterator[Span]:
    """Yield the national ids of a text; it needs five digits in all to hold one."""
    if sum(map(str.isdigit, text)) < 5:
        return
    for rule in _RULES:
        for match in rule.form.finditer(text):
            before = text[max(0, match.start() - _CONTEXT_CHARS) : match.start()]
            if rule.valid(re.sub(r"[\s.\-/]", "", match.group()).upper()) and (
                rule.context is None or rule.context.search(before)
            ):
                yield Span(match.start(), match.end(), "NATIONAL_ID")


def _us_ssn(number: str) -> bool:
    """Area 000, 666 and 9xx, group 00 and serial 0000 are never given out (SSA; 9xx is an ITIN, taken out as well)."""
    return number[:3] not in {"000", "666"} and number[3:5] != "00" and number[5:] != "0000"


def _uk_nino(number: str) -> bool:
    return number[:2] not in {"BG", "GB", "KN", "NK", "NT", "TN", "ZZ"}


def _mod11(number: str) -> bool:
    """UK NHS number: weights 10..2, check digit 11 - rest."""
    check = 11 - sum(int(digit) * weight for digit, weight in zip(number[:9], range(10, 1, -1), strict=True)) % 11
    return check % 11 == int(number[9]) and check != 10


def luhn(number: str) -> bool:
    """Say whether the digits pass Luhn's check (ISO/IEC 7812-1, annex B)."""
    digits = [int(char) for char in reversed(number)]
    doubled = [digit * 2 - 9 * (digit > 4) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0


def _de_tax(number: str) -> bool:
    """German Steuer-ID: ISO 7064 MOD 11,10."""
    product = 10
    for char in number[:10]:
        total = (int(char) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[10]) and number[0] != "0"


def _fr_nir(number: str) -> bool:
    """French social security number with its two-digit key."""
    body = number[:13].replace("2A", "19").replace("2B", "18")
    return body.isdigit() and 97 - int(body) % 97 == int(number[13:])


def _es_nif(number: str) -> bool:
    digits = number[:-1].replace("X", "0").replace("Y", "1").replace("Z", "2")
    return "TRWAGMYFPDXBNJZSQVHLCKE"[int(digits) % 23] == number[-1]


def _it_code(number: str) -> bool:
    """Italian codice fiscale: odd places by table, even places by value, modulo 26."""
    odd = "BAKPLCQDREVOSFTGUHMINJWZYX"
    values = [int(char) if char.isdigit() else ord(char) - 65 for char in number]
    total = sum(odd.index(chr(65 + value)) if place % 2 == 0 else value for place, value in enumerate(values[:15]))
    return chr(65 + total % 26) == number[15]


def _nl_bsn(number: str) -> bool:
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=True)) % 11 == 0


def _pl_pesel(number: str) -> bool:
    weights = (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)
    total = sum(int(digit) * weight for digit, weight in zip(number[:10], weights, strict=True))
    return (10 - total % 10) % 10 == int(number[10])


def _br_cpf(number: str) -> bool:
    """Brazilian CPF: two check digits modulo 11; eleven equal digits are none."""

    def check(length: int) -> int:
        total = sum(int(number[place]) * (length + 1 - place) for place in range(length))
        return total * 10 % 11 % 10

    return len(set(number)) > 1 and check(9) == int(number[9]) and check(10) == int(number[10])


def _day_first(number: str) -> bool:
    """A date of birth in front: YYMMDD or DDMMYY."""
    first, month, last = int(number[:2]), int(number[2:4]), int(number[4:6])
    return 1 <= month <= 12 and (1 <= first <= 31 or 1 <= last <= 31)


def _se_personnummer(number: str) -> bool:
    """Swedish: Luhn over the last ten digits (Skatteverket; the day may be raised by 60)."""
    digits = re.sub(r"\D", "", number)[-10:]
    return 1 <= int(digits[2:4]) <= 12 and 1 <= int(digits[4:6]) % 60 <= 31 and luhn(digits)


def _ch_ahv(number: str) -> bool:
    """Swiss AHV number: EAN-13."""
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(number[:12]))
    return (10 - total % 10) % 10 == int(number[12])


def _fi_hetu(number: str) -> bool:
    """Finnish: the remainder of nine digits by 31 names a character."""
    digits = number[:6] + number[-4:-1]
    return "0123456789ABCDEFHJKLMNPRSTUVWXY"[int(digits) % 31] == number[-1] and _day_first(number)


def _no_fodselsnummer(number: str) -> bool:
    """Norwegian: two check digits modulo 11."""
    first = sum(int(d) * w for d, w in zip(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1), strict=False))
    second = sum(int(d) * w for d, w in zip(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1), strict=False))
    return first % 11 == 0 and second % 11 == 0


def _be_national(number: str) -> bool:
    """Belgian: 97 minus the first nine digits modulo 97; a 2 in front for those born from 2000 on."""
    body, check = number[:9], int(number[9:])
    return check in (97 - int(body) % 97, 97 - int("2" + body) % 97)


def _pt_nif(number: str) -> bool:
    check = 11 - sum(int(digit) * (9 - place) for place, digit in enumerate(number[:8])) % 11
    return (0 if check >= 10 else check) == int(number[8])


def _always(_number: str) -> bool:
    return True


def _context(words: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{words})\b", re.IGNORECASE)


_RULES = (
    _Rule(re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])"), _us_ssn),
    _Rule(
        re.compile(r"(?<![\w-])\d{3}[ .]?\d{2}[ .]?\d{4}(?![\w-])"),
        _us_ssn,
        _context("ssn|social security|itin|social"),
    ),
    _Rule(
        re.compile(r"\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D]\b", re.IGNORECASE),
        _uk_nino,
    ),
    _Rule(
        re.compile(r"\b[A-Z]{2} ?\d{2} ?\d{2} ?\d{2} ?[A-D]?\b", re.IGNORECASE),
        _always,
        _context("ni (?:no|number)|nino|national insurance"),
    ),
    _Rule(re.compile(r"(?<![\w-])\d{3}[ -]?\d{3}[ -]?\d{4}(?![\w-])"), _mod11, _context("nhs")),
    _Rule(re.compile(r"(?<![\w-])\d{3}[ -]\d{3}[ -]\d{3}(?![\w-])"), luhn, _context("sin|social insurance")),
    _Rule(
        re.compile(r"(?<!\w)\d{2} ?\d{3} ?\d{3} ?\d{3}(?!\w)"),
        _de_tax,
        _context(r"steuer-?id\w*|steuer-?identifikationsnummer|idnr|tax id|tin|steuernummer"),
    ),
    _Rule(re.compile(r"(?<!\w)[12] ?\d{2} ?[01]\d ?\d[\dAB] ?\d{3} ?\d{3} ?\d{2}(?!\w)"), _fr_nir),
    _Rule(re.compile(r"\b(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z]\b", re.IGNORECASE), _es_nif),
    _Rule(re.compile(r"\b[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]\b", re.IGNORECASE), _it_code),
    _Rule(re.compile(r"(?<!\w)\d(?:[ .]?\d){8}(?!\w)"), _nl_bsn, _context("bsn|burgerservicenummer|sofi")),
    _Rule(re.compile(r"(?<!\w)\d{11}(?!\w)"), _pl_pesel, _context("pesel")),
    _Rule(re.compile(r"(?<![\w.-])\d{3}\.\d{3}\.\d{3}-\d{2}(?![\w-])"), _br_cpf),
    _Rule(re.compile(r"(?<![\w.-])\d{11}(?![\w-])"), _br_cpf, _context("cpf")),
    _Rule(re.compile(r"(?<![\w-])(?:19|20)?\d{6}[-+]\d{4}(?![\w-])"), _se_personnummer),
    _Rule(re.compile(r"(?<!\w)(?:19|20)?\d{10}(?!\w)"), _se_personnummer, _context("personnummer|personnr|pnr")),
    _Rule(re.compile(r"(?<![\w.])756[. ]?\d{4}[. ]?\d{4}[. ]?\d{2}(?!\w)"), _ch_ahv),
    _Rule(re.compile(r"(?<!\w)\d{6}[-+A]\d{3}[0-9A-FHJ-NPR-Y](?!\w)", re.IGNORECASE), _fi_hetu),
    _Rule(re.compile(r"(?<!\w)\d{6} ?\d{5}(?!\w)"), _no_fodselsnummer, _context(r"f[oø]dselsnummer|personnummer|fnr")),
    _Rule(re.compile(r"(?<![\w-])\d{6}-\d{4}(?![\w-])"), _day_first, _context("cpr(?:-?(?:nummer|nr|no))?")),
    _Rule(re.compile(r"(?<![\w.])\d{2}\.\d{2}\.\d{2}-\d{3}\.\d{2}(?!\w)"), _be_national),
    _Rule(re.compile(r"(?<!\w)\d{3} ?\d{3} ?\d{3}(?!\w)"), _pt_nif, _context("nif|contribuinte")),
    _Rule(re.compile(r"\b\d{7}[A-W][A-IW]?\b", re.IGNORECASE), _always, _context("pps(?:n| number| no)?")),
    _Rule(re.compile(r"\b[A-Z]{5}\d{4}[A-Z]\b"), _always, _context("pan|pan card|permanent account")),
    _Rule(re.compile(r"(?<!\w)\d{4} \d{4} \d{4}(?! ?\d)"), _always, _context("aadhaar|aadhar")),
    _Rule(
        re.compile(r"\b(?=[A-Z0-9]*\d{4})[A-Z0-9]{7,9}\b", re.IGNORECASE),
        _always,
        _context(r"passport(?: (?:no|number|nr|is|:))*|reisepass\w*|passeport|pasaporte"),
    ),
)
