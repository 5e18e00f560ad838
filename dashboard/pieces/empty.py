"""Empty states: what is missing, and one action."""

from dashboard import links, strings
from dashboard.look import text

# What the state of a first start leads to: its words, and what follows the Data page's address.
FIRST = "Try it with the sample"
SECOND = "Upload your own files"
COMMANDS = "Or from the command line:"


def empty_html(title: str, words: str, commands: tuple[str, ...] = (), *, ways: str = "", heading: str = "h2") -> str:
    """Write an empty state.

    Args:
        title: What is missing.
        words: What to do about it.
        commands: Of the command line.
        ways: Links of ours.
        heading: h1 where the state is all of the page.
    """
    lines = "".join(f"<p><code>{text(command)}</code></p>" for command in commands)
    led = f'<p class="ways-in">{ways}</p>' if ways else ""
    said = f'<p class="note">{COMMANDS}</p>' if ways and commands else ""
    head = f'<{heading} class="title">{text(title)}</{heading}>'
    return f'<div class="empty">{head}<p>{text(words)}</p>{led}{said}{lines}</div>'


def no_data_html() -> str:
    """Write the state of a first start: the sample or an upload, on the Data page or by command."""
    sample = links.link(FIRST, links.href(links.DATA), css="button main")
    upload = links.link(SECOND, links.href(links.DATA), css="button")
    return empty_html(
        strings.EMPTY_TITLE, strings.EMPTY_TEXT, strings.EMPTY_COMMANDS, ways=sample + " " + upload, heading="h1"
    )
