"""Cleaning: bytes that mean nothing go, what the writer said stays. Knows no spaCy and no language."""

import html
import re
import unicodedata

from nlp.text.markup import is_markup, to_text

# Line feed stays (tab becomes a blank); the rest of C0, DEL and C1 carries no meaning in a comment.
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f]")
# Bidi controls can show a text in another order than it is stored (Trojan Source, CVE-2021-42574). Zero width
# space, word joiner, BOM, soft hyphen and the interlinear marks split words invisibly, which hides an address from
# the redactor. The zero width joiner and non-joiner stay: emoji and Persian need them.
_INVISIBLE = re.compile(
    "[\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_LINE_ENDS = re.compile("\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_BLANKS = re.compile(r"[^\S\n]+")
_LINE_MARGINS = re.compile(r" ?\n ?")
_MANY_LINES = re.compile(r"\n{3,}")
_AMPERSANDS = re.compile(r"&(?:(?:amp|AMP|#0*38|#[xX]0*26);)+")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});")
# Honest texts are stable after two passes (an escaped page in a page); more is an attack by nesting.
_MAX_PASSES = 5


def clean(text: str, *, max_chars: int = 20_000) -> str:
    """Return the text in NFC without markup, control and bidi characters, surrogates and doubled blanks.

    Idempotent. Lines stay lines (mail needs them). Longer texts are cut at a blank before `max_chars`.
    """
    text = _cut(text, max_chars=max_chars)
    for _ in range(_MAX_PASSES):
        cleaned = _pass(text)
        if cleaned == text:
            return text
        text = cleaned
    return _pass(text.replace("<", " ").replace("&", " "))


def _pass(text: str) -> str:
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text and "  " not in text:
        return text.strip()
    text = _well_formed(text)
    if "&" in text:
        text = _ENTITY.sub(_unescape, _AMPERSANDS.sub("&", text))
    if is_markup(text):
        text = to_text(text)
    return _spaced(_INVISIBLE.sub("", _CONTROL.sub("", _LINE_ENDS.sub("\n", unicodedata.normalize("NFC", text)))))


def _cut(text: str, *, max_chars: int) -> str:
    if len(text) <= max_chars:
        return text
    blank = text.rfind(" ", max_chars // 2, max_chars)
    return text[: blank if blank > 0 else max_chars]


def _well_formed(text: str) -> str:
    """Join surrogate pairs that a careless decoder left apart; a lone one becomes U+FFFD."""
    if not re.search("[\ud800-\udfff]", text):
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _unescape(match: re.Match[str]) -> str:
    return html.unescape(match.group())


def _spaced(text: str) -> str:
    text = _LINE_MARGINS.sub("\n", _BLANKS.sub(" ", text))
    return _MANY_LINES.sub("\n\n", text).strip()
