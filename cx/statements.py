"""What a diagnosis says: one sentence a finding, with its numbers and the ids behind it, the worst first.

A statement is made from evidence and from nothing else: without a comment or an answer behind it there is none.
"""

from collections.abc import Callable

from cx.answers import Answer, last_of_each
from cx.facts import FINDING_PEOPLE, Facts, Number, Statement, day, days, made
from cx.risk import AT_RISK
from cx.scores import PASSIVE_FROM, Score
from cx.standing import FLAGGED, Standing, legs_words
from cx.theme_statements import LEAVING, complaints, emerging, praise
from cx.wording import counted, interval, listed, signed, spoken

# Under three answers a score is three people's mood at most: it is shown, and no sentence is built on it.
LEAST_ANSWERS = 3
# Half of a stage's CSAT answers at or past their line. A convention, as in `cx.perception`.
FLAGGED_SHARE = 0.5
# One role all detractors and another all promoters are 200 NPS points apart; three quarters of that split a committee.
SPLIT_POINTS = 150.0
# A CSM reads this before a call.
MOST_CONTRADICTIONS = 3


def statements(facts: Facts) -> tuple[Statement, ...]:
    """Say all that the facts carry, the worst first; what goes well comes last.

    Answers: what must I know before this call, and whose words say so (CSM)?
    """
    makers: tuple[Callable[[Facts], list[Statement]], ...] = (
        _renewal,
        _leaving,
        _mismatch,
        _perception,
        _fusion,
        _left,
        _early,
        _role_split,
        _gap,
        _nps,
        _few_answers,
        _stage_scores,
        complaints,
        emerging,
        _contradictions,
        _overdue,
        praise,
    )
    found = [one for maker in makers for one in maker(facts) if one.comment_ids or one.other_ids]
    return tuple(sorted(found, key=lambda one: (-one.weight, one.kind, one.text)))


def _figures(name: str, score: Score | None) -> dict[str, Number]:
    return {} if score is None else {name: score.value, "n": score.n, "low": score.low, "high": score.high}


def _renewal(facts: Facts) -> list[Statement]:
    standing = facts.standing
    flag, risk, level = standing.flag, standing.risk, standing.committee.account_level
    at_risk, flagged = risk.state == AT_RISK, flag.state == FLAGGED
    if not at_risk and not flagged:
        return []
    when = f"renewal in {counted(flag.days_left, 'day')}" if flagged and flag.days_left is not None else "the renewal"
    parts = [f"{when} is at risk: {legs_words(risk, facts.signals)}, all in this window" if at_risk else f"{when}"]
    if level is not None and level.value < flag.line:
        told = f"account-level NPS {signed(level.value)} (n {level.n:,}) under the line of {signed(flag.line)}"
        parts.append(told if at_risk else f"with {told} ({flag_source(standing)})")
    numbers = {"days_left": flag.days_left, "line": flag.line, **_figures("account_nps", level)}
    text = "; ".join(parts) if at_risk else " ".join(parts)
    weight = 100 if at_risk and flagged else 95 if at_risk else 90
    kind = "renewal_risk" if at_risk else "renewal_flag"
    return [made(facts, kind, weight, text, numbers, standing.evidence, topic="renewal", stage="renewal")]


def flag_source(standing: Standing) -> str:
    """Say where the line comes from, as the flag's own reading has it."""
    _, _, source = standing.flag.reading.rpartition("(")
    return source.rstrip(".)")


def _leaving(facts: Facts) -> list[Statement]:
    for use in facts.themes:
        people = use.now.negative_people
        if use.theme != LEAVING or not people:
            continue
        roles = listed(spoken(role) for role in use.now.negative_roles)
        text = f"{people} people speak of leaving ({roles})"
        if people < FINDING_PEOPLE:
            text = f"one person ({roles}) may be speaking of leaving: read it before the call"
        numbers = {"people": people, "comments": use.now.negative}
        ids, weight = use.now.negative_ids, 85 if people >= FINDING_PEOPLE else 62
        return [made(facts, "leaving", weight, text, numbers, ids, topic="leaving", stage="renewal")]
    return []


def _mismatch(facts: Facts) -> list[Statement]:
    found = facts.mismatch
    if not found.people or found.first_said is None or found.last_said is None:
        return []
    roles = listed(spoken(role) for role in found.roles)
    said = counted(found.people, "person says", "people say")
    text = f"{said} that what they got is not what was agreed before signing ({roles})"
    if found.people < FINDING_PEOPLE:
        text = f"one voice says that what they got is not what was agreed ({roles}): read it before you act"
    first, last = day(found.first_said), day(found.last_said)
    text += f", on {first}" if first == last else f", first on {first}, last on {last}"
    if not found.in_window and found.people >= FINDING_PEOPLE:
        text += ", not in this window"
    if found.commitments:
        text += f"; {counted(found.commitments, 'commitment is', 'commitments are')} on record"
    weight = (80 if found.in_window else 74) if found.people >= FINDING_PEOPLE else 35
    numbers: dict[str, Number] = {"people": found.people, "comments": found.comments, "in_window": found.in_window}
    ids = found.ids
    kind = "sales_delivery_mismatch" if found.people >= FINDING_PEOPLE else "mismatch_one_voice"
    return [made(facts, kind, weight, text, numbers, ids, topic="mismatch", stage="handoff")]


