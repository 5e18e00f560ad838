"""Find out how a text file is encoded, from a bounded sample."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path

from charset_normalizer import from_bytes

SAMPLE_BYTES = 1 << 20
# The statistical guess is slow; this much is plenty for it.
GUESS_BYTES = 1 << 17
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Western families: what a guess of them means in practice is the Windows code page, which holds them all.
_WESTERN = {"cp1252", "latin_1", "iso8859_1", "iso8859_15", "cp1250", "mac_roman", "cp437", "cp850", "cp858", "ascii"}
_ESCAPED = re.compile("[\udc80-\udcff]")
# Every second byte zero in at least this share of the sample: UTF-16 without its mark.
_ZERO_SHARE = 0.3


def detect_encoding(path: Path) -> str:
    """Give a codec name: by byte order mark, zero pattern, valid UTF-8, or a statistical guess."""
    with path.open("rb") as file:
        sample = file.read(SAMPLE_BYTES)
    for mark, name in _BOMS:
        if sample.startswith(mark):
            return name
    if wide := _utf16_without_mark(sample):
        return wide
    if _is_utf8(sample):
        return "utf-8"
    return _guess(sample[:GUESS_BYTES])


def _utf16_without_mark(sample: bytes) -> str | None:
    if len(sample) < 4:
        return None
    half = len(sample) / 2
    even, odd = sample[0::2].count(0) / half, sample[1::2].count(0) / half
    if odd > _ZERO_SHARE and even < odd / 4:
        return "utf-16-le"
    return "utf-16-be" if even > _ZERO_SHARE and odd < even / 4 else None


def _is_utf8(sample: bytes) -> bool:
    try:
        # The cut may fall inside a character: not final.
        codecs.getincrementaldecoder("utf-8")().decode(sample, final=False)
    except UnicodeDecodeError:
        # A few bad bytes in a file that is otherwise UTF-8 are mended line by line.
        text = sample.decode("utf-8", "surrogateescape")
        bad = len(_ESCAPED.findall(text))
        good = sum(character > "\x7f" for character in text) - bad
        return good > 10 * bad
    return True


def _guess(sample: bytes) -> str:
    best = from_bytes(sample).best()
    name = best.encoding if best else "cp1252"
    return "cp1252" if name in _WESTERN else name


def read_lines(path: Path, encoding: str, most: int, *, newline: str | None = None) -> Iterator[str]:
    """Give the lines of a file, each in pieces of `most` characters at most.

    Bytes that are no UTF-8 are read as cp1252, line by line; NUL characters are dropped.
    """
    # An escape keeps a bad byte readable until its line is known.
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    with path.open(encoding=encoding, errors=errors, newline=newline) as file:
        while line := file.readline(most):
            if not line.isascii() and _ESCAPED.search(line):
                line = line.encode("utf-8", "surrogateescape").decode("cp1252", "replace")
            yield line.replace("\0", "") if "\0" in line else line
