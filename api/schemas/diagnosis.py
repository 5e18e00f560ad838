"""The diagnosis of one account: what to know before a call, each statement with the comments that it stands on."""

from datetime import date, datetime

from pydantic import Field

from api.schemas.base import Period, Schema
from api.schemas.comments import CommentOut
from api.schemas.figures import FigureOut
from api.schemas.loops import LoopOut
from api.schemas.mismatch import MismatchMentionOut
from api.schemas.themes import ThemeInfoOut


class EvidenceOut(Schema):
    """What something stands on: at most 50 ids of each kind, the newest or worst first."""

    comment_ids: list[str] = Field(default=[], description="With words: GET /v1/accounts/{account_id}/comments.")
    other_ids: list[str] = Field(default=[], description="Answers without words, tickets, commitments.")


class StatementOut(EvidenceOut):
    """One finding in plain words; without its evidence it would not be here."""

    kind: str = Field(examples=["renewal_risk"])
    text: str
    numbers: dict[str, float | int | str | None]
    stage: str | None = Field(default=None, description="Where something is to be done about it.")
    good: bool = Field(default=False, description="What goes well.")


class HeadlineOut(EvidenceOut):
    """The worst in one or two sentences."""

    text: str


class StepOut(EvidenceOut):
    """What to do next, and whose task it is by the stage table."""

    stage: str
    owner: str = Field(description="The function that owns the stage.")
    owners: list[str] = Field(description="Who of the staff list holds it; empty: nobody does.")
    action: str
    why: str


class AccountHeadOut(Schema):
    """Whose diagnosis this is."""

    account_id: str
    name: str
    domain: str | None = None
    industry: str | None = None
    segment: str | None = None
    tier: str | None = None
    motion: str | None = None
    arr: float | None = None
    currency: str | None = None
    contract_start: date | None = None
    first_value_date: date | None = None
    renewal_date: date | None = None
    success_manager: str | None = None
    last_heard: date | None = Field(default=None, description="Last word or answer by the end of the window.")


class WeightsOut(Schema):
    """How much each role weighs on the renewal: a setting."""

    name: str = Field(examples=["seat-signed"])
    by_role: dict[str, float]


class RoleFigureOut(EvidenceOut):
    """One role's own NPS and mean 0-10 score, one answer a person."""

    role: str
    weight: float
    nps: FigureOut
    mean: FigureOut


class CommitteeOut(Schema):
    """Both NPS reads side by side: the account as its committee, and as its respondents."""

    n: int = Field(description="Respondents, each by their last answer.")
    accounts: int
    account_level: FigureOut | None = Field(default=None, description="Role means first, then weights.")
    user_level: FigureOut | None = Field(default=None, description="Every respondent counts one.")
    gap: FigureOut | None = Field(default=None, description="Account level minus user level, points.")
    weighted_mean: FigureOut | None = None
    plain_mean: FigureOut | None = None
    roles: list[RoleFigureOut]
    missing: list[str] = Field(description="Roles that weigh, without an answer.")
    unweighted: int = Field(description="Answers of roles that weigh nothing.")
    weight_answered: float = Field(description="Part of all weight whose roles answered, 0..1.")
    weights: WeightsOut
    interval_note: str = ""
    reading: str
    account_level_before: FigureOut | None = None
    user_level_before: FigureOut | None = None


class GroupFigureOut(EvidenceOut):
    """One survey type and scale at one stage or of one agent; the flagged answers come first."""

    type: str
    scale_min: float
    scale_max: float
    high_is_good: bool
    stage: str | None = None
    agent_id: str | None = None
    agent_name: str | None = None
    score: FigureOut = Field(description="CSAT: % in the top two boxes; CES: mean in its own range.")
    flagged: int
    before: FigureOut | None = None


class DiagnosisScoresOut(Schema):
    """NPS both ways, CSAT and CES by stage, CSAT by the vendor's agents."""

    nps: CommitteeOut
    by_stage: list[GroupFigureOut]
    by_agent: list[GroupFigureOut]


class UseOut(Schema):
    """One theme in one window. `share`: percent of the people who wrote anything."""

    comments: int
    people: int
    negative: int
    positive: int
    neutral: int
    negative_people: int
    share: FigureOut | None = None
    review_notes: int = Field(description="The vendor's notes, never counted as comments or people.")


class DiagnosisThemeOut(Schema):
    """A theme at this account, beside the window before."""

    info: ThemeInfoOut
    now: UseOut
    before: UseOut
    roles: dict[str, int]
    stages: dict[str, int]
    first_said: datetime | None = None
    last_said: datetime | None = None
    change: str = Field(description="new, back, gone, more, fewer (q <= .10 over people), or no clear change.")
    p: float | None = Field(default=None, description="Fisher's exact, people now against people before.")
    q: float | None = Field(default=None, description="Within the account's themes of the kind (Benjamini-Hochberg).")
    comment_ids: list[str] = Field(description="Detractors first, then the newest.")
    note_ids: list[str]
    verbatims: list[CommentOut]


