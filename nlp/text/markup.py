"""HTML to the text that a reader of the page would see. Text that only looks like a tag stays."""

import re
from html.parser import HTMLParser

# Only tags that mail and survey tools write; "<3", "a < b > c" and "<your name>" are the writer's own words.
_TAGS = frozenset(
    "a abbr address article b big blockquote body br caption center code col colgroup dd del div dl dt em "
    "figure font "
    "footer form h1 h2 h3 h4 h5 h6 head header hr html i iframe img ins label li link main meta nav o:p ol p pre s "
    "script section small span strike strong style sub sup table tbody td tfoot th thead title tr tt u ul".split()
)
_BLOCKS = frozenset(
    "address article body br caption dd div dl dt figure footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "
    "p pre "
    "section table tbody tfoot thead title tr ul".split()
)
_SILENT = frozenset({"script", "style", "head", "title"})
_LOOKS_LIKE = re.compile(
    r"</?(?:"
    + "|".join(sorted(map(re.escape, _TAGS), key=len, reverse=True))
    + r")(?:\s[^<>]*=[^<>]*)?\s*/?>|<!doctype",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class _Page(HTMLParser):
    """Collects lines; a line inside a `blockquote` starts with `> `, so that quoted mail is seen as such."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._line: list[str] = []
        self._silent = 0
        self._quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.handle_data(self.get_starttag_text() or "")
            return
        self._silent += tag in _SILENT
        if tag == "blockquote":
            self._break()
            self._quotes += 1
        elif tag in _BLOCKS:
            self._break()
        elif tag in {"td", "th"}:
            self._line.append(" ")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _TAGS:
            self.handle_data(self.get_starttag_text() or "")
        elif tag in _BLOCKS:
            self._break()

    def handle_endtag(self, tag: str) -> None:
        if tag not in _TAGS:
            self.handle_data(f"</{tag}>")
            return
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        if tag == "blockquote":
            self._break()
            self._quotes = max(0, self._quotes - 1)
        elif tag in _BLOCKS:
            self._break()
            if tag == "p":
                self.lines.append("")

    def handle_data(self, data_text: str) -> None:
        if not self._silent:
            self._line.append(re.sub(r"\s+", " ", data_text))

    def text(self) -> str:
        """The page's lines so far."""
        self._break()
        return "\n".join(self.lines)

    def _break(self) -> None:
        line = "".join(self._line).strip()
        self._line = []
        if line:
            self.lines.append("> " * self._quotes + line)


def is_markup(text: str) -> bool:
    """Say whether the text holds a tag that mail or survey tools write."""
    return "<" in text and _LOOKS_LIKE.search(text) is not None


def to_text(markup: str) -> str:
    """Return what a reader of the page would see; when a broken page would show nothing, only its tags go."""
    page = _Page()
    page.feed(_COMMENT.sub(" ", markup))
    page.close()
    return page.text() or _LOOKS_LIKE.sub(" ", markup)
