"""The brief of an account for a business review: one page of paper, all of it in one block."""

from collections.abc import Sequence
from datetime import date

from api.schemas.diagnosis import DiagnosisOut, DiagnosisThemeOut, GroupFigureOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import prose, quoted, text
from dashboard.pieces.account_committee import Member
from dashboard.pieces.account_evidence import Words
from dashboard.pieces.account_figures import known, score_chip, value_html
from dashboard.pieces.account_head import NOBODY, facts_html
from dashboard.pieces.account_loops import clock_html
from dashboard.pieces.account_risks import states_html
from dashboard.pieces.account_scores import group_name, signal

# What fits one page of paper.
STEPS, THEMES, PEOPLE, CHANGES, PAIRS, LOOPS, SCORES = 3, 4, 7, 3, 2, 3, 4
# Characters of a quote; a brief shows where to read, not all of it.
QUOTED = 150


def brief_html(found: DiagnosisOut, people: Sequence[Member], words: Words, *, period: str, today: date) -> str:
    """Write the brief: what is at stake, who said what, what changed, what is owed, and what to do."""
    account = found.account
    left = _scores(found) + _people(people, words)
    right = _themes(found.themes, words) + _changes(found) + _promises(found) + _loops(found)
    return (
        f'<article class="brief"><header><h1>{text(account.name)}</h1><p class="note">Business review brief · '
        f"{text(period)}</p></header>{facts_html(account, today)}"
        f'<p class="lead">{prose(found.headline.text)}</p>{states_html(found)}'
        f'<div class="halves"><div>{left}</div><div>{right}</div></div>{_todo(found)}'
        '<footer class="note">Comments are the customer\'s own words. Scores stand with their n; under '
        f"{fmt.FEW} answers a score says little.</footer></article>"
    )


def _part(title: str, body: str) -> str:
    return f"<section><h2>{title}</h2>{body}</section>" if body else ""


def _cut(words: str) -> str:
    plain = " ".join(words.split())
    return plain if len(plain) <= QUOTED else plain[:QUOTED].rsplit(" ", 1)[0] + " …"


def _quote(words: str) -> str:
    return f'<blockquote class="quote" dir="auto">{quoted(_cut(words), whole=words)}</blockquote>'


def _scores(found: DiagnosisOut) -> str:
    read = found.scores.nps
    why = "no interval" if read.interval_note else ""
    rows = ""
    for name, figure, before, none in (
        ("NPS, account level", read.account_level, read.account_level_before, why),
        ("NPS, user level", read.user_level, read.user_level_before, ""),
    ):
        if figure is None:
            rows += f'<tr><td>{name}</td><td>–</td><td class="left note">nobody answered</td></tr>'
            continue
        was = f"; was {fmt.signed(before.value)} (n {before.n})" if before is not None else ""
        rows += (
            f"<tr><td>{name}</td><td>{value_html(figure)}</td>"
            f'<td class="left note">{text(known(figure, why_none=none))}{was}</td></tr>'
        )
    rows += "".join(_score(one) for one in found.scores.by_stage[:SCORES])
    weights = ", ".join(
        f"{fmt.label(role, strings.ROLES).lower()} {fmt.plain(weight)}" for role, weight in read.weights.by_role.items()
    )
    none = read.interval_note.replace("interval not told: ", " No interval at account level: ")
    note = f'<p class="note">Weights ({text(read.weights.name)}): {text(weights)}.{text(none)}{"." if none else ""}</p>'
    names = ("Score", ""), ("Value", ""), ("How sure", ' class="left"')
    cells = "".join(f'<th scope="col"{side}>{name}</th>' for name, side in names)
    heads = f"<thead><tr>{cells}</tr></thead>"
    return _part("Scores", f"<table>{heads}<tbody>{rows}</tbody></table>{note}")


