"""What people say was promised, beside what the handoff recorded: nearness of words, never a verdict."""

from api.schemas.diagnosis import MismatchAtAccountOut, PromiseOut
from api.schemas.mismatch import MismatchMentionOut
from dashboard import format as fmt
from dashboard import strings
from dashboard.look import text
from dashboard.pieces.account_evidence import SHOWN, Words, comments_html, folded_html
from dashboard.pieces.account_figures import score_chip
from dashboard.pieces.comment import quote_html

# Passages shown before the rest is folded away.
PAIRS = 6
NONE = "Nobody here spoke of broken promises in the year to this day."
NO_RECORD = "No commitments are on record for this account: import the handoff to see them here."
CONTRADICTS = "Seems to contradict, read both"
NOT_NEAR = "No commitment on record comes near these words."


def mismatch_html(found: MismatchAtAccountOut, words: Words) -> str:
    """Write each passage beside the commitment whose words come nearest, then commitments that nobody speaks of."""
    promises = {one.commitment_id: one for one in found.commitments}
    rows, named = [], set()
    # The customer's own words first, the newest of them; then review notes.
    for one in sorted(found.mentions, key=lambda one: one.vendor_voice):
        near = next((like for like in one.likenesses if like.similarity >= found.least_similarity), None)
        promise = promises.get(near.commitment_id) if near is not None else None
        if near is not None and promise is not None:
            named.add(promise.commitment_id)
            beside = f'<p class="attention">{CONTRADICTS}</p>{promise_html(promise, near.similarity)}'
        else:
            beside = f'<p class="note">{NOT_NEAR if promises else NO_RECORD}</p>'
        rows.append(f'<div class="pair"><div>{_mention(one, words)}</div><div>{beside}</div></div>')
    quiet = [one for one in found.commitments if one.commitment_id not in named]
    return f"{_summary(found)}{_folded(rows)}{_notes(found, words)}{_quiet(quiet)}"


def _folded(rows: list[str]) -> str:
    rest = rows[PAIRS:]
    name = fmt.counted(len(rest), "more passage")
    return "".join(rows[:PAIRS]) + (folded_html(name, "".join(rest)) if rest else "")


def _summary(found: MismatchAtAccountOut) -> str:
    if not found.comments:
        return f"<p>{NONE}</p>"
    roles = ", ".join(fmt.label(role, strings.ROLES).lower() for role in found.roles)
    inside = fmt.count(found.in_window) if found.in_window else "none"
    when = ""
    if found.first_said is not None and found.last_said is not None:
        when = f", first on {fmt.day(found.first_said)}, last on {fmt.day(found.last_said)}"
    return (
        f"<p>{fmt.counted(found.people, 'person', 'people')} ({text(roles)}) in "
        f"{fmt.counted(found.comments, 'comment')}{when}; {inside} of them in this period.</p>"
    )


def _mention(one: MismatchMentionOut, words: Words) -> str:
    chip = score_chip(one.source, one.score, one.score_band or 0) if one.score is not None else ""
    whole = words.get(one.comment_id)
    voice = " · review note, not counted" if one.vendor_voice else ""
    stage = f" · {text(fmt.label(one.stage, strings.STAGES))}" if one.stage else ""
    more = comments_html([whole], label="Read the whole comment") if whole is not None else ""
    return (
        f'{quote_html(one.passage)}<p class="meta">{chip}<span class="who">'
        f"{text(fmt.label(one.role, strings.ROLES))}</span>{stage} · {fmt.day(one.said_at)}{voice}</p>{more}"
    )


def promise_html(promise: PromiseOut, similarity: float | None = None) -> str:
    """Write a commitment as it was recorded."""
    made = f"promised {fmt.day(promise.made_on)}" if promise.made_on else "day not recorded"
    by = f" by {text(promise.made_by)}" if promise.made_by else ""
    like = "" if similarity is None else f", similarity of the words {similarity:.2f}"
    return (
        f'<p class="promise">{text(promise.text)}</p>'
        f'<p class="note">{made}{by}, handed over {fmt.day(promise.handed_over_on)}{like}</p>'
    )


def _notes(found: MismatchAtAccountOut, words: Words) -> str:
    shown = {one.comment_id for one in found.mentions}
    said = [words[key] for key in found.review_note_ids[:SHOWN] if key in words and key not in shown]
    return comments_html(said, label=f"{fmt.counted(len(said), 'review note')} on it, not counted") if said else ""


def _quiet(promises: list[PromiseOut]) -> str:
    if not promises:
        return ""
    rows = "".join(f"<li>{promise_html(one)}</li>" for one in promises)
    name = fmt.counted(len(promises), "commitment") + " on record that nobody's words come near"
    return folded_html(name, f'<ul class="promises">{rows}</ul>')
