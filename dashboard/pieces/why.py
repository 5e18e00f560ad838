"""Why am I seeing this: the formula, the n and the window of a number, on demand beside it."""

from collections.abc import Sequence

from dashboard.look import text

TITLE = "Why am I seeing this?"


def why_html(facts: Sequence[tuple[str, str]], *, link: str = "", title: str = TITLE) -> str:
    """Write what a number rests on, closed at first.

    Args:
        facts: Name and words; the words are texts, never HTML.
        link: A link of ours beneath, as `links` writes it.
        title: What is clicked.
    """
    rows = "".join(f"<dt>{text(name)}</dt><dd>{text(words)}</dd>" for name, words in facts if words)
    below = f"<p>{link}</p>" if link else ""
    return f'<details class="why"><summary>{text(title)}</summary><dl>{rows}</dl>{below}</details>'
