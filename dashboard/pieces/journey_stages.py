"""The stages of the customer's way: a strip over all, and a lane each with its scores and the words beneath."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from api.schemas.comments import CommentOut
from api.schemas.journey import JourneyAgentOut, JourneyOut, JourneyScoreOut, JourneyStageOut
from api.schemas.scores import ScoreCard
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.look import text
from dashboard.pieces import comment, score_card
from dashboard.pieces.why import why_html

STATES = {"covered": "heard", "theatre": "heard, not acted on", "gap": "no signal"}
MARKS = {"covered": "●", "theatre": "◐", "gap": "○"}
# What is counted by source: answers with a score, and words without one.
COUNTED = {
    "nps": ("NPS answer", "NPS answers"),
    "csat": ("CSAT answer", "CSAT answers"),
    "ces": ("CES answer", "CES answers"),
    "ticket": ("ticket message", "ticket messages"),
    "in_app": ("in-app comment", "in-app comments"),
    "review_note": ("review note", "review notes"),
}
# Owners named before the rest is counted.
NAMED = 3
FORMULAS = {
    "nps": "share of 9 and 10 minus share of 0 to 6, of 0 to 10",
    "csat": "share of the two best answers of the scale",
    "ces": "mean of the answers, in the survey's own range and direction",
}
INTERVAL = "95 %, widened because answers of one account are alike"


@dataclass(frozen=True)
class Words:
    """What those wrote who gave a low answer of one type at one stage: how many, and the newest of them."""

    total: int
    shown: Sequence[CommentOut]


def strip_html(found: JourneyOut, filters: Filters) -> str:
    """Write the strip: each stage with what is heard there, in the journey's order."""
    stops = "".join(f"<li>{_stop(stage)}</li>" for stage in shown_stages(found, filters))
    return f'<ol class="strip">{stops}</ol>'


def shown_stages(found: JourneyOut, filters: Filters) -> list[JourneyStageOut]:
    """Give the stages that the filters ask for; without such a filter all of them."""
    return [stage for stage in found.stages if not filters.stage or stage.stage in filters.stage]


def _stop(stage: JourneyStageOut) -> str:
    asked = sum(score.score.n for score in stage.scores)
    low = f"{fmt.share(stage.flagged, asked)} low" if asked else "&nbsp;"
    heard = fmt.counted(stage.n, "signal") if stage.n else "no signal"
    css = "attention" if stage.state != "covered" else ""
    return (
        f'<span class="mark {css}" aria-hidden="true">{MARKS[stage.state]}</span>'
        f"<b>{stage_name(stage)}</b>"
        f'<span class="note {css}">{heard}</span>'
        f'<span class="note">{low}</span>'
    )


def stage_name(stage: JourneyStageOut) -> str:
    """Give a stage's name, escaped."""
    return text(fmt.label(stage.stage, strings.STAGES))


def lane_html(stage: JourneyStageOut, filters: Filters, words: Mapping[str, Words], *, accounts: int) -> str:
    """Write a stage's lane: who owns it and what is heard on the left, its scores with their words on the right."""
    here = replace(filters, stage=(stage.stage,))
    if stage.state == "gap":
        return f'<article class="stage gap"><div class="about">{_title(stage)}</div>{_gap(stage)}</article>'
    cards = "".join(_type_html(kind, stage, here, words.get(kind)) for kind in types_of(stage)) or _unscored(stage)
    return f'<article class="stage">{_facts(stage, here, accounts)}<div class="cards">{cards}</div></article>'


def types_of(stage: JourneyStageOut) -> list[str]:
    """Give the types of score at a stage, each once."""
    return list(dict.fromkeys(score.type for score in stage.scores))


def _facts(stage: JourneyStageOut, here: Filters, accounts: int) -> str:
    lacking = [name for name in stage.missing if name != "signal"]
    missing = f'<p class="note attention">Missing: {text(", ".join(lacking))}.</p>' if lacking else ""
    read = ""
    if stage.comments_total:
        label = fmt.counted(stage.comments_total, "comment")
        read = f"<p>{links.comments_link(label, here, voice='customer')}</p>"
    rows = [("Asked here", stage.signal), ("Owner", _owner(stage)), ("A low answer triggers", stage.action)]
    facts = "".join(f"<dt>{name}</dt><dd>{text(_begin(words))}</dd>" for name, words in rows if words)
    return f'<div class="about">{_title(stage)}{_heard(stage, accounts)}{missing}<dl>{facts}</dl>{read}</div>'


def _title(stage: JourneyStageOut) -> str:
    css = "" if stage.state == "covered" else "attention"
    mark = f'<span class="{css}" aria-hidden="true">{MARKS[stage.state]}</span>'
    return f'<h3 class="title">{mark} {stage_name(stage)}</h3>'


def _begin(words: str) -> str:
    """Begin with a capital, as what stands on a line of its own does."""
    return words[:1].upper() + words[1:]


def _owner(stage: JourneyStageOut) -> str:
    names, more = stage.owners[:NAMED], len(stage.owners) - NAMED
    if not names:
        return f"nobody on the staff list; should be {stage.owner}"
    rest = f" and {fmt.count(more)} more" if more > 0 else ""
    return f"{stage.owner}: {', '.join(names)}{rest}"


