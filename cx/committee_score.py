"""Scores of one account: a committee's roles, weighed by their influence on the renewal, beside every answer alike.

Source: DOMAIN "The customer is a committee" (role means first, then weights); FIELD 5 for other ways of weighing.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from cx.committee import ROLES
from cx.scores import (
    NPS_ADDED_EACH,
    NPS_ADDED_TOTAL,
    ROUNDING_VARIANCE,
    Score,
    Z,
    default_scale,
    mean_of_moments,
    nps_of_counts,
    t_quantile,
    told,
)
from cx.wording import counted, interval, listed, sentence, signed, spoken

_NPS_SCALE = default_scale("nps")
# NPS points between the two reads that are worth a sentence. A convention, printed with the reading.
GAP_POINTS = 20.0


@dataclass(frozen=True)
class Weights:
    """How much each role weighs on the renewal; `name` says which set it is. A setting that is printed with results.

    A role that is not named weighs 0: its answers count at user level only.
    """

    name: str
    by_role: Mapping[str, float]

    def of(self, role: str) -> float:
        """Give a role's weight, never under 0."""
        return max(0.0, self.by_role.get(role, 0.0))

    def printed(self) -> str:
        """Write the weights: "seat-signed: champion 4, economic buyer 3, ..."."""
        used = [f"{spoken(role)} {weight:g}" for role, weight in self.by_role.items() if weight > 0]
        return f"{self.name}: {', '.join(used)}"


# DOMAIN: where the champion signs, the champion weighs most; where revenue follows usage, end users do. Defaults by
# convention: champion, power user and end user as in DOMAIN's worked example.
DEFAULT_WEIGHTS: dict[str, Weights] = {
    "seat_signed": Weights(
        "seat-signed", {"economic_buyer": 3.0, "champion": 4.0, "admin": 2.0, "power_user": 2.0, "end_user": 1.0}
    ),
    "usage_based": Weights(
        "usage-based", {"economic_buyer": 1.0, "champion": 1.0, "admin": 1.0, "power_user": 2.0, "end_user": 4.0}
    ),
}
# Where the motion is not known no role is put above another.
EQUAL_WEIGHTS = Weights("motion not known", {role: 1.0 for role in ROLES if role != "unknown"})


@dataclass(frozen=True)
class RoleAnswers:
    """NPS answers of one role in the window, one a respondent (their last). `total`, `squares`: of the 0-10 scores."""

    role: str
    n: int
    promoters: int
    detractors: int
    total: float
    squares: float


@dataclass(frozen=True)
class RoleScore:
    """A role's own NPS, its weight and its mean 0-10 score; no interval where one person answered."""

    role: str
    weight: float
    score: Score
    mean: Score


@dataclass(frozen=True)
class CommitteeScore:
    """Both reads of one account, side by side, with what is missing.

    `account_level`, `weighted_mean` and `gap` have no interval while a weighed role has a single answer;
    `interval_note` says so. `gap` is account-level minus user-level NPS, -200..200. `weight_answered` is the part
    (0..1) of all weight whose roles answered; `unweighted` counts answers of roles that weigh nothing. All values are
    None without answers. `n` is the number of respondents; the number of accounts is one, or 0 without answers.
    """

    n: int
    accounts: int
    account_level: Score | None
    user_level: Score | None
    gap: Score | None
    weighted_mean: Score | None
    plain_mean: Score | None
    roles: tuple[RoleScore, ...]
    missing: tuple[str, ...]
    unweighted: int
    weight_answered: float
    weights: Weights
    interval_note: str
    reading: str


def weights_for(motion: str | None, settings: Mapping[str, Weights] | None = None) -> Weights:
    """Give the weights of a pricing motion; equal ones where it is not known."""
    table = DEFAULT_WEIGHTS if settings is None else settings
    return table.get(motion or "", EQUAL_WEIGHTS)