def _perception(facts: Facts) -> list[Statement]:
    gap = facts.perception
    if gap.state != "gap":
        return []
    text = gap.reading if gap.sure else f"{gap.reading.rstrip('.')}. So few answers may be chance: ask more people"
    return [made(facts, "perception_gap", 72, text, {}, gap.evidence, topic="scores", stage="usage")]


_FUSION = {"decline": 70, "problem": 68, "save": 66, "growing": 18}


def _fusion(facts: Facts) -> list[Statement]:
    fusion = facts.fusion
    weight = _FUSION.get(fusion.key)
    if weight is None or fusion.score.change is None or fusion.usage.change is None:
        return []
    if facts.standing.risk.state == AT_RISK:
        # Two of its three legs: the risk says it already.
        return []
    words = fusion.reading.split(". ", 1)[0]
    people = counted(fusion.score.change.n, "person", "people")
    text = (
        f"{words} ({signed(fusion.score.change.value, 1)} points among {people}, "
        f"{signed(fusion.usage.change.value)} % weekly active users)"
    )
    numbers = {**_figures("points", fusion.score.change), "usage_percent": fusion.usage.change.value}
    good = fusion.key == "growing"
    kind = f"fusion_{fusion.key}"
    return [made(facts, kind, weight, text, numbers, fusion.score.evidence, topic="fusion", stage="usage", good=good)]


def _left(facts: Facts) -> list[Statement]:
    found = []
    for one in facts.left:
        who = f"{one.who}, the {spoken(one.role)}," if one.who else f"the {spoken(one.role)}"
        text = f"{who} left on {day(one.left_on)}"
        if one.heir_since is not None:
            text += f"; {one.heir or 'somebody else'} took over on {day(one.heir_since)}"
        if one.heir_scores:
            text += (
                f" and has answered NPS with {listed(f'{score:g}' for score in one.heir_scores)} since the departure"
            )
        elif one.heir_since is None:
            text += "; nobody is known to have taken over"
        numbers: dict[str, Number] = {"left_on": one.left_on.isoformat(), "answers_since": len(one.heir_scores)}
        found.append(made(facts, "decider_left", 65, text, numbers, one.ids, topic="people", stage="usage"))
    return found


def _early(facts: Facts) -> list[Statement]:
    found = []
    for one in facts.early:
        if one.holds and one.mean is not None:
            numbers = {**_figures("ces", one.mean), "line": one.line}
            weight = 60 if one.mean.n >= LEAST_ANSWERS else 44
            text = _hard(one.mean, one.line, "" if facts.onboarded is None else f", {days(*facts.onboarded)}")
            ids, stage = one.evidence, "onboarding"
            found.append(made(facts, "onboarding_ces", weight, text, numbers, ids, topic="onboarding", stage=stage))
    return found


def _hard(mean: Score, line: float, when: str) -> str:
    """Say it with its days: it may be most of a year ago."""
    if mean.n < LEAST_ANSWERS:
        answered = counted(mean.n, "answer")
        return f"onboarding CES {mean.value:.1f} is at or past the line of {line:g}, but of {answered} only{when}"
    return (
        f"onboarding was hard: CES {mean.value:.1f} (n {mean.n:,}, {_ends(mean)}{when}) is at or past the line of "
        f"{line:g}, an early sign of renewal risk"
    )


def _ends(score: Score) -> str:
    return "no interval" if score.low is None or score.high is None else f"{score.low:.1f} to {score.high:.1f}"


def _gap(facts: Facts) -> list[Statement]:
    committee = facts.standing.committee
    gap, account, user = committee.gap, committee.account_level, committee.user_level
    if gap is None or account is None or user is None or gap.low is None or gap.high is None:
        return []
    if gap.low <= 0 <= gap.high:
        return []
    side = "happier" if gap.value > 0 else "less happy"
    text = (
        f"the roles that weigh most are {side} than the rest: account-level NPS {signed(account.value)}, user-level "
        f"{signed(user.value)} (n {user.n:,}, gap {signed(gap.value)}, {interval(gap)})"
    )
    numbers = {**_figures("gap", gap), "account_nps": account.value, "user_nps": user.value}
    ids = [one.answer_id for one in last_of_each(_nps_of(facts))]
    return [made(facts, "nps_gap", 55, text, numbers, ids, topic="scores", stage="usage")]


