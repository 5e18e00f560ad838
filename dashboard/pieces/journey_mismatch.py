"""Sales-delivery mismatch: who says it at which stage, and the complaints beside the commitments on record."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from api.schemas.journey import JourneyMismatchCellOut
from api.schemas.mismatch import (
    CommitmentOut,
    LikenessOut,
    MismatchAccountOut,
    MismatchMentionOut,
    MismatchSummaryOut,
)
from dashboard import format as fmt
from dashboard import links, strings
from dashboard.filters import Filters
from dashboard.look import quoted, text
from dashboard.pieces import tables
from dashboard.pieces.why import why_html

THEME = "sales_delivery_mismatch"
# The parameters of a complaint: what customers say badly of the theme.
COMPLAINTS = {"theme": THEME, "polarity": "negative", "voice": "customer"}
UNKNOWN = "unknown"
# Complaints shown of an account.
SHOWN = 3
_BANDS = {-1: "negative", 0: "neutral", 1: "positive"}


def heat_html(cells: Sequence[JourneyMismatchCellOut], filters: Filters) -> str:
    """Write the complaints by stage and role; a cell opens exactly its comments."""
    counts = {(one.stage, one.role): one.counts.negative for one in cells if one.counts.negative}
    roles = [*tables.ROLE_COLUMNS, *([UNKNOWN] if any(role == UNKNOWN for _, role in counts) else [])]
    if filters.role:
        roles = [role for role in roles if role in filters.role]
    stages = [stage for stage in strings.STAGES if stage in filters.stage or not filters.stage]
    stages = [stage for stage in stages if stage != UNKNOWN or any(key[0] == UNKNOWN for key in counts)]
    most = max(counts.values(), default=0)
    heads = "".join(f'<th scope="col">{strings.ROLES_SHORT[role]}</th>' for role in roles)
    rows = "".join(_row(stage, roles, counts, filters, most) for stage in stages)
    total = _cell(sum(counts.values()), filters, 0, "all of them")
    sums = "".join(_sum(counts, filters, role=role) for role in roles)
    return (
        '<div class="scroll"><table class="mismatch"><thead><tr><th scope="col">Complaints</th>'
        f'{heads}<th scope="col">All</th></tr></thead><tbody>{rows}'
        f'<tr><th scope="row">All stages</th>{sums}{total}</tr></tbody></table></div>'
    )


def _row(stage: str, roles: Sequence[str], counts: Mapping[tuple[str, str], int], filters: Filters, most: int) -> str:
    name = strings.STAGES[stage]
    cells = "".join(
        _cell(
            counts.get((stage, role), 0),
            replace(filters, stage=(stage,), role=(role,)),
            most,
            f"{strings.ROLES_MANY[role]}, {name}",
        )
        for role in roles
    )
    total = sum(n for (place, _), n in counts.items() if place == stage)
    return (
        f'<tr><th scope="row">{name}</th>{cells}'
        f"{_cell(total, replace(filters, stage=(stage,)), 0, f'all roles, {name}')}</tr>"
    )


def _sum(counts: Mapping[tuple[str, str], int], filters: Filters, *, role: str) -> str:
    total = sum(n for (_, who), n in counts.items() if who == role)
    return _cell(total, replace(filters, role=(role,)), 0, f"{strings.ROLES_MANY[role]}, all stages")


def _cell(value: int, filters: Filters, most: int, who: str) -> str:
    """Write a count as the way to its comments; with `most` as a cell of the heat, without as a sum."""
    if not value:
        return '<td class="zero">0</td>'
    read = links.comments_link(
        fmt.count(value), filters, title=f"Read {fmt.counted(value, 'complaint')}: {who}", **COMPLAINTS
    )
    return f'<td class="heat" style="--share: {value / most:.2f}">{read}</td>' if most else f"<td>{read}</td>"


def why_heat(filters: Filters) -> str:
    """Say what the complaints of the table are."""
    facts = [
        ("Counted", "comments of customers with a passage that speaks badly of sales-delivery mismatch; each once"),
        ("Not counted", "review notes (the vendor's own words), and what praises that promises were kept"),
        ("Window", filters.words(None)),
    ]
    return why_html(facts)


def why_near(least: float) -> str:
    """Say what a similarity is."""
    facts = [
        ("Similarity", "cosine of the meaning of a complaint and of a commitment, up to 1"),
        ("Near", f"from {least:.2f} on; the nearest commitment of the same account is shown"),
        ("Says", "that both seem to speak of the same thing; never that a promise was broken"),
    ]
    return why_html(facts)


def summary_html(found: MismatchSummaryOut) -> str:
    """Say how often, at how many accounts, and by month."""
    accounts = fmt.counted(found.accounts, "account")
    share = ""
    if found.share is not None:
        ends = f", 95\u00a0% interval {fmt.interval('csat', found.share.low, found.share.high)}"
        share = f" ({fmt.share(found.accounts, found.share.n)} that speak of any theme{ends})"
    complaints = fmt.counted(found.comments, "complaint")
    return f'<p class="note">{complaints} at {accounts}{share}. {months_html(found.months)}</p>'


def months_html(months: Mapping[str, int]) -> str:
    """Draw complaints by month, with the first and last of them said; nothing under two months."""
    if len(months) < 2:
        return ""
    names = tables.month_range(min(months), max(months))[-12:]
    bars = tables.bars_html(months, names)
    return f'<span class="months">{fmt.month(names[0])} {bars} {fmt.month(names[-1])}</span>'


def account_html(one: MismatchAccountOut, filters: Filters, *, least: float) -> str:
    """Write an account: who complains since when, and each complaint beside what was promised."""
    known = {commitment.commitment_id: commitment for commitment in one.commitments}
    # The nearest to a promise first, customers before review notes; sorting keeps the newest of equals ahead.
    ordered = sorted(one.mentions, key=lambda mention: (mention.vendor_voice, -_nearness(mention, least)))
    rows = "".join(_mention_row(mention, known, least) for mention in ordered[:SHOWN])
    return (
        f'<article class="beside"><h3 class="title">{links.account_link(one.account_id, one.name)}</h3>'
        f"{_who(one, filters)}"
        '<table><thead><tr><th scope="col">What they say</th><th scope="col">What is on record</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>{_others(one)}</article>"
    )


def _nearness(mention: MismatchMentionOut, least: float) -> float:
    near = max((like.similarity for like in mention.likenesses), default=0.0)
    return near if near >= least else 0.0


def _who(one: MismatchAccountOut, filters: Filters) -> str:
    parts = []
    if one.comments:
        label = fmt.counted(one.comments, "complaint")
        read = links.comments_link(label, filters, account=one.account_id, **COMPLAINTS)
        roles = ", ".join(fmt.label(role, strings.ROLES).lower() for role in one.roles)
        parts.append(f"{read} of {fmt.counted(one.people, 'person', 'people')} ({text(roles)})")
    if one.review_notes:
        parts.append(fmt.counted(one.review_notes, "review note"))
    if one.first_said_at is not None:
        parts.append(f"first said {fmt.day(one.first_said_at)}")
    if one.last_said_at is not None and one.last_said_at != one.first_said_at:
        parts.append(f"last {fmt.day(one.last_said_at)}")
    months = months_html(one.months)
    return f'<p class="note">{" · ".join([*parts, *([months] if months else [])])}</p>'


def _mention_row(mention: MismatchMentionOut, known: Mapping[str, CommitmentOut], least: float) -> str:
    near = max(mention.likenesses, key=lambda like: like.similarity, default=None)
    quote = f'<blockquote class="quote" dir="auto">{quoted(mention.passage)}</blockquote>'
    said = f'{quote}<p class="meta">{_meta(mention)}</p>'
    return f"<tr><td>{said}</td><td>{_beside(near, known, least)}</td></tr>"


def _meta(mention: MismatchMentionOut) -> str:
    chip = ""
    if mention.score is not None:
        css = _BANDS.get(mention.score_band if mention.score_band is not None else 0, "neutral")
        name = strings.SCORE_NAMES.get(mention.source, "Score")
        chip = f'<span class="chip {css}">{name} {fmt.plain(mention.score)}</span>'
    source = "" if mention.score is not None else fmt.label(mention.source, strings.SOURCES)
    parts = [
        f'<span class="who">{text(fmt.label(mention.role, strings.ROLES))}</span>',
        text(fmt.label(mention.stage, strings.STAGES)) if mention.stage else "",
        "review note, not counted" if mention.vendor_voice else text(source),
        fmt.day(mention.said_at),
    ]
    return chip + " · ".join(part for part in parts if part)


def _beside(near: LikenessOut | None, known: Mapping[str, CommitmentOut], least: float) -> str:
    promise = None if near is None else known.get(near.commitment_id)
    if near is None or promise is None:
        return '<p class="note">No commitment is on record for this account.</p>'
    if near.similarity < least:
        return (
            '<p class="note">Nothing on record comes near '
            f"(nearest {near.similarity:.2f}, near from {least:.2f} on).</p>"
        )
    return (
        f'<p>{text(promise.text)}</p><p class="note">{_promised(promise)}</p>'
        f'<p class="note attention">Similarity {near.similarity:.2f}: seems to contradict; read both.</p>'
    )


def _promised(promise: CommitmentOut) -> str:
    by = f"by {text(promise.made_by_name)}" if promise.made_by_name else ""
    on = f"on {fmt.day(promise.made_on)}" if promise.made_on else ""
    made = " ".join(part for part in ("Promised", by, on) if part)
    return f"{made}, handed over {fmt.day(promise.handed_over_on)}"


def _others(one: MismatchAccountOut) -> str:
    quiet = [promise for promise in one.commitments if not promise.comments]
    if not quiet:
        return ""
    rows = "".join(f'<li>{text(promise.text)} <span class="note">{_promised(promise)}</span></li>' for promise in quiet)
    n = fmt.counted(len(quiet), "commitment")
    return f'<details class="why"><summary>{n} that no complaint comes near</summary><ul>{rows}</ul></details>'