def _score(one: GroupFigureOut) -> str:
    value = value_html(one.score, kind=one.type, scale_max=one.scale_max)
    return (
        f"<tr><td>{text(signal(one))}, {text(group_name(one).lower())}</td><td>{value}</td>"
        f'<td class="left note">{text(known(one.score, kind=one.type))}</td></tr>'
    )


def _people(people: Sequence[Member], words: Words) -> str:
    answered = sorted((one for one in people if one.now), key=lambda one: (one.now[0].band, one.now[0].score))
    silent = [one for one in people if not one.now]
    rows = "".join(_person(one, words) for one in answered[:PEOPLE])
    more = len(answered) - PEOPLE
    rest = f'<p class="note">and {fmt.counted(more, "other")} who answered</p>' if more > 0 else ""
    if silent:
        named = ", ".join(f"{one.name} ({fmt.label(one.role, strings.ROLES).lower()})" for one in silent[:PEOPLE])
        beyond = f" and {fmt.counted(len(silent) - PEOPLE, 'other')}" if len(silent) > PEOPLE else ""
        rest += f'<p class="note"><b>Did not answer:</b> {text(named)}{beyond}.</p>'
    return _part("The committee", rows + rest)


def _person(one: Member, words: Words) -> str:
    chips = "".join(score_chip(item.type, item.score, item.band) for item in one.now)
    said = next((words[item.comment_id] for item in one.now if item.comment_id and item.comment_id in words), None)
    role = text(fmt.label(one.role, strings.ROLES))
    return (
        f'<div class="row">{chips}<b>{text(one.name)}</b>, {role}{_quote(said.text) if said is not None else ""}</div>'
    )


def _themes(themes: Sequence[DiagnosisThemeOut], words: Words) -> str:
    rows, used = "", set()
    for one in [theme for theme in themes if theme.now.negative][:THEMES]:
        quote = next((item for item in one.verbatims if item.comment_id not in used), None)
        used |= {quote.comment_id} if quote is not None else set()
        change = f" · {text(one.change)}" if one.change not in ("no clear change", "") else ""
        rows += (
            f'<div class="row"><b>{text(one.info.name)}</b> <span class="negative">− '
            f"{fmt.count(one.now.negative)}</span> of {fmt.counted(one.now.comments, 'comment')}{change}"
            f"{_quote(quote.text) if quote is not None else ''}</div>"
        )
    return _part("What they speak badly of", rows)


def _changes(found: DiagnosisOut) -> str:
    rows = "".join(f"<li>{prose(one.text)}</li>" for one in found.changes[:CHANGES])
    return _part("What changed since the period before", f"<ul>{rows}</ul>" if rows else "")


def _promises(found: DiagnosisOut) -> str:
    promises = {one.commitment_id: one for one in found.mismatch.commitments}
    rows = ""
    for one in found.mismatch.mentions:
        near = next((like for like in one.likenesses if like.similarity >= found.mismatch.least_similarity), None)
        if near is None or near.commitment_id not in promises or rows.count("<div") >= PAIRS:
            continue
        rows += (
            f'<div class="row">{_quote(one.passage)}Promised: {text(promises[near.commitment_id].text)} '
            f'<span class="note">(similarity {near.similarity:.2f}: seems to contradict, read both)</span></div>'
        )
    return _part("Said against what was promised", rows)


def _loops(found: DiagnosisOut) -> str:
    rows = ""
    for one in found.loops[:LOOPS]:
        owner = text(one.owner.name) if one.owner is not None else "without an owner"
        rows += f"<li>{clock_html(one)} ({owner})</li>"
    return _part("Owed to the customer", f"<ul>{rows}</ul>" if rows else "")


def _todo(found: DiagnosisOut) -> str:
    rows = ""
    for step in found.steps[:STEPS]:
        who = text(", ".join(step.owners)) if step.owners else NOBODY
        rows += f'<li>{text(step.action)} <b>{who}</b> <span class="note">({text(step.owner)})</span></li>'
    return _part("What to do", f"<ol>{rows}</ol>" if rows else "")
