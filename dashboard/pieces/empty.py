"""Empty states: what is missing, and one action."""

from dashboard import strings
from dashboard.look import text


def empty_html(title: str, words: str, commands: tuple[str, ...] = ()) -> str:
    """Write an empty state."""
    lines = "".join(f"<p><code>{text(command)}</code></p>" for command in commands)
    return f'<div class="empty"><h2 class="title">{text(title)}</h2><p>{text(words)}</p>{lines}</div>'


def no_data_html() -> str:
    """Write the state of a first start."""
    return empty_html(strings.EMPTY_TITLE, strings.EMPTY_TEXT, strings.EMPTY_COMMANDS)
