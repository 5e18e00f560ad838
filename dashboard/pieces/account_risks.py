"""What may cost the renewal, what contradicts itself, and what changed: each with its evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from api.schemas.diagnosis import ChangeOut, ContradictionOut, DeciderLeftOut, DiagnosisOut, EvidenceOut, RisksOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import prose, text
from dashboard.pieces import comment
from dashboard.pieces.account_evidence import Words, evidence_html

# State of the API -> the word on the page and its colour.
STATES = {
    "at_risk": ("At risk", "negative"),
    "noise": ("A sign alone", "neutral"),
    "calm": ("Calm", "positive"),
    "unknown": ("Can't be told", "neutral"),
    "flagged": ("Flagged", "negative"),
    "clear": ("Clear", "positive"),
    "not_yet": ("Not yet", "neutral"),
    "past": ("Date passed", "attention"),
    "gap": ("Gap", "negative"),
    "reverse": ("Better than thought", "positive"),
    "agrees": ("Agrees", "neutral"),
}
# Score beside usage, by `fusion.key`.
FUSIONS = {
    "growing": ("Growing", "positive"),
    "problem": ("Problem", "negative"),
    "save": ("Can be saved", "attention"),
    "decline": ("Decline", "negative"),
    "flat": ("Flat", "neutral"),
    "unknown": ("Can't be told", "neutral"),
}
NO_CHANGE = "Nothing changed that can be told from chance."
NO_CONTRADICTION = "No comment in this period speaks against its own score."


@dataclass(frozen=True)
class Risk:
    """One risk: its name, its state (a word and a colour), how it was read, and what it stands on."""

    name: str
    state: tuple[str, str]
    reading: str
    evidence: EvidenceOut


def risks_of(found: DiagnosisOut) -> list[Risk]:
    """Give each risk in the order of the page."""
    risks, unknown = found.risks, STATES["unknown"]
    return [
        Risk("Renewal", STATES.get(risks.renewal.state, unknown), risks.renewal.reading, risks.renewal),
        Risk("90 days before renewal", STATES.get(risks.flag.state, unknown), risks.flag.reading, risks.flag),
        *_onboarding(risks),
        Risk(
            "Health score beside answers",
            STATES.get(risks.perception.state, unknown),
            risks.perception.reading,
            risks.perception,
        ),
        _fusion(found),
    ]


def risks_html(found: DiagnosisOut, words: Words) -> str:
    """Write each risk: its state in a word, how it was read, and what it stands on."""
    return f'<div class="risks">{"".join(_risk(one, words) for one in risks_of(found))}</div>'


def worst_words(found: DiagnosisOut) -> str:
    """Say how many risks there are, and which of them want a look."""
    risks = risks_of(found)
    bad = [f"{one.name.lower()} {one.state[0].lower()}" for one in risks if one.state[1] in ("negative", "attention")]
    return f"{fmt.counted(len(risks), 'risk')}{': ' if bad else ''}{', '.join(bad)}"


def states_html(found: DiagnosisOut) -> str:
    """Write the state of each risk in a word, in one line."""
    risks = found.risks
    states = [
        ("Renewal", STATES.get(risks.renewal.state)),
        ("90 days before", STATES.get(risks.flag.state)),
        ("Health score", STATES.get(risks.perception.state)),
        ("Score beside usage", FUSIONS.get(found.fusion.key)),
    ]
    chips = ""
    for name, state in states:
        word, meaning = state or STATES["unknown"]
        chips += f'<span>{name} <span class="chip {meaning}">{word}</span></span>'
    return f'<p class="states">{chips}</p>'


def _onboarding(risks: RisksOut) -> list[Risk]:
    state = {True: ("Early risk", "negative"), False: ("No early risk", "positive"), None: STATES["unknown"]}
    return [Risk("Onboarding effort", state[one.holds], one.reading, one) for one in risks.onboarding]


def _fusion(found: DiagnosisOut) -> Risk:
    fusion = found.fusion
    both = EvidenceOut(
        comment_ids=list(dict.fromkeys([*fusion.score.comment_ids, *fusion.usage.comment_ids])),
        other_ids=list(dict.fromkeys([*fusion.score.other_ids, *fusion.usage.other_ids])),
    )
    reading = f"{fusion.reading} {fusion.action}."
    return Risk("Score beside usage", FUSIONS.get(fusion.key, STATES["unknown"]), reading, both)


def _risk(one: Risk, words: Words) -> str:
    word, meaning = one.state
    return (
        f'<div class="risk"><div><h3>{one.name}</h3><span class="chip {meaning}">{word}</span></div>'
        f"<div><p>{prose(one.reading)}</p>{evidence_html(one.evidence, words)}</div></div>"
    )


def contradictions_html(found: Sequence[ContradictionOut]) -> str:
    """Write comments whose words speak against their score: to be read, never asserted."""
    if not found:
        return f'<p class="note">{NO_CONTRADICTION}</p>'
    return "".join(
        f'<div class="contradiction"><p>{prose(one.reading)}</p>'
        f"{comment.comment_html(one.comment, account=False) if one.comment is not None else ''}</div>"
        for one in found
    )


def changes_html(changes: Sequence[ChangeOut], gone: Sequence[DeciderLeftOut], words: Words) -> str:
    """Write what is otherwise than in the period before."""
    rows = [f"<li><p>{prose(one.text)}</p>{evidence_html(one, words)}</li>" for one in changes]
    rows += [f"<li><p>{_left(one)}</p>{evidence_html(one, words)}</li>" for one in gone]
    return f'<ul class="changes">{"".join(rows)}</ul>' if rows else f'<p class="note">{NO_CHANGE}</p>'


def _left(one: DeciderLeftOut) -> str:
    who = text(one.name) if one.name else "Somebody"
    role = text(fmt.label(one.role, strings.ROLES).lower())
    since = f" since {fmt.day(one.since)}" if one.since else ""
    heir = f"{text(one.successor)} has the role{since}" if one.successor else "nobody is known to have taken over"
    scores = ", ".join(fmt.plain(score) for score in one.scores_since)
    after = f"; scores since: {scores}" if scores else ""
    return f"{who} ({role}) left on {fmt.day(one.left_on)}; {heir}{after}."
