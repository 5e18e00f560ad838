"""The map as a list: its themes with their counts, for who reads rather than looks, and for the keyboard."""

from collections.abc import Sequence

from api.schemas.themes import ThemeOut, ThemePage
from dashboard import format as fmt
from dashboard import frame, strings
from dashboard.links import comments_link, link, theme_link
from dashboard.pieces.map_chosen import Asked
from dashboard.pieces.map_read import Map

TITLE = "The same as a list"
NOTE = (
    "The themes of the map, most comments first. Counted are customers' comments, each with every theme that it speaks "
    "of; on the map a comment has one mark, that of the theme it speaks worst of."
)
NONE = "No comment of this slice speaks of a theme of this kind."
HEADS = ("Comments", "− Negative", "+ Positive", "Accounts", "On the map")
# Rows that stand open; the others are one click away.
SHOWN = 12


def sentence(found: Map, page: ThemePage, asked: Asked, name: str) -> str:
    """Say what lies on the map: how much, of what most, and how it speaks of it."""
    if not found.total:
        return "No comment lies in this slice."
    by_key = {one.info.key: one for one in page.items}
    if asked.theme and (theme := by_key.get(asked.theme)) is not None:
        counts = theme.counts
        return (
            f"<b>{_count(asked.theme, counts.comments)} comments speak of {theme_link(asked.theme, name)}</b>, "
            f"{_count(asked.theme, counts.negative, 'negative')} of them badly, from "
            f"{fmt.counted(counts.accounts, 'account')}."
        )
    largest = max(page.items, key=lambda one: one.counts.comments, default=None)
    # No link: the list has those too that were not analysed, in a language that is not covered.
    many = f"<b>{fmt.counted(found.total, 'comment')}</b>, those that are alike side by side."
    if largest is None or not largest.counts.comments:
        return many
    key, counts = largest.info.key, largest.counts
    return (
        f"{many} The largest group speaks of <b>{theme_link(key, largest.info.name)}</b>: "
        f"{_count(key, counts.comments)} comments from {fmt.counted(counts.accounts, 'account')}, "
        f"{_count(key, counts.negative, 'negative')} of them negative."
    )


def drawn_words(found: Map) -> str:
    """Say how to use the map, and what of the slice is not drawn; "" of that where all of it is."""
    drawn = len(found.ids)
    if drawn == found.total:
        return ""
    if found.total > drawn and drawn >= 5_000:
        return f"{fmt.count(drawn)} of {fmt.count(found.total)} comments are drawn: a fair sample, the same every time."
    missing = found.total - drawn
    return (
        f"{fmt.counted(missing, 'comment')} of {fmt.count(found.total)} {'has' if missing == 1 else 'have'} no place."
    )


def alt_words(found: Map, page: ThemePage) -> str:
    """Say the map for who can't see it."""
    first = sorted(page.items, key=lambda one: -one.counts.comments)[:8]
    told = "; ".join(f"{one.info.name}: {fmt.counted(one.counts.comments, 'comment')}" for one in first)
    return (
        f"Map of {fmt.counted(len(found.ids), 'comment')}; what is alike lies together. Largest themes: {told}. "
        "All of them follow as a list."
    )


def theme_list(page: ThemePage, asked: Asked) -> None:
    """Draw the list."""
    items = sorted(page.items, key=lambda one: (-one.counts.comments, one.info.name))
    items = [one for one in items if one.counts.comments]
    if not items:
        frame.section(TITLE, NONE)
        return
    rows = [
        f"<tr{' aria-current=true' if one.info.key == asked.theme else ''}>"
        f'<th scope="row">{theme_link(one.info.key, one.info.name)}</th>'
        f'<td data-label="{HEADS[0]}">{_count(one.info.key, one.counts.comments)}</td>'
        f"{_said(one, 'negative')}{_said(one, 'positive')}"
        f'<td data-label="{HEADS[3]}">{fmt.count(one.counts.accounts)}</td>'
        f"<td>{_way(one.info.key, one.info.name, asked)}</td></tr>"
        for one in items
    ]
    more = (
        f'<details class="rest"><summary>{fmt.counted(len(rows) - SHOWN, "more theme")}</summary>'
        f"{_table(rows[SHOWN:])}</details>"
        if len(rows) > SHOWN
        else ""
    )
    frame.section(TITLE, NOTE, html=_table(rows[:SHOWN]) + more)


def _table(rows: Sequence[str]) -> str:
    heads = "".join(f'<th scope="col">{one}</th>' for one in HEADS)
    return (
        f'<div class="scroll"><table class="on-map" aria-label="{TITLE}"><thead><tr><th scope="col">Theme</th>{heads}'
        f"</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _way(key: str, name: str, asked: Asked) -> str:
    if key == asked.theme:
        return link("Show all", asked.href(theme="", area=""))
    return link("Show", asked.href(theme=key, area=""), title=f"Show {name} on the map")


def _said(one: ThemeOut, polarity: str) -> str:
    sign, n = strings.SIGNS[polarity], getattr(one.counts, polarity)
    return f'<td data-label="{sign}">{_count(one.info.key, n, polarity)}</td>'


def _count(key: str, n: int, polarity: str = "") -> str:
    if not n:
        return '<span class="zero">0</span>'
    return comments_link(fmt.count(n), theme=key, polarity=polarity, voice="customer")


def name_of(page: ThemePage, key: str) -> str:
    """Give a theme's name; "" of one that the slice does not speak of."""
    return next((one.info.name for one in page.items if one.info.key == key), "")