def _nps_of(facts: Facts) -> list[Answer]:
    return [one for one in facts.answers if one.scale.type == "nps"]


def _nps(facts: Facts) -> list[Statement]:
    committee = facts.standing.committee
    user = committee.user_level
    if user is None or user.n < LEAST_ANSWERS:
        return []
    last = last_of_each(_nps_of(facts))
    low = [one for one in last if one.score < PASSIVE_FROM]
    level = committee.account_level
    weighed = f", account-level {signed(level.value)}" if level is not None else ""
    text = f"NPS {signed(user.value)} ({counted(user.n, 'person', 'people')}, {interval(user)}){weighed}"
    numbers: dict[str, Number] = {**_figures("user_nps", user), "detractors": len(low)}
    if user.value < 0:
        text += f"; {counted(len(low), 'detractor')}"
        ids = [one.answer_id for one in low]
        return [made(facts, "nps_low", 50, text, numbers, ids, topic="scores", stage="usage")]
    ids = [one.answer_id for one in last]
    return [made(facts, "nps", 16, text, numbers, ids, topic="scores", stage="usage", good=True)]


def _few_answers(facts: Facts) -> list[Statement]:
    """Under three answers no score is told, and nothing is lost: there are the answers themselves."""
    last = last_of_each(_nps_of(facts))
    if not 0 < len(last) < LEAST_ANSWERS:
        return []
    low = any(one.score < PASSIVE_FROM for one in last)
    told = listed(f"{one.score:g} ({spoken(one.role)})" for one in reversed(last))
    text = f"NPS: {counted(len(last), 'answer')}, {told}"
    ids = [one.answer_id for one in last]
    weight = 42 if low else 15
    return [
        made(facts, "nps_answers", weight, text, {"n": len(last)}, ids, topic="scores", stage="usage", good=not low)
    ]


def _role_split(facts: Facts) -> list[Statement]:
    """A 9 from the champion hides a 4 from the admin: the lowest role beside the highest."""
    roles = facts.standing.committee.roles
    if len(roles) < FINDING_PEOPLE:
        return []
    low, high = (pick(roles, key=lambda role: (role.score.value, role.role)) for pick in (min, max))
    if high.score.value - low.score.value < SPLIT_POINTS or low.score.value >= 0:
        return []
    text = (
        f"the roles are apart: NPS {signed(low.score.value)} of {spoken(low.role)} (n {low.score.n:,}), "
        f"{signed(high.score.value)} of {spoken(high.role)} (n {high.score.n:,})"
    )
    numbers = {"lowest": low.score.value, "n_lowest": low.score.n, "highest": high.score.value, "n": high.score.n}
    ids = [one.answer_id for one in last_of_each(_nps_of(facts)) if one.role in (low.role, high.role)]
    return [made(facts, "role_split", 56, text, numbers, ids, topic="roles", stage="usage")]


def _stage_scores(facts: Facts) -> list[Statement]:
    found = []
    for one in facts.by_stage:
        n = one.score.n
        if one.scale.type != "csat" or n < LEAST_ANSWERS or one.flagged < FLAGGED_SHARE * n:
            continue
        text = (
            f"CSAT at the stage {spoken(one.group)}: {one.flagged:,} of {counted(n, 'answer')} at or past the line, "
            f"{one.score.value:.0f} % satisfied ({_percent(one.score)})"
        )
        numbers = {**_figures("csat", one.score), "flagged": one.flagged}
        stage = None if one.group == "unknown" else one.group
        ids = [answer.answer_id for answer in one.answers[: one.flagged]]
        found.append(made(facts, "csat_flagged", 45, text, numbers, ids, topic=f"csat {one.group}", stage=stage))
    return found


def _percent(score: Score) -> str:
    return "no interval" if score.low is None or score.high is None else f"{score.low:.0f} to {score.high:.0f} %"


def _contradictions(facts: Facts) -> list[Statement]:
    return [
        made(
            facts,
            "contradiction",
            30,
            one.reading,
            {"strength": round(one.strength, 2)},
            (one.comment_id,),
            topic="contradiction",
        )
        for one in facts.contradictions[:MOST_CONTRADICTIONS]
    ]


def _overdue(facts: Facts) -> list[Statement]:
    late = [one for one in facts.overdue if one.overdue]
    if not late:
        return []
    text = f"{counted(len(late), 'loop is', 'loops are')} overdue: {late[0].reading}"
    ids = [one.loop.response_id for one in late]
    stage = late[0].loop.stage
    return [made(facts, "loops_overdue", 48, text, {"overdue": len(late)}, ids, topic="loops", stage=stage)]
