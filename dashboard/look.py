"""The look: the style sheet, its colours by name, and the wrapper that puts a block in the light or the dark."""

import re
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from dashboard import paper, strings

CSS = Path(__file__).parent / "theme.css"
MODES = ("light", "dark")


@cache
def style_sheet() -> str:
    """Give the style sheet."""
    return CSS.read_text(encoding="utf-8")


@cache
def palette(mode: str) -> dict[str, str]:
    """Give the colours of a mode by meaning, read from the style sheet: charts and pages can't disagree."""
    block = re.search(rf"\.sv-{mode} \{{(.*?)\}}", style_sheet(), re.DOTALL)
    return dict(re.findall(r"--([a-z]+): (#[0-9A-F]{6})", block.group(1))) if block else {}


def current_mode() -> str:
    """Say whether the reader looks at a light or a dark page."""
    return "dark" if st.context.theme.type == "dark" else "light"


def install() -> None:
    """Put the style sheet on the page, with what Streamlit's own buttons need of the mode's colours."""
    colours = " ".join(f"--sv-{name}: {value};" for name, value in palette(current_mode()).items())
    st.html(f"<style>{style_sheet()}\n:root {{ {colours} }}</style>")


def block(html: str) -> None:
    """Show a piece of ours. Whatever came from a customer must have gone through `text` before."""
    written = paper.current()
    if written is not None:
        written.blocks.append(html)
        return
    st.html(f'<div class="sv sv-{current_mode()}">{html}</div>')


# Controls that turn the direction of text or hide it (Unicode TR 9 and 36), and other invisible marks.
_INVISIBLE = re.compile("[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def prose(value: str) -> str:
    """Make a sentence of the API harmless, its figures kept in one piece: "25 %" and "n 5" stay on a line."""
    return _FIGURE.sub("\u00a0", text(value))


def label(value: str) -> str:
    """Make a text harmless as a label of Streamlit's, which reads Markdown, colours, icons and formulas into them."""
    return _MARKS.sub(r"\\\g<0>", _INVISIBLE.sub("", value))


_MARKS = re.compile(r"[\\`*_\[\]:$~<>|#]")
_FIGURE = re.compile(r"(?<=\d) (?=%)|(?<=\bn) (?=\d)")


def text(value: str) -> str:
    """Make a customer's text harmless: shown as text, with controls that turn or hide text taken out."""
    return escape(_INVISIBLE.sub("", value), quote=True)


# What redaction leaves in the place of what it took out: <PERSON_2>, <EMAIL>.
_TAKEN = re.compile(rf"<({'|'.join(strings.TAKEN)})(?:_(\d{{1,6}}))?>")


def quoted(value: str, *, whole: str = "") -> str:
    """Make a customer's words harmless, with marks in the places where redaction took something out.

    A mark says what was there ("name"), with its number where a text has several. What it stands for stays its text,
    so that what is copied, searched for or read out is what exports say.

    Args:
        value: The words.
        whole: The text that they are a part of.
    """
    plain = _INVISIBLE.sub("", value)
    several = _several(_INVISIBLE.sub("", whole or value))
    return "".join(part if place % 2 else escape(part) for place, part in enumerate(_pieces(plain, several)))


def spoken(value: str) -> str:
    """Give a customer's words for where nothing can be marked: "[name]" where redaction took one out. Still raw."""
    several = _several(value)
    return _TAKEN.sub(lambda found: f"[{_kind(found, several)}]", value)


def _pieces(plain: str, several: bool) -> list[str]:
    """Cut words at the marks: what stands between them, raw, and each mark written."""
    parts, end = [], 0
    for found in _TAKEN.finditer(plain):
        parts += [plain[end : found.start()], _mark(found, several)]
        end = found.end()
    return [*parts, plain[end:]]


def _several(whole: str) -> bool:
    return len({found.group(2) for found in _TAKEN.finditer(whole) if found.group(2)}) > 1


def _kind(found: re.Match[str], several: bool) -> str:
    number = f" {found.group(2)}" if several and found.group(2) else ""
    return f"{strings.TAKEN[found.group(1)]}{number}"


def _mark(found: re.Match[str], several: bool) -> str:
    title = strings.TAKEN_OUT.format(kind=strings.TAKEN[found.group(1)])
    return f'<span class="taken" data-kind="{_kind(found, several)}" title="{title}">{escape(found.group())}</span>'