def committee_score(answers: Sequence[RoleAnswers], weights: Weights) -> CommitteeScore:
    """Score one account as its committee, and as its respondents.

    Account level: 100 * sum of w (p - d) / sum of w over the roles that answered, p and d each role's own shares of
    promoters and detractors. User level: every respondent counts one. Weighted mean: sum of w m / sum of w over the
    roles' mean scores. Answers: is this renewal safe with the people who decide, and do users agree (CSM, CX leader)?

    Intervals: `weighted_nps` and `weighted_mean`. Source: DOMAIN "The customer is a committee".
    """
    order = {role: place for place, role in enumerate(ROLES)}
    heard = sorted((a for a in answers if a.n > 0), key=lambda a: (order.get(a.role, len(ROLES)), a.role))
    n = sum(a.n for a in heard)
    weighed = [a for a in heard if weights.of(a.role) > 0]
    account_level = weighted_nps(weighed, [weights.of(a.role) for a in weighed])
    user_level = told(nps_of_counts(sum(a.promoters for a in heard), sum(a.detractors for a in heard), n))
    listened = {a.role for a in heard}
    found = CommitteeScore(
        n=n,
        accounts=int(n > 0),
        account_level=account_level,
        user_level=user_level,
        gap=_gap(heard, weights, account_level, user_level),
        weighted_mean=weighted_mean(weighed, [weights.of(a.role) for a in weighed]),
        plain_mean=mean_of_moments(sum(a.total for a in heard), sum(a.squares for a in heard), n, _NPS_SCALE),
        roles=tuple(role for a in heard for role in _role_score(a, weights)),
        missing=tuple(role for role in weights.by_role if weights.of(role) > 0 and role not in listened),
        unweighted=sum(a.n for a in heard if weights.of(a.role) == 0),
        weight_answered=_weight_answered(listened, weights),
        weights=weights,
        interval_note=_interval_note(weighed),
        reading="",
    )
    return _with_reading(found)


def weighted_nps(roles: Sequence[RoleAnswers], weights: Sequence[float]) -> Score | None:
    """Give sum of w NPS / sum of w with an adjusted Wald interval; None where nothing weighs.

    The 3 answers that `cx.scores.nps` adds are shared evenly among the k roles (1/4k promoters and detractors of 3
    each), as Price and Bonett share theirs among k proportions; for one role it is the plain interval. Variance: sum
    of (w / sum of w)^2 (p + d - (p - d)^2) / n. Covers 92 to 96 % on average over drawn committees of two to five
    roles with two answers or more (worst of the shapes tried: 85 %, two roles, no detractor). With a role of one
    answer there is none: one person tells nothing of how a role differs within itself.
    Source: Price and Bonett (2004), Computational Statistics and Data Analysis 45(3); Rocks (2016).
    """
    total = sum(weights)
    if total <= 0:
        return None
    return _linear(roles, [weight / total for weight in weights], 100.0)


def _linear(roles: Sequence[RoleAnswers], shares: Sequence[float], limit: float) -> Score:
    """Sum of c_r NPS_r; the interval is clipped at +-limit and always holds the value."""
    n = sum(a.n for a in roles)
    value = sum(100 * c * (a.promoters - a.detractors) / a.n for c, a in zip(shares, roles, strict=True))
    used = [(c, a) for c, a in zip(shares, roles, strict=True) if abs(c) > 1e-12]
    if any(a.n < 2 for _, a in used):
        return Score(value, n, None, None)
    centre = variance = 0.0
    for c, a in used:
        size = a.n + NPS_ADDED_TOTAL / len(used)
        p = (a.promoters + NPS_ADDED_EACH / len(used)) / size
        d = (a.detractors + NPS_ADDED_EACH / len(used)) / size
        centre += 100 * c * (p - d)
        variance += c**2 * (p + d - (p - d) ** 2) / size
    margin = 100 * Z * math.sqrt(variance)
    return Score(value, n, max(-limit, min(centre - margin, value)), min(limit, max(centre + margin, value)))


