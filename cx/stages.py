"""Stage coverage: which stage of the journey has a signal, an owner and an action.

A stage without a signal is a gap; a signal without owner and action is theatre.
Source: DOMAIN "The journey, its signals and their owners".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cx.journey import STAGES
from cx.scores import Score, share, told
from cx.wording import counted, listed, sentence, spoken

COVERED, THEATRE, GAP = "covered", "theatre", "gap"


@dataclass(frozen=True)
class StageRow:
    """What belongs to a stage: the signal asked for, who owns it, and what a bad one triggers.

    `sources` are the kinds of answers that are the primary signal; `functions` the vendor's functions (as in the staff
    list) that own it, the first that somebody holds.
    """

    stage: str
    signal: str
    sources: tuple[str, ...]
    owner: str
    functions: tuple[str, ...]
    action: str


# DOMAIN's table as data. `functions` are what staff lists call these owners; a setting may replace any row.
STAGE_TABLE: tuple[StageRow, ...] = (
    StageRow(
        "consideration",
        "demo feedback, sales CES",
        ("ces", "csat"),
        "sales operations",
        ("sales_operations", "sales_ops", "sales"),
        "coaching, demo refinement",
    ),
    StageRow(
        "decision",
        "post-close NPS of the champion",
        ("nps",),
        "sales leadership",
        ("sales_leadership", "sales_lead", "sales"),
        "handoff quality audit",
    ),
    StageRow(
        "handoff",
        "kick-off feedback",
        ("csat", "ces", "review_note"),
        "customer success",
        ("csm", "customer_success"),
        "structured handoff notes: goals, decision criteria, commitments made",
    ),
    StageRow(
        "onboarding",
        "CES within 48 h of first value, milestone CSAT",
        ("ces", "csat"),
        "implementation or customer success",
        ("implementation", "onboarding", "csm"),
        "onboarding friction fixes",
    ),
    StageRow(
        "usage",
        "in-app CSAT, feature CES, quarterly NPS",
        ("nps", "csat", "ces", "in_app"),
        "product and customer success",
        ("product", "csm"),
        "backlog item, account health",
    ),
    StageRow(
        "support",
        "post-ticket CSAT, by agent too",
        ("csat",),
        "support leadership",
        ("support_lead", "support"),
        "coaching, workflow fix",
    ),
    StageRow(
        "business_review",
        "review feedback",
        ("csat", "ces", "nps", "review_note"),
        "customer success",
        ("csm", "customer_success"),
        "agenda tied to the customer's goals",
    ),
    StageRow(
        "renewal",
        "CES 30-60 days before contract end, NPS across roles",
        ("ces", "nps"),
        "customer success and CX leadership",
        ("csm", "cx_lead", "cx_leadership"),
        "mitigation plan, expansion play",
    ),
)


@dataclass(frozen=True)
class StageSignals:
    """What came in at one stage in the window, of one account or of all.

    `by_source`: answers, tickets and comments by source; `derived`: how many of them were placed by the account's
    dates; `accounts`: with any; `flagged`: signals at or past their line; `acted`: flagged ones that somebody took up
    (their loop has a first touch), None where no loops are kept, as for imported history.
    """

    stage: str
    by_source: Mapping[str, int] = field(default_factory=dict)
    derived: int = 0
    accounts: int = 0
    flagged: int = 0
    acted: int | None = None


@dataclass(frozen=True)
class StageCoverage:
    """One stage: covered, theatre (a signal without owner or action) or gap (no signal).

    `owners` are people's names, `missing` says what is lacking: signal, primary signal, owner, action. `acted` is the
    percentage of flagged signals taken up, None where none is flagged or no loops are kept; `reach` the percentage of
    accounts heard from.
    """

    row: StageRow
    state: str
    n: int
    accounts: int
    reach: Score | None
    owners: tuple[str, ...]
    acted: Score | None
    missing: tuple[str, ...]
    reading: str


def stage_coverage(
    signals: Sequence[StageSignals],
    staff: Mapping[str, Sequence[str]],
    *,
    accounts: int,
    table: Sequence[StageRow] = STAGE_TABLE,
) -> list[StageCoverage]:
    """Say of each stage whether it is listened to, and whether anybody acts on what is heard, in the journey's order.

    `staff`: names by function (of the account, or of everybody); `accounts`: how many accounts the slice has.
    A stage is covered when it has a signal, somebody with an owning function, an action in the table, and, where
    loops are kept and signals flagged, at least one taken up. Shares carry Wilson intervals. Answers: where do we not
    listen, and where do we listen and do nothing (CX leader)? Source: DOMAIN "A stage without a signal is a gap".
    """
    found = {signal.stage: signal for signal in signals}
    rows = {row.stage: row for row in table}
    return [
        _stage(rows[stage], found.get(stage) or StageSignals(stage), staff, accounts)
        for stage in STAGES
        if stage in rows
    ]


def _stage(row: StageRow, signal: StageSignals, staff: Mapping[str, Sequence[str]], accounts: int) -> StageCoverage:
    n = sum(signal.by_source.values())
    owners = next((tuple(staff[name]) for name in row.functions if staff.get(name)), ())
    unacted = not row.action or (signal.flagged > 0 and signal.acted == 0)
    primary = any(signal.by_source.get(source, 0) for source in row.sources)
    lacks = {
        "signal": n == 0,
        "primary signal": n > 0 and not primary,
        "owner": not owners,
        "action": n > 0 and unacted,
    }
    missing = tuple(name for name, lacking in lacks.items() if lacking)
    if n == 0:
        state = GAP
    else:
        state = THEATRE if {"owner", "action"} & set(missing) else COVERED
    return StageCoverage(
        row=row,
        state=state,
        n=n,
        accounts=signal.accounts,
        reach=told(share(signal.accounts, accounts)),
        owners=owners,
        acted=None if signal.acted is None else told(share(signal.acted, signal.flagged)),
        missing=missing,
        reading=_reading(row, signal, state, missing, owners),
    )


def _reading(row: StageRow, signal: StageSignals, state: str, missing: Sequence[str], owners: Sequence[str]) -> str:
    name, n = spoken(row.stage), sum(signal.by_source.values())
    if state == GAP:
        owner = f"owner: {listed(owners)}" if owners else f"no owner (should be {row.owner})"
        return sentence(f"{name}: a gap, no signal in the window; ask for {row.signal}; {owner}")
    derived = f" ({signal.derived:,} placed by the account's dates)" if signal.derived else ""
    heard = f"{counted(n, 'signal')} from {counted(signal.accounts, 'account')}{derived}"
    parts = [heard]
    if "primary signal" in missing:
        parts.append(f"the primary one is missing: {row.signal}")
    parts.append(f"owner: {listed(owners)}" if owners else f"no owner (should be {row.owner})")
    if signal.flagged and signal.acted is not None:
        parts.append(f"{signal.acted:,} of {signal.flagged:,} flagged taken up")
    if "action" in missing:
        parts.append(f"no action taken (should be {row.action})" if row.action else "no action is set")
    kind = "theatre, a signal that nobody acts on" if state == THEATRE else "covered"
    return sentence(f"{name}: {kind}; " + "; ".join(parts))
