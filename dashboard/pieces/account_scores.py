"""CSAT and CES of an account by stage, and CSAT by the vendor's agents: never across unlike scales."""

from collections.abc import Sequence

from api.schemas.diagnosis import DiagnosisScoresOut, GroupFigureOut
from api.schemas.scores import ScoreCard
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text
from dashboard.pieces.account_evidence import Words, evidence_html, folded_html
from dashboard.pieces.account_figures import known, value_html

NONE = "Nobody answered a CSAT or CES survey in this period."
BY_AGENT = "CSAT by the agent who answered the ticket"


def stages_html(scores: DiagnosisScoresOut, words: Words) -> str:
    """Write CSAT and CES by stage; by agent on demand."""
    if not scores.by_stage:
        return f'<p class="note">{NONE}</p>'
    agents = folded_html(BY_AGENT, _table(scores.by_agent, "Agent", words)) if scores.by_agent else ""
    return _table(scores.by_stage, "Stage", words) + agents


def _table(groups: Sequence[GroupFigureOut], of: str, words: Words) -> str:
    rows = "".join(_row(one, words) for one in groups)
    return (
        '<div class="scroll"><table class="stacked"><thead><tr>'
        f'<th scope="col">{of}</th><th scope="col" class="left">Signal</th><th scope="col">Score</th>'
        '<th scope="col" class="left">How sure</th><th scope="col">Flagged</th><th scope="col">Before</th>'
        f'<th scope="col" class="left">In their words</th></tr></thead><tbody>{rows}</tbody></table></div>'
    )


def group_name(one: GroupFigureOut) -> str:
    """Name a group: its stage, or its agent."""
    if one.agent_id is not None:
        return one.agent_name or one.agent_id
    return fmt.label(one.stage, strings.STAGES)


def _row(one: GroupFigureOut, words: Words) -> str:
    figure = value_html(one.score, kind=one.type, scale_max=one.scale_max)
    before = "–"
    if one.before is not None:
        before = f"{fmt.score_value(one.type, one.before.value, one.before.n, one.scale_max)} (n {one.before.n})"
    evidence = evidence_html(one, words) or '<span class="note">no comment</span>'
    return (
        f'<tr><td>{text(group_name(one))}</td><td class="left" data-label="Signal ">{text(signal(one))}</td>'
        f'<td data-label="Score ">{figure}</td>'
        f'<td class="left note">{text(known(one.score, kind=one.type))}</td>'
        f'<td data-label="Flagged ">{fmt.count(one.flagged)} of {fmt.count(one.score.n)}</td>'
        f'<td data-label="Before ">{before}</td><td class="left">{evidence}</td></tr>'
    )


def signal(one: GroupFigureOut | ScoreCard) -> str:
    """Name a score with its scale, where it has one of its own."""
    if one.type == "csat":
        return "CSAT, satisfied"
    good = "high is easy" if one.high_is_good else "low is easy"
    return (
        f"{strings.SCORE_NAMES.get(one.type, 'Score')} {fmt.plain(one.scale_min)} to {fmt.plain(one.scale_max)}, {good}"
    )
