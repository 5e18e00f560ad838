"""Nothing found: which part of the search leaves nothing, and what to widen."""

from collections.abc import Sequence

from api.schemas.search import SearchPage
from dashboard import format as fmt
from dashboard import links, loading
from dashboard.client import AnswerError
from dashboard.look import text
from dashboard.pieces.search_asked import PATH, Asked
from dashboard.pieces.search_words import Names, Part, parts_of

TITLE = "No comment has all of this"
ONE_TITLE = "No comment has this"
WIDEN, NONE_ALONE = (
    "Any one of these leaves nothing. Leave it out, and there are:",
    "Leaving out one part is not enough.",
)
ONLY = "{} leaves nothing. Leave it out, and there are:"
ALONE = "Alone at any time, and of everybody, {} finds nothing."
ALL = "Without any of it"


def empty_html(asked: Asked, names: Names) -> str:
    """Write what to widen: each part with the number of comments without it."""
    parts = parts_of(asked, names)
    title = TITLE if len(parts) > 1 else ONE_TITLE
    ways = [(part, asked.without(part.name)) for part in parts]
    found = sorted(((_total(way), part, way) for part, way in ways), key=lambda one: -one[0])
    rows = [_row(part.chip, way, total) for total, part, way in found if total]
    said = _blame([part for total, part, _ in found if total]) if rows else _hopeless(asked, parts)
    if not rows:
        everything = asked.without(*(part.name for part in parts))
        rows = [_row("", everything, total)] if (total := _total(everything)) else []
    return f'<div class="empty widen"><h2 class="title">{title}</h2>{said}<ul>{"".join(rows)}</ul></div>'


def _blame(parts: Sequence[Part]) -> str:
    if len(parts) > 1:
        return f"<p>{WIDEN}</p>"
    return f"<p>{ONLY.format(f'<b>{text(parts[0].chip)}</b>')}</p>"


def _row(chip: str, way: Asked, total: int) -> str:
    label = f"{ALL}" if not chip else f"Without {chip}"
    return f"<li>{links.link(label, way.href)} <span>{fmt.counted(total, 'comment')}</span></li>"


def _hopeless(asked: Asked, parts: Sequence[Part]) -> str:
    """Name the parts that find nothing even alone."""
    others = {part.name for part in parts}
    alone = [part for part in parts if part.name != "polarity" and not _total(asked.without(*(others - {part.name})))]
    named = [ALONE.format(f"<b>{text(part.chip)}</b>") for part in alone]
    return "".join(f"<p>{words}</p>" for words in named) or f"<p>{NONE_ALONE}</p>"


def _total(asked: Asked) -> int:
    try:
        return loading.read(PATH, SearchPage, asked.params(), limit=1).total
    except AnswerError:
        return 0
