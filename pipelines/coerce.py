"""Cells into values: numbers with either decimal sign, scores with words, yes and no, lists, ids."""

import math
import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from pipelines.readers.table import is_blank

# What exports write where they have no value; never applied to texts ("n/a" there is something a customer said).
_NOTHING = {"null", "none", "nan", "n/a", "na", "#n/a", "-", "--", "nat", "<na>", "(blank)", "undefined"}
_TRUE = {"true", "yes", "y", "1", "t", "x", "on", "ja", "oui", "wahr", "public"}
_FALSE = {"false", "no", "n", "0", "f", "off", "nein", "non", "falsch", "private", "internal"}
_CURRENCY = re.compile(r"(?:[$€£¥]|(?:USD|EUR|GBP|CHF|JPY)|\s|['’])", re.IGNORECASE)
_LEADING = re.compile(
    r"^\s*([+-]?\d+(?:[.,]\d+)?)(?=\s*(?:$|[-–—:(/]|\s|stars?\b|points?\b|\*|★|out\b))", re.IGNORECASE
)
_STARS = re.compile(r"^\s*([★⭐\*]{1,10})[☆\ufe0f\s]*$")
_SURROGATES = re.compile("[\ud800-\udfff]")
_SUFFIX = {"k": 1_000, "m": 1_000_000}


def is_nothing(value: object) -> bool:
    """Say whether a cell of anything but free text stands for "unknown"."""
    if is_blank(value):
        return True
    if isinstance(value, float):
        return math.isnan(value)
    return isinstance(value, str) and value.strip().lower() in _NOTHING


def to_text(value: object) -> str:
    """Give a cell as text that every database can keep: no NUL, no lone surrogate, no blanks around."""
    if isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        text = str(int(value))  # spreadsheets keep an id 1001 as 1001.0
    elif isinstance(value, (date, datetime)):
        text = value.isoformat()
    elif isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
    else:
        text = str(value)
    if not text.isascii():
        text = _SURROGATES.sub("\ufffd", text)
    return text.replace("\0", "").strip()


def to_words(value: object) -> str:
    """Give a short cell on one line."""
    return " ".join(to_text(value).split())


def detect_decimal_comma(values: Iterable[object]) -> bool:
    """Say whether a column writes 7,5 for seven and a half: a comma that can't part thousands, and no such point."""
    comma = point = 0
    for value in values:
        if not isinstance(value, str):
            continue
        plain = _CURRENCY.sub("", value)
        comma += bool(re.fullmatch(r"[+-]?(?:\d{1,3}(?:\.\d{3})+|\d+),(?:\d{1,2}|\d{4,})%?", plain))
        point += bool(re.fullmatch(r"[+-]?(?:\d{1,3}(?:,\d{3})+|\d+)\.(?:\d{1,2}|\d{4,})%?", plain))
    return comma > point


def to_number(value: object, *, decimal_comma: bool = False) -> float:
    """Read a number: thousands apart, currency signs, percent, "1.2k", (5) for -5.

    Raises:
        ValueError: It is none, or not finite.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, Decimal, str)):
        raise ValueError("not a number")
    if not isinstance(value, str):
        number = float(value)
    else:
        number = _number_of_text(value, decimal_comma=decimal_comma)
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _number_of_text(value: str, *, decimal_comma: bool) -> float:
    plain = _CURRENCY.sub("", value).rstrip("%")
    if plain.startswith("(") and plain.endswith(")"):
        plain = "-" + plain[1:-1]
    factor = _SUFFIX.get(plain[-1:].lower(), 1)
    if factor > 1:
        plain = plain[:-1]
    thousands, decimal = (".", ",") if decimal_comma else (",", ".")
    if thousands in plain and not re.fullmatch(rf"[+-]?\d{{1,3}}(\{thousands}\d{{3}})+(\{decimal}\d+)?", plain):
        if plain.count(thousands) > 1 or decimal in plain:
            raise ValueError("not a number")
        plain = plain.replace(thousands, decimal)
    else:
        plain = plain.replace(thousands, "")
    plain = plain.replace(decimal, ".")
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", plain):
        raise ValueError("not a number")
    return float(plain) * factor


def to_score(value: object, *, decimal_comma: bool = False) -> float:
    """Read a score: a number, "9 - Very likely", "4 of 5", "3 stars" or stars drawn.

    Raises:
        ValueError: It is none.
    """
    if isinstance(value, str):
        if match := _STARS.match(value):
            return float(len(match[1]))
        if match := _LEADING.match(value):
            return float(match[1].replace(",", "."))
    return to_number(value, decimal_comma=decimal_comma)


def to_boolean(value: object) -> bool:
    """Read yes or no.

    Raises:
        ValueError: It is neither.
    """
    if isinstance(value, bool):
        return value
    plain = to_text(value).lower()
    if plain in _TRUE:
        return True
    if plain in _FALSE:
        return False
    raise ValueError("neither yes nor no")


def to_list(value: object) -> list[Any]:
    """Read a list: as it is (JSON), or cells parted by a vertical bar."""
    if isinstance(value, list):
        return [item if isinstance(item, dict) else to_text(item) for item in value if not is_nothing(item)]
    return [part for part in (piece.strip() for piece in to_text(value).split("|")) if part]


def to_key(value: object) -> str:
    """Give a word as a key: lower case, blanks and dashes as underscores ("Mid-Market" is mid_market)."""
    return re.sub(r"[\s\-/]+", "_", to_text(value).lower()).strip("_")


def to_domain(value: object) -> str:
    """Give a domain from a domain, a web address or an e-mail address."""
    plain = to_text(value).lower()
    plain = re.sub(r"^[a-z]+://", "", plain).split("/")[0].split("@")[-1].split(":")[0]
    return plain.removeprefix("www.")
