"""Emerging themes: what the comments speak of and the taxonomy has no word for, each with a customer's words."""

from typing import Any

from api.schemas.comments import CommentPage
from api.schemas.themes import EmergenceOut, ThemeOut, ThemePage
from dashboard import format as fmt
from dashboard import frame, loading
from dashboard.filters import Filters
from dashboard.links import comments_link, theme_link
from dashboard.look import text
from dashboard.pieces import comment

SHOWN = 3
TITLE = "Emerging"
NOTE = "Found in the comments; the taxonomy has no word for them. Counted apart from the themes above."
NOTHING = "Nothing new in this period."
TOO_EARLY = "Too few weeks of comments to tell what is on the rise."
ON_THE_RISE = "{alerts} {be} on the rise: said at more accounts in the last five weeks than its own past explains."
LOOKED = "Looked for among {family}; the chance of any false alert is at most {rate}."


def emerging(filters: Filters) -> None:
    """Draw the section."""
    params = filters.params()
    asked = {"kind": "discovered", "emerging": True, "trend": False, "total": False, "limit": SHOWN}
    found = loading.read("/v1/themes", ThemePage, params, **asked)
    themes = "".join(_theme_html(filters, params, theme) for theme in found.items)
    body = f'<div class="grid">{themes}</div>' if themes else f'<p class="note">{NOTHING}</p>'
    frame.section(TITLE, NOTE, html=body + _looked(found.emergence, sum(one.alert is not None for one in found.items)))


def _looked(emergence: EmergenceOut | None, alerts: int) -> str:
    """Say what alerts were looked for in, and with which error."""
    if emergence is None:
        return ""
    if not emergence.told:
        return f'<p class="note looked">{TOO_EARLY}</p>'
    rising = ON_THE_RISE.format(
        alerts=f"{alerts} of them" if alerts else "None of them", be="are" if alerts > 1 else "is"
    )
    looked = LOOKED.format(family=text(emergence.family), rate=fmt.percent(100 * emergence.rate))
    return f'<p class="note looked">{rising} {looked}</p>'


def _theme_html(filters: Filters, params: dict[str, Any], theme: ThemeOut) -> str:
    key, counts = theme.info.key, theme.counts
    page = loading.read(f"/v1/themes/{key}/comments", CommentPage, params, limit=1)
    words = "".join(comment.comment_html(one) for one in page.items)
    of_theme = {"theme": key, "voice": "customer"}
    all_of_them = comments_link(fmt.count(counts.comments), filters, **of_theme)
    bad = comments_link(fmt.count(counts.negative), filters, polarity="negative", **of_theme)
    noun = "comment" if counts.comments == 1 else "comments"
    said = (
        f"{all_of_them} {noun}, {fmt.counted(counts.accounts, 'account')}, {bad if counts.negative else '0'} negative"
    )
    alert = f'<p class="note attention">{text(theme.alert.reading)}</p>' if theme.alert is not None else ""
    return (
        f'<div><h3 class="named">{theme_link(key, theme.info.name)}</h3><p class="note">{said}</p>{alert}{words}</div>'
    )
