"""The head of a score card: the value, never without n, interval and what it was before."""

import math
from collections.abc import Callable

from api.schemas.scores import ScoreCard, ScoreOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text

Link = Callable[[str], str]


def head_html(card: ScoreCard, *, wrote: Link = text) -> str:
    """Write the head of a card.

    Args:
        card: What is known.
        wrote: Makes the way to the comments of all its answers, where their number is known.
    """
    score = card.score
    few = score.n < fmt.FEW
    value = fmt.score_value(card.type, score.value, score.n, card.scale_max)
    hint = f' <span class="note attention">{strings.FEW_ANSWERS}</span>' if few else ""
    return (
        f'<div class="card-head"><div class="name"><h2>{strings.SCORE_NAMES[card.type]}</h2>'
        f'<span class="note">{meaning(card)}</span></div>'
        f'<div class="value{" few" if few else ""}">{value}{hint}</div>'
        f'<p class="note">n {fmt.count(score.n)} from {fmt.counted(score.accounts, "account")}'
        f"{_wrote(card, wrote)}<br>"
        f"{interval_words(card)}</p>"
        f'<p class="note change">{change_html(card)}</p></div>'
    )


def _wrote(card: ScoreCard, link: Link) -> str:
    return "" if card.wrote is None else f", {link(fmt.count(card.wrote))} with a comment"


def interval_words(card: ScoreCard) -> str:
    """Say the interval, or that there is none."""
    words = fmt.interval(card.type, card.score.low, card.score.high)
    return words.capitalize() if card.score.low is None else f"95\u00a0% interval {words}"


def meaning(card: ScoreCard) -> str:
    """Say what the number is, with the scale's range and direction where it has one."""
    if card.type != "ces":
        return strings.SCORE_MEANS[card.type]
    good = "high is easy" if card.high_is_good else "low is easy"
    return f"{fmt.plain(card.scale_min)} to {fmt.plain(card.scale_max)}, {good}"


def is_clear(now: ScoreOut, before: ScoreOut) -> bool:
    """Whether two windows differ by more than chance allows, at 95 %.

    The distance is held against the root of the squared half intervals that face each other. Source: Newcombe (1998),
    Statistics in Medicine 17; Zou and Donner (2008), "MOVER".
    """
    if now.low is None or now.high is None or before.low is None or before.high is None:
        return False
    lower, upper = sorted((now, before), key=lambda score: score.value)
    facing = math.hypot((lower.high or 0.0) - lower.value, upper.value - (upper.low or 0.0))
    return upper.value - lower.value > facing


def direction(card: ScoreCard) -> int:
    """1 better than before, -1 worse, 0 the same or not known."""
    if card.before is None:
        return 0
    moved = card.score.value - card.before.value
    better = moved if card.type != "ces" or card.high_is_good else -moved
    return (better > 0) - (better < 0)


def change_html(card: ScoreCard) -> str:
    """Say what it was before, with a sign, and whether the change is more than noise."""
    if card.before is None:
        return "Nothing to compare with in the period before."
    before = fmt.score_value(card.type, card.before.value, card.before.n, card.scale_max)
    was = f"was {before} (n {fmt.count(card.before.n)}) in the period before"
    turned = direction(card)
    if not is_clear(card.score, card.before):
        return f"No clear change: {was}."
    mark = '<span class="up">▲ better</span>' if turned > 0 else '<span class="down">▼ worse</span>'
    return f"{mark}: {was}."


def under_html(card: ScoreCard, *, wrote: Link = text) -> str:
    """Say how many pulled the score down and how many of them wrote why; `wrote` makes the way to what they wrote."""
    flagged = card.score.flagged
    if flagged == 0:
        return f'<h3 class="under">{strings.NOTHING_FLAGGED}</h3>'
    names = fmt.counted(flagged, strings.FLAGGED_ONE[card.type], strings.FLAGGED_MANY[card.type])
    why = f"{wrote(fmt.count(card.comments_total))} wrote why" if card.comments_total else "none wrote why"
    return f'<h3 class="under">{names}, {why}</h3>'
