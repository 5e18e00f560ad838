"""The headline of a diagnosis, and who should do what next: both built from statements, and from nothing else."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cx.facts import Statement, day
from cx.loop_owners import SUCCESS_MANAGER, StaffMember
from cx.risk import RENEWAL_FLAG_DAYS, UNKNOWN, RenewalFlag
from cx.stages import STAGE_TABLE, StageRow
from cx.wording import counted, sentence

# What a CSM reads while the phone rings.
SENTENCES = 2
MOST_STEPS = 3
# What a finding asks for beside what its stage does in general.
ACTIONS = {
    "renewal_risk": "Talk to the sponsor now, and agree a plan with dates.",
    "renewal_flag": "Call those who scored low before any talk of terms.",
    "leaving": "Read the words, then ask what would have to change.",
    "sales_delivery_mismatch": "Go through the commitments on record with sales, and say which will hold.",
    "perception_gap": "Call those who scored low, and set the health status again.",
    "decider_left": "Agree goals and measures of success anew with whoever took over.",
    "onboarding_ces": "Ask those who answered which step was hard.",
    "nps_low": "Call the detractors, those with most say in the renewal first.",
    "csat_flagged": "Read the flagged tickets, and call back who is still without an answer.",
    "loops_overdue": "Close what is overdue first.",
}


@dataclass(frozen=True)
class Headline:
    """One or two sentences, with the ids of all that they say."""

    text: str
    comment_ids: tuple[str, ...]
    other_ids: tuple[str, ...]


@dataclass(frozen=True)
class Step:
    """What to do next, whose task it is by the stage table, and the statement that asks for it.

    `owners` are the people of the staff list who hold the stage's function (none: `owner` says who it should be).
    """

    stage: str
    owner: str
    owners: tuple[str, ...]
    action: str
    why: str
    comment_ids: tuple[str, ...]
    other_ids: tuple[str, ...]


def headline(
    found: Sequence[Statement], flag: RenewalFlag, *, since: date, as_of: date, last_heard: date | None
) -> Headline:
    """Say the worst in two sentences, each of another topic; where less is wrong, what goes well.

    Without any statement it says what is missing: no number stands for silence.
    """
    chosen: list[Statement] = []
    for one in (*(one for one in found if not one.good), *(one for one in found if one.good)):
        if len(chosen) < SENTENCES and one.topic not in {other.topic for other in chosen}:
            chosen.append(one)
    parts = [one.text for one in chosen] or [_silence(since, as_of, last_heard)]
    soon = flag.days_left is not None and 0 <= flag.days_left <= RENEWAL_FLAG_DAYS
    if soon and not any(one.topic == "renewal" for one in chosen) and flag.days_left is not None:
        blind = ", and no NPS answer of this window to judge it by" if flag.state == UNKNOWN else ""
        parts.insert(0, sentence(f"renewal in {counted(flag.days_left, 'day')}{blind}"))
    ids = dict.fromkeys(key for one in chosen for key in one.comment_ids)
    others = dict.fromkeys(key for one in chosen for key in one.other_ids)
    return Headline(" ".join(parts), tuple(ids), tuple(others))


def _silence(since: date, as_of: date, last_heard: date | None) -> str:
    window = f"from {day(since)} to {day(as_of)}"
    if last_heard is None:
        return f"Nobody at this account ever said or answered anything, up to {day(as_of)}."
    if last_heard < since:
        return f"Nothing was said or answered {window}; last heard on {day(last_heard)}."
    return f"Nothing in what was said {window} makes a finding."


def next_steps(
    found: Iterable[Statement],
    staff: Iterable[StaffMember],
    *,
    table: Sequence[StageRow] = STAGE_TABLE,
    theme_actions: Mapping[str, str] | None = None,
) -> tuple[Step, ...]:
    """Name who should do what: the owner and the action of the stage that each statement points to, worst first.

    One step a stage. `theme_actions`: what the taxonomy says to do about a theme, by statement topic; it stands beside
    the stage's own action, as what `ACTIONS` says of other findings does.
    Source: DOMAIN "The journey, its signals and their owners".
    """
    rows = {row.stage: row for row in table}
    people = list(staff)
    steps: dict[str, Step] = {}
    for one in found:
        if one.good or one.stage not in rows or one.stage in steps:
            continue
        row = rows[one.stage]
        action = (theme_actions or {}).get(one.topic) or ACTIONS.get(one.kind)
        steps[one.stage] = Step(
            one.stage,
            row.owner,
            owners_of(row, people),
            f"{sentence(row.action)} {action}" if action else sentence(row.action),
            one.text,
            one.comment_ids,
            one.other_ids,
        )
    return tuple(steps.values())[:MOST_STEPS]


def owners_of(row: StageRow, staff: Sequence[StaffMember]) -> tuple[str, ...]:
    """Give who holds the first of a stage's functions that somebody holds, those of the account before all others."""
    for function in row.functions:
        held = [one for one in staff if one.function == function]
        own = [one for one in held if one.account_id is not None]
        if held:
            return tuple(dict.fromkeys(one.name for one in own or held))
    return ()


def success_manager(staff: Sequence[StaffMember]) -> str | None:
    """Give the name of the account's success manager, the one who took over last."""
    held = [one for one in staff if one.function in SUCCESS_MANAGER and one.account_id is not None]
    held.sort(key=lambda one: (one.valid_from or date.min, one.staff_id))
    return held[-1].name if held else None
