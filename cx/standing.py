"""Where one account stands: both NPS reads, the three directions, risk and renewal flag, from the same answers.

Lists sort by what is made here, and the diagnosis shows the same: one way to it, so that they can't disagree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from cx.answers import Answer, last_of_each
from cx.committee_score import CommitteeScore, RoleAnswers, committee_score, weights_for
from cx.fusion import Direction, Pairs, score_direction, usage_direction
from cx.risk import (
    AT_RISK,
    DEFAULT_LINE,
    DEFAULT_LINE_SOURCE,
    RENEWAL_FLAG_DAYS,
    UNKNOWN,
    Leg,
    RenewalFlag,
    RenewalRisk,
    renewal_flag,
    renewal_risk,
    ticket_direction,
)
from cx.scores import PASSIVE_FROM, PROMOTER_FROM, default_scale, sum_clusters
from cx.wording import counted, listed, sentence, signed

# Two quarters side by side hold two rounds of a quarterly survey (DOMAIN "quarterly NPS").
RISK_WINDOW = timedelta(days=90)
WEEK = timedelta(days=7)
FLAGGED = "flagged"
# Raised whenever the rules or the words below change: what was kept under another number is made again.
RULES = 1
# How a list is ordered by risk: a flagged renewal before a conjunction far from renewal before single signs.
_FLAGGED_RANK, _AT_RISK_RANK, _LEG_RANK = 100.0, 50.0, 10.0


@dataclass(frozen=True)
class Signals:
    """What came in at one account in a window and in the one of equal length before it.

    `nps_*`: NPS answers; `usage_*`: weekly active users, oldest first; `tickets_*`: tickets a week, weeks without 0,
    empty where tickets are not known that far back. `ticket_ids`: behind the tickets of the window.
    """

    nps_before: Sequence[Answer] = ()
    nps_now: Sequence[Answer] = ()
    usage_before: Sequence[float] = ()
    usage_now: Sequence[float] = ()
    tickets_before: Sequence[float] = ()
    tickets_now: Sequence[float] = ()
    ticket_ids: Sequence[str] = ()


@dataclass(frozen=True)
class RiskLine:
    """The account-level NPS under which a renewal is flagged, and where the line comes from."""

    value: float = DEFAULT_LINE
    source: str = DEFAULT_LINE_SOURCE


@dataclass(frozen=True)
class Standing:
    """Where an account stands. `rank` orders accounts by risk, highest first; None where nothing can be told."""

    committee: CommitteeScore
    score: Direction
    usage: Direction
    tickets: Direction
    risk: RenewalRisk
    flag: RenewalFlag
    rank: float | None
    why: str
    evidence: tuple[str, ...] = field(default=())


def standing(
    signals: Signals, as_of: date, *, renewal: date | None, motion: str | None, line: RiskLine | None = None
) -> Standing:
    """Say where an account stands: is this renewal safe, and if not, what says so (CSM, CX leader)?

    Every respondent counts once a window, by their last answer. Source: DOMAIN "The customer is a committee",
    "Scores and comments belong together".
    """
    under = line or RiskLine()
    committee = committee_score(role_answers(signals.nps_now), weights_for(motion))
    score = score_direction(pairs(signals.nps_before, signals.nps_now))
    usage = usage_direction(signals.usage_before, signals.usage_now)
    tickets = ticket_direction(signals.tickets_before, signals.tickets_now, evidence=signals.ticket_ids)
    risk = renewal_risk(score, usage, tickets)
    flag = renewal_flag(
        as_of,
        renewal,
        account_level=committee.account_level,
        risk=risk,
        line=under.value,
        line_source=under.source,
    )
    answered = tuple(answer.answer_id for answer in last_of_each(signals.nps_now))
    evidence = tuple(dict.fromkeys((*risk.evidence, *(answered if flag.state == FLAGGED else ()))))
    return Standing(
        committee, score, usage, tickets, risk, flag, _rank(risk, flag), why(risk, flag, committee, signals), evidence
    )


def role_answers(answers: Iterable[Answer]) -> list[RoleAnswers]:
    """Sum each role's answers, one a respondent."""
    by_role: dict[str, list[float]] = {}
    for answer in last_of_each(answers):
        by_role.setdefault(answer.role, []).append(answer.score)
    return [
        RoleAnswers(
            role,
            len(scores),
            sum(score >= PROMOTER_FROM for score in scores),
            sum(score < PASSIVE_FROM for score in scores),
            sum(scores),
            sum(score * score for score in scores),
        )
        for role, scores in sorted(by_role.items())
    ]


