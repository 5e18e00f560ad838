"""What changed since the window before: themes, scores and people, each with both sides and their ids."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cx.account_scores import AccountScore
from cx.account_themes import BACK, FEWER, GONE, MORE, NEW, ThemeUse
from cx.answers import Answer, last_of_each
from cx.committee_score import CommitteeScore
from cx.facts import FINDING_PEOPLE, Left, ThemeName, day
from cx.scores import Score
from cx.statements import LEAST_ANSWERS
from cx.wording import counted, sentence, signed, spoken

THEME, SCORE, PEOPLE = "theme", "score", "people"


@dataclass(frozen=True)
class Change:
    """One change. `change` of a theme as in `cx.account_themes`; of a score up or down, by its value alone.

    `now`, `before`: people who speak of the theme (n: who wrote), or the scores; None where there is none.
    """

    what: str
    name: str
    change: str
    text: str
    now: Score | None
    before: Score | None
    ids: tuple[str, ...]
    theme: str | None = None


def theme_changes(uses: Iterable[ThemeUse], names: Mapping[str, ThemeName]) -> list[Change]:
    """List the themes that are new, back, gone, said by more or by fewer; what may be chance is left out.

    What one person alone speaks of, or spoke of, is told in one line for all such themes; of discovered ones it is not
    told, but for those that emerge: a small account touches dozens of them in one comment each.

    Answers: what do they speak of that they did not speak of last time, and what has gone quiet (CSM)?
    """
    words = {
        NEW: "said for the first time, by {now}",
        BACK: "said again, by {now}, nobody in the window before",
        GONE: "not said any more, {before} in the window before",
        MORE: "said by {now}, {before} in the window before",
        FEWER: "said by {now}, {before} in the window before",
    }
    changed = [use for use in uses if use.change in words and use.theme in names]
    found = _single_voices([use for use in changed if _voices(use) < FINDING_PEOPLE], names)
    for use in changed:
        if _voices(use) < FINDING_PEOPLE:
            continue
        now, before = (counted(one.people, "person", "people") for one in (use.now, use.before))
        name = names[use.theme].name
        text = sentence(f"{name}: {words[use.change].format(now=now, before=before)}")
        ids = use.before.comment_ids if use.change == GONE else use.now.comment_ids
        found.append(Change(THEME, name, use.change, text, use.now.share, use.before.share, ids, use.theme))
    order = (NEW, MORE, BACK, FEWER, GONE)
    return sorted(found, key=lambda one: (order.index(one.change), one.name))


def _voices(use: ThemeUse) -> int:
    return max(use.now.people, use.before.people)


def _single_voices(uses: Sequence[ThemeUse], names: Mapping[str, ThemeName]) -> list[Change]:
    words = {
        NEW: "said for the first time, by one person each",
        BACK: "said again, by one person each, nobody in the window before",
        GONE: "not said any more, one person each in the window before",
    }
    told = [use for use in uses if use.kind == "taxonomy" or (names[use.theme].emerging and use.change != GONE)]
    found = []
    for change, text in words.items():
        own = sorted((use for use in told if use.change == change), key=lambda use: names[use.theme].name)
        joined = "; ".join(names[use.theme].name for use in own)
        sides = [(use.before if change == GONE else use.now).comment_ids for use in own]
        ids = tuple(dict.fromkeys(key for side in sides for key in side))
        if own:
            line = text.replace(" each", "") if len(own) == 1 else text
            theme = own[0].theme if len(own) == 1 else None
            found.append(Change(THEME, joined, change, sentence(f"{line}: {joined}"), None, None, ids, theme))
    return found


def score_changes(
    now: CommitteeScore, before: CommitteeScore, groups: Sequence[AccountScore], answers: Iterable[Answer]
) -> list[Change]:
    """List the scores that both windows have from three answers on each side; under that a change is one person's mood.

    The same people are paired in the direction of NPS.
    """
    ids = tuple(one.answer_id for one in last_of_each(one for one in answers if one.scale.type == "nps"))
    pairs: list[tuple[str, Score | None, Score | None, tuple[str, ...]]] = [
        ("account-level NPS", now.account_level, before.account_level, ids),
        ("user-level NPS", now.user_level, before.user_level, ids),
    ]
    for one in groups:
        name = f"{one.scale.type.upper()} at the stage {spoken(one.group)}"
        pairs.append((name, one.score, one.before, tuple(answer.answer_id for answer in one.answers)))
    return [_score(*pair) for pair in pairs if _enough(pair[1]) and _enough(pair[2]) and pair[1] != pair[2]]


def _enough(score: Score | None) -> bool:
    return score is not None and score.n >= LEAST_ANSWERS


def may_be_chance(now: Score | None, before: Score | None) -> bool:
    """Whether the interval of the difference holds 0. Source: Newcombe (1998), method 10."""
    if now is None or before is None:
        return False
    high, low = (now, before) if now.value > before.value else (before, now)
    if high.low is None or low.high is None:
        return False
    return high.value - low.value <= math.hypot(high.value - high.low, low.high - low.value)


def _score(name: str, now: Score | None, before: Score | None, ids: tuple[str, ...]) -> Change:
    values = [one.value if one is not None else 0.0 for one in (now, before)]
    change = "up" if values[0] > values[1] else "down" if values[0] < values[1] else "same"
    told = [f"{_value(name, one)} (n {one.n:,})" for one in (now, before) if one is not None]
    doubt = ": it may be chance" if may_be_chance(now, before) else ""
    text = sentence(f"{name} {told[0]}, {told[1]} in the window before{doubt}")
    return Change(SCORE, name, change, text, now, before, ids)


def _value(name: str, score: Score) -> str:
    if "NPS" in name:
        return signed(score.value)
    return f"{score.value:.0f} %" if name.startswith("CSAT") else f"{score.value:.1f}"


def people_changes(left: Iterable[Left], since: date) -> list[Change]:
    """List the deciders who left in the window."""
    return [
        Change(
            PEOPLE,
            one.who or spoken(one.role),
            "left",
            sentence(f"{one.who or 'somebody'}, {spoken(one.role)}, left on {day(one.left_on)}"),
            None,
            None,
            one.ids,
        )
        for one in left
        if one.left_on >= since and one.ids
    ]