def weighted_mean(roles: Sequence[RoleAnswers], weights: Sequence[float]) -> Score | None:
    """Give sum of w m / sum of w over the roles' mean 0-10 scores, with a Welch-Satterthwaite t interval.

    None where nothing weighs, no interval where a role has one answer. Each role's variance is at least what rounding
    leaves. Source: Welch (1947), Biometrika 34.
    """
    total = sum(weights)
    if total <= 0:
        return None
    value = sum(w * a.total / a.n for w, a in zip(weights, roles, strict=True)) / total
    n = sum(a.n for a in roles)
    if any(a.n < 2 for a in roles):
        return Score(value, n, None, None)
    parts = [
        (w / total) ** 2 * max(ROUNDING_VARIANCE, (a.squares - a.total**2 / a.n) / (a.n - 1)) / a.n
        for w, a in zip(weights, roles, strict=True)
    ]
    df = sum(parts) ** 2 / sum(part**2 / (a.n - 1) for part, a in zip(parts, roles, strict=True))
    margin = t_quantile(df) * math.sqrt(sum(parts))
    return Score(value, n, max(_NPS_SCALE.low, value - margin), min(_NPS_SCALE.high, value + margin))


def _role_score(a: RoleAnswers, weights: Weights) -> list[RoleScore]:
    score = told(nps_of_counts(a.promoters, a.detractors, a.n))
    mean = mean_of_moments(a.total, a.squares, a.n, _NPS_SCALE)
    return [] if score is None or mean is None else [RoleScore(a.role, weights.of(a.role), score, mean)]


def _gap(heard: Sequence[RoleAnswers], weights: Weights, account: Score | None, user: Score | None) -> Score | None:
    """Account-level minus user-level: one linear combination of the roles' NPS, so one interval."""
    if account is None or user is None:
        return None
    total, n = sum(weights.of(a.role) for a in heard), sum(a.n for a in heard)
    return _linear(heard, [weights.of(a.role) / total - a.n / n for a in heard], 200.0)


def _weight_answered(listened: set[str], weights: Weights) -> float:
    total = sum(weights.of(role) for role in weights.by_role)
    return sum(weights.of(role) for role in weights.by_role if role in listened) / total if total else 0.0


def _interval_note(weighed: Sequence[RoleAnswers]) -> str:
    alone = [spoken(a.role) for a in weighed if a.n == 1]
    if not alone:
        return ""
    return f"interval not told: only one answer from {listed(alone)}"


def _with_reading(found: CommitteeScore) -> CommitteeScore:
    words = [_reads(found), _gap_reading(found), _lowest(found), _silent(found)]
    reading = " ".join(sentence(part) for part in words if part)
    return replace(found, reading=reading)


def _reads(found: CommitteeScore) -> str:
    user, account = found.user_level, found.account_level
    if user is None:
        return "no NPS answer in the window"
    told = f"user-level NPS {signed(user.value)} ({counted(user.n, 'answer')}, {interval(user)})"
    if account is None:
        return f"no account-level NPS: no answer from a role that weighs ({found.weights.printed()}); {told}"
    note = found.interval_note or interval(account)
    return f"account-level NPS {signed(account.value)} (weights {found.weights.printed()}; {note}), {told}"


def _gap_reading(found: CommitteeScore) -> str:
    gap = found.gap
    if gap is None or len(found.roles) < 2:
        return ""
    if abs(gap.value) < GAP_POINTS:
        return f"the two reads agree within {GAP_POINTS:g} points"
    above = gap.value > 0
    who = (
        "the roles that weigh most are happier than the rest"
        if above
        else ("the roles that weigh most are less happy than the rest")
    )
    words = f"gap {signed(gap.value)} points: {who}"
    chance = gap.low is not None and gap.high is not None and gap.low <= 0 <= gap.high
    return words + (f", which may be chance ({interval(gap)})" if chance else "")


def _lowest(found: CommitteeScore) -> str:
    if len(found.roles) < 2:
        return ""
    low = min(found.roles, key=lambda role: role.score.value)
    high = max(found.roles, key=lambda role: role.score.value)
    if high.score.value - low.score.value < GAP_POINTS:
        return ""
    return (
        f"lowest: {spoken(low.role)} {signed(low.score.value)} (n {low.score.n:,}); "
        f"highest: {spoken(high.role)} {signed(high.score.value)} (n {high.score.n:,})"
    )


def _silent(found: CommitteeScore) -> str:
    parts = []
    if found.missing and found.n:
        parts.append(f"no answer from {listed((spoken(role) for role in found.missing), last='or')}")
    if found.unweighted:
        parts.append(f"{counted(found.unweighted, 'answer')} of a role without weight")
    return "; ".join(parts)
