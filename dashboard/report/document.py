"""A report as one file: the pages' style sheet in it, nothing that is loaded, nothing that runs."""

import re
from collections.abc import Mapping, Sequence

from dashboard import look
from dashboard.charts.base import FONT
from dashboard.look import text

# Whatever a comment holds and however it came here: the reader's browser loads and runs nothing.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
# Rules of the pages that a file has nothing for: Streamlit's own parts.
_STREAMLIT = re.compile(r"^[^\n{}]*(?:\.st[A-Z-]|st-key-|data-testid)[^\n{}]*\{[^{}]*\}\n", re.MULTILINE)


def document_html(title: str, head: str, blocks: Sequence[str], foot: str) -> str:
    """Put a file together.

    Args:
        title: Of the window; a text.
        head: What stands above the first section, as HTML.
        blocks: The sections, as HTML.
        foot: What stands below, as HTML.
    """
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">'
        f"<title>{text(title)}</title><style>{_style()}</style></head>\n"
        f'<body class="sv report"><main>{head}\n' + "\n".join(blocks) + f"\n{foot}</main></body></html>\n"
    )


def _style() -> str:
    light, dark = look.palette("light"), look.palette("dark")
    # Paper is narrow and has the layout of a wide screen, made smaller.
    sheet = _STREAMLIT.sub("", look.style_sheet()).replace("@media (max-width", "@media screen and (max-width")
    return (
        f":root {{ color-scheme: light dark; {_variables(light)} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_variables(dark)} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light; {_variables(light)} }} }}\n"
        f"{sheet}\n.sv.report {{ font-family: {FONT}; }}\n"
    )


def _variables(colours: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in colours.items())


def section_html(title: str, body: str, *, note: str = "") -> str:
    """Write a section as the pages do."""
    said = f'<p class="note">{note}</p>' if note else ""
    return f'<section><div class="section"><h2 class="title">{title}</h2>{said}</div>{body}</section>'