def pairs(before: Iterable[Answer], now: Iterable[Answer]) -> Pairs | None:
    """Pair the people who answered in both windows, by their last answer in each; None where nobody did."""
    earlier = {one.person: one.score for one in last_of_each(before) if one.named}
    both = [one for one in last_of_each(now) if one.named and one.person in earlier]
    if not both:
        return None
    changes = [one.score - earlier[one.person] for one in both]
    moments = sum_clusters([len(both)], [sum(changes)], [sum(change * change for change in changes)])
    return Pairs(
        moments,
        sum(earlier[one.person] for one in both),
        default_scale("nps"),
        tuple(one.answer_id for one in both),
    )


def per_week(times: Iterable[datetime], end: datetime, *, weeks: int) -> list[float]:
    """Count times a week over the `weeks` whole weeks that end at `end`, oldest first."""
    counts = [0.0] * weeks
    for time in times:
        place = weeks - 1 - (end - time) // WEEK
        if 0 <= place < weeks and time <= end:
            counts[place] += 1
    return counts


def _rank(risk: RenewalRisk, flag: RenewalFlag) -> float | None:
    if risk.state == UNKNOWN and flag.state == UNKNOWN:
        return None
    held = sum(leg.holds is True for leg in risk.legs)
    rank = _AT_RISK_RANK * (risk.state == AT_RISK) + _LEG_RANK * held
    if flag.state == FLAGGED and flag.days_left is not None:
        # Of two flagged ones the sooner renewal comes first.
        rank += _FLAGGED_RANK + (RENEWAL_FLAG_DAYS - flag.days_left) / (RENEWAL_FLAG_DAYS + 1)
    return rank


def why(risk: RenewalRisk, flag: RenewalFlag, committee: CommitteeScore, signals: Signals) -> str:
    """Say in a phrase what makes an account's place in a list by risk."""
    parts = [_renewal_phrase(flag, committee), _legs_phrase(risk, signals)]
    return sentence("; ".join(part for part in parts if part))


def _renewal_phrase(flag: RenewalFlag, committee: CommitteeScore) -> str:
    if flag.days_left is None or not 0 <= flag.days_left <= RENEWAL_FLAG_DAYS:
        return ""
    when = f"renewal in {counted(flag.days_left, 'day')}"
    level = committee.account_level
    if level is None or level.value >= flag.line:
        return when
    return f"{when} with account-level NPS {signed(level.value)} (n {level.n:,}), under the line of {signed(flag.line)}"


def _legs_phrase(risk: RenewalRisk, signals: Signals) -> str:
    held = legs_words(risk, signals)
    if risk.state == AT_RISK:
        return f"{held} in the same window"
    untold = listed(leg.direction.of for leg in risk.legs if leg.holds is None)
    if risk.state == UNKNOWN:
        return f"too little data on {untold}" + (f"; {held}" if held else "")
    rest = f"; too little data on {untold}" if untold else ""
    if held:
        return f"{held}: noise without the rest{rest}"
    told = listed((leg.direction.of for leg in risk.legs if leg.holds is not None), last="or")
    return f"no sign of risk in {told}{rest}"


def legs_words(risk: RenewalRisk, signals: Signals) -> str:
    """Name the legs that hold with their changes: "usage down 21 % and tickets up, 15 against 2"."""
    return listed(_leg_words(leg, signals) for leg in risk.legs if leg.holds)


def _leg_words(leg: Leg, signals: Signals) -> str:
    change = leg.direction.change
    if change is None:
        return leg.name
    if leg.direction.of == "score":
        return f"NPS scores down {abs(change.value):.1f} points among {counted(change.n, 'person', 'people')}"
    if leg.direction.of == "tickets":
        return f"tickets up, {sum(signals.tickets_now):,.0f} against {sum(signals.tickets_before):,.0f}"
    return f"usage down {abs(change.value):.0f} %"
