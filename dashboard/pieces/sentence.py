"""The sentence that a page opens with: built from the facts, with how well they are known."""

from collections.abc import Sequence

from api.schemas.scores import ScoreCard
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.pieces import behind
from dashboard.pieces.score_card import direction, is_clear


def headline(cards: Sequence[ScoreCard], filters: Filters) -> str:
    """Say the score that matters first, whether it moved, and what its detractors speak of."""
    if not cards:
        return strings.NO_SCORES
    # A clear fall comes first, then the order of the cards: NPS, CSAT, CES.
    card = min(cards, key=lambda one: 0 if _moved(one) < 0 else 1)
    return " ".join(part for part in (_value(card), _theme(card, cards, filters)) if part)


def _moved(card: ScoreCard) -> int:
    return direction(card) if card.before is not None and is_clear(card.score, card.before) else 0


def _value(card: ScoreCard) -> str:
    score = card.score
    value = fmt.score_value(card.type, score.value, score.n, card.scale_max)
    known = (
        f"n {fmt.count(score.n)} from {fmt.counted(score.accounts, 'account')}, "
        f"{fmt.interval(card.type, score.low, score.high)}"
    )
    name = strings.SCORE_NAMES[card.type]
    if card.before is None:
        return f"<b>{name} is {value}</b> ({known})."
    before = fmt.score_value(card.type, card.before.value, card.before.n, card.scale_max)
    moved = _moved(card)
    if moved == 0:
        return f"<b>{name} is {value}</b> ({known}), not clearly different from {before} in the period before."
    verb = "fell" if moved < 0 else "rose"
    return f"<b>{name} {verb} to {value}</b> ({known}) from {before} in the period before."


def _theme(card: ScoreCard, cards: Sequence[ScoreCard], filters: Filters) -> str:
    if not card.themes or not card.comments_total:
        return ""
    top = card.themes[0]
    link = behind.of_card(card, cards, filters, bands=behind.LOW, theme=top.key, polarity="negative")
    share = _share(top.comments, card.comments_total, link)
    many = strings.FLAGGED_MANY[card.type]
    verb = "speaks" if top.comments == 1 and card.comments_total <= fmt.SHARE_FROM else "speak"
    return f"<b>{share}</b> comments of {many} {verb} badly of <b>{links.theme_link(top.key, top.name)}</b>."


def _share(part: int, n: int, link: behind.Link) -> str:
    if n > fmt.SHARE_FROM:
        return link(fmt.share(part, n))
    return f"{link(fmt.count(part))} of {fmt.count(n)}"
