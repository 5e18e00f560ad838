"""The look: the style sheet, its colours by name, and the wrapper that puts a block in the light or the dark."""

import re
from functools import cache
from html import escape
from pathlib import Path

import streamlit as st

from dashboard import paper

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
