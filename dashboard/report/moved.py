"""What moved since the period before: scores whose intervals say so, and themes said clearly more or less often."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.schemas.comments import CommentOut
from api.schemas.scores import ScoreCard
from api.schemas.search import SearchPage
from api.schemas.themes import ThemePage
from dashboard import format as fmt
from dashboard import loading, strings
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces import comment, score_card
from dashboard.pieces.effect_table import Z
from dashboard.report.document import section_html

TITLE = "What moved since the period before"
NOTHING = "Nothing moved more than chance allows: no score and no theme."
NO_BEFORE = "All time is looked at: there is no period before it."
NOTE = (
    "Scores: 95\u00a0% interval of the difference. Themes: comments of both periods, at 95\u00a0% each; of {looked} "
    "counts that were compared about {chance} would look so by chance alone."
)
# Movers shown with a comment each.
SHOWN = 6
SAYS = {"negative": "spoken badly of", "positive": "spoken well of"}


@dataclass(frozen=True)
class Mover:
    """A theme that is spoken of so clearly more or less often than before."""

    key: str
    name: str
    polarity: str
    now: int
    before: int

    @property
    def strength(self) -> float:
        """How far from chance: the difference of two Poisson counts over its own deviation."""
        return (self.now - self.before) / math.sqrt(self.now + self.before)

    @property
    def worse(self) -> bool:
        """Whether that is bad news."""
        return (self.now > self.before) == (self.polarity == "negative")


def movers(now: ThemePage, before: ThemePage) -> tuple[list[Mover], int]:
    """Give the themes that moved, the furthest from chance first, and how many counts were compared."""
    was = {one.info.key: one for one in before.items}
    seen = {one.info.key: one for one in (*before.items, *now.items)}
    there = {one.info.key: one for one in now.items}
    pairs = [
        Mover(key, one.info.name, polarity, _count(there, key, polarity), _count(was, key, polarity))
        for key, one in seen.items()
        for polarity in SAYS
    ]
    compared = [one for one in pairs if one.now + one.before]
    found = [one for one in compared if abs(one.strength) > Z]
    return sorted(found, key=lambda one: (-abs(one.strength), one.name)), len(compared)


def _count(themes: Mapping[str, Any], key: str, polarity: str) -> int:
    return getattr(themes[key].counts, polarity) if key in themes else 0


def moved_html(filters: Filters, cards: Sequence[ScoreCard], now: ThemePage, before: ThemePage | None) -> str:
    """Write the section."""
    if before is None:
        return section_html(TITLE, f'<p class="note">{NO_BEFORE}</p>')
    found, looked = movers(now, before)
    clear = [one for one in cards if one.before is not None and score_card.is_clear(one.score, one.before)]
    scores = [_score(one) for one in clear]
    items = [*scores, *(_theme(filters, one) for one in found[:SHOWN])]
    rest = ", ".join(f"{text(one.name)} ({fmt.count(one.before)} to {fmt.count(one.now)})" for one in found[SHOWN:])
    body = f'<ul class="moved">{"".join(items)}</ul>' if items else f"<p>{NOTHING}</p>"
    more = f'<p class="note">Also: {rest}.</p>' if rest else ""
    return section_html(TITLE, body + more, note=NOTE.format(looked=looked, chance=round(looked * 0.05)))


def _score(card: ScoreCard) -> str:
    return f"<li><p><b>{strings.SCORE_NAMES[card.type]}</b> {score_card.change_html(card)}</p></li>"


def _theme(filters: Filters, one: Mover) -> str:
    arrow = "▲ more" if one.now > one.before else "▼ fewer"
    mark = f'<span class="{"down" if one.worse else "up"}">{arrow}</span>'
    said = (
        f"<p><b>{text(one.name)}</b> {mark}: {SAYS[one.polarity]} in {fmt.counted(one.now, 'comment')}, "
        f"{fmt.count(one.before)} in the period before.</p>"
    )
    quote = first_comment(filters, theme=one.key, polarity=one.polarity, voice="customer") if one.now else None
    return f"<li>{said}{comment.comment_html(quote) if quote is not None else ''}</li>"


def first_comment(filters: Filters, **narrowed: str) -> CommentOut | None:
    """Give the first of the comments behind a number, as its list on the search page has it."""
    page = loading.read("/v1/comments", SearchPage, {**filters.params(), **narrowed}, limit=1)
    return page.items[0] if page.items else None