class PromiseOut(Schema):
    """A commitment that the handoff recorded."""

    commitment_id: str
    text: str
    made_by: str | None = None
    made_on: date | None = None
    handed_over_on: date


class MismatchAtAccountOut(EvidenceOut):
    """Sales-delivery mismatch in the year to `as_of`, beside everything that was promised."""

    people: int
    comments: int
    in_window: int = Field(description="Comments of these in the window.")
    roles: list[str]
    stages: list[str]
    first_said: datetime | None = None
    last_said: datetime | None = None
    review_note_ids: list[str]
    mentions: list[MismatchMentionOut]
    commitments: list[PromiseOut]
    least_similarity: float = Field(description="From this cosine on a mention counts as near a commitment.")


class DirectionOut(EvidenceOut):
    """Which way something goes, with its line."""

    of: str
    state: str = Field(description="up, down, flat, unknown: where the interval leaves no doubt.")
    leaning: str = Field(description="The same by the line alone.")
    change: FigureOut | None = None
    line: float
    reading: str


class FusionOut(Schema):
    """Where the score goes beside where usage goes."""

    key: str = Field(description="growing, problem, save, decline, flat or unknown.")
    reading: str
    action: str
    score: DirectionOut
    usage: DirectionOut


class LegOut(Schema):
    """One of the three signs; null: can't be told."""

    name: str
    holds: bool | None = None
    sure: bool
    direction: DirectionOut


class RenewalRiskOut(EvidenceOut):
    """NPS down and usage down and tickets up in one window: any one alone is noise."""

    state: str = Field(description="at_risk, noise, calm or unknown.")
    reading: str
    legs: list[LegOut]


class RenewalFlagOut(EvidenceOut):
    """Within 90 days of renewal, and under the line or at risk."""

    state: str = Field(description="flagged, clear, not_yet, past or unknown.")
    days_left: int | None = None
    line: float
    reading: str


class EarlyRiskOut(EvidenceOut):
    """Onboarding CES of the last year, at or past its survey's line."""

    holds: bool | None = None
    mean: FigureOut | None = None
    flagged: FigureOut | None = None
    line: float
    reading: str


class PerceptionOut(EvidenceOut):
    """The vendor's own health status beside the customer's last answers."""

    state: str = Field(description="gap, reverse, agrees or unknown.")
    sure: bool
    status: str | None = None
    scored_on: date | None = None
    reading: str


class RisksOut(Schema):
    """All that may cost the renewal, each with its evidence."""

    renewal: RenewalRiskOut
    flag: RenewalFlagOut
    onboarding: list[EarlyRiskOut]
    perception: PerceptionOut


class ContradictionOut(Schema):
    """A comment whose words speak against its score: to be read, never asserted."""

    comment_id: str
    strength: float
    reading: str
    comment: CommentOut | None = None


class DeciderLeftOut(EvidenceOut):
    """Somebody with a say in the renewal who left in the last year."""

    role: str
    name: str | None = None
    left_on: date
    successor: str | None = None
    since: date | None = None
    scores_since: list[float]


class ChangeOut(EvidenceOut):
    """One change since the window before."""

    what: str = Field(description="theme, score or people.")
    name: str
    change: str
    text: str
    theme_key: str | None = None
    now: FigureOut | None = None
    before: FigureOut | None = None


class RoleHeardOut(Schema):
    """The contacts of one role: how many there are, what part answered in the window, how many never did."""

    role: str
    contacts: int
    never: int
    answered: FigureOut | None = None


class HeardOut(Schema):
    """Who of the account was heard, and whose voice is missing."""

    contacts: int
    answered: FigureOut | None = None
    roles: list[RoleHeardOut]
    never_roles: list[str]
    unknown_roles: list[str]
    reading: str


class DiagnosisOut(Schema):
    """One account over a window, beside the window of equal length before it."""

    account: AccountHeadOut
    period: Period
    period_before: Period
    headline: HeadlineOut
    statements: list[StatementOut] = Field(description="Worst first; what goes well comes last.")
    steps: list[StepOut]
    scores: DiagnosisScoresOut
    themes: list[DiagnosisThemeOut] = Field(description="Of the taxonomy; most people who complain first.")
    discovered: list[DiagnosisThemeOut] = Field(
        description="Found in the words: at most 20; never added to those above."
    )
    mismatch: MismatchAtAccountOut
    fusion: FusionOut
    risks: RisksOut
    contradictions: list[ContradictionOut]
    loops: list[LoopOut] = Field(description="Not settled, what is due first first; as they stand now.")
    changes: list[ChangeOut]
    deciders_left: list[DeciderLeftOut]
    coverage: HeardOut
