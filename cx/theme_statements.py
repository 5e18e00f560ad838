"""What a diagnosis says of themes: who complains of what, what emerges, what is liked."""

from collections.abc import Sequence

from cx.account_themes import MORE, NEW, ThemeUse
from cx.facts import FINDING_PEOPLE, Facts, Statement, made
from cx.wording import counted

LEAVING, MISMATCH = "churn_intent", "sales_delivery_mismatch"
# Sentences of each kind: a CSM reads this before a call.
MOST_THEMES = 3


def complaints(facts: Facts) -> list[Statement]:
    """The themes that most people complain of; one voice only where nobody shares another."""
    told = {LEAVING, MISMATCH}
    named = [use for use in facts.themes if use.theme in facts.names and use.theme not in told]
    bad = [use for use in named if use.now.negative_people]
    shared = [use for use in bad if use.now.negative_people >= FINDING_PEOPLE]
    if not shared and len(bad) > 1:
        return [_single_voices(facts, bad)]
    return [
        _theme(facts, use, "theme_complaint", weight=40 - place, topic=f"theme {use.theme}")
        for place, use in enumerate((shared or bad)[:MOST_THEMES])
    ]


def _single_voices(facts: Facts, bad: Sequence[ThemeUse]) -> Statement:
    """Complaints that nobody shares, in one sentence: none of them is the finding."""
    told, more = bad[:MOST_THEMES], len(bad) - MOST_THEMES
    names = [facts.names[use.theme].name for use in told] + ([f"{more} more"] if more > 0 else [])
    spoke = max((use.now.share.n for use in told if use.now.share is not None), default=0)
    ids = dict.fromkeys(key for use in bad for key in use.now.negative_ids)
    numbers = {"comments": len(ids), "spoke": spoke, "themes": len(bad)}
    stage = next((one for use in told for one in use.now.stages if one != "unknown"), None)
    who = f"of {spoke} people who wrote no two complain of the same"
    if spoke == 1 or len(ids) == 1:
        who = f"{'the one person' if spoke == 1 else f'1 of {spoke} people'} who wrote complains of several things"
    text = f"{who}: {'; '.join(names)} ({counted(len(ids), 'comment')})"
    return made(facts, "theme_complaint", 40, text, numbers, ids, topic=f"theme {told[0].theme}", stage=stage)


def _theme(facts: Facts, use: ThemeUse, kind: str, *, weight: int, topic: str) -> Statement:
    now, name = use.now, facts.names[use.theme].name
    people, spoke, before = now.negative_people, now.share.n if now.share is not None else 0, use.before.negative_people
    who = f"{people} of {spoke} people who wrote complain" if spoke > 1 else "the one person who wrote complains"
    if people == 1 and spoke > 1:
        who = f"1 of {spoke} people who wrote complains"
    earlier = "nobody" if not before else counted(before, "person", "people")
    when = "new in this window" if use.change == NEW else f"{earlier} in the window before"
    parts = [counted(now.negative, "comment"), f"{now.positive} positive" if now.positive else "", when]
    text = f"{name}: {who} ({', '.join(part for part in parts if part)})"
    if use.change == MORE:
        text += ", more than chance explains"
    numbers = {"people": people, "comments": now.negative, "spoke": spoke, "people_before": before}
    stage = next((one for one in now.stages if one != "unknown"), None)
    return made(facts, kind, weight, text, numbers, now.negative_ids, topic=topic, stage=stage)


def emerging(facts: Facts) -> list[Statement]:
    """Say which emerging themes somebody here complains of."""
    found: list[Statement] = []
    told: set[str] = set()
    for use in facts.discovered:
        name, ids = facts.names.get(use.theme), use.now.negative_ids
        # A theme and the one above it hold the same comments: one of them is enough.
        if name is None or not name.emerging or set(ids) <= told:
            continue
        told |= set(ids)
        who = counted(use.now.negative_people, "person here complains", "people here complain")
        text = f"an emerging theme is heard here: {name.name} ({who})"
        numbers = {"people": use.now.negative_people, "comments": use.now.negative}
        topic = f"theme {use.theme}"
        found.append(made(facts, "emerging_theme", 37, text, numbers, ids, topic=topic, stage="usage"))
    return found[:MOST_THEMES]


def praise(facts: Facts) -> list[Statement]:
    """Say what is liked most."""
    liked = [use for use in facts.themes if use.now.positive > use.now.negative and use.theme in facts.names]
    if not liked:
        return []
    best = max(liked, key=lambda use: (use.now.positive, use.now.people, use.theme))
    name = facts.names[best.theme].name
    text = f"good words on {name} ({counted(best.now.positive, 'comment')}, {best.now.negative or 'none'} negative)"
    numbers = {"comments": best.now.positive, "negative": best.now.negative}
    ids = best.now.positive_ids
    return [made(facts, "praise", 10, text, numbers, ids, topic=f"theme {best.theme}", good=True)]