def _heard(stage: JourneyStageOut, accounts: int) -> str:
    if not stage.n:
        return ""
    kinds = ", ".join(fmt.counted(n, *COUNTED[source]) for source, n in stage.by_source.items() if n)
    where = f"from {fmt.share(stage.accounts, accounts)} accounts" if accounts else ""
    derived = f"; {fmt.count(stage.derived)} placed here by the account's dates" if stage.derived else ""
    acted = ""
    if stage.loops:
        acted = f"<br>{fmt.share(stage.touched, stage.loops)} loops taken up"
    return f'<p class="note">{kinds} {where}{derived}.{acted}</p>'


def _gap(stage: JourneyStageOut) -> str:
    name = fmt.label(stage.stage, strings.STAGES).lower()
    rest = f"Owner: {_owner(stage)}. A low answer would trigger: {stage.action}."
    return (
        f'<div class="cards"><div class="none"><p><b>No signal here:</b> nobody is asked at {text(name)} in this '
        f'period. Ask for {text(stage.signal)}.</p><p class="note">{text(rest)}</p></div></div>'
    )


def _unscored(stage: JourneyStageOut) -> str:
    quotes = "".join(comment.comment_html(one) for one in stage.comments)
    note = '<p class="note">No score is asked for here; this is what was said.</p>'
    return f'<div class="stage-card">{note}{quotes}</div>'


def _type_html(kind: str, stage: JourneyStageOut, here: Filters, words: Words | None) -> str:
    """Write the scores of a type, one a scale, and beneath them what those wrote who gave a low one."""
    scores = [score for score in stage.scores if score.type == kind]
    agents = [one for one in stage.agents if one.type == kind]
    heads = "".join(_score_html(score) for score in scores)
    return (
        f'<div class="stage-card">{heads}{_under(kind, scores, here, words)}'
        f"{agents_html(agents)}{_why(kind, scores, here)}</div>"
    )


def _score_html(one: JourneyScoreOut) -> str:
    card, score = as_card(one), one.score
    few = score.n < fmt.FEW
    hint = f' <span class="note attention">{strings.FEW_ANSWERS}</span>' if few else ""
    return (
        f'<div class="card-head"><div class="name"><b>{strings.SCORE_NAMES[one.type]}</b>'
        f'<span class="note">{score_card.meaning(card)}</span></div>'
        f'<div class="value{" few" if few else ""}">{_value(one)}{hint}</div>'
        f'<p class="note">n {fmt.count(score.n)} from {fmt.counted(score.accounts, "account")}<br>'
        f"{score_card.interval_words(card)}</p></div>"
    )


def as_card(one: JourneyScoreOut) -> ScoreCard:
    """Give a stage's score the shape of a score card, so that both are said alike."""
    return ScoreCard(
        **one.model_dump(include={"type", "scale_min", "scale_max", "high_is_good", "score"}),
        before=None,
        groups=[],
        comments_total=None,
        comments=[],
        themes=[],
    )


def _value(one: JourneyScoreOut) -> str:
    return fmt.score_value(one.type, one.score.value, one.score.n, one.scale_max)


def _under(kind: str, scores: Sequence[JourneyScoreOut], here: Filters, words: Words | None) -> str:
    flagged = sum(score.score.flagged for score in scores)
    if not flagged:
        return f'<p class="under">{strings.NOTHING_FLAGGED}</p>'
    names = fmt.counted(flagged, strings.FLAGGED_ONE[kind], strings.FLAGGED_MANY[kind])
    if words is None or not words.total:
        return f'<p class="under">{names}, none wrote why</p>'
    label = f"{fmt.count(words.total)} wrote why"
    wrote = links.comments_link(label, replace(here, source=(kind,)), score_band="detractor")
    return f'<p class="under">{names}, {wrote}</p>' + "".join(comment.comment_html(one) for one in words.shown)


def agents_html(agents: Sequence[JourneyAgentOut]) -> str:
    """Write the scores of the vendor's people, on demand; few answers are muted, and say so."""
    if not agents:
        return ""
    rows = "".join(_agent_row(one) for one in agents)
    people = fmt.counted(len(agents), "person", "people")
    return (
        f'<details class="why"><summary>{strings.SCORE_NAMES[agents[0].type]} by agent ({people})</summary>'
        '<div class="scroll"><table><thead><tr><th scope="col">Agent</th><th scope="col">Satisfied</th>'
        '<th scope="col">95&nbsp;% interval</th><th scope="col">Low</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
        '<p class="note">Most answers first. Where intervals overlap the difference may be chance: read the '
        "tickets before judging anybody.</p></details>"
    )


def _agent_row(one: JourneyAgentOut) -> str:
    few = ' class="few"' if one.score.n < fmt.FEW else ""
    name = text(one.name or "not on the staff list")
    ends = fmt.interval(one.type, one.score.low, one.score.high)
    return (
        f'<tr{few}><th scope="row">{name}</th><td>{_value(one)}</td><td>{ends}</td>'
        f"<td>{fmt.count(one.score.flagged)}</td></tr>"
    )


def _why(kind: str, scores: Sequence[JourneyScoreOut], here: Filters) -> str:
    answers = "; ".join(
        f"{fmt.counted(one.score.n, 'answer')} of {fmt.counted(one.score.accounts, 'account')}" for one in scores
    )
    facts = [
        ("Formula", FORMULAS[kind]),
        ("n", answers),
        ("Interval", INTERVAL),
        ("Window", here.words(None)),
        ("Low", "0 to 6 of 10" if kind == "nps" else "at or past the line that its survey sets"),
    ]
    return why_html(facts)
